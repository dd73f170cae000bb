"""What the shots say about the camera: looked at before a run, so that its recipe suits them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.align import aligned_face
from osfi_gui.core.detail import camera_detail, spread
from osfi_gui.core.errors import PictureError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.services.enrol import the_one
from osfi_gui.vision.chips import cut_chip
from osfi_gui.vision.manifest import Preprocessing
from osfi_gui.vision.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from osfi_gui.core.detail import CameraDetail
    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken, Detector
    from osfi_gui.core.values import Face, Pixels
    from osfi_gui.store.gallery import GalleryFile

STANDARD = Preprocessing(kind="five-point", size=112)
"""Detail is a matter of the camera, so it is measured on one kind of chip, whatever the encoder takes."""
AT_ONCE = 4
"""Shots between two words: whoever waits for the gallery gets it within some 30 ms."""


def standard_chip(pixels: Pixels, face: Face) -> Pixels:
    """Cut the chip that detail is measured on: uint8 RGB, shape (112, 112, 3)."""
    return cut_chip(pixels, face, STANDARD)


def look_at_shots(store: GalleryFile, *, token: CancelToken) -> Iterator[Event]:
    """Measure the detail of a gallery's shots; of a large gallery, of evenly spread ones.

    Parameters
    ----------
    store : GalleryFile
    token : CancelToken

    Yields
    ------
    Event
        Started, Progress in shots, then Finished with a CameraDetail, or with None where there are no shots;
        or Cancelled.

    Raises
    ------
    GalleryError
        When a shot was removed meanwhile.
    """
    yield Started("Looking at the shots")
    ids = sorted(store.added_at())
    chosen = [ids[index] for index in spread(len(ids))]
    chips: list[Pixels] = []
    for shot_id in chosen:
        if token.cancelled():
            yield Cancelled("Nothing was changed.")
            return
        portrait = store.shot(shot_id).portrait
        chips.append(standard_chip(portrait.pixels, portrait.face))
        if len(chips) % AT_ONCE == 0:
            yield Progress(len(chips), len(chosen), "shots", "Looking at the shots")
    yield Finished(camera_detail(chips))


def look_at_pictures(
    root: Path, files: Sequence[str], *, detector: Detector | None, camera: Callable[[Pixels, str], Pixels] | None
) -> CameraDetail | None:
    """Measure the detail of pictures that are not in a gallery; of many, of evenly spread ones.

    Pictures that cannot be read are passed over: whoever reads them all counts and says them.

    Parameters
    ----------
    root : Path
    files : sequence of str
        Below ``root``.
    detector : Detector or None
        None where the pictures are aligned.
    camera : callable or None
        What the chips are seen through, given the chip and its file; None for nothing.

    Returns
    -------
    CameraDetail or None
        None where no picture shows a face.
    """
    chips: list[Pixels] = []
    for index in spread(len(files)):
        try:
            pixels = read_picture(root / files[index])
        except PictureError:
            continue
        faces = [aligned_face(pixels.shape[0])] if detector is None else detector.detect(pixels)
        if (face := the_one(faces, pixels) if faces else None) is not None:
            chip = standard_chip(pixels, face)
            chips.append(chip if camera is None else camera(chip, files[index]))
    return camera_detail(chips)
