"""The shots of the draft side by side: face, pose, and what each is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from osfi_gui.core.enrolment import Worth
from osfi_gui.views.face_tile import FaceTile
from osfi_gui.views.marks import Mark, MarkLabel
from osfi_gui.views.theme import set_role
from osfi_gui.views.words import pose_text

if TYPE_CHECKING:
    from osfi_gui.core.enrolment import TakenShot

FACE_LINES = 3.2
_MARKS = {Worth.ADDS: Mark.GOOD, Worth.NOTHING_NEW: Mark.SAME, Worth.CONFLICTS: Mark.BAD}


class ShotTile(QFrame):
    """One shot of the draft.

    Parameters
    ----------
    taken : TakenShot
    number : int
        From 1.
    """

    remove_clicked = Signal()

    def __init__(self, taken: TakenShot, number: int) -> None:
        super().__init__()
        set_role(self, "card")
        face = FaceTile(FACE_LINES)
        name = self.tr("Shot {number}").format(number=number)
        face.show_face(taken.chip, name)
        title, worth = QLabel(pose_text(taken.pose)), QLabel(taken.text)
        set_role(title, "muted")
        worth.setTextFormat(Qt.TextFormat.PlainText)
        worth.setWordWrap(True)
        worth.setToolTip(taken.text)
        worth.setFixedWidth(round(6.5 * self.fontMetrics().height()))
        self.setAccessibleName(f"{name}: {pose_text(taken.pose)}, {taken.text}")
        self.remove = QToolButton()
        self.remove.setText("×")
        self.remove.setFixedSize(*[round(1.6 * self.fontMetrics().height())] * 2)
        self.remove.setToolTip(self.tr("Remove this shot (Delete)"))
        self.remove.setAccessibleName(self.tr("Remove shot {number}").format(number=number))
        self.remove.clicked.connect(self.remove_clicked)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(MarkLabel(_MARKS[taken.worth]))
        head.addWidget(title, 1)
        head.addWidget(self.remove)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(head)
        words.addWidget(worth, 1, Qt.AlignmentFlag.AlignTop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 6, 4, 6)
        layout.setSpacing(8)
        layout.addWidget(face)
        layout.addLayout(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Remove the shot that has the keyboard."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.remove_clicked.emit()
        else:
            super().keyPressEvent(event)


class ShotStrip(QScrollArea):
    """All shots of the draft, oldest first; says what to do where there is none.

    Parameters
    ----------
    parent : QWidget, optional
    """

    shot_removed_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shots: tuple[TakenShot, ...] = ()
        self.tiles: list[ShotTile] = []
        self.empty = QLabel(self.tr("No shot was taken yet. Three or more, in different poses, recognise best."))
        self.empty.setWordWrap(True)
        set_role(self.empty, "muted")
        inside = QWidget()
        inside.setProperty("role", "page")
        self._line = QHBoxLayout(inside)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(8)
        self._line.addWidget(self.empty, 1)
        self._line.addStretch(0)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A line for the pose, two for the worth, and the bar below them when there are more than fit.
        self.setFixedHeight(round(3.6 * self.fontMetrics().height()) + 38)
        self.horizontalScrollBar().rangeChanged.connect(self._on_range)
        self.setAccessibleName(self.tr("Shots of this person"))

    def show_shots(self, shots: tuple[TakenShot, ...]) -> None:
        """Show other shots; those that stay are not made anew."""
        if shots is self._shots:
            return
        same = 0
        while same < min(len(shots), len(self._shots)) and shots[same] is self._shots[same]:
            same += 1
        for tile in self.tiles[same:]:
            self._line.removeWidget(tile)
            tile.hide()
            tile.deleteLater()
        del self.tiles[same:]
        for number, taken in enumerate(shots[same:], same + 1):
            tile = ShotTile(taken, number)
            tile.remove_clicked.connect(self._on_remove)
            self._line.insertWidget(len(self.tiles) + 1, tile)
            self.tiles.append(tile)
        self._shots = shots
        self.empty.setVisible(not shots)
        self._line.setStretch(self._line.count() - 1, 1 if shots else 0)

    @Slot(int, int)
    def _on_range(self, _: int, last: int) -> None:
        """Show the newest shot, once there is room for it."""
        self.horizontalScrollBar().setValue(last)

    @Slot()
    def _on_remove(self) -> None:
        tile = self.sender()
        if tile in self.tiles:
            self.shot_removed_requested.emit(self.tiles.index(tile))
