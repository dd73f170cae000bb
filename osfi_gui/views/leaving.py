"""Asks before something that is not saved is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence


class LeaveDialog(QDialog):
    """Leave or stay; accepted means leave.

    Parameters
    ----------
    lost : sequence of str
        What would be lost, one sentence each.
    parent : QWidget, optional
    """

    def __init__(self, lost: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Leave OSFI Desk?"))
        title, self.text = QLabel(self.tr("Leave OSFI Desk?")), QLabel("\n".join(lost))
        set_role(title, "heading")
        self.text.setWordWrap(True)
        self.leave, self.stay = QPushButton(self.tr("Leave")), QPushButton(self.tr("Stay"))
        set_role(self.leave, "danger")
        set_role(self.stay, "primary")
        self.leave.setAutoDefault(False)
        self.stay.setDefault(True)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addStretch(1)
        line.addWidget(self.leave)
        line.addWidget(self.stay)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(self.text)
        layout.addLayout(line)
        self.setMinimumWidth(26 * self.fontMetrics().height())
        self.leave.clicked.connect(self.accept)
        self.stay.clicked.connect(self.reject)
        self.stay.setFocus()
