"""The background: a folder of people who are not enrolled, from whom a run learns as well, and who are kept nowhere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np

from osfi_gui.core.detail import spread
from osfi_gui.core.enrolment import FileReport
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.core.values import Frame
from osfi_gui.services.enrol import NO_FACE, SEVERAL, examine, people_in
from osfi_gui.vision.pictures import read_picture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken, Detector, Encoder
    from osfi_gui.core.values import Pixels, Portrait
    from osfi_gui.store.gallery import GalleryFile

MOST_PEOPLE = 256
"""Whom a run learns from, at most: each makes it longer, and so many were measured (docs/experiments.md)."""


@dataclass(frozen=True)
class Kept:
    """Whom a gallery keeps: enrolled people, and the strangers who judge.

    Attributes
    ----------
    names : frozenset of str
        Of all who have one.
    pictures : frozenset of bytes
        Digests of their portraits.
    """

    names: frozenset[str]
    pictures: frozenset[bytes]


def kept_in(store: GalleryFile) -> Kept:
    """Say whom a gallery keeps."""
    strangers = store.strangers()
    names = [person.name for person in store.identities()] + [other.person for other in strangers]
    shots = [*store.shots(), *(other.shot for other in strangers)]
    return Kept(frozenset(filter(None, names)), frozenset(_digest(shot.portrait) for shot in shots))


def look_at_background(
    root: Path,
    *,
    kept: Kept,
    detector: Detector,
    encoder: Encoder,
    token: CancelToken,
    aligned: bool = False,
) -> Iterator[Event]:
    """Cut a chip of each person of a folder ROOT/NAME/picture; of many people, of some spread evenly over the names.

    Whoever is enrolled must not be told apart from himself, and a stranger who judges the run, or sets its threshold,
    must not have been seen by it: people of their names are left out, and so are their pictures under other names. How
    good a picture is does not matter: it should look like the camera's.

    Parameters
    ----------
    root : Path
    kept : Kept
    detector : Detector
        Not used where the pictures are aligned.
    encoder : Encoder
        Its chips are cut.
    token : CancelToken
        Checked at every picture.
    aligned : bool
        The pictures are aligned chips already.

    Yields
    ------
    Event
        Started, then a FileReport for every picture that was refused and Progress in people, then Finished with an
        ndarray of uint8, shape (people, size, size, 3), or Cancelled.

    Raises
    ------
    DeskError
        When the folder is missing, holds nobody, or nobody of whom a face could be taken.
    """
    people = people_in(root)
    looked_at = [people[place] for place in spread(len(people), MOST_PEOPLE)]
    yield Started(f"Looking at {len(looked_at)} people in {root.name}")
    chips: list[Pixels] = []
    for number, (name, files) in enumerate(looked_at):
        for file in files:
            if token.cancelled():
                yield Cancelled("Nothing was changed.")
                return
            try:
                if normalize("NFC", name) in kept.names:
                    raise DeskError("Somebody of this name is enrolled, or a stranger who judges.")
                chips.append(_chip_of(file, kept, detector=detector, encoder=encoder, aligned=aligned))
                break
            except DeskError as error:
                yield FileReport(str(file), name, "refused", str(error))
        yield Progress(number + 1, len(looked_at), "people", f"Looking at {root.name}")
    if not chips:
        what = f"Nobody in {root.name} can be learned from."
        raise DeskError(what, "Give a folder of people who are neither enrolled nor strangers of this gallery.")
    yield Finished(np.stack(chips))


def _chip_of(file: Path, kept: Kept, *, detector: Detector, encoder: Encoder, aligned: bool) -> Pixels:
    """Cut the chip of a picture; DeskError says why it cannot be used."""
    pixels = read_picture(file)
    if aligned and pixels.shape[0] != pixels.shape[1]:
        raise DeskError("The picture is not an aligned chip: it is not square.")
    seen = examine(Frame(pixels, file=str(file)), detector=detector, encoder=encoder, aligned=aligned)
    if seen.shot is None or seen.chip is None:
        raise DeskError(SEVERAL if seen.faces else NO_FACE)
    if _digest(seen.shot.portrait) in kept.pictures:
        raise DeskError("The same picture is kept of somebody who is enrolled, or of a stranger who judges.")
    return seen.chip


def _digest(portrait: Portrait) -> bytes:
    return hashlib.sha256(portrait.pixels.tobytes()).digest()
