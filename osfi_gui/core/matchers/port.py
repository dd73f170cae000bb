"""The port: what a matcher is given, and what it promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAPER_K = 16
"""Neighbourhood size of the paper."""

NOBODY = "Nobody is enrolled."


@dataclass(frozen=True, eq=False)
class Reference:
    """What a matcher may learn from before it scores: all of it unit vectors of one encoder.

    Attributes
    ----------
    prototypes : ndarray of float32, shape (n, d)
        One an identity.
    shots : ndarray of float32, shape (s, d)
        Embeddings of all shots.
    owners : ndarray of int, shape (s,)
        Row of the prototype that each shot belongs to.
    cohort : ndarray of float32, shape (c, d)
        Prototypes of strangers, one a person; c may be 0.
    """

    prototypes: NDArray[np.float32]
    shots: NDArray[np.float32]
    owners: NDArray[np.integer]
    cohort: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Evidence:
    """The cosines of m probes to whatever they are compared with.

    Attributes
    ----------
    cosines : ndarray, shape (m, n)
        To the gallery's prototypes, -1..1.
    cohort : ndarray, shape (m, c)
        To the cohort's prototypes, -1..1; c may be 0.
    shots : ndarray, shape (m, s), or None
        To all shots, -1..1; ``-inf`` where a shot is to be ignored, as the probe itself is in leave-one-shot-out. None
        where the caller has none: matchers of shots then raise ValueError.
    owners : ndarray of int, shape (s,), or None
        Column of ``cosines`` that each shot belongs to.
    """

    cosines: NDArray[np.floating]
    cohort: NDArray[np.floating]
    shots: NDArray[np.floating] | None = None
    owners: NDArray[np.integer] | None = None

    @classmethod
    def of_gallery(cls, cosines: NDArray[np.floating]) -> Evidence:
        """Give the evidence of a gallery's prototypes alone, shape (m, n): no cohort, no shots."""
        return cls(cosines, np.zeros((len(cosines), 0), dtype=np.float32))


class Matcher(Protocol):
    """Scores probes; higher is more alike.

    The best identity is that of the largest cosine, whichever matcher scores: a matcher decides on rejection only.
    """

    @property
    def name(self) -> str:
        """Name that an operating point is stored with."""
        ...

    @property
    def title(self) -> str:
        """Name shown to people."""
        ...

    @property
    def k(self) -> int:
        """Size of the neighbourhood it looks at; 1 where it looks at the nearest only."""
        ...

    def neighbourhood(self, n: int, *, cohort: int = 0) -> int:
        """Size of the neighbourhood that is used with n identities and a cohort of so many strangers."""
        ...

    def unusable(self, n: int, *, cohort: int = 0, shots: int = 0) -> str | None:
        """Say in a sentence why it means nothing with so many identities, strangers and shots; None where it does."""
        ...

    def fit(self, gallery: Reference) -> Matcher:
        """Give the matcher that has learned from a gallery; itself where there is nothing to learn."""
        ...

    def score(self, evidence: Evidence) -> NDArray[np.float64]:
        """Score probes, shape (m,), float64."""
        ...
