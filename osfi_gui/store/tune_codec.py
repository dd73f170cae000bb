"""Recipes and comparisons as JSON, exactly: every float comes back as the same double."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from osfi_gui.core.tune import Compared, Comparison, Estimate, Recipe, Standing, TuneCounts

if TYPE_CHECKING:
    from collections.abc import Mapping

_Value = TypeVar("_Value", TuneCounts, Estimate, Compared, Comparison)


def recipe_text(recipe: Recipe) -> str:
    """Write a recipe as JSON."""
    return _text(recipe.to_dict())


def recipe_of(text: str) -> Recipe:
    """Read what `recipe_text` gave; settings this version does not know are ignored."""
    return Recipe.from_dict(json.loads(text))


def comparison_text(comparison: Comparison) -> str:
    """Write a comparison as JSON."""
    return _text(asdict(comparison))


def comparison_of(text: str) -> Comparison:
    """Read what `comparison_text` gave; fields this version does not know are ignored."""
    return _comparison(json.loads(text))


def _comparison(content: Mapping[str, Any]) -> Comparison:
    in_use = content.get("in_use")
    return _known(
        Comparison,
        {
            **content,
            "standing": Standing(content["standing"]),
            "rows": tuple(_compared(row) for row in content["rows"]),
            "counts": _known(TuneCounts, content["counts"]),
            "in_use": None if in_use is None else _comparison(in_use),
            "held_out": tuple(content.get("held_out", ())),
        },
    )


def _compared(content: Mapping[str, Any]) -> Compared:
    shares = {name: _known(Estimate, content[name]) for name in ("before", "after", "difference")}
    return _known(Compared, {**content, **shares})


def _known(kind: type[_Value], content: Mapping[str, Any]) -> _Value:
    """Make a value of those fields that it has."""
    names = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in content.items() if name in names})


def _text(content: Mapping[str, Any]) -> str:
    # Python writes the shortest decimal that gives the same double again.
    return json.dumps(content, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no place in a recipe or comparison")
