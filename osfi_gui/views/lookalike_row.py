"""The question whether the person in front of the camera is somebody who is enrolled already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from osfi_gui.views.face_tile import FaceTile
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from osfi_gui.core.enrolment import Lookalike
    from osfi_gui.core.values import Pixels

FACE_LINES = 4.0
NAME_LINES = 11
"""Room for the name, in heights of a line of text."""


class LookalikeRow(InlineRow):
    """Both faces side by side, and the two answers.

    Parameters
    ----------
    parent : QWidget, optional
    """

    same_clicked = Signal()
    other_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Mark.WARNING, parent)
        self.new, self.enrolled = FaceTile(FACE_LINES), FaceTile(FACE_LINES)
        self._enrolled_name = QLabel()
        faces = QHBoxLayout()
        faces.setSpacing(14)
        for tile, label in ((self.new, QLabel(self.tr("now"))), (self.enrolled, self._enrolled_name)):
            set_role(label, "small")
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addWidget(tile)
            column.addWidget(label)
            faces.addLayout(column)
        faces.addStretch(1)
        self.body.addLayout(faces)
        self.same = self.add_button(self.tr("Same person"))
        self.other = self.add_button(self.tr("Somebody else"))
        self.same.clicked.connect(self.same_clicked)
        self.other.clicked.connect(self.other_clicked)

    def ask(self, lookalike: Lookalike, chip: Pixels, pixmap: QPixmap | None) -> None:
        """Ask about an enrolled identity.

        Parameters
        ----------
        lookalike : Lookalike
        chip : ndarray of uint8, shape (side, side, 3)
            The draft's first shot.
        pixmap : QPixmap or None
            The identity's picture, as far as it was read.
        """
        words = self.tr("This looks like {name}, who is enrolled (cosine {cosine}).")
        self.set_text(words.format(name=lookalike.name, cosine=f"{lookalike.cosine:.2f}"))
        self.new.show_face(chip, self.tr("now"))
        self.enrolled.show_pixmap(pixmap, lookalike.name)
        room = NAME_LINES * self.fontMetrics().height()
        elided = self.fontMetrics().elidedText(lookalike.name, Qt.TextElideMode.ElideRight, room)
        self._enrolled_name.setText(elided)
