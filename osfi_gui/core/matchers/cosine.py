"""The plain cosine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.matchers.port import NOBODY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.matchers.port import Evidence, Reference


@dataclass(frozen=True)
class Cosine:
    """The largest cosine, and nothing else."""

    name: str = "cosine"
    title: str = "cosine"
    k: int = 1

    def neighbourhood(self, n: int, *, cohort: int = 0) -> int:
        """One: the nearest identity."""
        return min(1, n)

    def unusable(self, n: int, *, cohort: int = 0, shots: int = 0) -> str | None:
        """Refuse an empty gallery only."""
        return None if n else NOBODY

    def fit(self, gallery: Reference) -> Cosine:
        """Give itself."""
        return self

    def score(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give the largest cosine of each probe, -1..1, shape (m,)."""
        return np.asarray(evidence.cosines.max(axis=1), dtype=np.float64)
