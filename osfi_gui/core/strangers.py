"""Dividing strangers: some fill neighbourhoods (the cohort), the others calibrate; nobody does both."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.gallery import normalise
from osfi_gui.core.matchers.default import LEAST_COHORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

COHORT_SHARE = 3
"""One person of so many may be in the cohort."""
LARGEST_COHORT = 64
"""Persons; more would fill no neighbourhood of 16 better, and be lost for calibrating."""


def in_cohort(persons: Sequence[str]) -> NDArray[np.bool_]:
    """Say which faces are of persons of the cohort.

    A person's place follows from a hash of the key: one of three may be in the cohort, and of those the 64 with the
    smallest hashes are; nobody is while they would be fewer than 16, because so few decide worse than none (about 48
    strangers give a cohort). Once there is a cohort, whoever calibrates goes on calibrating when strangers are added;
    beyond 64 an added person can only free somebody of the cohort to calibrate.

    Parameters
    ----------
    persons : sequence of str, length m
        Keys that are equal where two faces are of the same person.

    Returns
    -------
    ndarray of bool, shape (m,)
    """
    able = sorted((key for key in set(persons) if _hash(key) % COHORT_SHARE == 0), key=_hash)
    chosen = set(able[:LARGEST_COHORT]) if len(able) >= LEAST_COHORT else set()
    return np.array([person in chosen for person in persons], dtype=bool)


def person_prototypes(vectors: NDArray[np.float32], persons: Sequence[str]) -> NDArray[np.float32]:
    """Give one unit vector a person, in the order in which they first come.

    Parameters
    ----------
    vectors : ndarray of float32, shape (m, d)
        Unit rows, one a face.
    persons : sequence of str, length m

    Returns
    -------
    ndarray of float32, shape (people, d)
    """
    number = {key: row for row, key in enumerate(dict.fromkeys(persons))}
    sums = np.zeros((len(number), vectors.shape[1]))
    np.add.at(sums, np.array([number[key] for key in persons], dtype=np.int64), vectors)
    return normalise(sums)


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big")
