"""The recorder's thread: takes what was recognised, and writes it into an encrypted file."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread, Signal, Slot

from osfi_gui import __version__
from osfi_gui.core.desk import Notice, OpenGallery, Phase, SourceState, Tone
from osfi_gui.core.errors import DeskError, RecordingError
from osfi_gui.core.recording import RecordingState, clock_text, seen_of
from osfi_gui.core.values import Recognition
from osfi_gui.workers.replayed import Replayed
from osfi_gui.workers.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.enrolment import Draft
    from osfi_gui.core.recording import Heading, Take
    from osfi_gui.services.session import Session
    from osfi_gui.store.recording import RecordingWriter
    from osfi_gui.workers.feed import Captured

ROOM_BYTES = 64_000_000
"""Pictures that may wait for the disk: 69 frames of 640 by 480, 10 of 1920 by 1080."""
LEAST_FREE_BYTES = 300_000_000
"""With less room than this on the disk nothing is recorded: the gallery has to be written there, too."""
SAID_EVERY_S = 0.25
LOOKED_EVERY_S = 2.0
"""Seconds between two looks at how much room there is."""

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Rolling:
    """A recording that runs. Recognition counts in it, and the writing thread its frames alone."""

    began_s: float
    opening: int = 0
    take: int = 0
    unsaid: Take | None = None
    pending: bool = False
    gap: int = 0
    missing: int = 0
    frames: int = 0


class Recorder(QThread):
    """Records what is recognised while the operator wants it and the gallery is open.

    A ``Watcher`` of the recognition thread, which it never holds up: where the disk is slow, frames are left out of the
    recording, counted, and said.

    Parameters
    ----------
    room_bytes : int
        Pictures that may wait for the disk.
    make : callable, optional
        Makes the file: path, passphrase, heading.
    free_bytes : callable
        Gives the room that is left on the disk of a folder.
    """

    changed = Signal(object)
    noticed = Signal(object)

    def __init__(
        self,
        *,
        room_bytes: int = ROOM_BYTES,
        make: Callable[[Path, str, Heading], RecordingWriter] | None = None,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        super().__init__()
        self.setObjectName("recorder")
        self._tape = Tape(room_bytes)
        self._make = make or _make
        self._free_bytes = free_bytes
        self._key: OpenGallery | None = None
        self._folder = Path()
        self._source = ""
        self._replayed = Replayed()
        # Set by the writing thread once there is a file, taken away by whoever stops: one reference, swapped whole.
        self._rolling: _Rolling | None = None
        self._asked = False
        self._ending = False
        self._writer: RecordingWriter | None = None
        self._written: _Rolling | None = None
        self._path = Path()
        self._looked_s = self._said_s = 0.0

    # What the operator wants, from the window's thread

    @Slot()
    def record(self) -> None:
        """Begin a recording in the folder for them, with the key of the open gallery."""
        if self._asked:
            return
        if self._key is None:
            self.noticed.emit(Notice("Nothing is recorded while the gallery is locked.", "Open it first.", Tone.BAD))
            self.changed.emit(RecordingState())
            return
        self._asked = True
        self.changed.emit(RecordingState(Phase.WAITING))
        self._tape.tell(partial(self._begin, self._key, self._folder))

    @Slot()
    def stop(self) -> None:
        """End the recording: what was recognised by now is still written."""
        if not self._asked:
            return
        self._asked = False
        self._rolling = None
        self._tape.tell(self._stop)

    @Slot(object)
    def use_key(self, key: OpenGallery | None) -> None:
        """Know which gallery is open; another one, or none, ends the recording."""
        if key != self._key:
            self.stop()
        self._key = key

    @Slot(str)
    def use_folder(self, folder: str) -> None:
        """Keep the recordings that follow here."""
        self._folder = Path(folder)

    @Slot(object)
    def show_source(self, state: SourceState) -> None:
        """Know what plays."""
        if state.info is not None:
            self._source = state.info.name

    def end(self) -> None:
        """Ask the thread to end once everything is written; join it with ``wait``."""
        self.stop()
        self._tape.tell(self._end)

    # What recognition says, from its thread

    def begins(self, captured: Captured, session: Session | None, *, told: bool) -> bool:
        """Begin a take where a recording has begun, or something changed that decides."""
        self._replayed.begins(captured.frame, told=told)
        rolling = self._rolling
        if rolling is None or session is None:
            return False
        if rolling.pending:  # the frame before failed: the tracks have perhaps seen it
            self._leave_out(rolling)
        rolling.pending = True
        if rolling.take and not told and captured.opening == rolling.opening:
            return False
        from osfi_gui.services.recording import take_of

        rolling.take, rolling.opening, rolling.gap = rolling.take + 1, captured.opening, 0
        rolling.unsaid = take_of(session, number=rolling.take, source=self._source, video=captured.video)
        return True

    def saw(self, captured: Captured, made: Recognition | Draft | None) -> None:
        """Hand a recognition to the writing thread, or count that there was no room for it."""
        if isinstance(made, Recognition) and (notice := self._replayed.saw(captured.frame, made)) is not None:
            self.noticed.emit(notice)
        rolling = self._rolling
        if rolling is None or not rolling.pending:  # it began while this frame was being recognised
            return
        rolling.pending = False
        if not isinstance(made, Recognition):
            return
        if rolling.unsaid is not None:
            self._tape.tell(partial(self._write_take, rolling.unsaid))
            rolling.unsaid = None
        clock_s = time.monotonic() - rolling.began_s
        step = partial(self._write, made, take=rolling.take, gap=rolling.gap, clock_s=clock_s)
        if self._tape.offer(step, made.frame.pixels.nbytes):
            rolling.gap = 0
        else:
            self._leave_out(rolling)

    @staticmethod
    def _leave_out(rolling: _Rolling) -> None:
        rolling.gap += 1
        rolling.missing += 1

    # The thread itself

    def run(self) -> None:
        """Write what comes until the thread is to end."""
        while not self._ending:
            step = self._tape.take(timeout_s=SAID_EVERY_S)
            try:
                if step is not None:
                    step()
                self._say()
            except DeskError as error:
                self._give_up(error.what, error.remedy)
            except Exception as error:
                log.exception("the recorder failed in a way nobody foresaw")
                self._give_up(f"The recording failed ({type(error).__name__}).", "Record again.")

    def _begin(self, key: OpenGallery, folder: Path) -> None:
        from osfi_gui.core.recording import Heading
        from osfi_gui.services.recording import new_path
        from osfi_gui.store.codec import now

        self._path = new_path(folder, datetime.now())
        self._look_for_room()
        self._writer = self._make(self._path, key.passphrase, Heading(__version__, now(), Path(key.path).name))
        self._written, self._said_s = _Rolling(time.monotonic()), 0.0
        if self._asked:  # else it was stopped meanwhile, and that step is the next one
            self._rolling = self._written
        what = f"Faces are being recorded, to {self._path.name}."
        self.noticed.emit(Notice(what, "Say so to whoever is in front of the camera. Stop ends it."))

    def _write_take(self, take: Take) -> None:
        if self._writer is not None:
            self._writer.begin_take(take)

    def _write(self, made: Recognition, *, take: int, gap: int, clock_s: float) -> None:
        if self._writer is None or self._written is None:
            return
        if time.monotonic() - self._looked_s > LOOKED_EVERY_S:
            self._look_for_room()
        self._writer.add(made.frame, seen_of(made), take=take, missing=gap, clock_s=clock_s)
        self._written.frames += 1

    def _stop(self) -> None:
        from osfi_gui.store.recording import remove_recording, size_of

        self._rolling = None  # where it began just as it was stopped
        writer, written = self._writer, self._written
        if writer is None or written is None:
            self.changed.emit(RecordingState())
            return
        seconds = time.monotonic() - written.began_s
        writer.finish(missing=written.missing)
        if written.frames:
            frames = "1 frame" if written.frames == 1 else f"{written.frames} frames"
            size = f"{size_of(self._path) / 1e6:.1f} MB"
            what = f"Recorded {clock_text(seconds)} to {self._path.name}: {frames}, {size}."
            self.noticed.emit(Notice(what, _missing_text(written.missing), Tone.GOOD))
        else:
            remove_recording(self._path)
            self.noticed.emit(Notice("Nothing was recognised, so nothing was recorded."))
        self._forget()

    def _give_up(self, what: str, remedy: str) -> None:
        """End a recording that cannot go on; what was written stays."""
        from osfi_gui.store.recording import remove_recording

        self._rolling, self._asked = None, False
        writer, written = self._writer, self._written
        if writer is not None and written is not None:
            # What cannot be written now is only that it was stopped: it is read like that of a killed program.
            with contextlib.suppress(DeskError):
                writer.finish(missing=written.missing)
            if written.frames:
                what = f"{what} The recording ended after {clock_text(time.monotonic() - written.began_s)} and is kept."
            else:
                with contextlib.suppress(DeskError):
                    remove_recording(self._path)
        self.noticed.emit(Notice(what, remedy, Tone.BAD))
        self._forget()

    def _forget(self) -> None:
        self._writer = self._written = None
        self.changed.emit(RecordingState())

    def _end(self) -> None:
        self._ending = True

    def _look_for_room(self) -> None:
        self._looked_s = time.monotonic()
        free = self._free_bytes(self._path.parent)
        if free < LEAST_FREE_BYTES:
            what = f"Only {free / 1e6:.0f} MB are left on the disk, too few to record."
            raise RecordingError(what, "Free some disk space, then record again.")

    def _say(self) -> None:
        """Say how far the recording is, a few times a second."""
        now_s = time.monotonic()
        if self._writer is None or self._written is None or now_s - self._said_s < SAID_EVERY_S:
            return
        self._said_s = now_s
        state = RecordingState(
            Phase.READY if self._asked else Phase.WAITING,
            self._path.name,
            str(self._path),
            now_s - self._written.began_s,
            self._written.frames,
            self._written.missing,
            self._writer.size_bytes,
        )
        self.changed.emit(state)


def _missing_text(missing: int) -> str:
    if not missing:
        return ""
    frames = "1 frame is" if missing == 1 else f"{missing} frames are"
    return f"{frames} missing, because the disk was too slow."


def _make(path: Path, passphrase: str, heading: Heading) -> RecordingWriter:
    # Here and not at the top: the window is there before the database is.
    from osfi_gui.store.recording import RecordingWriter

    return RecordingWriter(path, passphrase, heading)
