"""Calibration in values: where scores come from, what each matcher gave, and what a threshold would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.bootstrap import Band
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.scores import Persons, Scores
    from osfi_gui.core.tune import Estimate
    from osfi_gui.core.what_if import Comparisons


STRANGERS, LEAVE_ONE_IDENTITY = "strangers", "leave-one-identity-out"
"""How non-mated scores are made."""


@dataclass(frozen=True)
class Provenance:
    """Where the scores of a calibration come from, and how many they are.

    Attributes
    ----------
    mated : str
        How mated scores were made: ``leave-one-shot-out``, or ``held-out shots`` where a tuned encoder has seen the
        others; empty where there are none.
    non_mated : str
        ``strangers``, or ``leave-one-identity-out`` where the gallery has none.
    probes, probe_people : int
        Mated probes, and whose they are.
    strangers, stranger_people : int
        Non-mated probes that calibrate, without those of the cohort, and how many persons they are.
    cohort : int
        Strangers that fill neighbourhoods; none of them calibrates.
    least_far : float
        The lowest false accept rate that so many persons can measure at all, 0..1; 1 where none.
    notes : tuple of str
        What the operator has to know, a sentence each: too few strangers, identities that the encoder was trained on.
    """

    mated: str
    non_mated: str
    probes: int
    probe_people: int
    strangers: int
    stranger_people: int
    cohort: int
    least_far: float
    notes: tuple[str, ...] = ()

    @property
    def stands_in(self) -> bool:
        """Whether enrolled people stand in for strangers."""
        return self.non_mated == LEAVE_ONE_IDENTITY

    @property
    def who(self) -> str:
        """What those are called who are not to be accepted."""
        return who_are_strangers(self.non_mated)


def who_are_strangers(non_mated: str) -> str:
    """Say in words who non-mated probes are of."""
    return "people who stand in for strangers" if non_mated == LEAVE_ONE_IDENTITY else "strangers"


@dataclass(frozen=True, eq=False)
class Scored:
    """What one matcher gave for the probes of a calibration.

    Attributes
    ----------
    matcher : str
        Name, as in an operating point.
    title : str
        For the operator.
    k : int
        Size of its neighbourhood.
    scores : Scores
    cosine_floor : float
        The floor under the cosine that belongs to it; ``-inf`` for the cosine itself. Scores of probes below it are
        ``-inf``: they are rejected whatever the threshold.
    ranks : ndarray of int, shape (a,)
        Rank of the right identity of each mated probe, from 1.
    dir_at_target : Estimate
        DIR at the target FAR, 0..1.
    """

    matcher: str
    title: str
    k: int
    scores: Scores
    cosine_floor: float
    ranks: NDArray[np.int64]
    dir_at_target: Estimate


@dataclass(frozen=True, eq=False)
class Calibration:
    """All that an operating point can be chosen from.

    Attributes
    ----------
    encoder, title : str
        Name under which embeddings are kept, and what the operator reads.
    revision : int
        The gallery's.
    people : int
        Enrolled.
    target_far : float
        0..1.
    provenance : Provenance
    persons : Persons
        Whose the probes are; the same for every matcher.
    scored : tuple of Scored
        One a matcher, in the order in which they are shown; at least the cosine.
    proposed : str
        Name of the matcher to take.
    why : str
        Why, in a sentence.
    cohort_ids : tuple of int
        Strangers of the gallery that are the cohort.
    unusable : tuple of (str, str)
        Titles of matchers that cannot be used here, and why.
    comparisons : Comparisons or None
        Of the non-mated probes with single people; missing in reports that were written before these kept them.
    """

    encoder: str
    title: str
    revision: int
    people: int
    target_far: float
    provenance: Provenance
    persons: Persons
    scored: tuple[Scored, ...]
    proposed: str
    why: str
    cohort_ids: tuple[int, ...] = ()
    unusable: tuple[tuple[str, str], ...] = ()
    comparisons: Comparisons | None = None

    @property
    def compared_with(self) -> int:
        """With how many people each non-mated probe was compared: everybody, or everybody else."""
        return self.people - self.provenance.stands_in

    def of(self, matcher: str) -> Scored:
        """Give what a matcher scored.

        Raises
        ------
        KeyError
            When it did not.
        """
        for scored in self.scored:
            if scored.matcher == matcher:
                return scored
        raise KeyError(matcher)


@dataclass(frozen=True)
class ReadOut:
    """What a threshold does to the probes of a calibration.

    Attributes
    ----------
    matcher : str
    threshold : float
    far, dir : Estimate
        0..1; FNIR is 1 - DIR. The interval of FAR is where the share of as many other strangers would lie (95 %), that
        of DIR where the share of as many other pictures of such people would.
    accepted, strangers : int
        Strangers' probes accepted, of all.
    found, probes : int
        Mated probes accepted as who they are, of all.
    measurable : bool
        Whether there are strangers enough to claim the FAR that was aimed at.
    sentence : str
        The same in words.
    """

    matcher: str
    threshold: float
    far: Estimate
    dir: Estimate
    accepted: int
    strangers: int
    found: int
    probes: int
    measurable: bool
    sentence: str


@dataclass(frozen=True)
class CalibrationView:
    """What the Calibrate page shows: the newest calibration, or why there is none.

    Attributes
    ----------
    calibration : Calibration or None
    current : OperatingPoint or None
        What decides now.
    state : str
        ``valid``, ``expired`` or ``none``.
    problem, remedy : str
        Why nothing could be calibrated, and what to do.
    bands : tuple of (str, Band)
        Of each matcher by its name, DIR over FAR with its interval; empty where there is nothing to draw persons from.
    offered : OperatingPoint or None
        The point of the calibration to show first, instead of what is proposed.
    """

    calibration: Calibration | None
    current: OperatingPoint | None
    state: str
    problem: str = ""
    remedy: str = ""
    bands: tuple[tuple[str, Band], ...] = ()
    offered: OperatingPoint | None = None


@dataclass(frozen=True)
class CalibrateRequest:
    """Intent: make the scores anew, aiming at a false accept rate."""

    target_far: float


@dataclass(frozen=True)
class WriteReport:
    """Intent: write a report of what a matcher and a threshold do; the path's ending says which kind of file."""

    path: str
    matcher: str
    threshold: float


@dataclass(frozen=True)
class ChoosePoint:
    """Intent: decide with this matcher and threshold from now on."""

    matcher: str
    threshold: float
