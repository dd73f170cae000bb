"""The recognition thread: loads the engine, then looks at the newest frame, again and again."""

from __future__ import annotations

import logging
import queue
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QThread, Signal, Slot

from osfi_gui.core.desk import EngineState, Notice, Phase, SeenFace, Tone
from osfi_gui.core.enrolment import Draft
from osfi_gui.core.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.values import Recognition
    from osfi_gui.services.engine import Engine
    from osfi_gui.services.live import Live
    from osfi_gui.services.session import Session
    from osfi_gui.workers.feed import Captured, LiveFeed

PATIENCE_S = 0.5

log = logging.getLogger(__name__)


class Watcher(Protocol):
    """Sees every frame that was worked on; called on the recognition thread, so it must not wait."""

    def begins(self, captured: Captured, session: Session | None, *, told: bool) -> bool:
        """Say whether the frame that comes now is to be recognised without any track.

        Parameters
        ----------
        captured : Captured
        session : Session or None
            What it will be recognised with.
        told : bool
            Whether anything that may change decisions was told to the thread since the last frame.
        """
        ...

    def saw(self, captured: Captured, made: Recognition | Draft | None) -> None:
        """Take what became of that frame; not called where it failed."""
        ...


class RecognitionThread(QThread):
    """Recognises or examines the newest frame; frames that come meanwhile are dropped.

    Everything it is told goes through one queue and is done between two frames, so that nothing here is shared.

    Parameters
    ----------
    feed : LiveFeed
    load : callable
        Loads the engine; may take seconds, raises DeskError.
    watcher : Watcher, optional
    """

    engine_changed = Signal(object)
    engine_loaded = Signal(object)
    noticed = Signal(object)

    def __init__(self, feed: LiveFeed, *, load: Callable[[], Engine], watcher: Watcher | None = None) -> None:
        super().__init__()
        self.setObjectName("recognition")
        self._feed = feed
        self._load = load
        self._watcher = watcher
        self._session: Session | None = None
        self._told: queue.SimpleQueue[Callable[[Live], None]] = queue.SimpleQueue()
        self._ending = False
        self._complained = ""

    @Slot(object)
    def use_session(self, session: Session | None) -> None:
        """Work with another session from the next frame on; None while the gallery is locked."""
        self._tell(lambda live: self._use_session(live, session))

    @Slot(str)
    def look(self, what: str) -> None:
        """Do what the page of this name needs: "identify", "enrol", any other needs nothing."""
        self._tell(lambda live: self._look(live, what))

    @Slot(bool)
    def take_by_itself(self, auto: bool) -> None:
        """Take shots when the asked pose is held, or only when asked."""
        self._tell(lambda live: live.take_by_itself(auto))

    @Slot()
    def take_shot(self) -> None:
        """Take a shot of the newest frame."""
        self._tell(lambda live: self._draft(live, live.take_shot))

    @Slot(int)
    def remove_shot(self, index: int) -> None:
        """Take a shot out of the draft."""
        self._tell(lambda live: self._draft(live, lambda: live.remove_shot(index)))

    @Slot()
    def clear_draft(self) -> None:
        """Begin with the next person."""
        self._tell(lambda live: self._draft(live, live.clear_draft))

    @Slot(object)
    def begin_draft_with(self, seen: SeenFace) -> None:
        """Begin a draft with a face that was recognised."""
        self._tell(lambda live: self._draft(live, lambda: live.begin_draft_with(seen)))

    def end(self) -> None:
        """Ask the thread to end; join it with ``wait``."""
        self._ending = True
        self._feed.captured.wake()

    def _tell(self, what: Callable[[Live], None]) -> None:
        self._told.put(what)
        self._feed.captured.wake()

    def run(self) -> None:
        """Load the engine, then work until the thread is to end."""
        live = self._loaded()
        if live is None:
            return
        last: Captured | None = None
        again = False
        while not self._ending:
            captured = self._feed.captured.take(timeout_s=PATIENCE_S)
            try:
                again = self._do_what_was_told(live) or again
                # A picture stays where it is while the gallery opens or the page changes: then it is looked at again.
                if captured is None or (captured is last and not again):
                    continue
                told, again = again, False
                fresh = self._watcher is not None and self._watcher.begins(captured, self._session, told=told)
                if last is None or captured.opening != last.opening:
                    self._feed.recognised.put(None)
                    fresh = True
                if fresh:
                    live.begin_source(video=captured.video)
                last = captured
                made = live.work(captured.frame)
                self._publish(made)
                if self._watcher is not None:
                    self._watcher.saw(captured, made)
                self._complained = ""
            except DeskError as error:
                self._complain(Notice(error.what, error.remedy, Tone.BAD))
            except Exception as error:
                log.exception("recognition failed in a way nobody foresaw")
                what = f"Recognition failed on a picture ({type(error).__name__})."
                self._complain(Notice(what, "It goes on with the next one.", Tone.BAD))

    def _do_what_was_told(self, live: Live) -> bool:
        """Do what came since the last frame; say whether anything had."""
        told = False
        while not self._told.empty():
            self._told.get()(live)
            told = True
        return told

    def _loaded(self) -> Live | None:
        self.engine_changed.emit(EngineState(Phase.WAITING, what="Loading the face models"))
        try:
            engine = self._load()
            # Here and not at the top: torch takes seconds to import, and the window is there first.
            from osfi_gui.services.live import Live

            live = Live(engine)
        except DeskError as error:
            self.engine_changed.emit(EngineState(Phase.FAILED, what=error.what, remedy=error.remedy))
            return None
        except Exception as error:
            log.exception("the engine could not be loaded")
            what = f"The face models could not be loaded ({type(error).__name__}: {error})."
            self.engine_changed.emit(EngineState(Phase.FAILED, what=what, remedy="Run “osfi doctor”."))
            return None
        self.engine_loaded.emit(engine)
        self.engine_changed.emit(EngineState(Phase.READY, engine.device, engine.device_note, engine.title))
        return live

    def _publish(self, made: Recognition | Draft | None) -> None:
        if isinstance(made, Draft):
            self._feed.drafted.put(made)
        elif made is not None:
            self._feed.recognised.put(made)

    def _complain(self, notice: Notice) -> None:
        """Say once what would otherwise be said thirty times a second."""
        if notice.what != self._complained:
            self._complained = notice.what
            self.noticed.emit(notice)

    def _draft(self, live: Live, change: Callable[[], str | None]) -> None:
        if refused := change():
            self.noticed.emit(Notice("No shot was taken.", refused))
        self._feed.drafted.put(live.draft)

    def _use_session(self, live: Live, session: Session | None) -> None:
        live.use_session(session)
        self._session = session
        if session is None:
            self._feed.recognised.put(None)
            self._feed.drafted.put(live.draft)

    def _look(self, live: Live, what: str) -> None:
        from osfi_gui.services.live import Looking

        live.look(Looking(what) if what in tuple(Looking) else Looking.NOTHING)
        self._feed.recognised.put(None)
