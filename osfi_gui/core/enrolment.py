"""Enrolment in values: a shot that is not stored yet, what was seen of it, and the draft it goes into."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from osfi_gui.core.enrolled import Consent, Identity
    from osfi_gui.core.values import Face, Frame, Pixels, Portrait, Quality, Vector


@dataclass(frozen=True, eq=False)
class NewShot:
    """A shot that is not stored yet.

    Attributes
    ----------
    portrait : Portrait
    origin : str
        A file name or the name of a camera.
    embeddings : mapping of str to ndarray of float32, shape (d,)
        By encoder; may be empty.
    """

    portrait: Portrait = field(repr=False)
    origin: str = ""
    embeddings: Mapping[str, Vector] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, eq=False)
class Examination:
    """One frame, looked at as a shot to be.

    Attributes
    ----------
    faces : tuple of Face
        Everybody in the frame, largest first.
    face : Face or None
        The one who would be enrolled.
    chip : ndarray of uint8 or None
        Shape (side, side, 3).
    quality : Quality or None
    shot : NewShot or None
        Ready to be stored; there whenever ``face`` is, good or bad.
    advice : tuple of str
        What to do about each check that failed; empty when the shot is good.
    """

    faces: tuple[Face, ...]
    face: Face | None
    chip: Pixels | None
    quality: Quality | None
    shot: NewShot | None
    advice: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the shot is good enough to enrol."""
        return self.shot is not None and not self.advice


class Pose(StrEnum):
    """A head pose that the operator asks for, as the person in front of the camera does it."""

    FRONT = "front"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


class Worth(StrEnum):
    """What a shot is worth beside the others."""

    ADDS = "adds something"
    NOTHING_NEW = "nothing new"
    CONFLICTS = "conflicts"


@dataclass(frozen=True, eq=False)
class TakenShot:
    """A shot of the draft.

    Attributes
    ----------
    shot : NewShot
    chip : ndarray of uint8, shape (side, side, 3)
    pose : Pose or None
        The pose it was taken for; None when the operator took it.
    worth : Worth
    text : str
        The worth in a few words for the operator ("adds something", "looks like Ada").
    """

    shot: NewShot
    chip: Pixels
    pose: Pose | None
    worth: Worth
    text: str


@dataclass(frozen=True)
class Lookalike:
    """An enrolled identity that the draft's shots look like.

    Attributes
    ----------
    identity_id : int
    name : str
    cosine : float
        Of the draft's prototype to the identity's, -1..1.
    """

    identity_id: int
    name: str
    cosine: float


@dataclass(frozen=True, eq=False)
class Draft:
    """A person who is about to be enrolled.

    Attributes
    ----------
    frame : Frame or None
        The newest frame that was examined.
    examination : Examination or None
        What was seen in it.
    shots : tuple of TakenShot
        Oldest first.
    asked : Pose or None
        The pose that is asked for now; None when all were taken.
    held : float
        How much of the time a good pose has to be held has passed, 0..1.
    lookalike : Lookalike or None
        The enrolled identity these shots look like, if any.
    """

    frame: Frame | None = None
    examination: Examination | None = None
    shots: tuple[TakenShot, ...] = ()
    asked: Pose | None = Pose.FRONT
    held: float = 0.0
    lookalike: Lookalike | None = None

    @property
    def taken(self) -> frozenset[Pose]:
        """The poses of which there is a shot."""
        return frozenset(shot.pose for shot in self.shots if shot.pose is not None)


@dataclass(frozen=True, eq=False)
class Enrolment:
    """What is asked of the gallery: this person, with these shots.

    Attributes
    ----------
    name, external_id, note : str
    consent : Consent or None
    shots : tuple of NewShot
    """

    name: str
    external_id: str = ""
    note: str = ""
    consent: Consent | None = None
    shots: tuple[NewShot, ...] = ()


@dataclass(frozen=True)
class FileReport:
    """What became of one file.

    Attributes
    ----------
    file, identity : str
    status : str
        ``enrolled`` or ``refused``.
    reason : str
        Empty when enrolled.
    """

    file: str
    identity: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class EnrolReport:
    """What an import did: people and shots that were stored, files that were refused.

    Attributes
    ----------
    people, shots, refused : int
    shot_ids : tuple of int
        The shots that were stored, so that the import can be undone.
    new_identities : tuple of int
        The identities that were not there before it.
    """

    people: int
    shots: int
    refused: int
    shot_ids: tuple[int, ...] = ()
    new_identities: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class PersonRow:
    """One line of the gallery.

    Attributes
    ----------
    identity : Identity
    lookalike : Lookalike or None
        The nearest other identity; None where there is nobody else.
    flagged : tuple of int
        Shots that are closer to somebody else than to this person's other shots.
    """

    identity: Identity
    lookalike: Lookalike | None = None
    flagged: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class GalleryListing:
    """Everybody enrolled, as of one revision.

    Attributes
    ----------
    revision : int
    rows : tuple of PersonRow
        Sorted by name.
    """

    revision: int
    rows: tuple[PersonRow, ...]
