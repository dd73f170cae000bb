"""Recordings of a live session: what is kept of each recognised frame, and how a replay is compared with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from osfi_gui.core.desk import Phase
from osfi_gui.core.values import Frame, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.values import OperatingPoint, Recognition

SUFFIX = ".osfirec"
"""The ending of a recording's file."""
MOST_NAMED = 20
"""How many differing frames a comparison names; it counts them all."""


@dataclass(frozen=True)
class Heading:
    """What stands at the head of a recording.

    Attributes
    ----------
    program : str
        Version of the program that recorded.
    began_at : str
        ISO 8601, UTC.
    gallery : str
        File name of the gallery, whose passphrase opens the recording.
    ended_at : str
        ISO 8601, UTC; empty where the program ended before the recording was stopped.
    missing : int
        Frames that were recognised but not recorded, because the disk was too slow.
    """

    program: str
    began_at: str
    gallery: str
    ended_at: str = ""
    missing: int = 0


@dataclass(frozen=True)
class Take:
    """A part of a recording in which nothing changed that decides; it begins without any track.

    Attributes
    ----------
    number : int
        Counted from 1.
    source : str
        Name of the source, for the operator.
    video : bool
        Whether its frames show the same scene, so that tracks are followed and vote.
    encoder : str
        With its version, such as ``sface@3``.
    revision, people : int
        Of the gallery.
    point : OperatingPoint or None
        What decided.
    """

    number: int
    source: str
    video: bool
    encoder: str
    revision: int
    people: int
    point: OperatingPoint | None


@dataclass(frozen=True)
class Seen:
    """One face of one frame as it was decided.

    Attributes
    ----------
    track : int
    box : tuple of float
        x, y, width, height; pixels of the frame.
    verdict : Verdict
    identity_id : int or None
    identity : str or None
        The accepted name.
    matcher : str or None
    score, cosine : float or None
        Of the match that was shown with the decision; None where nobody is enrolled.
    votes, frames : int
    reason : str
        The decision in a sentence.
    """

    track: int
    box: tuple[float, float, float, float]
    verdict: Verdict
    identity_id: int | None
    identity: str | None
    matcher: str | None
    score: float | None
    cosine: float | None
    votes: int
    frames: int
    reason: str

    @property
    def decided(self) -> tuple[int, Verdict, int | None]:
        """What a replay has to find again: the track, the verdict, and who it is."""
        return self.track, self.verdict, self.identity_id


@dataclass(frozen=True, eq=False, kw_only=True)
class RecordedFrame(Frame):
    """A frame out of a recording, with what was decided about it.

    Attributes
    ----------
    number : int
        Counted from 0 over the whole recording.
    take : Take
    seen : tuple of Seen
        Largest face first.
    missing : int
        Frames of the same take that were recognised just before this one and are not recorded.
    clock_s : float
        Seconds from the beginning of the recording to when it was recognised.
    last : bool
        Whether the recording ends with it.
    """

    number: int
    take: Take
    seen: tuple[Seen, ...]
    missing: int = 0
    clock_s: float = 0.0
    last: bool = False


@dataclass(frozen=True)
class Summary:
    """What a recording holds.

    Attributes
    ----------
    heading : Heading
    takes : tuple of Take
    frames : int
    faces : int
    width, height : int
        Of the first frame, pixels; 0 where there is none.
    seconds : float
        From the first recorded frame to the last.
    size_bytes : int
        Of the file.
    people : dict of str to int
        In how many frames somebody was accepted, by name.
    """

    heading: Heading
    takes: tuple[Take, ...]
    frames: int
    faces: int
    width: int
    height: int
    seconds: float
    size_bytes: int
    people: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """A recording in a folder, as it is known without its key.

    Attributes
    ----------
    path : str
    size_bytes : int
        With its journal, where it has one.
    changed_at : str
        When it was written last, ISO 8601, UTC.
    """

    path: str
    size_bytes: int
    changed_at: str


@dataclass(frozen=True)
class RecordingListing:
    """The recordings of a folder, newest first."""

    folder: str = ""
    recordings: tuple[Listed, ...] = ()


@dataclass(frozen=True)
class RecordingState:
    """What becomes of the recording that the operator asked for.

    Attributes
    ----------
    phase : Phase
        NONE: nothing is recorded. WAITING: a recording begins, or is brought to its end. READY: it runs.
    name, path : str
        Of the file.
    seconds : float
        Since it began.
    frames, missing : int
        Recorded, and not recorded because the disk was too slow.
    size_bytes : int
        Of what was recorded; the file is a few percent larger.
    """

    phase: Phase = Phase.NONE
    name: str = ""
    path: str = ""
    seconds: float = 0.0
    frames: int = 0
    missing: int = 0
    size_bytes: int = 0


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


def clock_text(seconds: float) -> str:
    """Write a length as minutes and seconds, with hours where there are any: 0:07, 12:40, 1:02:03."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def seen_of(recognition: Recognition) -> tuple[Seen, ...]:
    """Give what is kept of a recognition."""
    found = []
    for sighting in recognition.sightings:
        decision = sighting.decision
        match = decision.match
        x, y, width, height = (float(value) for value in sighting.face.box)
        found.append(
            Seen(
                track=sighting.track,
                box=(x, y, width, height),
                verdict=decision.verdict,
                identity_id=decision.identity_id,
                identity=decision.identity,
                matcher=None if match is None else match.matcher,
                score=None if match is None else match.score,
                cosine=None if match is None else match.cosine,
                votes=decision.votes,
                frames=decision.frames,
                reason=decision.reason,
            )
        )
    return tuple(found)


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


def changes(take: Take, *, encoder: str, revision: int, people: int, point: OperatingPoint | None) -> tuple[str, ...]:
    """Say what decides otherwise now than in a take, one sentence each; empty where everything is the same."""
    said = []
    if take.encoder != encoder:
        said.append(f"It was recorded with the encoder {take.encoder}, and {encoder} is in use now.")
    if take.revision != revision:
        now = f"{people} {'person' if people == 1 else 'people'}"
        said.append(f"The gallery has changed since: then revision {take.revision} with {take.people}, now {now}.")
    if _deciding(take.point) != _deciding(point):
        said.append(f"The operating point was {_pointed(take.point)}; now it is {_pointed(point)}.")
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
