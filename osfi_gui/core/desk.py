"""What the desk's threads and its window tell each other: intents one way, states the other, each a frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from osfi_gui.core.enrolled import Identity, Shot
    from osfi_gui.core.enrolment import Draft, EnrolReport, FileReport
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.rates import Flow
    from osfi_gui.core.tune import Measured, Recipe, Stepped, Version
    from osfi_gui.core.values import Frame, Pixels, Recognition, Sighting, SourceInfo


class Feed(Protocol):
    """The newest of everything live; the window pulls from it on a timer and never waits."""

    def frame(self) -> Frame | None:
        """Give the newest frame, or None while there is none."""
        ...

    def recognition(self) -> Recognition | None:
        """Give the newest recognition, or None while there is none."""
        ...

    def draft(self) -> Draft | None:
        """Give the newest state of the enrolment at the camera, or None while nobody enrols."""
        ...

    def flow(self) -> Flow:
        """Give how much has passed so far."""
        ...


class Phase(StrEnum):
    """How far something is that takes its time."""

    NONE = "none"
    WAITING = "waiting"
    READY = "ready"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True)
class SourceState:
    """The frame source.

    Attributes
    ----------
    phase : Phase
        NONE: no source was chosen. WAITING: it is being opened. READY: frames come. ENDED: a file is over.
    address : str
        As ``open_source`` takes it; empty for none.
    info : SourceInfo or None
        There once it was opened.
    what, remedy : str
        For FAILED and ENDED: what happened and what to do.
    retrying : bool
        Whether it is tried again without being asked.
    """

    phase: Phase = Phase.NONE
    address: str = ""
    info: SourceInfo | None = None
    what: str = ""
    remedy: str = ""
    retrying: bool = False


@dataclass(frozen=True)
class SourceChoice:
    """A source that can be chosen: what the operator reads, and the address it stands for."""

    label: str
    address: str


@dataclass(frozen=True)
class EngineState:
    """Detector and encoder.

    Attributes
    ----------
    phase : Phase
        WAITING while they are loaded.
    device : str
        "CPU, 2 threads", "GPU: name"; empty while unknown.
    device_note : str
        Why a better device is not used; empty where nothing was given up.
    encoder : str
        Title for the operator; empty while unknown.
    what, remedy : str
        For FAILED, and for WAITING what is being loaded.
    """

    phase: Phase = Phase.WAITING
    device: str = ""
    device_note: str = ""
    encoder: str = ""
    what: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class GalleryState:
    """The gallery file and what recognition makes of it.

    Attributes
    ----------
    phase : Phase
        NONE: locked or not opened yet. WAITING: it is being opened. READY: open.
    name : str
        File name for the operator.
    path : str
        Where it is; empty for the demo's.
    people : int
    revision : int
    operating_point : OperatingPoint or None
    calibration : str
        ``valid``, ``expired`` or ``none``.
    temporary : bool
        Whether it is the demo's, gone when the program ends.
    encoder : str
        Title of the encoder and version that it works with; empty while none is loaded.
    half : bool
        Whether its prototypes are kept in half precision.
    """

    phase: Phase = Phase.NONE
    name: str = ""
    path: str = ""
    people: int = 0
    revision: int = 0
    operating_point: OperatingPoint | None = None
    calibration: str = "none"
    temporary: bool = False
    encoder: str = ""
    half: bool = False


@dataclass(frozen=True)
class GalleryPrompt:
    """What the window has to ask before a gallery can be opened.

    Attributes
    ----------
    path : str
    exists : bool
        False: a new one is made, and the passphrase is typed twice.
    keyring : bool
        Whether the system's keyring could keep the key.
    error : str
        Why the last try failed; empty at the first.
    """

    path: str
    exists: bool
    keyring: bool
    error: str = ""


@dataclass(frozen=True)
class OpenGallery:
    """Intent: open or make a gallery.

    Attributes
    ----------
    path : str
    passphrase : str
        Empty: the key comes from the keyring, and is made there for a new gallery.
    """

    path: str
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True)
class PersonDetail:
    """The shots of one identity, as an answer to a request.

    Attributes
    ----------
    identity : Identity
    shots : tuple of Shot
        Oldest first.
    """

    identity: Identity
    shots: tuple[Shot, ...]


@dataclass(frozen=True, eq=False)
class FacePicture:
    """The picture by which an identity is shown: its first shot's chip; None where it has no shot.

    Attributes
    ----------
    identity_id : int
    revision : int
        The gallery revision it was read at.
    chip : ndarray of uint8 or None
        Shape (side, side, 3).
    """

    identity_id: int
    revision: int
    chip: Pixels | None


@dataclass(frozen=True)
class Rename:
    """Intent: give an identity another name, external id or note."""

    identity_id: int
    name: str
    external_id: str
    note: str


@dataclass(frozen=True)
class Merge:
    """Intent: move all shots of one identity to another, which keeps its name."""

    source_id: int
    into_id: int


@dataclass(frozen=True)
class ImportFolder:
    """Intent: enrol everybody of ROOT/NAME/picture."""

    root: str


@dataclass(frozen=True)
class ImportFiles:
    """Intent: enrol pictures of one person."""

    name: str
    files: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SeenFace:
    """Intent's object: one face of one frame ("enrol this person", "not this person")."""

    frame: Frame
    sighting: Sighting


@dataclass(frozen=True)
class JobState:
    """A long job.

    Attributes
    ----------
    phase : Phase
        WAITING: it runs. READY: done. ENDED: cancelled. FAILED.
    title : str
    done, total : int
        In ``unit``; total is 0 while it is unknown.
    unit, note : str
    files : tuple of FileReport
        What became of each file, at the end.
    report : EnrolReport or None
        At the end.
    what, remedy : str
        For FAILED and ENDED.
    """

    phase: Phase
    title: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    note: str = ""
    files: tuple[FileReport, ...] = ()
    report: EnrolReport | None = None
    what: str = ""
    remedy: str = ""


class Tone(StrEnum):
    """How a notice is meant."""

    INFO = "info"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True)
class Notice:
    """Something the operator should read: what happened, what to do."""

    what: str
    remedy: str = ""
    tone: Tone = Tone.INFO


@dataclass(frozen=True)
class Enrolled:
    """A person was enrolled: the identity as it is now, and how many shots were added."""

    identity: Identity
    added: int


@dataclass(frozen=True)
class TuneReadiness:
    """Whether the gallery can be fine-tuned on, and how a run could be judged.

    Attributes
    ----------
    people, shots : int
        Enrolled.
    held_out : int
        Shots that can be held out to compare with.
    strangers : int
        Faces of strangers in the gallery.
    problem : str
        Why no run can start; empty where one can.
    advice : str
        What a run would lack to be judged, and what to do about it; empty where nothing.
    """

    people: int = 0
    shots: int = 0
    held_out: int = 0
    strangers: int = 0
    problem: str = ""
    advice: str = ""


@dataclass(frozen=True)
class TuneState:
    """A fine-tuning run as the window sees it.

    Attributes
    ----------
    phase : Phase
        NONE: there was none. WAITING: it runs. READY: done, ``version`` is there. ENDED: cancelled. FAILED.
    title : str
        What is being done right now.
    recipe : Recipe or None
    steps : tuple of Stepped
        One a step of the optimiser, oldest first.
    measured : tuple of Measured
    version : Version or None
        The result, kept in the gallery but not in use.
    what, remedy : str
        For FAILED and ENDED.
    """

    phase: Phase = Phase.NONE
    title: str = ""
    recipe: Recipe | None = None
    steps: tuple[Stepped, ...] = ()
    measured: tuple[Measured, ...] = ()
    version: Version | None = None
    what: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class StartTuning:
    """Intent: fine-tune by a recipe, on the gallery and on the people of a folder, if one is given."""

    recipe: Recipe
    background: str = ""


@dataclass(frozen=True)
class Promote:
    """Intent: work with another version; ``anyway`` although it is worse or was not judged."""

    version_id: int
    anyway: bool = False


@dataclass(frozen=True)
class NoteVersion:
    """Intent: keep the operator's note with a version."""

    version_id: int
    note: str


@dataclass(frozen=True)
class ImportStrangers:
    """Intent: keep the faces of ROOT/NAME/picture as strangers."""

    root: str
