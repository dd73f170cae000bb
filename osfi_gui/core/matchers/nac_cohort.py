"""NAC whose neighbourhood is filled with strangers, so that its scale does not follow the gallery's size."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.matchers.nac import largest
from osfi_gui.core.matchers.port import NOBODY, PAPER_K

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.matchers.port import Evidence, Reference


@dataclass(frozen=True)
class NacCohort:
    """NAC in the gallery together with a cohort of strangers, who compete but can never win.

    The share of the gallery's best cosine among itself and the k - 1 largest of all other cosines: those to the
    gallery's other prototypes and those to the cohort's. A stranger of the cohort who is nearer to the probe than
    anybody enrolled takes part in the sum, and lowers the share.

    Of what "filling the neighbourhood" can mean this is the reading that helps at every size when measured
    (docs/experiments.md, "Small galleries"): strangers who only take the places that the gallery leaves of k change
    nothing from k people on, and those nearest to the prototype instead of to the probe help less as galleries grow.

    Attributes
    ----------
    k : int
        Neighbourhood size; clamped to the number of identities and strangers together.
    """

    k: int = PAPER_K
    name: str = "nac-cohort"
    title: str = "NAC with a cohort"

    def neighbourhood(self, n: int, *, cohort: int = 0) -> int:
        """Give min(k, n + cohort)."""
        return min(self.k, n + cohort) if n else 0

    def unusable(self, n: int, *, cohort: int = 0, shots: int = 0) -> str | None:
        """Refuse an empty gallery and an empty cohort."""
        if n == 0:
            return NOBODY
        if cohort == 0:
            return "NAC with a cohort compares with strangers, and there are none in the cohort."
        return None

    def fit(self, gallery: Reference) -> NacCohort:
        """Give itself."""
        return self

    def shares(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give the share of every identity of the neighbourhood.

        Returns
        -------
        ndarray of float64, shape (m, min(k, n))
            In descending order of the cosines; 0 for identities that strangers crowd out of the neighbourhood. What is
            missing to 1 are the strangers' shares.
        """
        top = largest(evidence.cosines, self.k)
        rest = largest(np.concatenate([top[:, 1:], largest(evidence.cohort, self.k - 1)], axis=1), self.k - 1)
        # From the largest of all, which may be a stranger's, so that nothing overflows.
        peak = np.maximum(top[:, :1], rest[:, :1]) if rest.shape[1] else top[:, :1]
        weights = np.exp(top - peak)
        total = weights[:, 0] + np.exp(rest - peak).sum(axis=1)
        if rest.shape[1]:
            weights[:, 1:] *= top[:, 1:] >= rest[:, -1:]
        else:
            weights[:, 1:] = 0.0
        return np.asarray(weights / total[:, None], dtype=np.float64)

    def shares_of(self, nearest: Sequence[float], strangers: Sequence[float]) -> list[float]:
        """Give the same for one probe from its nearest only, which for a dozen of numbers is the quicker way.

        Parameters
        ----------
        nearest : sequence of float
            The largest cosines to the gallery, falling: k of them, or all where there are fewer; more are ignored.
        strangers : sequence of float
            The largest cosines to the cohort, falling: k - 1 of them, or all where there are fewer; more are ignored.
        """
        top = nearest[: self.k]
        rest = sorted([*top[1:], *strangers[: self.k - 1]], reverse=True)[: self.k - 1]
        peak = max(top[0], rest[0]) if rest else top[0]
        best = exp(top[0] - peak)
        total = best + sum([exp(cosine - peak) for cosine in rest])
        last = rest[-1] if rest else 0.0
        return [best / total, *(exp(cosine - peak) / total if cosine >= last else 0.0 for cosine in top[1:])]

    def score(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give exp(s_1) / (exp(s_1) + sum of the k - 1 largest others' exp), above 0 and at most 1, shape (m,)."""
        return np.asarray(self.shares(evidence)[:, 0], dtype=np.float64)
