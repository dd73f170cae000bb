"""Compares what is recognised while a recording plays in the window with what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.desk import Notice, Tone
from osfi_gui.core.recording import RecordedFrame, clock_text, seen_of
from osfi_gui.core.replay import Comparing, verdict_of

if TYPE_CHECKING:
    from osfi_gui.core.values import Frame, Recognition


class Replayed:
    """Sees every frame before and after it is recognised; says at a recording's end whether it was decided alike.

    Used on the recognition thread alone.
    """

    def __init__(self) -> None:
        self._comparing: Comparing | None = None
        self._next = 0

    def begins(self, frame: Frame, *, told: bool) -> None:
        """Begin with a recording's first frame; give up where a frame is missing or something else decides now."""
        if not isinstance(frame, RecordedFrame):
            self._comparing = None
        elif frame.number == 0:
            self._comparing, self._next = Comparing(), 0
        elif told or frame.number != self._next:
            self._comparing = None

    def saw(self, frame: Frame, made: Recognition) -> Notice | None:
        """Compare a frame; give the notice that is shown after the last one."""
        if self._comparing is None or not isinstance(frame, RecordedFrame):
            return None
        self._comparing.add(frame, seen_of(made))
        self._next = frame.number + 1
        if not frame.last:
            return None
        comparison, self._comparing = self._comparing.comparison, None
        first = comparison.first[0] if comparison.first else None
        where = "" if first is None else f"The first at {clock_text(first.clock_s)}: {first.what}."
        return Notice(verdict_of(comparison), where, Tone.GOOD if comparison.same else Tone.BAD)
