"""Prototypes: one unit vector per identity, from the embeddings of its shots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.enrolled import Prototypes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


def normalise(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Scale vectors to unit length; a zero vector stays zero.

    Parameters
    ----------
    vectors : ndarray, shape (..., d)
    """
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(norms > 0.0, norms, 1.0)).astype(np.float32)


def prototypes(
    embeddings: NDArray[np.float32],
    owners: Sequence[int],
    *,
    names: Mapping[int, str],
    encoder: str,
    revision: int,
) -> Prototypes:
    """Average the unit embeddings of each identity and scale the mean to unit length (weight imprinting).

    Parameters
    ----------
    embeddings : ndarray of float32, shape (m, d)
        One unit vector a shot.
    owners : sequence of int, length m
        The identity of each shot.
    names : mapping of int to str
        Names of the identities; the rows come in its order, identities without a shot are left out.
    encoder : str
    revision : int

    Returns
    -------
    Prototypes
        n rows, n the number of identities with a shot.

    References
    ----------
    METHOD: Park, Park & Teoh, ICPR 2022, weight imprinting.
    """
    owner_of = np.asarray(owners, dtype=np.int64)
    present = set(owner_of.tolist())
    ids = tuple(i for i in names if i in present)
    row_of = {identity: row for row, identity in enumerate(ids)}
    sums = np.zeros((len(ids), embeddings.shape[1] if embeddings.ndim == 2 else 0), dtype=np.float64)
    rows = np.array([row_of.get(int(i), -1) for i in owner_of], dtype=np.int64)
    np.add.at(sums, rows[rows >= 0], embeddings[rows >= 0])
    return Prototypes(
        encoder=encoder,
        revision=revision,
        identity_ids=ids,
        names=tuple(names[i] for i in ids),
        matrix=normalise(sums),
    )
