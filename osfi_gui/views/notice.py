"""Notices at the top of the page: what happened and what to do."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from osfi_gui.core.desk import Notice, Tone
from osfi_gui.views.icons import Drawn
from osfi_gui.views.marks import Mark, MarkLabel

MOST = 3
"""How many are shown at once."""
SHOWN_MS = 8000
"""How long good news stays; bad news stays until it is closed."""

_MARKS = {Tone.INFO: Mark.INFO, Tone.GOOD: Mark.GOOD, Tone.BAD: Mark.BAD}


class CloseButton(Drawn, QToolButton):
    """A cross."""


class NoticeRow(QFrame):
    """One notice, with a button that closes it."""

    closed = Signal()

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setProperty("role", f"notice-{notice.tone.value}")
        text = f"{notice.what} {notice.remedy}".strip()
        self.label = QLabel(text)
        self.label.setWordWrap(True)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(text)
        self.close_button = CloseButton()
        self.close_button.set_drawing("close")
        self.close_button.setAccessibleName(self.tr("Close this notice"))
        self.close_button.setToolTip(self.tr("Close"))
        self.close_button.clicked.connect(self.closed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 3, 6, 3)
        layout.setSpacing(10)
        layout.addWidget(MarkLabel(_MARKS[notice.tone]))
        layout.addWidget(self.label, 1)
        layout.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.closed)
        self.linger()

    def linger(self) -> None:
        """Stay for the whole time, counted from now."""
        if self.notice.tone is not Tone.BAD:
            self._timer.start(SHOWN_MS)


class NoticeStack(QWidget):
    """The newest notices, newest last; takes no room while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[NoticeRow] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(16, 12, 16, 0)
        self._layout.setSpacing(6)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is shown, oldest first."""
        return tuple(row.notice for row in self._rows)

    def show_notice(self, notice: Notice) -> None:
        """Add a notice; the same one again only stays longer."""
        for row in self._rows:
            if row.notice == notice:
                row.linger()
                return
        if len(self._rows) == MOST:
            # What is good goes before what is bad, what is old before what is new.
            self._remove(min(self._rows, key=lambda row: row.notice.tone is Tone.BAD))
        row = NoticeRow(notice)
        row.closed.connect(lambda: self._remove(row))
        self._rows.append(row)
        self._layout.addWidget(row)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(row, QAccessible.Event.Alert))

    def _remove(self, row: NoticeRow) -> None:
        if row not in self._rows:
            return
        self._rows.remove(row)
        self._layout.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.setVisible(bool(self._rows))
