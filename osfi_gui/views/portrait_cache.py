"""The faces of the people in sight: a bounded number is kept, and nobody is asked for twice."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from osfi_gui.views.face_tile import STORED
from osfi_gui.views.pixels import to_pixmap

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QPixmap

    from osfi_gui.core.desk import FacePicture

KEPT = 500


class PortraitCache:
    """Pictures by identity, of one gallery revision.

    Parameters
    ----------
    kept : int
        How many are kept; those looked at longest ago go first.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._revision = -1
        self._pictures: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._asked: set[int] = set()

    def __len__(self) -> int:
        """Count the pictures that are kept."""
        return len(self._pictures)

    def begin(self, revision: int) -> None:
        """Forget the pictures of another revision."""
        if revision != self._revision:
            self.clear()
            self._revision = revision

    def clear(self) -> None:
        """Forget everything, also what was asked for."""
        self._revision = -1
        self._pictures.clear()
        self._asked.clear()

    def get(self, identity_id: int) -> QPixmap | None:
        """Give the picture of an identity; None while there is none."""
        if identity_id in self._pictures:
            self._pictures.move_to_end(identity_id)
            return self._pictures[identity_id]
        return None

    def missing(self, identity_ids: Iterable[int]) -> list[int]:
        """Give those that have to be asked for now, and take them as asked."""
        wanted = [i for i in identity_ids if i not in self._pictures and i not in self._asked]
        self._asked.update(wanted)
        return wanted

    def put(self, answer: FacePicture) -> bool:
        """Keep an answer; says whether it was wanted, answers about another revision are not."""
        if answer.revision != self._revision:
            return False
        self._asked.discard(answer.identity_id)
        chip = answer.chip
        self._pictures[answer.identity_id] = None if chip is None else to_pixmap(chip, STORED)
        self._pictures.move_to_end(answer.identity_id)
        while len(self._pictures) > self._kept:
            self._pictures.popitem(last=False)
        return True
