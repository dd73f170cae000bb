"""The values that travel from a source to a decision, each frozen.

Arrays inside a value are never written to after construction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.operating_point import OperatingPoint

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


class Neighbour(NamedTuple):
    """One identity near a probe.

    A named tuple, because a match makes sixteen of them, and a frozen dataclass takes twice as long to make.

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
