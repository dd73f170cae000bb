"""The band around a DIR-FAR curve, drawn in parts so that whoever draws can do something else between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.bootstrap import DRAWS, LEVEL, Band, curve_draws
from osfi_gui.core.threshold import for_far, read_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.calibration import Calibration

PARTS = 16
"""So many parts are drawn, each with a seed of its own."""


def band_draws(
    calibration: Calibration, matcher: str, *, fars: Sequence[float], draws: int = DRAWS
) -> Iterator[NDArray[np.float64]]:
    """Give DIR at several false accept rates of drawn persons, part by part.

    Parameters
    ----------
    calibration : Calibration
        With mated and non-mated probes.
    matcher : str
        One that it scored.
    fars : sequence of float, length f
        Targets, 0..1.
    draws : int
        Of all parts together, rounded up to a multiple of their number.

    Yields
    ------
    ndarray of float64, shape (draws of the part, f)
        0..1.
    """
    scores = calibration.of(matcher).scores
    for seed in range(PARTS):
        yield curve_draws(scores, calibration.persons, fars=fars, draws=-(-draws // PARTS), seed=seed)


def band_of(
    calibration: Calibration, matcher: str, *, fars: Sequence[float], drawn: Sequence[NDArray[np.float64]]
) -> Band:
    """Give the curve at several rates with an interval at each.

    Nowhere smaller than the interval of the threshold that is taken there: where everybody is found in every draw, the
    draws agree, and still other people would not all be found.

    Parameters
    ----------
    calibration, matcher, fars
        As for :func:`band_draws`.
    drawn : sequence of ndarray, each of shape (p, f)
        What that gave.
    """
    low, high = np.quantile(np.concatenate(list(drawn)), [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0], axis=0)
    taken = [read_out(calibration, matcher, for_far(calibration, matcher, far)).dir for far in fars]
    return Band(
        np.asarray(fars, dtype=np.float64),
        np.array([dir_.value for dir_ in taken]),
        np.minimum(low, [dir_.low for dir_ in taken]),
        np.maximum(high, [dir_.high for dir_ in taken]),
    )
