"""Recipes with a name: the default first, then the paper's."""

from __future__ import annotations

from osfi_gui.core.tune import PAPER_RECIPE, Choice, Recipe

DEFAULT_RECIPE = PAPER_RECIPE


def named_recipes() -> tuple[tuple[Choice, Recipe], ...]:
    """Give the recipes as the operator reads them, the default first."""
    return (
        (
            Choice("paper", "The paper's", "Park, Park and Teoh, ICPR 2022, with frozen BatchNorm statistics."),
            PAPER_RECIPE,
        ),
    )
