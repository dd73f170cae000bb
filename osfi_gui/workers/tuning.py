"""The tuning thread: one run at a time, beside capture and recognition, which go first."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QThread, Signal

from osfi_gui.core.desk import Phase, TuneState
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.core.tune import Measured, Stepped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import Detector
    from osfi_gui.core.tune import Recipe
    from osfi_gui.services.background import Kept
    from osfi_gui.services.tune import TuneData
    from osfi_gui.vision.encode import TorchEncoder

TELL_S = 0.1
"""The window is told no more often: a signal is a queue."""
NICENESS = 10

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Others:
    """A folder of people to learn from as well, whom the gallery keeps, and what finds faces."""

    root: Path
    kept: Kept
    new_detector: Callable[[], Detector]


@dataclass(frozen=True, eq=False)
class TuneJob:
    """Everything a run needs, copied out of the gallery."""

    data: TuneData
    encoder: TorchEncoder
    recipe: Recipe
    others: Others | None = None


class TuneThread(QThread):
    """Runs the tuning service and carries its events across."""

    changed = Signal(object)
    tuned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tuning")
        self._job: TuneJob | None = None
        self._token = Token()
        self._state = TuneState()
        self._told_s = 0.0

    def begin(self, job: TuneJob) -> None:
        """Start a run; while there is one nothing happens."""
        if not self.isRunning():
            self._job, self._token = job, Token()
            self.start()

    def cancel(self) -> None:
        """Stop the run at the next pass; may be called from any thread, and when there is no run."""
        self._token.cancel()

    def end(self) -> None:
        """Ask the thread to end; join it with ``wait``."""
        self.cancel()

    def run(self) -> None:
        """Run the job to its one end."""
        from osfi_gui.services.tune import Tuned

        job = self._job
        assert job is not None  # begin() put it there
        _step_back()
        self._state = TuneState(Phase.WAITING, recipe=job.recipe)
        try:
            for event in self._events(job):
                if isinstance(event, Finished) and isinstance(event.result, Tuned):
                    self._tell(replace(self._state, title="Keeping the result"), now=True)
                    self.tuned.emit((event.result, self._state))
                else:
                    self._take(event)
        except DeskError as error:
            self._tell(replace(self._state, phase=Phase.FAILED, what=error.what, remedy=error.remedy), now=True)
        except MemoryError:
            what = "There is not enough memory for this run."
            remedy = "Choose a smaller batch, or close other programs; nothing was changed."
            self._tell(replace(self._state, phase=Phase.FAILED, what=what, remedy=remedy), now=True)
        except Exception as error:
            log.exception("a run failed in a way nobody foresaw")
            what = f"The run failed ({type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''})."
            self._tell(
                replace(self._state, phase=Phase.FAILED, what=what, remedy="Nothing was changed; try another recipe."),
                now=True,
            )
        finally:
            self._job = None

    def _events(self, job: TuneJob) -> Iterator[Event]:
        from osfi_gui.services.background import look_at_background
        from osfi_gui.services.tune import tune

        data, others = job.data, job.others
        if others is not None:
            detector = others.new_detector()
            for event in look_at_background(
                others.root, kept=others.kept, detector=detector, encoder=job.encoder, token=self._token
            ):
                if isinstance(event, Finished):
                    data = replace(data, background=cast("NDArray[np.uint8]", event.result))
                else:
                    yield event
                if isinstance(event, Cancelled):
                    return
        yield from tune(data, job.encoder, recipe=job.recipe, token=self._token)

    def _take(self, event: Event) -> None:
        state = self._state
        match event:
            case Started(what):
                self._tell(replace(state, title=what), now=True)
            case Stepped():
                self._tell(replace(state, steps=(*state.steps, event)))
            case Measured():
                self._tell(replace(state, measured=(*state.measured, event)), now=True)
            case Progress(done, total, unit, note):
                self._tell(replace(state, title=f"{note}: {done} of {total} {unit}"))
            case Cancelled(kept):
                self._tell(replace(state, phase=Phase.ENDED, what="Stopped.", remedy=kept), now=True)

    def _tell(self, state: TuneState, *, now: bool = False) -> None:
        self._state = state
        if now or time.monotonic() - self._told_s >= TELL_S:
            self._told_s = time.monotonic()
            self.changed.emit(state)


def _step_back() -> None:
    """Let the picture and recognition have the processor first; threads that torch starts from here inherit it."""
    if sys.platform.startswith("linux"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowPriority)
