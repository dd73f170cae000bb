"""Recipes with a name: the default first, then the paper's."""

from __future__ import annotations

from dataclasses import replace

from osfi_gui.core.tune import PAPER_RECIPE, Choice, Recipe

DESK_RECIPE = replace(PAPER_RECIPE, augment="aligned", rate=3e-3)
"""Found on one half of the people of LFW, confirmed on the other: docs/experiments.md."""

DEFAULT_RECIPE = PAPER_RECIPE


def named_recipes() -> tuple[tuple[Choice, Recipe], ...]:
    """Give the recipes as the operator reads them, the default first."""
    return (
        (
            Choice("paper", "The paper's", "Park, Park and Teoh, ICPR 2022, with frozen BatchNorm statistics."),
            PAPER_RECIPE,
        ),
    )
