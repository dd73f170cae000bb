"""Recipes with a name: the default first, then the paper's."""

from __future__ import annotations

from dataclasses import replace

from osfi_gui.core.tune import PAPER_RECIPE, Choice, Recipe

POOR_CAMERA_RECIPE = replace(PAPER_RECIPE, augment="aligned-camera", rate=3e-3, batch=16)
"""Ahead of the paper's where the camera is poor, not where it is good: docs/experiments.md."""


def named_recipes() -> tuple[tuple[Choice, Recipe], ...]:
    """Give the recipes as the operator reads them, the default first."""
    return (
        (
            Choice("paper", "The paper's", "Park, Park and Teoh, ICPR 2022, with frozen BatchNorm statistics."),
            PAPER_RECIPE,
        ),
        (
            Choice(
                "poor-camera",
                "For a poor camera",
                "The paper's with small crops, half of the chips dark, small and noisy, and more and larger steps.",
            ),
            POOR_CAMERA_RECIPE,
        ),
    )
