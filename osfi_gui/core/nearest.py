"""Cosines of probes to many prototypes on one thread, and the few largest of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from osfi_gui.core.enrolled import Prototypes

SPAN = 65_536
"""Prototypes whose cosines are held at once: they stay in the cache until the largest are found."""
BLOCK = 512
"""Prototypes that all probes meet before the next ones are read: 256 KiB of float32 where d = 128."""
LANES = 8
"""Values compared with each other before the few that are left are partitioned, in rows of a thousand."""
HALF_SHIFT = 13
"""Bits that the fraction of a float32 has more than that of a float16."""
HALF_SCALE = np.float32(2.0**112)
"""What a float16 must be multiplied by whose bits were moved to their places in a float32: the biases differ by 112."""
HALF_BITS = np.int32(-0x7000_0001)
"""All but the three bits of a float32's exponent that a float16 has not: 0x8fffffff."""
MANY = 8_192
"""From this many values on there are eight times as many lanes."""
SMALL = 262_144
"""Numbers up to which a matrix is multiplied by a vector as a whole: 1 MiB of float32. OpenBLAS does it on the calling
thread up to 460,800 of them (``interface/gemv.c``; since 0.3.27, which came with numpy 2.0)."""


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
    matrix : ndarray of float32 or float16, shape (n, d)
        Components of a float16 below 6e-5 may count as 0, where the processor is told to flush what is so small.
    out : ndarray of float32, shape (m, n), optional
        Where they go.

    Returns
    -------
    ndarray, shape (m, n)
        Not clipped: rounding can leave a unit vector's product with itself above 1.
    """
    found = np.empty((len(probes), len(matrix)), np.result_type(probes, matrix)) if out is None else out
    if matrix.dtype == np.float16:
        return _cosines_of_half(probes, matrix, out=found)
    if len(probes) == 1:
        np.vecdot(matrix, probes[0], out=found[0])
        return found
    for start in range(0, len(matrix), BLOCK):
        block = matrix[start : start + BLOCK]
        for probe, row in zip(probes, found, strict=True):
            np.vecdot(block, probe, out=row[start : start + BLOCK])
    return found


def halved(gallery: Prototypes) -> Prototypes:
    """Give the same prototypes as float16: half of the memory, and two to four times the time of a match."""
    return replace(gallery, matrix=cast("NDArray[np.float32]", gallery.matrix.astype(np.float16)))


def _cosines_of_half(
    probes: NDArray[np.floating], matrix: NDArray[np.floating], *, out: NDArray[np.floating]
) -> NDArray[np.floating]:
    """Multiply probes by float16 prototypes, a block at a time made float32 in the cache.

    numpy converts float16 one by one. Moving the bits to their places and leaving the factor to the probe is exact and
    takes a third of the time.
    """
    bits = matrix.view(np.int16)
    scaled = probes.astype(np.float32) * HALF_SCALE
    held = np.empty((min(BLOCK, len(matrix)), matrix.shape[1]), np.int32)
    for start in range(0, len(matrix), BLOCK):
        block = held[: len(matrix) - start]
        np.copyto(block, bits[start : start + BLOCK])
        np.left_shift(block, HALF_SHIFT, out=block)
        np.bitwise_and(block, HALF_BITS, out=block)
        for probe, row in zip(scaled, out, strict=True):
            np.vecdot(block.view(np.float32), probe, out=row[start : start + BLOCK])
    return out


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
    places = _within_reach(values, count)
    if places is None:
        return (-values).argsort(kind="stable")[:count]
    order = (-values[places]).argsort(kind="stable")
    return places[order[:count]]


def _within_reach(values: NDArray[np.floating], count: int, *, slack: float = 0.0) -> NDArray[np.intp] | None:
    """Give the places of all values that may be among the largest, each known to ``slack`` / 2; None where all may."""
    lanes = LANES if len(values) < MANY else 8 * LANES
    groups = len(values) // lanes
    if groups < 2 * count:
        return None
    maxima = np.maximum.reduce(values[: groups * lanes].reshape(lanes, groups), axis=0)
    maxima.partition(groups - count)
    (places,) = (values >= maxima[groups - count] - values.dtype.type(slack)).nonzero()
    return places if len(places) >= count else None  # NaN reach no bound


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
        quick = matrix.size <= SMALL and len(matrix) >= 2 * count * LANES and matrix.dtype == np.float32
        find = _nearest_of_few if quick else _nearest_of_all
        for places, near in find(probes, matrix, count):
            yield places.tolist(), near.tolist()
        return
    rows = [np.empty(0, np.intp)] * len(probes)
    best = [np.empty(0, np.float32)] * len(probes)
    held = np.empty((len(probes), SPAN), np.result_type(probes, matrix))
    for start in range(0, len(matrix), SPAN):
        span = matrix[start : start + SPAN]
        # A slice of `held` would not be contiguous where the last span is shorter.
        found = cosines(probes, span, out=held if len(span) == SPAN else None)
        for number, row in enumerate(found):
            places, near = _held(row, count)
            rows[number] = np.concatenate([rows[number], places + start])
            best[number] = np.concatenate([best[number], near])
    for number in range(len(probes)):
        order = (-best[number]).argsort(kind="stable")[:count]
        yield rows[number][order].tolist(), best[number][order].tolist()


def _nearest_of_few(
    probes: NDArray[np.floating], matrix: NDArray[np.floating], count: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.floating]]]:
    """Give what :func:`_nearest_of_all` gives, to the bit, by one product of BLAS and the cosines of what that leaves.

    The product is quicker than so many scalar products and off by no more than d 2^-24 for unit vectors (Higham,
    *Accuracy and Stability of Numerical Algorithms*, section 3.1), but equal rows may get unequal cosines.
    """
    slack = matrix.shape[1] * 2.0**-22  # either cosine may be off by a quarter of it
    for number, probe in enumerate(probes):
        places = _within_reach(np.dot(matrix, probe), count, slack=slack)
        if places is not None:
            near = np.vecdot(matrix[places], probe)
            order = (-near).argsort(kind="stable")[:count]
            near = near[order]
            if near[0] <= 1.0 and near[-1] > -1.0:
                yield places[order], near
                continue
        yield from _nearest_of_all(probes[number : number + 1], matrix, count)


def _nearest_of_all(
    probes: NDArray[np.floating], matrix: NDArray[np.floating], count: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.floating]]]:
    """Give the places of the largest cosines of each probe, and those."""
    return (_held(row, count) for row in cosines(probes, matrix))


def _held(row: NDArray[np.floating], count: int) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
    """Give the places of the largest of cosines that are held in -1..1, and those; hold them there where it matters."""
    places = nearest(row, count)
    near = row[places]
    if near[0] > 1.0 or near[-1] <= -1.0:
        np.clip(row, -1.0, 1.0, out=row)
        places = nearest(row, count)
        near = row[places]
    return places, near
