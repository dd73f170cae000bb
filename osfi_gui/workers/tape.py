"""What lies between recognition, which must not wait, and the thread that writes: a queue with a limit in bytes."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Step = Callable[[], None]


class Tape:
    """Steps for one thread, in their order; those that carry a picture are refused where there is no room.

    Parameters
    ----------
    room_bytes : int
        Bytes of pictures that may wait at once. One picture may always wait, however large it is.
    """

    def __init__(self, room_bytes: int) -> None:
        self._changed = threading.Condition()
        self._steps: deque[tuple[Step, int]] = deque()
        self._room = room_bytes
        self._held = 0

    def tell(self, step: Step) -> None:
        """Add a step that carries no picture."""
        with self._changed:
            self._steps.append((step, 0))
            self._changed.notify_all()

    def offer(self, step: Step, size: int) -> bool:
        """Add a step that carries so many bytes of pictures; say whether there was room. Never waits."""
        with self._changed:
            if self._held and self._held + size > self._room:
                return False
            self._held += size
            self._steps.append((step, size))
            self._changed.notify_all()
            return True

    def take(self, *, timeout_s: float) -> Step | None:
        """Wait for the next step; None when there was none in so many seconds. Its room is free from now on."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._steps), timeout_s):
                return None
            step, size = self._steps.popleft()
            self._held -= size
            return step

    @property
    def held(self) -> int:
        """Bytes of pictures that wait."""
        with self._changed:
            return self._held
