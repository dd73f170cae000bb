"""How fast the live path is: what has passed so far, and what of it passed in the last seconds."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass

WINDOW_S = 3.0
"""Long enough for a number that can be read, short enough to see a change come."""


@dataclass(frozen=True)
class Flow:
    """Counts since the program began, and the memory now.

    Attributes
    ----------
    captured : int
        Frames that came from sources.
    dropped : int
        Those of them that a newer one replaced before recognition took them.
    recognised : int
        Frames that were recognised.
    resident_mb : float
        Megabytes (10^6 bytes) of memory the program holds; 0.0 where the system does not say.
    """

    captured: int = 0
    dropped: int = 0
    recognised: int = 0
    resident_mb: float = 0.0


class Rate:
    """Gives how fast a count goes up, over the last seconds.

    Parameters
    ----------
    window_s : float
        Seconds that are looked back.
    """

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._noted: deque[tuple[float, int]] = deque()

    def note(self, count: int, *, now_s: float) -> None:
        """Take over how high the count is now; one that has gone down begins anew.

        Parameters
        ----------
        count : int
        now_s : float
            Seconds of a clock that never goes back.
        """
        if self._noted and count < self._noted[-1][1]:
            self._noted.clear()
        self._noted.append((now_s, count))
        while self._noted[0][0] < now_s - self._window_s:
            self._noted.popleft()

    @property
    def per_second(self) -> float | None:
        """Rise from the oldest to the newest count of the window, a second; None before there are two."""
        if len(self._noted) < 2:
            return None
        (first_s, first), (last_s, last) = self._noted[0], self._noted[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else None


class Recent:
    """Gives the median of the values of the last seconds.

    Parameters
    ----------
    window_s : float
        Seconds that are looked back.
    """

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._noted: deque[tuple[float, float]] = deque()

    def note(self, value: float, *, now_s: float) -> None:
        """Take over a value."""
        self._noted.append((now_s, value))

    def median(self, *, now_s: float) -> float | None:
        """Give the median of what was noted in the window before now; None where nothing was."""
        while self._noted and self._noted[0][0] < now_s - self._window_s:
            self._noted.popleft()
        return statistics.median(value for _, value in self._noted) if self._noted else None
