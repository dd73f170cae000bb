"""A long job on the thread it was started from: one step of its generator at a time, so that others get their turn."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from osfi_gui.core.desk import JobState, Phase
from osfi_gui.core.enrolment import EnrolReport, FileReport
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Failed, Finished, Progress, Started, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.events import Event

log = logging.getLogger(__name__)


class Job(QObject):
    """Runs a generator of events to its end, which comes exactly once.

    Parameters
    ----------
    make : callable
        Makes the generator; it gets the token that cancels it.
    parent : QObject
    """

    changed = Signal(object)
    ended = Signal(object)

    def __init__(self, make: Callable[[Token], Iterator[Event]], parent: QObject) -> None:
        super().__init__(parent)
        self._token = Token()
        self._events = make(self._token)
        self._state = JobState(Phase.WAITING)
        self._files: list[FileReport] = []
        QTimer.singleShot(0, self._step)

    def cancel(self) -> None:
        """Stop at the next step."""
        self._token.cancel()

    def stop(self, why: str) -> None:
        """Stop here and now, between two steps: what the job works on is being closed."""
        if self._state.phase is Phase.WAITING:
            self._token.cancel()
            self._end(Cancelled(why))

    @Slot()
    def _step(self) -> None:
        if self._state.phase is not Phase.WAITING:
            return  # stopped meanwhile
        try:
            event = next(self._events, Failed("The job stopped without saying why."))
        except DeskError as error:
            event = Failed(error.what, error.remedy)
        except Exception as error:
            log.exception("a job failed in a way nobody foresaw")
            event = Failed(f"That did not work ({type(error).__name__}).", "What was done by then stays.")
        if isinstance(event, (Finished, Cancelled, Failed)):
            self._end(event)
        else:
            self._take(event)
            QTimer.singleShot(0, self._step)

    def _end(self, event: Event) -> None:
        self._events.close()  # type: ignore[attr-defined]
        self._take(event)
        self.ended.emit(self._state)
        self.deleteLater()

    def _take(self, event: Event) -> None:
        before = self._state
        files, report = tuple(self._files), getattr(event, "result", None)
        report = report if isinstance(report, EnrolReport) else None
        match event:
            case Started(what):
                self._state = JobState(Phase.WAITING, what)
            case Progress(done, total, unit, note):
                self._state = JobState(Phase.WAITING, before.title, done, total, unit, note)
            case FileReport():
                self._files.append(event)
                return
            case Finished():
                self._state = JobState(Phase.READY, before.title, files=files, report=report)
            case Cancelled(kept):
                self._state = JobState(
                    Phase.ENDED, before.title, files=files, report=report, what="Stopped.", remedy=kept
                )
            case Failed(what, remedy):
                self._state = JobState(Phase.FAILED, before.title, files=files, what=what, remedy=remedy)
            case _:
                return
        self.changed.emit(self._state)
