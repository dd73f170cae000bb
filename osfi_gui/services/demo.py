"""The demo's gallery: the portraits that the demo source does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.events import Cancelled, Finished, Started
from osfi_gui.paths import resources_dir
from osfi_gui.services.enrol import enrol_files
from osfi_gui.vision.pictures import list_pictures
from osfi_gui.vision.sources.demo import show_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken, Detector, Encoder
    from osfi_gui.store.gallery import GalleryFile


def demo_people() -> dict[str, list[Path]]:
    """Give the pictures to enrol by name; none of them is shown by the demo source."""
    shown = {path.resolve() for path in show_pictures()}
    folders = sorted(path for path in (resources_dir() / "demo" / "enrol").iterdir() if path.is_dir())
    people = {folder.name: [f for f in list_pictures(folder) if f.resolve() not in shown] for folder in folders}
    return {name: files for name, files in people.items() if files}


def enrol_demo(*, store: GalleryFile, detector: Detector, encoder: Encoder, token: CancelToken) -> Iterator[Event]:
    """Enrol the demo's people; yields as :func:`osfi_gui.services.enrol.enrol_folder`, person by person."""
    people = demo_people()
    yield Started("Enrolling the demo's people")
    for name, files in people.items():
        for event in enrol_files(name, files, store=store, detector=detector, encoder=encoder, token=token):
            if not isinstance(event, (Started, Finished)):
                yield event
            if isinstance(event, Cancelled):
                return
    yield Finished(len(people))
