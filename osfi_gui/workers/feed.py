"""The live values as the window pulls them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from osfi_gui.core.rates import Flow
from osfi_gui.services.memory import resident_mb
from osfi_gui.workers.mailbox import Mailbox

if TYPE_CHECKING:
    from osfi_gui.core.enrolment import Draft
    from osfi_gui.core.values import Frame, Recognition


@dataclass(frozen=True)
class Captured:
    """A frame, and which opening of a source it came from.

    Attributes
    ----------
    frame : Frame
    opening : int
        Counts up whenever a source is opened: tracks never cross it.
    video : bool
        Whether consecutive frames show the same scene.
    """

    frame: Frame
    opening: int
    video: bool


@dataclass(frozen=True)
class LiveFeed:
    """Implements the port ``Feed`` on three mailboxes."""

    captured: Mailbox[Captured] = field(default_factory=Mailbox)
    recognised: Mailbox[Recognition] = field(default_factory=Mailbox)
    drafted: Mailbox[Draft] = field(default_factory=Mailbox)

    def frame(self) -> Frame | None:
        """Give the newest frame, or None while there is none."""
        newest = self.captured.peek()
        return None if newest is None else newest.frame

    def recognition(self) -> Recognition | None:
        """Give the newest recognition, or None while there is none."""
        return self.recognised.peek()

    def draft(self) -> Draft | None:
        """Give the newest state of the enrolment at the camera, or None while nobody enrols."""
        return self.drafted.peek()

    def flow(self) -> Flow:
        """Give what has passed so far, counted where it passes: a slow window misses nothing."""
        captured = self.captured.passed
        return Flow(captured.put, captured.dropped, self.recognised.passed.put, resident_mb())
