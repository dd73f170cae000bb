"""The recordings in their folder: listed, exported, deleted, and asked who is in them; beside the encoders' shelf."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from osfi_gui.core.desk import JobState, Notice, Phase, Tone
from osfi_gui.core.errors import DeskError
from osfi_gui.core.recording import RecordingListing
from osfi_gui.workers.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.desk import OpenGallery
    from osfi_gui.core.events import Event, Token
    from osfi_gui.core.export import ExportRequest
    from osfi_gui.core.recording import Seen
    from osfi_gui.core.values import Pixels


class RecordingShelf(QObject):
    """Knows one folder; every slot is one request."""

    listed = Signal(object)
    noticed = Signal(object)
    exporting = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._draw: Callable[[Pixels, tuple[Seen, ...]], Pixels] | None = None
        self._job: Job | None = None
        self._folder = Path()
        self._key: OpenGallery | None = None

    @Slot(str)
    def use_folder(self, folder: str) -> None:
        """Look into another folder from now on."""
        self._folder = Path(folder)

    @Slot(object)
    def use_key(self, key: OpenGallery | None) -> None:
        """Know which gallery is open; what is exported while it closes is stopped, for its key is needed no more."""
        self._key = key
        if key is None:
            self.leave_export()

    def use_drawing(self, draw: Callable[[Pixels, tuple[Seen, ...]], Pixels]) -> None:
        """Draw what was decided with this from now on; called before the thread begins."""
        self._draw = draw

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

    @Slot(object)
    def export(self, request: ExportRequest) -> None:
        """Make a video of a recording, a frame at a time, so that everything else asked for has its turn."""
        if self._job is not None:
            self.noticed.emit(Notice("A recording is being exported.", "Wait for its end, or cancel it.", Tone.BAD))
            return
        if self._key is None:
            what = f"{Path(request.recording).name} is exported only while the gallery it was recorded with is open."
            self.noticed.emit(Notice(what, "Open that gallery, then try again.", Tone.BAD))
            return
        passphrase = self._key.passphrase
        self._job = Job(lambda token: self._exported(request, passphrase, token), self)
        self._job.changed.connect(self.exporting)
        self._job.ended.connect(lambda state: self._on_exported(request, state))

    @Slot()
    def cancel_export(self) -> None:
        """Stop an export at the next frame; no file stays."""
        if self._job is not None:
            self._job.cancel()

    @Slot()
    def leave_export(self) -> None:
        """Stop an export here and now; no file stays."""
        if self._job is not None:
            self._job.stop("No file was made.")

    def _exported(self, request: ExportRequest, passphrase: str, token: Token) -> Iterator[Event]:
        from osfi_gui.services.export_recording import export_recording
        from osfi_gui.store.recording import RecordingFile

        draw = self._draw if request.drawn else None
        with RecordingFile(Path(request.recording), passphrase) as recording:
            yield from export_recording(recording, Path(request.out), draw=draw, token=token)

    def _on_exported(self, request: ExportRequest, state: JobState) -> None:
        self._job = None
        if state.phase is Phase.READY:
            what = f"{Path(request.recording).name} was exported to {request.out}."
            remedy = "The video is not encrypted and shows faces: give it only to whom it is meant for."
            self.noticed.emit(Notice(what, remedy, Tone.GOOD))
        elif state.phase is Phase.FAILED:
            self.noticed.emit(Notice(state.what, state.remedy, Tone.BAD))
        else:
            self.noticed.emit(Notice("The export was stopped.", state.remedy))

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
