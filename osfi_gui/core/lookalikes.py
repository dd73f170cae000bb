"""Who looks like whom in a gallery, and which shots fit somebody else better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1024
"""Rows of similarities computed at once; bounds the memory of a large gallery."""
LEAST_SHOTS = 3
"""With fewer shots nobody can say which one is wrong, and a small identity is not called noise for being small."""


def nearest_others(prototypes: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find for each identity the nearest other one.

    Parameters
    ----------
    prototypes : ndarray of float32, shape (n, d)
        Unit rows.

    Returns
    -------
    rows : ndarray of int64, shape (n,)
        Row of the nearest other identity; -1 where there is none.
    cosines : ndarray of float32, shape (n,)
        Its cosine, -1..1.
    """
    n = len(prototypes)
    rows = np.full(n, -1, dtype=np.int64)
    cosines = np.full(n, -1.0, dtype=np.float32)
    if n < 2:
        return rows, cosines
    for first in range(0, n, BLOCK):
        block = np.arange(first, min(first + BLOCK, n))
        similar = prototypes[block] @ prototypes.T
        similar[np.arange(len(block)), block] = -np.inf
        rows[block] = similar.argmax(axis=1)
        cosines[block] = similar[np.arange(len(block)), rows[block]]
    return rows, cosines


def misfits(
    embeddings: NDArray[np.float32], owners: NDArray[np.int64], prototypes: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Find the shots that are closer to another identity than to the other shots of their own.

    Parameters
    ----------
    embeddings : ndarray of float32, shape (m, d)
        One unit vector a shot.
    owners : ndarray of int64, shape (m,)
        The row of each shot's identity in ``prototypes``; -1 for none.
    prototypes : ndarray of float32, shape (n, d)
        Unit rows.

    Returns
    -------
    ndarray of int64
        Indices of such shots, ascending; shots of identities with fewer than three are never among them.
    """
    if len(prototypes) < 2 or not len(embeddings):
        return np.zeros(0, dtype=np.int64)
    counts = np.bincount(owners[owners >= 0], minlength=len(prototypes))
    sums = np.zeros(prototypes.shape, dtype=np.float64)
    np.add.at(sums, owners[owners >= 0], embeddings[owners >= 0])
    judged = np.flatnonzero((owners >= 0) & (counts[owners] >= LEAST_SHOTS))
    found: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    for first in range(0, len(judged), BLOCK):
        block = judged[first : first + BLOCK]
        rest = sums[owners[block]] - embeddings[block]
        own = (rest * embeddings[block]).sum(axis=1) / np.maximum(np.linalg.norm(rest, axis=1), 1e-12)
        similar = embeddings[block] @ prototypes.T
        similar[np.arange(len(block)), owners[block]] = -np.inf
        found.append(block[similar.max(axis=1) > own])
    return np.concatenate(found)
