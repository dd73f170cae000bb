"""Calibrations, operating points and read-outs as plain dictionaries for JSON, exactly: every double comes back.

JSON knows no infinity, and a probe below the cosine floor scores ``-inf``: numbers that are not finite are words here.
Single comparisons are many and of single precision: their bytes are written in base64, little-endian, row by row.
"""

from __future__ import annotations

import base64
import math
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from osfi_gui.core.calibration import Calibration, Provenance, ReadOut, Scored
from osfi_gui.core.operating_point import Measurement, OperatingPoint
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.tune import Estimate
from osfi_gui.core.what_if import Comparisons

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

SINGLE = np.dtype("<f4")
"""Of single comparisons, as they are written."""

_Value = TypeVar("_Value", Estimate, Measurement, OperatingPoint, Provenance, ReadOut)


def calibration_to_dict(calibration: Calibration) -> dict[str, Any]:
    """Write a calibration as what JSON can hold: numbers, no names of enrolled people, no faces, no embeddings.

    Parameters
    ----------
    calibration : Calibration
        Scores of single precision come back as the same values in double precision.
    """
    return {
        "encoder": calibration.encoder,
        "title": calibration.title,
        "revision": calibration.revision,
        "people": calibration.people,
        "target_far": calibration.target_far,
        "provenance": _plain(asdict(calibration.provenance)),
        "persons": {
            "mated": calibration.persons.mated.tolist(),
            "non_mated": calibration.persons.non_mated.tolist(),
        },
        "scored": [_scored_to_dict(scored) for scored in calibration.scored],
        "proposed": calibration.proposed,
        "why": calibration.why,
        "cohort_ids": list(calibration.cohort_ids),
        "unusable": [list(pair) for pair in calibration.unusable],
        "comparisons": _comparisons_to_dict(calibration.comparisons),
    }


def calibration_from_dict(content: Mapping[str, Any]) -> Calibration:
    """Read what :func:`calibration_to_dict` gave.

    Raises
    ------
    KeyError, TypeError, ValueError
        When the content is not that of a calibration.
    """
    persons = content["persons"]
    return Calibration(
        encoder=str(content["encoder"]),
        title=str(content["title"]),
        revision=int(content["revision"]),
        people=int(content["people"]),
        target_far=float(content["target_far"]),
        provenance=_known(Provenance, {**content["provenance"], "notes": tuple(content["provenance"]["notes"])}),
        persons=Persons(_whole(persons["mated"]), _whole(persons["non_mated"])),
        scored=tuple(_scored_of(scored, persons) for scored in content["scored"]),
        proposed=str(content["proposed"]),
        why=str(content["why"]),
        cohort_ids=tuple(int(number) for number in content["cohort_ids"]),
        unusable=tuple((str(title), str(why)) for title, why in content["unusable"]),
        # Reports did not always keep them.
        comparisons=_comparisons_of(content.get("comparisons"), probes=len(persons["non_mated"])),
    )


def point_to_dict(point: OperatingPoint) -> dict[str, Any]:
    """Write an operating point, with what it was measured to do."""
    content: dict[str, Any] = _plain(asdict(point))
    return content


def point_from_dict(content: Mapping[str, Any]) -> OperatingPoint:
    """Read what :func:`point_to_dict` gave; fields this version does not know are ignored."""
    measured = content["measured"]
    if measured is not None:
        shares = {name: tuple(_number(end) for end in measured[name]) for name in ("far", "dir")}
        measured = _known(Measurement, {**measured, **shares})
    return _known(
        OperatingPoint,
        {
            **content,
            "threshold": _number(content["threshold"]),
            "cosine_floor": _number(content["cosine_floor"]),
            "measured": measured,
            "cohort_ids": tuple(content["cohort_ids"]),
            "own_thresholds": tuple((int(i), _number(t)) for i, t in content.get("own_thresholds", ())),
        },
    )


def read_out_to_dict(read_out: ReadOut) -> dict[str, Any]:
    """Write a read-out."""
    content: dict[str, Any] = _plain(asdict(read_out))
    return content


def read_out_from_dict(content: Mapping[str, Any]) -> ReadOut:
    """Read what :func:`read_out_to_dict` gave; fields this version does not know are ignored."""
    shares = {name: _estimate(content[name]) for name in ("far", "dir")}
    return _known(ReadOut, {**content, "threshold": _number(content["threshold"]), **shares})


def _scored_to_dict(scored: Scored) -> dict[str, Any]:
    content: dict[str, Any] = _plain(
        {
            "matcher": scored.matcher,
            "title": scored.title,
            "k": scored.k,
            "mated": scored.scores.mated,
            "correct": scored.scores.correct,
            "non_mated": scored.scores.non_mated,
            "cosine_floor": scored.cosine_floor,
            "ranks": scored.ranks,
            "dir_at_target": asdict(scored.dir_at_target),
        }
    )
    return content


def _scored_of(content: Mapping[str, Any], persons: Mapping[str, Any]) -> Scored:
    scores = Scores(_doubles(content["mated"]), np.array(content["correct"], bool), _doubles(content["non_mated"]))
    sizes = {len(scores.mated), len(scores.correct), len(content["ranks"])}
    if sizes != {len(persons["mated"])} or len(scores.non_mated) != len(persons["non_mated"]):
        msg = f"the scores of {content['matcher']} and the persons they belong to are not equally many"
        raise ValueError(msg)
    return Scored(
        matcher=str(content["matcher"]),
        title=str(content["title"]),
        k=int(content["k"]),
        scores=scores,
        cosine_floor=_number(content["cosine_floor"]),
        ranks=_whole(content["ranks"]),
        dir_at_target=_estimate(content["dir_at_target"]),
    )


def _comparisons_to_dict(comparisons: Comparisons | None) -> dict[str, Any] | None:
    if comparisons is None:
        return None
    nearest = comparisons.nearest.astype(SINGLE)
    return {
        "against": comparisons.against,
        "kept": nearest.shape[1],
        "nearest": base64.b64encode(nearest.tobytes()).decode("ascii"),
    }


def _comparisons_of(content: Mapping[str, Any] | None, *, probes: int) -> Comparisons | None:
    if content is None:
        return None
    against, kept = int(content["against"]), int(content["kept"])
    if not 0 <= kept <= against:
        msg = f"of {against} comparisons of a probe {kept} are said to be kept"
        raise ValueError(msg)
    cosines = np.frombuffer(base64.b64decode(content["nearest"], validate=True), dtype=SINGLE)
    # Raises where they are not as many as the probes need.
    nearest = cosines.reshape(probes, kept).astype(np.float32)
    if not np.isfinite(nearest).all():
        raise ValueError("a cosine of a single comparison is no number")
    return Comparisons(nearest, against)


def _estimate(content: Mapping[str, Any]) -> Estimate:
    return Estimate(*(_number(content[name]) for name in ("value", "low", "high")))


def _known(kind: type[_Value], content: Mapping[str, Any]) -> _Value:
    """Make a value of those fields that it has."""
    names = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in content.items() if name in names})


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Put arrays into lists, numpy's numbers into Python's, and those that are not finite into words."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: float | str) -> float:
    if isinstance(value, str) and value not in ("inf", "-inf", "nan"):
        msg = f"“{value}” is no number"
        raise ValueError(msg)
    return float(value)


def _doubles(values: Sequence[float | str]) -> NDArray[np.float64]:
    return np.array([_number(value) for value in values], dtype=np.float64)


def _whole(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)
