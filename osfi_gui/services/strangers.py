"""Keeping the faces of people who are known not to be enrolled: they calibrate and compare, and never train."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.enrolment import FileReport
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.services.enrol import SAME_SHOT, Examiner, people_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from osfi_gui.core.enrolment import NewShot
    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken, Detector, Encoder
    from osfi_gui.store.gallery import GalleryFile

KEPT_ALREADY = "The same picture is kept already."
"""Why a picture is refused that was imported before; nothing is wrong then."""


def import_strangers(
    root: Path,
    *,
    store: GalleryFile,
    detector: Detector,
    encoder: Encoder,
    token: CancelToken,
    aligned: bool = False,
) -> Iterator[Event]:
    """Keep everybody of a folder ROOT/NAME/picture as strangers; people of an enrolled name are refused.

    Parameters
    ----------
    root : Path
    store : GalleryFile
    detector : Detector
    encoder : Encoder
    token : CancelToken
        Checked at every picture.
    aligned : bool
        The pictures are aligned chips already.

    Yields
    ------
    Event
        Started, then FileReport and Progress a file, then Finished with the number of faces kept, or Cancelled; whoever
        was complete by then stays.

    Raises
    ------
    DeskError
        When the folder is missing or holds nobody.
    """
    people = people_in(root)
    yield Started(f"Looking at {len(people)} strangers in {root.name}")
    examiner = Examiner(detector, encoder, aligned=aligned)
    total = sum(len(files) for _, files in people)
    known = list(store.stranger_embeddings(encoder.name).matrix)
    done = kept = 0
    for name, files in people:
        shots = []
        enrolled = _enrolled(store, name)
        for file in files:
            if token.cancelled():
                yield Cancelled(f"{kept} faces are kept and stay.", kept)
                return
            done += 1
            try:
                if enrolled:
                    raise DeskError("Somebody of this name is enrolled, so this is no stranger.")
                shot = examiner.shot_of(file)
                vector = shot.embeddings[encoder.name]
                if known and float((np.stack(known) @ vector).max()) >= SAME_SHOT:
                    raise DeskError(KEPT_ALREADY)
                known.append(vector)
                shots.append(shot)
                yield FileReport(str(file), name, "enrolled")
            except DeskError as error:
                yield FileReport(str(file), name, "refused", str(error))
            yield Progress(done, total, "pictures", name)
        if shots:
            store.add_strangers(shots, person=name)
            kept += len(shots)
    yield Finished(kept)


def keep_face(store: GalleryFile, shot: NewShot, *, encoder: str) -> bool:
    """Keep a face that was seen at the camera as a stranger's; somebody who was recorded before stays one person.

    The same person is whoever looks as alike as a face that the tracker follows across the picture: strangers are
    counted by persons, and one who walks past twice would make a FAR look better founded than it is.

    Parameters
    ----------
    store : GalleryFile
    shot : NewShot
        With an embedding by ``encoder``.
    encoder : str
        Name of the encoder in use.

    Returns
    -------
    bool
        Whether the person was among the strangers already.
    """
    from osfi_gui.vision.track import LEAST_ALIKE

    known = store.stranger_embeddings(encoder)
    same_as = None
    if len(known.matrix):
        alike = known.matrix @ shot.embeddings[encoder]
        best = int(alike.argmax())
        same_as = known.stranger_ids[best] if alike[best] >= LEAST_ALIKE else None
    store.add_strangers([shot], same_as=same_as)
    return same_as is not None


def _enrolled(store: GalleryFile, name: str) -> bool:
    try:
        return store.find(name) is not None
    except DeskError:
        return False
