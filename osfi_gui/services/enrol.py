"""Enrolment: from pictures or frames to shots of an identity."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.align import aligned_face
from osfi_gui.core.enrolment import EnrolReport, Examination, FileReport, NewShot
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.core.quality import measure
from osfi_gui.core.values import Frame, Portrait
from osfi_gui.vision.chips import cut_portrait
from osfi_gui.vision.pictures import list_pictures, read_picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from osfi_gui.core.enrolled import Consent
    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken, Detector, Encoder
    from osfi_gui.core.values import Face, Pixels, Sighting
    from osfi_gui.store.gallery import GalleryFile

CENTRAL = 0.15
"""A face this near to the middle, as a share of the shorter side, is whom the picture is of."""
DOMINANT = 4.0
"""A face with this many times the area of every other one is whom the picture is of."""
SAME_SHOT = 0.9995
"""Cosine from which a shot is the same picture again."""
NO_FACE = "No face is in sight."
SEVERAL = "Only one person, please."


def examine(frame: Frame, *, detector: Detector, encoder: Encoder, aligned: bool = False) -> Examination:
    """Look at a frame as a shot to be.

    Parameters
    ----------
    frame : Frame
    detector : Detector
    encoder : Encoder
    aligned : bool
        The frame is an aligned chip already: nothing is detected, and of the gate only the check for detail holds.
    """
    pixels = frame.pixels
    faces = (aligned_face(pixels.shape[0]),) if aligned else tuple(detector.detect(pixels))
    if not faces:
        return Examination((), None, None, None, None, (NO_FACE,))
    face = the_one(faces, pixels)
    if face is None:
        return Examination(faces, None, None, None, None, (SEVERAL,))
    portrait = Portrait(pixels, face) if aligned else cut_portrait(pixels, face)
    chip = encoder.chip(portrait)
    quality = measure(face, chip)
    vector = encoder.embed([chip])[0]
    shot = NewShot(portrait, origin=frame.file or "", embeddings={encoder.name: vector})
    if aligned:
        advice: tuple[str, ...] = () if quality.contrast > 0.0 else ("The picture is blank.",)
    else:
        advice = quality.failures
    return Examination(faces, face, chip, quality, shot, advice)


def shot_of_sighting(frame: Frame, sighting: Sighting, *, encoder: str) -> NewShot:
    """Make a shot of a face that recognition has seen.

    Parameters
    ----------
    frame : Frame
        The frame it was seen in.
    sighting : Sighting
    encoder : str
        The encoder that gave its embedding.
    """
    portrait = cut_portrait(frame.pixels, sighting.face)
    return NewShot(portrait, origin=frame.file or "", embeddings={encoder: sighting.embedding})


def examination_of(frame: Frame, sighting: Sighting, *, encoder: str) -> Examination:
    """Look at a face that recognition has seen as a shot to be."""
    shot = shot_of_sighting(frame, sighting, encoder=encoder)
    quality = sighting.quality
    return Examination((sighting.face,), sighting.face, sighting.chip, quality, shot, quality.failures)


def the_one(faces: Sequence[Face], pixels: Pixels) -> Face | None:
    """Give the face that the picture is of, or None where that is anybody's guess."""
    if len(faces) == 1:
        return faces[0]
    areas = np.array([face.box[2] * face.box[3] for face in faces])
    if areas[0] >= DOMINANT * areas[1]:
        return faces[0]
    height, width = pixels.shape[:2]
    centres = np.array([(f.box[0] + f.box[2] / 2, f.box[1] + f.box[3] / 2) for f in faces])
    away = np.hypot(centres[:, 0] - width / 2, centres[:, 1] - height / 2) / min(height, width)
    nearest = int(np.argmin(away))
    second = float(np.partition(away, 1)[1])
    if away[nearest] <= CENTRAL and second > 2.0 * away[nearest] and areas[nearest] * DOMINANT >= areas[0]:
        return faces[nearest]
    return None


def enrol_folder(
    root: Path,
    *,
    store: GalleryFile,
    detector: Detector,
    encoder: Encoder,
    token: CancelToken,
    aligned: bool = False,
) -> Iterator[Event]:
    """Enrol everybody of a folder ROOT/NAME/picture, each person in one transaction.

    Parameters
    ----------
    root : Path
    store : GalleryFile
    detector : Detector
    encoder : Encoder
    token : CancelToken
        Checked at every file.
    aligned : bool
        The pictures are aligned chips already.

    Yields
    ------
    Event
        Started, then FileReport and Progress a file, then Finished with an EnrolReport or Cancelled; people who were
        complete by then stay.

    Raises
    ------
    DeskError
        When the folder is missing or holds no folder with pictures.
    """
    people = people_in(root)
    yield Started(f"Enrolling {len(people)} people from {root.name}")
    yield from _enrol(people, store, Examiner(detector, encoder, aligned=aligned), token=token, consent=None)


def enrol_files(
    name: str,
    files: Iterable[Path],
    *,
    store: GalleryFile,
    detector: Detector,
    encoder: Encoder,
    token: CancelToken,
    aligned: bool = False,
    consent: Consent | None = None,
) -> Iterator[Event]:
    """Enrol some pictures of one person; yields as :func:`enrol_folder`."""
    yield Started(f"Enrolling {name}")
    examiner = Examiner(detector, encoder, aligned=aligned)
    yield from _enrol([(name, list(files))], store, examiner, token=token, consent=consent)


class Examiner:
    """Turns pictures into shots: one detector, one encoder, many files."""

    def __init__(self, detector: Detector, encoder: Encoder, *, aligned: bool) -> None:
        self._detector, self.encoder, self._aligned = detector, encoder, aligned

    def shot_of(self, file: Path) -> NewShot:
        """Give the shot in a picture.

        Raises
        ------
        DeskError
            When the picture cannot be read, or what it shows cannot be enrolled.
        """
        pixels = read_picture(file)
        if self._aligned and pixels.shape[0] != pixels.shape[1]:
            raise DeskError("The picture is not an aligned chip: it is not square.")
        frame = Frame(pixels, file=str(file))
        seen = examine(frame, detector=self._detector, encoder=self.encoder, aligned=self._aligned)
        if seen.shot is None or seen.advice:
            raise DeskError(_refusal(seen))
        return NewShot(seen.shot.portrait, origin=file.name, embeddings=seen.shot.embeddings)


def _refusal(seen: Examination) -> str:
    """Say about a picture what the advice says to a person in front of a camera."""
    if not seen.faces:
        return "No face was found."
    if seen.face is None:
        return f"{len(seen.faces)} faces were found where one is wanted."
    return "The quality is too poor: " + " ".join(seen.advice)


def check_root(root: Path) -> None:
    """Refuse a folder that holds nobody to enrol; DeskError says why."""
    people_in(root)


def people_in(root: Path) -> list[tuple[str, list[Path]]]:
    """Give the pictures of everybody in ROOT/NAME/picture, sorted; DeskError where there is nobody."""
    if not os.path.isdir(root):  # not Path.is_dir, which raises where a name is too long
        msg = f"There is no folder {root}."
        raise DeskError(msg, "Give a folder that holds one folder a person: ROOT/NAME/picture.")
    try:
        folders = sorted((p for p in root.iterdir() if p.is_dir() and not p.name.startswith(".")), key=lambda p: p.name)
    except OSError as error:
        msg = f"The folder {root} may not be read."
        raise DeskError(msg, "Ask for permission to read it.") from error
    people = [(folder.name, list_pictures(folder)) for folder in folders]
    people = [(name, files) for name, files in people if files]
    if not people:
        msg = f"The folder {root.name} holds no folder with pictures."
        raise DeskError(msg, "It should hold one folder a person, named like the person: ROOT/NAME/picture.")
    return people


def _enrol(
    people: Sequence[tuple[str, Sequence[Path]]],
    store: GalleryFile,
    examiner: Examiner,
    *,
    token: CancelToken,
    consent: Consent | None,
) -> Iterator[Event]:
    total = sum(len(files) for _, files in people)
    done = stored = refused = 0
    added: list[int] = []
    made: list[int] = []
    for name, files in people:
        good: list[tuple[Path, NewShot]] = []
        before = _shot_ids(store, name)
        known = _known(store, name, examiner.encoder)
        for file in files:
            if token.cancelled():
                report = EnrolReport(stored, len(added), refused, tuple(added), tuple(made))
                yield Cancelled(f"{stored} people are enrolled and stay.", report)
                return
            done += 1
            try:
                shot = examiner.shot_of(file)
                vector = shot.embeddings[examiner.encoder.name]
                if len(known) and float((known @ vector).max()) >= SAME_SHOT:
                    raise DeskError("The same picture is enrolled already.")
                known = np.concatenate([known, vector[None, :]])
                good.append((file, shot))
            except DeskError as error:
                refused += 1
                yield FileReport(str(file), name, "refused", str(error))
            yield Progress(done, total, "pictures", name)
        if not good:
            continue
        try:
            person = store.enrol(name, [shot for _, shot in good], consent=consent)
        except DeskError as error:
            refused += len(good)
            for file, _ in good:
                yield FileReport(str(file), name, "refused", str(error))
            continue
        stored += 1
        added += [shot for shot in store.shot_ids(person.identity_id) if shot not in (before or ())]
        made += [person.identity_id] if before is None else []
        for file, _ in good:
            yield FileReport(str(file), name, "enrolled")
    yield Finished(EnrolReport(stored, len(added), refused, tuple(added), tuple(made)))


def _shot_ids(store: GalleryFile, name: str) -> frozenset[int] | None:
    """Give the shots that a person has already; None where there is no such person."""
    try:
        person = store.find(name)
    except DeskError:
        return None
    return None if person is None else frozenset(store.shot_ids(person.identity_id))


def _known(store: GalleryFile, name: str, encoder: Encoder) -> NDArray[np.float32]:
    """Give the embeddings that a person has already, shape (m, d)."""
    try:
        person = store.find(name)
    except DeskError:
        person = None
    if person is None:
        return np.zeros((0, encoder.dim), dtype=np.float32)
    found = store.embeddings(encoder.name)
    mine = [owner == person.identity_id for owner in found.identity_ids]
    rows: NDArray[np.float32] = found.matrix[np.array(mine, dtype=bool)]
    return rows
