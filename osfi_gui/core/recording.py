"""Recordings of a live session: what is kept of each recognised frame, and what is said of the whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from osfi_gui.core.desk import Phase
from osfi_gui.core.values import Frame, Verdict

if TYPE_CHECKING:
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.values import Recognition

SUFFIX = ".osfirec"
"""The ending of a recording's file."""


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
    half : bool
        Whether the prototypes were kept in half precision.
    """

    number: int
    source: str
    video: bool
    encoder: str
    revision: int
    people: int
    point: OperatingPoint | None
    half: bool = False


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
