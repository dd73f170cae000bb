"""The recordings in their folder: listed, deleted, and asked who is in them; on the thread of the encoders' shelf."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from osfi_gui.core.desk import Notice, Tone
from osfi_gui.core.errors import DeskError
from osfi_gui.core.recording import RecordingListing

if TYPE_CHECKING:
    from osfi_gui.core.desk import OpenGallery


class RecordingShelf(QObject):
    """Knows one folder; every slot is one request."""

    listed = Signal(object)
    noticed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path()
        self._key: OpenGallery | None = None

    @Slot(str)
    def use_folder(self, folder: str) -> None:
        """Look into another folder from now on."""
        self._folder = Path(folder)

    @Slot(object)
    def use_key(self, key: OpenGallery | None) -> None:
        """Know which gallery is open."""
        self._key = key

    @Slot()
    def show(self) -> None:
        """List the folder; that needs no key."""
        from osfi_gui.services.recording import list_recordings

        try:
            self.listed.emit(RecordingListing(str(self._folder), tuple(list_recordings(self._folder))))
        except DeskError as error:
            self.listed.emit(RecordingListing(str(self._folder)))
            self.noticed.emit(Notice(error.what, error.remedy, Tone.BAD))

    @Slot(str)
    def remove(self, path: str) -> None:
        """Delete a recording."""
        from osfi_gui.store.recording import remove_recording

        try:
            remove_recording(Path(path))
            self.noticed.emit(Notice(f"The recording {Path(path).name} was deleted.", tone=Tone.GOOD))
        except DeskError as error:
            self.noticed.emit(Notice(error.what, error.remedy, Tone.BAD))
        self.show()

    @Slot(int)
    def look_for(self, identity_id: int) -> None:
        """Say in which recordings somebody was accepted who is being erased; those stay."""
        if self._key is None:
            return
        from osfi_gui.services.recording import showing

        try:
            found = list(showing(self._folder, self._key.passphrase, identity_id))
        except DeskError as error:
            self.noticed.emit(Notice(error.what, error.remedy, Tone.BAD))
            return
        names = [path.name for path, shown in found if shown]
        closed = sum(1 for _, shown in found if shown is None)
        if names:
            what = f"Whoever is erased was recognised in {_counted(len(names))} and stays there: {', '.join(names)}."
            self.noticed.emit(Notice(what, "Delete what has to go under Settings, Recordings.", Tone.BAD))
        if closed:
            what = f"{_counted(closed).capitalize()} could not be looked into for whoever is erased."
            self.noticed.emit(Notice(what, "It takes the gallery they were recorded with.", Tone.BAD))


def _counted(number: int) -> str:
    return "1 recording" if number == 1 else f"{number} recordings"
