"""A switch of two or more words of which one counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence


class Segments(QWidget):
    """Buttons side by side; the arrow keys go from one to the next.

    Parameters
    ----------
    words : sequence of str
    name : str
        What is switched, for screen readers.
    parent : QWidget, optional
    """

    chosen = Signal(int)

    def __init__(self, words: Sequence[str], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for index, word in enumerate(words):
            button = QPushButton(word)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(f"{name}: {word}")
            self._group.addButton(button, index)
            layout.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._on_toggled)
        self._share_focus()

    def index(self) -> int:
        """Give the number of the word that counts."""
        return self._group.checkedId()

    def choose(self, index: int) -> None:
        """Let another word count."""
        self._group.button(index).setChecked(True)

    def button(self, index: int) -> QPushButton:
        """Give one of the buttons."""
        found = self._group.button(index)
        assert isinstance(found, QPushButton)
        return found

    @Slot(int, bool)
    def _on_toggled(self, index: int, checked: bool) -> None:
        if checked:
            self._share_focus()
            self.chosen.emit(index)

    def _share_focus(self) -> None:
        """Let Tab reach the word that counts; a click leaves the keyboard where it was: Space goes on taking shots."""
        for button in self._group.buttons():
            counts = button.isChecked()
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if counts else Qt.FocusPolicy.NoFocus)
