"""Recipes with a name: the paper's first, then those for what it is not the best for."""

from __future__ import annotations

from dataclasses import replace

from osfi_gui.core.detail import AUTO, PAPER, POOR_CAMERA
from osfi_gui.core.tune import PAPER_RECIPE, Choice, Recipe

POOR_CAMERA_RECIPE = replace(PAPER_RECIPE, augment="aligned-camera", rate=3e-3, batch=16)
"""Ahead of the paper's where the camera is poor, not where it is good: docs/experiments.md."""

SUITS_THE_SHOTS = Choice(AUTO, "Suits the shots", "Whichever of the named recipes suits the camera of the shots.")
"""No recipe of its own: which one it is, :class:`osfi_gui.core.detail.CameraDetail` says (docs/adr/0019)."""


def named_recipes() -> tuple[tuple[Choice, Recipe], ...]:
    """Give the recipes as the operator reads them, the paper's first."""
    return (
        (
            Choice(PAPER, "The paper's", "Park, Park and Teoh, ICPR 2022, with frozen BatchNorm statistics."),
            PAPER_RECIPE,
        ),
        (
            Choice(
                POOR_CAMERA,
                "For a poor camera",
                "The paper's with small crops, half of the chips dark, small and noisy, and more and larger steps.",
            ),
            POOR_CAMERA_RECIPE,
        ),
    )
