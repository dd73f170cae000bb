"""NNGuide: the energy of the logits, guided by the nearest shots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.matchers.nac import largest
from osfi_gui.core.matchers.port import NOBODY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.matchers.port import Evidence, Reference

NEAREST = 1
SCALE = 64.0


@dataclass(frozen=True, eq=False)
class NnGuide:
    """The energy of a probe's logits times the mean of its k largest inner products with a bank of shots.

    The logits are ``scale`` times the cosines to the prototypes; the energy is the log of the sum of their exp, divided
    by ``scale`` again so that it is measured as the cosine is. Each shot of the bank is scaled by its confidence, which
    is its own energy. Both factors are held at 0 from below: with cosines, unlike with the features behind a ReLU that
    the method was made for, either can be negative, and two negative ones would make a high score.

    Attributes
    ----------
    k : int
        Nearest shots; clamped to the number of shots that are not ignored.
    scale : float
        Of the logits.
    confidence : ndarray of float64, shape (s,), or None
        Energy of each shot; None before fitting. A shot that is left out of a probe's evidence still has part in the
        prototypes that gave the others' confidence.

    References
    ----------
    Park, Jung & Teoh, *Nearest Neighbor Guidance for Out-of-Distribution Detection*, ICCV 2023, equations 2 to 5.
    """

    k: int = NEAREST
    scale: float = SCALE
    confidence: NDArray[np.float64] | None = None
    name: str = "nnguide"
    title: str = "NNGuide"

    def neighbourhood(self, n: int, *, cohort: int = 0) -> int:
        """Give k where anybody is enrolled: everybody has a shot, but how many is not known here."""
        return self.k if n else 0

    def unusable(self, n: int, *, cohort: int = 0, shots: int = 0) -> str | None:
        """Refuse a gallery without shots."""
        if n == 0:
            return NOBODY
        return None if shots else "NNGuide compares with the enrolled shots, and there are none."

    def energy(self, cosines: NDArray[np.floating]) -> NDArray[np.float64]:
        """Give log(sum_j exp(scale * cosine_j)) / scale of each row, at least 0, shape (m,)."""
        logits = self.scale * cosines.astype(np.float64)
        peak = logits.max(axis=1)
        found = (peak + np.log(np.exp(logits - peak[:, None]).sum(axis=1))) / self.scale
        return np.asarray(np.maximum(found, 0.0), dtype=np.float64)

    def fit(self, gallery: Reference) -> NnGuide:
        """Learn the confidence of each shot."""
        return replace(self, confidence=self.energy(gallery.shots @ gallery.prototypes.T))

    def score(self, evidence: Evidence) -> NDArray[np.float64]:
        """Give energy times guidance of each probe, 0 or more, shape (m,).

        Raises
        ------
        ValueError
            Before fitting, and without cosines to the shots it was fitted to.
        """
        if self.confidence is None or evidence.shots is None or evidence.shots.shape[1] != len(self.confidence):
            msg = "NNGuide is fitted to shots, and scores from cosines to the same shots"
            raise ValueError(msg)
        there = np.isfinite(evidence.shots)
        guided = np.where(there, np.where(there, evidence.shots, 0.0) * self.confidence, -np.inf)
        top = largest(guided, self.k)
        counted = np.isfinite(top)
        total = np.where(counted, top, 0.0).sum(axis=1)
        guidance = total / np.maximum(counted.sum(axis=1), 1)
        return np.asarray(self.energy(evidence.cosines) * np.maximum(guidance, 0.0), dtype=np.float64)
