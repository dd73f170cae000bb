"""Which operating point the operator is about to take: what is proposed, what was chosen since, and back again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chosen:
    """A matcher and its threshold."""

    matcher: str
    threshold: float


class Choices:
    """A stack of choices above the proposed one.

    Parameters
    ----------
    proposed : Chosen
    """

    def __init__(self, proposed: Chosen) -> None:
        self.proposed = proposed
        self._made: list[Chosen] = []

    @property
    def now(self) -> Chosen:
        """Give what is chosen now."""
        return self._made[-1] if self._made else self.proposed

    @property
    def changed(self) -> bool:
        """Whether it is another one than what is proposed."""
        return self.now != self.proposed

    @property
    def undoable(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._made)

    def choose(self, chosen: Chosen) -> None:
        """Take another one; the same one again is no choice."""
        if chosen != self.now:
            self._made.append(chosen)

    def undo(self) -> None:
        """Take the last choice back."""
        if self._made:
            self._made.pop()

    def back(self) -> None:
        """Take what is proposed; this can be undone as well."""
        self.choose(self.proposed)
