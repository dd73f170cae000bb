"""The capture thread: opens the source that is wanted, reads it, and says what becomes of it."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread, Signal

from osfi_gui.core.desk import Notice, Phase, SourceState, Tone
from osfi_gui.core.errors import DeskError, PictureError
from osfi_gui.workers.feed import Captured

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.ports import FrameSource
    from osfi_gui.workers.feed import LiveFeed

RETRY_S = 2.0
"""A camera or stream that was lost is looked for again this often."""
PICTURE_S = 2.5
"""How long each picture of a folder is shown."""

log = logging.getLogger(__name__)


class CaptureThread(QThread):
    """Reads one source at a time; only the newest frame is kept.

    Parameters
    ----------
    feed : LiveFeed
    make_source : callable
        Makes the source of an address; raises SourceError.
    """

    source_changed = Signal(object)
    noticed = Signal(object)

    def __init__(self, feed: LiveFeed, *, make_source: Callable[[str], FrameSource]) -> None:
        super().__init__()
        self.setObjectName("capture")
        self._feed = feed
        self._make_source = make_source
        self._wanted = ""
        self._changed = threading.Event()
        self._ending = False
        self._opening = 0

    def play(self, address: str) -> None:
        """Change to another source; may be called from any thread. An empty address plays nothing."""
        self._wanted = address
        self._changed.set()

    def again(self) -> None:
        """Open the same source again."""
        self._changed.set()

    def end(self) -> None:
        """Ask the thread to end; join it with ``wait``."""
        self._ending = True
        self._changed.set()

    def run(self) -> None:
        """Play what is wanted until the thread is to end."""
        while not self._ending:
            self._changed.clear()
            if self._ending:  # asked for between the two lines above
                return
            address = self._wanted
            if address:
                self._play(address)
            else:
                self._feed.captured.put(None)
                self.source_changed.emit(SourceState())
            if not self._ending:
                self._changed.wait()

    def _play(self, address: str) -> None:
        """Play one source to its end, opening a live one again whenever it is lost."""
        # Said once: what follows until it is back are tries, and the operator reads why it was lost.
        self.source_changed.emit(SourceState(Phase.WAITING, address))
        while not self._changed.is_set():
            state = self._play_once(address)
            if self._changed.is_set():
                return
            if state.phase is Phase.FAILED:
                self._feed.captured.put(None)  # whoever was in its last picture is not there now
            self.source_changed.emit(state)
            if not state.retrying:
                return
            self._changed.wait(RETRY_S)

    def _play_once(self, address: str) -> SourceState:
        self._opening += 1
        self._feed.captured.put(None)
        live = False
        try:
            source = self._make_source(address)
            # Also one that never opened is looked for again: the camera may be plugged in meanwhile.
            live = source.info.live
            try:
                source.open()
                info = source.info
                self.source_changed.emit(SourceState(Phase.READY, address, info))
                self._read(source)
                return SourceState(Phase.ENDED, address, info, f"{info.name} is over.", "Play it again.")
            finally:
                source.close()
        except DeskError as error:
            return SourceState(Phase.FAILED, address, None, error.what, error.remedy, retrying=live)
        except Exception:
            log.exception("the source failed in a way nobody foresaw")
            return SourceState(
                Phase.FAILED, address, None, "The source stopped for an unknown reason.", "Try it again."
            )

    def _read(self, source: FrameSource) -> None:
        """Read until the end, or until something else is wanted."""
        info = source.info
        while not self._changed.is_set():
            try:
                frame = source.read()
            except PictureError as error:
                self.noticed.emit(Notice(error.what, error.remedy, Tone.BAD))
                continue
            if frame is None:
                return
            self._feed.captured.put(Captured(frame, self._opening, info.video))
            if not info.video:
                self._changed.wait(PICTURE_S)
