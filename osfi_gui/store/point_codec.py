"""Measurements of an operating point as JSON, exactly: every float comes back as the same double."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from osfi_gui.core.operating_point import Measurement

if TYPE_CHECKING:
    from collections.abc import Sequence


def measurement_text(measured: Measurement) -> str:
    """Write a measurement as JSON; when it was made stands in a column of its own."""
    content = asdict(measured)
    del content["made_at"]
    content["far"] = [float(value) for value in measured.far]
    content["dir"] = [float(value) for value in measured.dir]
    return json.dumps(content)


def measurement_of(text: str, *, made_at: str) -> Measurement:
    """Read what `measurement_text` gave; fields this version does not know are ignored."""
    names = {field.name for field in fields(Measurement)}
    content = {name: value for name, value in json.loads(text).items() if name in names}
    content |= {"far": _three(content["far"]), "dir": _three(content["dir"]), "made_at": made_at}
    return Measurement(**content)


def ids_text(ids: Sequence[int]) -> str:
    """Write numbers of rows as JSON."""
    return json.dumps([int(i) for i in ids])


def ids_of(text: str) -> tuple[int, ...]:
    """Read what `ids_text` gave."""
    return tuple(int(i) for i in json.loads(text))


def _three(values: Sequence[float]) -> tuple[float, float, float]:
    value, low, high = values
    return float(value), float(low), float(high)
