"""The probes of a calibration: a gallery's own shots and its strangers, and what a matcher may know of each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.match import Evidence, Reference
from osfi_gui.core.strangers import person_prototypes
from osfi_gui.services.held_out import unseen
from osfi_gui.services.tune import mean_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from osfi_gui.core.ports import Encoder
    from osfi_gui.store.gallery import GalleryFile

BLOCK = 1024
"""Probes scored at once; bounds the memory, and a cancel is heard between two blocks."""


@dataclass(frozen=True, eq=False)
class Material:
    """What a calibration works on: a copy, so that the gallery may change meanwhile.

    Attributes
    ----------
    encoder, title : str
    revision : int
    identity_ids : tuple of int, length n
        Row by row.
    shots : ndarray of float32, shape (m, d)
        Unit rows.
    owners : ndarray of int64, shape (m,)
        Row of each shot's identity.
    honest : ndarray of bool, shape (m,)
        Shots that the encoder was not trained on.
    trained_on : tuple of int
        Identities of the gallery that the encoder was trained on.
    strangers : ndarray of float32, shape (b, d)
        Of people who are not enrolled.
    stranger_ids : tuple of int, length b
    persons : tuple of str, length b
        Equal where two faces are of the same person.
    enrolled_since : int
        Faces of strangers that were left out because a person of that name is enrolled.
    """

    encoder: str
    title: str
    revision: int
    identity_ids: tuple[int, ...]
    shots: NDArray[np.float32]
    owners: NDArray[np.int64]
    honest: NDArray[np.bool_]
    trained_on: tuple[int, ...]
    strangers: NDArray[np.float32]
    stranger_ids: tuple[int, ...]
    persons: tuple[str, ...]
    enrolled_since: int = 0


def gather(store: GalleryFile, encoder: Encoder) -> Material:
    """Copy what a calibration needs out of a gallery that the encoder has seen all of."""
    found, strangers = store.embeddings(encoder.name), store.stranger_embeddings(encoder.name)
    people = store.identities()
    ids = tuple(sorted(set(found.identity_ids)))
    row_of = {identity_id: row for row, identity_id in enumerate(ids)}
    owners = np.array([row_of[owner] for owner in found.identity_ids], dtype=np.int64)
    # Whoever was enrolled since is no stranger any more.
    names = {person.name for person in people}
    kept = [row for row, person in enumerate(strangers.persons) if person not in names]
    honest = np.ones(len(owners), dtype=bool)
    trained_on: tuple[int, ...] = ()
    number = encoder.name.rpartition("@")[2] if "@" in encoder.name else ""
    if number.isdecimal():
        version = store.version(int(number))
        trained_on = tuple(identity for identity in ids if identity in set(version.trained_on))
        honest = unseen(version, found.shot_ids, found.identity_ids, added_at=store.added_at())
    return Material(
        encoder=encoder.name,
        title=getattr(encoder, "title", encoder.name),
        revision=found.revision,
        identity_ids=ids,
        shots=found.matrix,
        owners=owners,
        honest=honest,
        trained_on=trained_on,
        strangers=strangers.matrix[kept].reshape(len(kept), found.matrix.shape[1]),
        stranger_ids=tuple(strangers.stranger_ids[row] for row in kept),
        persons=tuple(strangers.persons[row] for row in kept),
        enrolled_since=len(strangers.persons) - len(kept),
    )


def ranks_of(cosines: NDArray[np.floating], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the rank of the right identity of each probe, from 1; of equal cosines the first column is the nearer one.

    Parameters
    ----------
    cosines : ndarray, shape (m, n)
    owners : ndarray of int64, shape (m,)
    """
    own = cosines[np.arange(len(owners)), owners][:, None]
    before = np.arange(cosines.shape[1]) < owners[:, None]
    return np.asarray(1 + ((cosines > own) | ((cosines == own) & before)).sum(axis=1), dtype=np.int64)


class Work:
    """The arrays of one calibration, and the evidence of its probes, block by block.

    Parameters
    ----------
    material : Material
    cohort_rows : ndarray of bool, shape (b,)
        Strangers that fill neighbourhoods.

    Attributes
    ----------
    counts : ndarray of int64, shape (n,)
        Shots of each identity.
    reference : Reference
        What matchers learn from.
    """

    def __init__(self, material: Material, cohort_rows: NDArray[np.bool_]) -> None:
        self.material, self.cohort_rows = material, cohort_rows
        n = len(material.identity_ids)
        self.counts = np.bincount(material.owners, minlength=n)
        self._sums = np.zeros((n, material.shots.shape[1]))
        np.add.at(self._sums, material.owners, material.shots)
        inside = np.flatnonzero(cohort_rows)
        self.reference = Reference(
            prototypes=mean_rows(material.shots, material.owners, n=n),
            shots=material.shots,
            owners=material.owners,
            cohort=person_prototypes(material.strangers[inside], [material.persons[row] for row in inside]),
        )
        self._cohort = self.reference.cohort.reshape(-1, material.shots.shape[1])

    def probes(
        self, mated_rows: NDArray[np.int64], *, in_place: bool
    ) -> Iterator[tuple[str, NDArray[np.int64], Evidence]]:
        """Give the kind of the probes (``mated`` or ``non_mated``), their rows, and their evidence."""
        for first in range(0, len(mated_rows), BLOCK):
            rows = mated_rows[first : first + BLOCK]
            yield "mated", rows, self._without_itself(rows)
        if in_place:
            for row in range(len(self.counts)):
                yield "non_mated", np.flatnonzero(self.material.owners == row), self._without_identity(row)
            return
        others = np.flatnonzero(~self.cohort_rows)
        for first in range(0, len(others), BLOCK):
            rows = others[first : first + BLOCK]
            yield "non_mated", rows, self.evidence(self.material.strangers[rows])

    def non_mated_persons(self, *, in_place: bool) -> NDArray[np.int64]:
        """Give a number a person for each non-mated probe, in the order of :meth:`probes`."""
        if in_place:
            return np.sort(self.material.owners)
        keys = [key for key, inside in zip(self.material.persons, self.cohort_rows, strict=True) if not inside]
        number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
        return np.array([number[key] for key in keys], dtype=np.int64)

    def evidence(self, probes: NDArray[np.float32]) -> Evidence:
        """Compare probes of people who are no part of the gallery, or of other pictures than its shots.

        Parameters
        ----------
        probes : ndarray of float32, shape (m, d)
            Unit rows.
        """
        gallery = self.reference
        against = [np.clip(probes @ rows.T, -1.0, 1.0) for rows in (gallery.prototypes, self._cohort, gallery.shots)]
        return Evidence(against[0], against[1], against[2], gallery.owners)

    def _without_itself(self, rows: NDArray[np.int64]) -> Evidence:
        """Compare shots with prototypes that they have no part in."""
        probes, owners = self.material.shots[rows], self.material.owners[rows]
        evidence = self.evidence(probes)
        rest = self._sums[owners] - probes
        own = (rest * probes).sum(axis=1) / np.maximum(np.linalg.norm(rest, axis=1), 1e-12)
        at = np.arange(len(rows))
        evidence.cosines[at, owners] = np.clip(own, -1.0, 1.0)
        assert evidence.shots is not None
        evidence.shots[at, rows] = -np.inf
        return evidence

    def _without_identity(self, row: int) -> Evidence:
        """Compare an identity's shots with the gallery of all others."""
        mine = self.material.owners == row
        evidence = self.evidence(self.material.shots[mine])
        assert evidence.shots is not None
        evidence.shots[:, mine] = -np.inf
        # Columns behind the one that is left out move one to the front; its own shots belong to nobody.
        owners = np.where(mine, -1, self.material.owners - (self.material.owners > row))
        return replace(evidence, cosines=np.delete(evidence.cosines, row, axis=1), owners=owners)
