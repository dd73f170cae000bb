"""What the place of the picture says when there is no picture, or something to know about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from osfi_gui.views.theme import set_role


class PictureMessage(QFrame):
    """A title, a sentence and at most one button, on a card."""

    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._title, self._text, self.button = QLabel(self), QLabel(self), QPushButton(self)
        self._title.setProperty("role", "heading")
        self._text.setProperty("role", "muted")
        self.button.setProperty("role", "primary")
        for label in (self._title, self._text):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.button.clicked.connect(self.action_requested)
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.hide()

    def say(self, title: str, text: str, action: str = "") -> None:
        """Show a message, or nothing where the title is empty."""
        if (title, text, action) == (self._title.text(), self._text.text(), self.button.text()):
            return
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.button.setAccessibleName(action)
        self.setAccessibleName(f"{title}. {text}" if text else title)
        self.setVisible(bool(title))
        set_role(self, "card")

    @property
    def says(self) -> tuple[str, str, str]:
        """Title, sentence and button, as shown."""
        return self._title.text(), self._text.text(), self.button.text()

    def place_in(self, room: QWidget, *, over_picture: bool) -> None:
        """Take the middle of an empty room; over a picture stay at the lower edge, out of the faces' way."""
        width = min(520, room.width() - 32)
        height = max(self._layout.totalHeightForWidth(width), self.minimumSizeHint().height())
        left = (room.width() - width) // 2
        top = room.height() - height - 16 if over_picture else (room.height() - height) // 2
        self.setGeometry(left, max(8, top), width, height)
