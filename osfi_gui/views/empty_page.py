"""What stands where nothing is yet: a title, a sentence that says what to do first, and its button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from osfi_gui.views.theme import set_role


class EmptyPage(QFrame):
    """A card with words in its middle.

    Parameters
    ----------
    parent : QWidget, optional
    """

    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.title, self.text, self.action = QLabel(), QLabel(), QPushButton()
        set_role(self.title, "heading")
        set_role(self.text, "muted")
        set_role(self.action, "primary")
        centre = Qt.AlignmentFlag.AlignHCenter
        for label in (self.title, self.text):
            label.setAlignment(centre)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setMinimumWidth(24 * self.fontMetrics().height())
        self.text.setMaximumWidth(36 * self.fontMetrics().height())
        # Between stretches: with an alignment the layout would not ask how high the text becomes at its width.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.text, 4)
        middle.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(2)
        layout.addWidget(self.title)
        layout.addLayout(middle)
        layout.addSpacing(6)
        layout.addWidget(self.action, 0, centre)
        layout.addStretch(3)
        self.action.clicked.connect(self.action_requested)

    def show_words(self, title: str, text: str, action: str = "") -> None:
        """Say something; without an action there is no button."""
        self.title.setText(title)
        self.text.setText(text)
        self.action.setText(action)
        self.action.setVisible(bool(action))
