"""The operating point that a decision is made with, and what it did to the probes it was measured on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """What an operating point did to the probes it was measured on.

    Attributes
    ----------
    far, dir : tuple of float
        Value, and both ends of its 95 % interval, 0..1.
    probes, probe_people : int
        Mated probes and whose they are.
    strangers, stranger_people : int
        Non-mated probes and whose they are.
    measurable : bool
        Whether so many strangers can show the target FAR at all.
    made_at : str
        ISO 8601, UTC; empty before it is kept.
    people : int
        Enrolled when it was made; false accepts grow with them.
    """

    far: tuple[float, float, float]
    dir: tuple[float, float, float]
    probes: int
    probe_people: int
    strangers: int
    stranger_people: int
    measurable: bool
    made_at: str = ""
    people: int = 0


@dataclass(frozen=True)
class OperatingPoint:
    """What a decision is made with.

    Attributes
    ----------
    matcher : str
    k : int
        Neighbourhood size, 1 for the plain cosine.
    threshold : float
        Accept from here on, in the matcher's score.
    cosine_floor : float
        Accept from here on, in cosine; the threshold again when the matcher is the cosine itself.
    encoder : str
    revision : int
        Gallery revision it was made for; -1 for a default.
    source : str
        Where it comes from, in a sentence for the operator.
    target_far : float
        The false accept rate it aims at, 0..1.
    measured : Measurement or None
        What it did to the probes it was measured on; None for a default.
    cohort_ids : tuple of int
        Strangers of the gallery whose embeddings fill the neighbourhood; empty for matchers without a cohort.
    own_thresholds : tuple of (int, float)
        Identities that need a higher threshold than the others, because somebody looks like them. The gallery keeps
        them apart from the point; the session joins them.
    """

    matcher: str
    k: int
    threshold: float
    cosine_floor: float
    encoder: str
    revision: int = -1
    source: str = ""
    target_far: float = 0.01
    measured: Measurement | None = None
    cohort_ids: tuple[int, ...] = ()
    own_thresholds: tuple[tuple[int, float], ...] = ()

    def threshold_of(self, identity_id: int) -> float:
        """Give the threshold that an identity has to reach: its own where that is the higher one."""
        return max((self.threshold, *(own for identity, own in self.own_thresholds if identity == identity_id)))
