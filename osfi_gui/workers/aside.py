"""A thread beside all others: it runs one long job at a time, and gives way to everything live."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread, Signal

from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Failed, Finished, Progress, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.events import Event

TELL_S = 0.1
"""Progress is told no more often: a signal is a queue."""
NICENESS = 15
"""More than the thread that tunes has: whoever waits for that one did ask for it."""

log = logging.getLogger(__name__)


class Aside(QThread):
    """Runs a generator of events that works on copies; whoever owns it joins it with :meth:`end`.

    Parameters
    ----------
    name : str
        Of the thread.
    """

    progressed = Signal(object)
    over = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._make: Callable[[Token], Iterator[Event]] | None = None
        self._token = Token()

    @property
    def busy(self) -> bool:
        """Whether a job was begun whose end was not told yet."""
        return self._make is not None

    def begin(self, make: Callable[[Token], Iterator[Event]]) -> bool:
        """Start a job; False while there is another one.

        Parameters
        ----------
        make : callable
            Makes the job's events, on the thread; gets the token that cancels it.
        """
        if self._make is not None:
            return False
        self.wait()  # one that has told its end is about to be gone
        self._make, self._token = make, Token()
        self.start()
        return True

    def cancel(self) -> None:
        """Stop the job at its next step; may be called from any thread, and when there is none."""
        self._token.cancel()

    def end(self) -> None:
        """Stop the job, and wait until the thread is gone."""
        self.cancel()
        self.wait()

    def run(self) -> None:
        """Run the job to its one end."""
        step_back(NICENESS)
        make = self._make
        assert make is not None  # begin() put it there
        last: Event = Failed("The job stopped without saying why.")
        told_s = 0.0
        try:
            for event in make(self._token):
                if isinstance(event, (Finished, Cancelled, Failed)):
                    last = event
                    break
                if isinstance(event, Progress) and time.monotonic() - told_s >= TELL_S:
                    told_s = time.monotonic()
                    self.progressed.emit(event)
        except DeskError as error:
            last = Failed(error.what, error.remedy)
        except Exception as error:
            log.exception("a job failed in a way nobody foresaw")
            last = Failed(f"That did not work ({type(error).__name__}).", "Nothing was changed.")
        self._make = None
        self.over.emit(last)


def step_back(niceness: int) -> None:
    """Let everything else have the processor first."""
    if sys.platform.startswith("linux"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
    else:
        QThread.currentThread().setPriority(QThread.Priority.LowestPriority)
