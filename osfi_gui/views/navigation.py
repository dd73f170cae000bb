"""The column on the left: which page is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from osfi_gui.views.icons import Drawn

PAGES = ("identify", "enrol", "gallery", "tune", "calibrate", "activity", "settings")


class NavigationButton(Drawn, QPushButton):
    """A page's drawing and word."""


class Navigation(QFrame):
    """One button a page; Ctrl+1 to Ctrl+7 do the same from everywhere in the window."""

    page_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "column")
        self.setAccessibleName(self.tr("Pages"))
        words = {
            "identify": self.tr("Identify"),
            "enrol": self.tr("Enrol"),
            "gallery": self.tr("Gallery"),
            "tune": self.tr("Fine-tune"),
            "calibrate": self.tr("Calibrate"),
            "activity": self.tr("Activity"),
            "settings": self.tr("Settings"),
        }
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 16)
        layout.setSpacing(4)
        wordmark = QLabel("OSFI Desk")
        wordmark.setProperty("role", "wordmark")
        wordmark.setContentsMargins(12, 16, 12, 14)
        layout.addWidget(wordmark)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, NavigationButton] = {}
        for number, name in enumerate(PAGES, 1):
            button = NavigationButton(" " + words[name])
            button.setProperty("role", "navigation")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(words[name])
            button.setToolTip(f"{words[name]} (Ctrl+{number})")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.set_drawing(name)
            self._group.addButton(button, number - 1)
            self._buttons[name] = button
            layout.addWidget(button)
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(button.click)
        layout.addStretch(1)
        # Wide enough for the widest word in bold, so that checking another page moves nothing.
        lines = self.fontMetrics().height()
        self.setFixedWidth(max(156, round(9.6 * lines)))
        self._group.idClicked.connect(self._on_clicked)

    def words(self) -> dict[str, str]:
        """Give the word of each page."""
        return {name: button.accessibleName() for name, button in self._buttons.items()}

    def show_page(self, name: str) -> None:
        """Mark a page as the one that is shown."""
        self._buttons[name].setChecked(True)

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.page_requested.emit(PAGES[number])
