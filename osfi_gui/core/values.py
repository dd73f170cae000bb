"""The values that travel from a source to a decision, each frozen.

Arrays inside a value are never written to after construction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    """Shape (height, width, 3), RGB, 0..255."""
    Vector = NDArray[np.float32]
    """Shape (d,), unit length."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture from a source, with its time.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    index : int
        Counted from 0 within the source.
    time_s : float
        Seconds since the source's first frame: the media time of a file, the capture time of a camera.
    file : str or None
        The picture's path, for folders and single pictures.
    begins : bool
        Whether a scene begins here, so that no track crosses it.
    """

    pixels: Pixels
    index: int = 0
    time_s: float = 0.0
    file: str | None = None
    begins: bool = False


@dataclass(frozen=True, eq=False)
class Face:
    """A detection.

    Attributes
    ----------
    box : tuple of float
        x, y, width, height in pixels of the frame; may reach over its border.
    landmarks : ndarray of float32, shape (5, 2)
        Left eye, right eye, nose, left and right mouth corner (as seen by the viewer), x then y, in pixels.
    score : float
        The detector's confidence, 0..1.
    """

    box: tuple[float, float, float, float]
    landmarks: NDArray[np.float32]
    score: float


@dataclass(frozen=True, eq=False)
class Portrait:
    """A face with some of its surroundings, enough for every encoder to cut its own chip from.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    face : Face
        The detection, in pixels of this portrait.
    """

    pixels: Pixels
    face: Face


@dataclass(frozen=True)
class Quality:
    """What the quality gate measured on one face, and its verdict.

    Attributes
    ----------
    size_px : float
        Shorter side of the box, pixels.
    sharpness : float
        Variance of the Laplacian on the chip's luma.
    brightness : float
        Mean luma of the chip, 0..255.
    contrast : float
        Standard deviation of the chip's luma, 0..255.
    yaw, pitch, roll : float
        Rough head pose from the five landmarks: yaw and pitch in -1..1 (0 is frontal), roll in degrees.
    failures : tuple of str
        One advice a failed check ("Move closer to the camera."); empty when the face may be enrolled.
    """

    size_px: float
    sharpness: float
    brightness: float
    contrast: float
    yaw: float
    pitch: float
    roll: float
    failures: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return not self.failures


@dataclass(frozen=True, eq=False)
class Shot:
    """A face that was enrolled for an identity.

    Attributes
    ----------
    shot_id : int
        The store's number, 0 before it is stored.
    identity_id : int
        The identity it belongs to.
    portrait : Portrait
        The face and its surroundings.
    origin : str
        Where it came from: a file name or the name of a camera.
    added_at : str
        ISO 8601, UTC.
    """

    shot_id: int
    identity_id: int
    portrait: Portrait
    origin: str = ""
    added_at: str = ""


@dataclass(frozen=True)
class Consent:
    """The consent an operator recorded.

    Attributes
    ----------
    text : str
        What the person agreed to.
    operator : str
        Who recorded it.
    given_at : str
        ISO 8601, UTC.
    """

    text: str
    operator: str
    given_at: str


@dataclass(frozen=True)
class Identity:
    """An enrolled person.

    Attributes
    ----------
    identity_id : int
        The store's number.
    name : str
        Shown to the operator; unique in a gallery after Unicode normalisation (NFC).
    external_id, note : str
        The operator's own; may be empty.
    consent : Consent or None
        None while nobody recorded it.
    shots : int
        How many shots are stored.
    created_at : str
        ISO 8601, UTC.
    """

    identity_id: int
    name: str
    external_id: str = ""
    note: str = ""
    consent: Consent | None = None
    shots: int = 0
    created_at: str = ""


@dataclass(frozen=True, eq=False)
class Prototypes:
    """The enrolled identities as one encoder sees them.

    Attributes
    ----------
    encoder : str
        The encoder that gave the embeddings.
    revision : int
        The gallery revision they were made from.
    identity_ids : tuple of int, length n
        In the order of the rows.
    names : tuple of str, length n
        Names of the same identities.
    matrix : ndarray of float32, shape (n, d)
        One unit vector a row.
    """

    encoder: str
    revision: int
    identity_ids: tuple[int, ...]
    names: tuple[str, ...]
    matrix: NDArray[np.float32]

    def __len__(self) -> int:
        """Count the identities."""
        return len(self.names)


@dataclass(frozen=True)
class Neighbour:
    """One identity near a probe.

    Attributes
    ----------
    identity_id : int
    name : str
    cosine : float
        -1..1.
    nac : float or None
        This identity's share of the neighbourhood, 0..1; None where NAC means nothing (one identity).
    """

    identity_id: int
    name: str
    cosine: float
    nac: float | None


@dataclass(frozen=True)
class Match:
    """The ranked similarities of one probe to the gallery.

    Attributes
    ----------
    matcher : str
        Name of the matcher that scored.
    k : int
        Size of the neighbourhood it used.
    score : float
        Higher is more alike.
    cosine : float
        Of the nearest identity, -1..1.
    neighbours : tuple of Neighbour
        The nearest identities, best first.
    """

    matcher: str
    k: int
    score: float
    cosine: float
    neighbours: tuple[Neighbour, ...]


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


class Verdict(StrEnum):
    """The outcome of one decision."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decision:
    """Accept an identity, reject, or wait, and why.

    Attributes
    ----------
    verdict : Verdict
    identity_id : int or None
    identity : str or None
        The accepted name; None unless accepted.
    match : Match or None
        The evidence of the newest frame; None where the gallery is empty.
    operating_point : OperatingPoint or None
    votes, frames : int
        Frames that agreed with the verdict, of the frames that voted.
    reason : str
        The decision in a sentence.
    """

    verdict: Verdict
    identity_id: int | None
    identity: str | None
    match: Match | None
    operating_point: OperatingPoint | None
    votes: int = 1
    frames: int = 1
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Sighting:
    """One face in one frame, with the decision about it.

    Attributes
    ----------
    track : int
        Number of the track, counted from 1; 0 for pictures.
    face : Face
    chip : ndarray of uint8, shape (height, width, 3)
        What the encoder saw.
    embedding : ndarray of float32, shape (d,)
    quality : Quality
    decision : Decision
    """

    track: int
    face: Face
    chip: Pixels
    embedding: Vector
    quality: Quality
    decision: Decision


@dataclass(frozen=True, eq=False)
class Recognition:
    """Everything recognised in one frame.

    Attributes
    ----------
    frame : Frame
    sightings : tuple of Sighting
        Largest face first.
    stages_ms : dict of str to float
        Milliseconds a stage took ("detect", "encode", "match").
    """

    frame: Frame
    sightings: tuple[Sighting, ...]
    stages_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceInfo:
    """What a source says of itself.

    Attributes
    ----------
    name : str
        For the operator.
    width, height : int
        Pixels; 0 while unknown.
    fps : float
        True frames a second; 0 where it has none (pictures).
    frames : int or None
        How many there are; None for live sources.
    live : bool
        Whether frames are lost when nobody takes them (cameras, streams).
    video : bool
        Whether consecutive frames show the same scene, so that tracks make sense.
    every : bool
        Whether every frame is to be recognised, however long that takes: a recording that is played again.
    """

    name: str
    width: int
    height: int
    fps: float
    frames: int | None
    live: bool
    video: bool
    every: bool = False
