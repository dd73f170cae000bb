"""Cosines of probes to many prototypes on one thread, and the few largest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SPAN = 65_536
"""Prototypes whose cosines are held at once: they stay in the cache until the largest are found."""
BLOCK = 512
"""Prototypes that all probes meet before the next ones are read: 256 KiB of float32 where d = 128."""
LANES = 8
"""Values compared with each other before the few that are left are partitioned, in rows of a thousand."""
MANY = 8_192
"""From this many values on there are eight times as many lanes."""


def cosines(
    probes: NDArray[np.floating], matrix: NDArray[np.floating], *, out: NDArray[np.floating] | None = None
) -> NDArray[np.floating]:
    """Multiply probes by prototypes; equal prototypes get equal cosines, whatever is beside them.

    One scalar product a row, because a matrix product of BLAS starts threads from a few dozen prototypes on. That costs
    milliseconds where the cores are busy, and BLAS can be held to one thread for the whole program only. It is no
    slower: one probe takes as long as reading the matrix does (docs/experiments.md, "Matching at scale").

    Parameters
    ----------
    probes : ndarray of float32, shape (m, d)
    matrix : ndarray of float32, shape (n, d)
    out : ndarray of float32, shape (m, n), optional
        Where they go.

    Returns
    -------
    ndarray, shape (m, n)
        Not clipped: rounding can leave a unit vector's product with itself above 1.
    """
    found = np.empty((len(probes), len(matrix)), np.result_type(probes, matrix)) if out is None else out
    if len(probes) == 1:
        np.vecdot(matrix, probes[0], out=found[0])
        return found
    for start in range(0, len(matrix), BLOCK):
        block = matrix[start : start + BLOCK]
        for probe, row in zip(probes, found, strict=True):
            np.vecdot(block, probe, out=row[start : start + BLOCK])
    return found


def nearest(values: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """Give the places of the largest values, falling; of equal ones the first.

    Only what reaches a lower bound of the smallest wanted value is sorted: that bound is the count-th largest of the
    maxima of as many or more groups.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Contiguous. NaN come last.
    count : int
        1 or more; clamped to n.

    Returns
    -------
    ndarray of int, shape (min(count, n),)
    """
    lanes = LANES if len(values) < MANY else 8 * LANES
    groups = len(values) // lanes
    if groups < 2 * count:
        return (-values).argsort(kind="stable")[:count]
    maxima = np.maximum.reduce(values[: groups * lanes].reshape(lanes, groups), axis=0)
    maxima.partition(groups - count)
    (places,) = (values >= maxima[groups - count]).nonzero()
    if len(places) < count:  # NaN reach no bound
        return (-values).argsort(kind="stable")[:count]
    return np.asarray(places[(-values[places]).argsort(kind="stable")[:count]])


def nearest_rows(
    probes: NDArray[np.floating], matrix: NDArray[np.floating], count: int
) -> Iterator[tuple[list[int], list[float]]]:
    """Give for each probe the rows with the largest cosines, and those cosines, held in -1..1.

    Parameters
    ----------
    probes : ndarray of float32, shape (m, d)
    matrix : ndarray of float32, shape (n, d)
        1 <= n.
    count : int
        1 or more; clamped to n.

    Yields
    ------
    rows, cosines : list, length min(count, n)
        Falling; of equal cosines the first row's comes first.
    """
    if len(matrix) <= SPAN:
        for row in cosines(probes, matrix):
            places = _places(row, count)
            yield places.tolist(), row[places].tolist()
        return
    rows = [np.empty(0, np.intp)] * len(probes)
    best = [np.empty(0, np.float32)] * len(probes)
    held = np.empty((len(probes), SPAN), np.result_type(probes, matrix))
    for start in range(0, len(matrix), SPAN):
        span = matrix[start : start + SPAN]
        # A slice of `held` would not be contiguous where the last span is shorter.
        found = cosines(probes, span, out=held if len(span) == SPAN else None)
        for number, row in enumerate(found):
            places = np.sort(_places(row, count))
            rows[number] = np.concatenate([rows[number], places + start])
            best[number] = np.concatenate([best[number], row[places]])
    for number in range(len(probes)):
        order = (-best[number]).argsort(kind="stable")[:count]
        yield rows[number][order].tolist(), best[number][order].tolist()


def _places(row: NDArray[np.floating], count: int) -> NDArray[np.intp]:
    """Give the places of the largest of cosines that are held in -1..1, and hold them there where it matters."""
    places = nearest(row, count)
    if row[places[0]] > 1.0 or row[places[-1]] <= -1.0:
        np.clip(row, -1.0, 1.0, out=row)
        places = nearest(row, count)
    return places
