"""Recipes and comparisons as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osfi_gui.core.tune import Compared, Comparison, Estimate, Recipe, Standing, TuneCounts
from osfi_gui.store.tune_codec import comparison_of, comparison_text, recipe_of, recipe_text

if TYPE_CHECKING:
    from collections.abc import Iterator

FLOATS = st.floats(allow_nan=False)
ESTIMATES = st.builds(Estimate, FLOATS, FLOATS, FLOATS)
ROWS = st.builds(Compared, st.text(), FLOATS, ESTIMATES, ESTIMATES, ESTIMATES, FLOATS, FLOATS)
COUNTS = st.builds(TuneCounts, *[st.integers(0)] * 6)
PARTS = (st.sampled_from(Standing), st.text(), st.lists(ROWS, max_size=3).map(tuple), COUNTS, st.integers(0))
SHOTS = st.lists(st.integers(1)).map(tuple)
COMPARISONS = st.builds(Comparison, *PARTS, st.none() | st.builds(Comparison, *PARTS), SHOTS)
RECIPES = st.builds(
    Recipe, rate=FLOATS, decay=FLOATS, scale=st.none() | FLOATS, margin=st.none() | FLOATS, epochs=st.integers(0, 99)
)

HALF = Estimate(0.5, 0.25, 0.75)
COMPARISON = Comparison(
    Standing.BETTER,
    "Better: the DIR rose by 7 of 100, “NAC” ≥ before.",
    (Compared("nac", 0.01, HALF, HALF, Estimate(0.1 + 0.2, -0.0, 1e-300), 0.9, 1 / 3),),
    TuneCounts(10, 30, 12, 9, 100, 80),
)


@given(COMPARISONS)
def test_a_comparison_comes_back_exactly(comparison: Comparison) -> None:
    again = comparison_of(comparison_text(comparison))
    assert again == comparison
    assert repr(again) == repr(comparison)  # which tells -0.0 from 0.0, tuples from lists, a Standing from a text


@given(RECIPES)
def test_a_recipe_comes_back_exactly(recipe: Recipe) -> None:
    assert repr(recipe_of(recipe_text(recipe))) == repr(recipe)


def test_a_share_that_could_not_be_measured_comes_back_as_such() -> None:
    share = Estimate(math.nan, -math.inf, math.inf)
    row = replace(COMPARISON.rows[0], difference=share)
    again = comparison_of(comparison_text(replace(COMPARISON, rows=(row,)))).rows[0].difference
    assert math.isnan(again.value)
    assert (again.low, again.high) == (-math.inf, math.inf)


def test_numbers_of_numpy_are_kept_as_the_numbers_they_are() -> None:
    share = Estimate(np.float32(0.1), np.float64(0.1), np.int64(1))  # type: ignore[arg-type]
    row = replace(COMPARISON.rows[0], before=share)
    again = comparison_of(comparison_text(replace(COMPARISON, rows=(row,)))).rows[0].before
    # float32's 0.1 is 13421773 / 2**27
    assert (again.value, again.low, again.high) == (13421773 / 2**27, 0.1, 1)
    with pytest.raises(TypeError, match="ndarray"):
        comparison_text(replace(COMPARISON, rows=(np.zeros(3),)))  # type: ignore[arg-type]


def _objects(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, dict):
        yield content
    for inner in content.values() if isinstance(content, dict) else content if isinstance(content, list) else ():
        yield from _objects(inner)


def test_fields_of_a_newer_program_are_ignored_at_every_depth() -> None:
    content = json.loads(comparison_text(COMPARISON))
    objects = list(_objects(content))
    assert len(objects) == 6  # the comparison, its row, three shares, the counts
    for inner in objects:
        inner["invented_later"] = {"a": [1]}
    assert comparison_of(json.dumps(content)) == COMPARISON
    recipe = Recipe(epochs=7)
    assert recipe_of(json.dumps(json.loads(recipe_text(recipe)) | {"invented_later": 1})) == recipe


def test_a_comparison_of_an_older_program_was_with_the_pretrained_encoder_alone() -> None:
    content = json.loads(comparison_text(COMPARISON))
    for name in ("against", "in_use", "held_out"):
        del content[name]
    again = comparison_of(json.dumps(content))
    assert (again.against, again.in_use, again.held_out) == (0, None, ())


def test_a_recipe_of_an_older_program_gets_the_defaults_of_what_it_did_not_know() -> None:
    assert recipe_of('{"epochs": 3, "head": "arcface"}') == Recipe(epochs=3, head="arcface")
