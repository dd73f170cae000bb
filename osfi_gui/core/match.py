"""Matchers: from a probe's cosines to one score that a threshold can stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from osfi_gui.core.values import Match, Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.values import Prototypes, Vector

PAPER_K = 16
"""Neighbourhood size of the paper."""


class Matcher(Protocol):
    """Scores probes from their cosines; higher is more alike."""

    @property
    def name(self) -> str:
        """Name shown to the operator and stored in an operating point."""
        ...

    def neighbourhood(self, n: int) -> int:
        """Size of the neighbourhood that is used with n identities."""
        ...

    def unusable(self, n: int) -> str | None:
        """Say in a sentence why it means nothing with n identities, or None where it does."""
        ...

    def score(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Score probes, shape (m,), from their cosines to all n prototypes, shape (m, n)."""
        ...


@dataclass(frozen=True)
class Cosine:
    """The largest cosine, and nothing else."""

    name: str = "cosine"

    def neighbourhood(self, n: int) -> int:
        """One: the nearest identity."""
        return min(1, n)

    def unusable(self, n: int) -> str | None:
        """Refuse an empty gallery only."""
        return None if n else "Nobody is enrolled."

    def score(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give the largest cosine of each row, -1..1.

        Parameters
        ----------
        cosines : ndarray, shape (m, n)
        """
        return np.asarray(cosines.max(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class Nac:
    """Neighbourhood Aware Cosine: the softmax share of the best among the k nearest, temperature 1.

    Attributes
    ----------
    k : int
        Neighbourhood size; clamped to the number of identities.

    References
    ----------
    Park, Park & Teoh, *Open-Set Face Identification on Few-Shot Gallery by Fine-Tuning*, ICPR 2022.
    """

    k: int = PAPER_K
    name: str = "nac"

    def neighbourhood(self, n: int) -> int:
        """Give min(k, n)."""
        return min(self.k, n)

    def unusable(self, n: int) -> str | None:
        """Refuse fewer than two identities: one alone is all of its neighbourhood, whoever the probe is."""
        if n == 0:
            return "Nobody is enrolled."
        if n == 1:
            return "NAC compares neighbours and only one person is enrolled: it would accept everybody."
        return None

    def shares(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give the NAC of every identity of the neighbourhood.

        Parameters
        ----------
        cosines : ndarray, shape (m, n)

        Returns
        -------
        ndarray of float64, shape (m, min(k, n))
            In descending order; rows sum to 1.
        """
        k = self.neighbourhood(cosines.shape[1])
        top = -np.sort(-np.partition(cosines, -k, axis=1)[:, -k:], axis=1).astype(np.float64)
        weights = np.exp(top - top[:, :1])
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)

    def score(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give exp(s_1) / sum_j exp(s_j) over the k largest cosines of each row, 1/k..1.

        Parameters
        ----------
        cosines : ndarray, shape (m, n)
        """
        return np.asarray(self.shares(cosines)[:, 0], dtype=np.float64)


def matcher_named(name: str, *, k: int = PAPER_K) -> Matcher:
    """Give the matcher of an operating point.

    Raises
    ------
    ValueError
        When there is none of that name.
    """
    if name == "cosine":
        return Cosine()
    if name == "nac":
        return Nac(k=k)
    msg = f"there is no matcher named {name!r}; there are cosine and nac"
    raise ValueError(msg)


def match(probe: Vector, gallery: Prototypes, *, matcher: Matcher, show: int = PAPER_K) -> Match | None:
    """Rank the identities of a gallery for one probe.

    Parameters
    ----------
    probe : ndarray of float32, shape (d,)
        Unit length.
    gallery : Prototypes
    matcher : Matcher
    show : int
        How many neighbours to name at most.

    Returns
    -------
    Match or None
        None where nobody is enrolled. The neighbours' NAC is for the neighbourhood of size min(16, n) whichever
        matcher scored, and None where NAC means nothing.
    """
    n = len(gallery)
    if n == 0:
        return None
    cosines = np.clip(gallery.matrix @ probe, -1.0, 1.0)
    nac = Nac()
    order = np.argsort(-cosines, kind="stable")[: max(show, nac.neighbourhood(n))]
    shares = None if nac.unusable(n) else nac.shares(cosines[None, :])[0]
    neighbours = tuple(
        Neighbour(
            identity_id=gallery.identity_ids[row],
            name=gallery.names[row],
            cosine=float(cosines[row]),
            nac=float(shares[rank]) if shares is not None and rank < len(shares) else None,
        )
        for rank, row in enumerate(order[:show])
    )
    return Match(
        matcher=matcher.name,
        k=matcher.neighbourhood(n),
        score=float(matcher.score(cosines[None, :])[0]),
        cosine=float(cosines[order[0]]),
        neighbours=neighbours,
    )
