"""What a long job says while it runs: a stream of events that ends in exactly one of three ways."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Started:
    """The job has begun."""

    what: str


@dataclass(frozen=True)
class Progress:
    """How far it is.

    Attributes
    ----------
    done, total : int
        In ``unit``; total is 0 while it is unknown.
    unit : str
    note : str
        What is being done right now.
    """

    done: int
    total: int
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Finished:
    """The job is done; ``result`` is what it made."""

    result: object = None


@dataclass(frozen=True)
class Cancelled:
    """The operator stopped it; ``kept`` says what stays, ``result`` is what was made by then."""

    kept: str = ""
    result: object = None


@dataclass(frozen=True)
class Failed:
    """The job could not go on.

    Attributes
    ----------
    what, remedy : str
        As in :class:`osfi_gui.core.errors.DeskError`.
    """

    what: str
    remedy: str = ""


Event = Started | Progress | Finished | Cancelled | Failed | object
"""One of the above, or a value of the job's own between Started and the end."""


class Token:
    """A cancel token that any thread may set."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the job to stop at its next step."""
        self._event.set()

    def cancelled(self) -> bool:
        """Whether it was asked to."""
        return self._event.is_set()
