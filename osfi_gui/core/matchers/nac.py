"""NAC, the matcher of the paper."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.matchers.port import NOBODY, PAPER_K

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.matchers.port import Evidence, Reference


def largest(values: NDArray[np.floating], count: int) -> NDArray[np.float64]:
    """Give the largest values of each row in descending order, shape (m, min(count, columns))."""
    count = min(count, values.shape[1])
    if count == 0:
        return np.zeros((len(values), 0))
    top = values if count == values.shape[1] else np.partition(values, -count, axis=1)[:, -count:]
    return -np.sort(-top.astype(np.float64), axis=1)


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
    title: str = "NAC"

    def neighbourhood(self, n: int, *, cohort: int = 0) -> int:
        """Give min(k, n)."""
        return min(self.k, n)

    def unusable(self, n: int, *, cohort: int = 0, shots: int = 0) -> str | None:
        """Refuse fewer than two identities: one alone is all of its neighbourhood, whoever the probe is."""
        if n == 0:
            return NOBODY
        if n == 1:
            return "NAC compares neighbours and only one person is enrolled: it would accept everybody."
        return None

    def fit(self, gallery: Reference) -> Nac:
        """Give itself."""
        return self

    def shares(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give the NAC of every identity of the neighbourhood.

        Returns
        -------
        ndarray of float64, shape (m, min(k, n))
            In descending order of the cosines; rows sum to 1.
        """
        top = largest(evidence.cosines, self.k)
        weights = np.exp(top - top[:, :1])
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)

    def shares_of(self, nearest: Sequence[float], strangers: Sequence[float] = ()) -> list[float]:
        """Give the same for one probe from its nearest only, which for a dozen of numbers is the quicker way.

        Parameters
        ----------
        nearest : sequence of float
            The largest cosines to the gallery, falling: k of them, or all where there are fewer; more are ignored.
        strangers : sequence of float
            Ignored.
        """
        best = nearest[0]
        weights = [exp(cosine - best) for cosine in nearest[: self.k]]
        total = sum(weights)
        return [weight / total for weight in weights]

    def score(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give exp(s_1) / sum_j exp(s_j) over the k largest cosines of each probe, 1/k..1, shape (m,)."""
        return np.asarray(self.shares(evidence)[:, 0], dtype=np.float64)
