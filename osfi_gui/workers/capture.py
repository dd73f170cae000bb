"""The capture thread: opens the source that is wanted, reads it, and says what becomes of it."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread, Signal

from osfi_gui.core.desk import Notice, Phase, SourceState, Tone
from osfi_gui.core.errors import DeskError, PictureError, StaleError
from osfi_gui.workers.feed import Captured

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.ports import FrameSource
    from osfi_gui.core.values import SourceInfo
    from osfi_gui.workers.feed import LiveFeed

RETRY_S = 1.0
"""Seconds between two tries to find a camera or stream that was lost: with the time that a try may take, it plays
again within five seconds of coming back."""
PATIENCE_S = 0.1
"""Seconds between two looks at whether something else is wanted, while a frame waits to be taken."""
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
        self._logged = ""

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
        self._feed.captured.put(None)
        try:
            source = self._make_source(address)
        except Exception as error:
            self.source_changed.emit(self._failed(address, error, live=False))
            return
        # One source for all its openings: it remembers which camera it was, and which picture it froze with.
        while not self._changed.is_set():
            state = self._play_once(source, address)
            if self._changed.is_set():
                return
            if state.phase is Phase.FAILED:
                self._feed.captured.put(None)  # whoever was in its last picture is not there now
            self.source_changed.emit(state)
            if not state.retrying:
                return
            self._changed.wait(RETRY_S)

    def _play_once(self, source: FrameSource, address: str) -> SourceState:
        self._feed.captured.put(None)
        try:
            try:
                source.open()
                self._read(source, address)
                info = source.info
                return SourceState(Phase.ENDED, address, info, f"{info.name} is over.", "Play it again.")
            finally:
                source.close()
        except Exception as error:
            # Also one that never opened is looked for again: the camera may be plugged in meanwhile.
            return self._failed(address, error, live=source.info.live)

    def _read(self, source: FrameSource, address: str) -> None:
        """Read until the end, or until something else is wanted."""
        said: SourceInfo | None = None  # nothing is READY before a picture came that is worth looking at
        stale = False
        while not self._changed.is_set():
            try:
                frame = source.read()
            except PictureError as error:
                self.noticed.emit(Notice(error.what, error.remedy, Tone.BAD))
                continue
            except StaleError as error:
                if not stale:
                    stale, said = True, None
                    self._feed.captured.put(None)  # whoever is in it may have gone
                    self.source_changed.emit(self._failed(address, error, live=True))
                continue
            if frame is None:
                return
            info = source.info
            if info.every:
                self._wait_for_recognition()
            if said is None or frame.begins:
                stale = False
                self._opening += 1
            if said is None or (said.width, said.height) != (info.width, info.height):
                if said is not None and info.video and not frame.begins:
                    # What is known of a face is where it was in a frame of the other size: an opening like any other.
                    self._opening += 1
                    self.noticed.emit(_resized(said, info))
                said = info
                self.source_changed.emit(SourceState(Phase.READY, address, info))
            self._feed.captured.put(Captured(frame, self._opening, info.video))
            if not info.video:
                self._changed.wait(PICTURE_S)

    def _wait_for_recognition(self) -> None:
        """Wait until the frame before was taken, or something else is wanted."""
        while not self._changed.is_set() and not self._feed.captured.wait_until_taken(timeout_s=PATIENCE_S):
            pass

    def _failed(self, address: str, error: Exception, *, live: bool) -> SourceState:
        """Put an error into words; what is live is tried again."""
        if isinstance(error, DeskError):
            return SourceState(Phase.FAILED, address, None, error.what, error.remedy, retrying=live)
        if repr(error) != self._logged:  # once, not at every try
            self._logged = repr(error)
            log.error("the source failed in a way nobody foresaw", exc_info=error)
        what, remedy = "The source stopped for an unknown reason.", "Try it again."
        return SourceState(Phase.FAILED, address, None, what, remedy, retrying=live)


def _resized(before: SourceInfo, now: SourceInfo) -> Notice:
    what = f"The picture of {now.name} is now {now.width} x {now.height}; it was {before.width} x {before.height}."
    return Notice(what, "Recognition goes on with the new size; if nobody changed it, check the camera.", Tone.INFO)
