"""One slot between two threads: the newest value wins, nothing piles up."""

from __future__ import annotations

import threading
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Passed(NamedTuple):
    """What has gone through a mailbox so far.

    Attributes
    ----------
    put : int
        Values that were put; emptying it is none.
    dropped : int
        Those that were replaced, or thrown away, before anybody took them.
    """

    put: int
    dropped: int


class Mailbox(Generic[T]):
    """Holds the newest value that was put; older ones are dropped."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._serial = 0
        self._taken = 0
        self._put = 0
        self._dropped = 0
        self._waits = False  # whether what is there is a value that nobody has taken yet

    def put(self, value: T | None) -> None:
        """Replace what is there; None empties it."""
        with self._changed:
            self._dropped += self._waits
            self._waits = value is not None
            self._put += self._waits
            self._value = value
            self._serial += 1
            self._changed.notify_all()

    def peek(self) -> T | None:
        """Give the newest value without waiting; it stays."""
        with self._changed:
            return self._value

    def take(self, *, timeout_s: float) -> T | None:
        """Wait for a value that was not taken yet.

        Parameters
        ----------
        timeout_s : float
            Seconds to wait at most.

        Returns
        -------
        object or None
            None when no new one came in time. It stays for those who peek.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._serial != self._taken, timeout_s):
                return None
            self._taken = self._serial
            self._waits = False
            self._changed.notify_all()
            return self._value

    def wait_until_taken(self, *, timeout_s: float) -> bool:
        """Wait until somebody has taken what is there; say whether it was, in seconds at most."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waits, timeout_s)

    @property
    def passed(self) -> Passed:
        """How many values have gone through, and how many of them nobody took."""
        with self._changed:
            return Passed(self._put, self._dropped)

    def wake(self) -> None:
        """Let a waiting ``take`` return at once, with what is there."""
        with self._changed:
            self._serial += 1
            self._changed.notify_all()
