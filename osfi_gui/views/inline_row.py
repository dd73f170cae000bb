"""A sentence in the page with a mark before it and, where something is to be decided, buttons below it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from osfi_gui.views.marks import Mark, MarkLabel, ground_of
from osfi_gui.views.theme import palette, set_role


class InlineRow(QFrame):
    """A tinted row; never a dialog, so that nobody has to click it away to go on.

    Parameters
    ----------
    mark : Mark
    parent : QWidget, optional
    """

    def __init__(self, mark: Mark, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = mark
        self._mark_label = MarkLabel(mark)
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.body = QVBoxLayout()
        self.body.setSpacing(6)
        self.body.addWidget(self.label)
        self._buttons: QHBoxLayout | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(8)
        layout.addWidget(self._mark_label, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(self.body, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def text(self) -> str:
        """Give the sentence."""
        return self.label.text()

    def set_text(self, text: str) -> None:
        """Show a sentence; it is also what a screen reader says."""
        self.label.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def set_mark(self, mark: Mark) -> None:
        """Change what the row means."""
        self._mark = mark
        self._mark_label.set_mark(mark)
        self.update()

    def add_button(self, text: str, *, role: str = "") -> QPushButton:
        """Add a button to the line below the sentence."""
        button = QPushButton(text)
        button.setAutoDefault(False)
        if role:
            set_role(button, role)
        line = self._line()
        line.insertWidget(line.count() - 1, button)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the tint."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground_of(self._mark, palette()))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)

    def _line(self) -> QHBoxLayout:
        if self._buttons is None:
            self._buttons = QHBoxLayout()
            self._buttons.setSpacing(8)
            self._buttons.addStretch(1)
            self.body.addLayout(self._buttons)
        return self._buttons
