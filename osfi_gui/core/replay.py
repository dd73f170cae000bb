"""A replay beside its recording: which frames were decided otherwise, and what decides otherwise now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.recording import RecordedFrame, Seen, Take

MOST_NAMED = 20
"""How many differing frames a comparison names; it counts them all."""


@dataclass(frozen=True)
class Difference:
    """A frame that was decided otherwise than when it was recorded.

    Attributes
    ----------
    number : int
        The frame's, counted from 0.
    clock_s : float
    what : str
        In a sentence.
    certain : bool
        False after a gap in the same take: the votes of the frames that are missing are missing too.
    """

    number: int
    clock_s: float
    what: str
    certain: bool


@dataclass(frozen=True)
class Comparison:
    """A replay beside its recording.

    Attributes
    ----------
    frames, faces : int
        Compared; faces as recorded.
    differing : int
        Frames that were decided otherwise, without a gap before them in their take.
    uncertain : int
        Frames that were decided otherwise after a gap.
    missing : int
        Frames that are not in the recording.
    deviation : float
        Largest difference between a recorded score and the same one now, over faces that were decided alike.
    first : tuple of Difference
        The first of those that differ, at most ``MOST_NAMED``.
    """

    frames: int = 0
    faces: int = 0
    differing: int = 0
    uncertain: int = 0
    missing: int = 0
    deviation: float = 0.0
    first: tuple[Difference, ...] = ()

    @property
    def same(self) -> bool:
        """Whether every decision was the recorded one."""
        return not self.differing and not self.uncertain


def difference(recorded: Sequence[Seen], now: Sequence[Seen]) -> str:
    """Say how the decisions on one frame differ; empty where they are the same.

    Faces are compared in their order, by track, verdict and identity; by the identity's number, because a person who
    was renamed is the same.
    """
    if len(recorded) != len(now):
        return f"recorded {_counted(len(recorded), 'face')}, now {_counted(len(now), 'face')}"
    for then, today in zip(recorded, now, strict=True):
        if then.decided != today.decided:
            return f"recorded {_said(then)}, now {_said(today)}"
    return ""


class Comparing:
    """Takes the frames of a replay one after the other and keeps count."""

    def __init__(self) -> None:
        self._frames = self._faces = self._differing = self._uncertain = self._missing = 0
        self._deviation = 0.0
        self._first: list[Difference] = []
        self._gap_in = 0

    def add(self, frame: RecordedFrame, now: Sequence[Seen]) -> Difference | None:
        """Compare one frame; give the difference, or None where it was decided as recorded."""
        self._frames += 1
        self._faces += len(frame.seen)
        self._missing += frame.missing
        if frame.missing:
            self._gap_in = frame.take.number
        what = difference(frame.seen, now)
        if not what:
            self._deviation = max([self._deviation, *map(_apart, frame.seen, now)])
            return None
        found = Difference(frame.number, frame.clock_s, what, certain=self._gap_in != frame.take.number)
        if found.certain:
            self._differing += 1
        else:
            self._uncertain += 1
        if len(self._first) < MOST_NAMED:
            self._first.append(found)
        return found

    @property
    def comparison(self) -> Comparison:
        """What was found so far."""
        return Comparison(
            self._frames,
            self._faces,
            self._differing,
            self._uncertain,
            self._missing,
            self._deviation,
            tuple(self._first),
        )


def verdict_of(comparison: Comparison) -> str:
    """Say in a sentence what a comparison found."""
    frames, faces = _counted(comparison.frames, "frame"), _counted(comparison.faces, "face")
    if comparison.same:
        return f"Every decision is the recorded one: {frames}, {faces}."
    if not comparison.differing:
        late = _counted(comparison.uncertain, "frame")
        return (
            f"{late} of {frames} decided otherwise, but only after frames that are missing in the recording, and "
            "whose votes are missing now."
        )
    return f"{_counted(comparison.differing + comparison.uncertain, 'frame')} of {frames} decided otherwise now."


def changes(
    take: Take, *, encoder: str, revision: int, people: int, point: OperatingPoint | None, half: bool = False
) -> tuple[str, ...]:
    """Say what decides otherwise now than in a take, one sentence each; empty where everything is the same."""
    said = []
    if take.encoder != encoder:
        said.append(f"It was recorded with the encoder {take.encoder}, and {encoder} is in use now.")
    if take.revision != revision:
        now = f"{people} {'person' if people == 1 else 'people'}"
        said.append(f"The gallery has changed since: then revision {take.revision} with {take.people}, now {now}.")
    if _deciding(take.point) != _deciding(point):
        said.append(f"The operating point was {_pointed(take.point)}; now it is {_pointed(point)}.")
    if take.half != half:
        then, now = ("half", "full") if take.half else ("full", "half")
        said.append(f"The prototypes were kept in {then} precision; now they are in {now}.")
    return tuple(said)


def _deciding(point: OperatingPoint | None) -> object:
    if point is None:
        return None
    own = sorted(point.own_thresholds)
    return point.matcher, point.k, point.threshold, point.cosine_floor, sorted(point.cohort_ids), own


def _pointed(point: OperatingPoint | None) -> str:
    return "none" if point is None else f"{point.matcher} from {point.threshold:.4f} on"


def _apart(then: Seen, today: Seen) -> float:
    if then.score is None or today.score is None or then.matcher != today.matcher:
        return 0.0
    return abs(then.score - today.score)


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _said(seen: Seen) -> str:
    name = f" {seen.identity}" if seen.identity else ""
    score = "" if seen.score is None else f" ({seen.matcher} {seen.score:.3f})"
    return f"{seen.verdict.upper()}{name}{score} on track {seen.track}"
