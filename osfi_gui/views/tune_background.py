"""Choosing a folder of other people for a run to learn from."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from osfi_gui.views.elided_label import ElidedLabel
from osfi_gui.views.folder_dialog import ask_for_folder
from osfi_gui.views.theme import set_role


class BackgroundField(QWidget):
    """A part of the recipe's form: which folder, none at first, and the way to leave it out again.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = ""
        self.choose = QPushButton(self.tr("Choose a folder…"))
        self.name = ElidedLabel()
        self.leave_out = QPushButton(self.tr("Leave out"))
        label = QLabel(self.tr("Other people to learn from"))
        label.setBuddy(self.choose)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        set_role(self.words, "small")
        self.choose.setAccessibleName(label.text())
        self.choose.setToolTip(self.tr("A folder with one folder a person; none of them may be enrolled"))
        self.leave_out.setAccessibleName(self.tr("Leave the other people out"))
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.choose)
        line.addWidget(self.leave_out)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(label)
        layout.addWidget(self.name)
        layout.addLayout(line)
        layout.addWidget(self.words)
        self.choose.clicked.connect(self._ask_for_folder)
        self.leave_out.clicked.connect(self._on_leave_out)
        self.set_folder("")
        self.advise("")

    def advise(self, advice: str) -> None:
        """Say what such people are, and before that why they would help this gallery, where that is known."""
        what = self.tr(
            "One picture each of people who are not enrolled, best through this camera; others than the strangers who "
            "judge. No picture of them is kept."
        )
        self.words.setText(f"{advice} {what}".lstrip())
        self.choose.setAccessibleDescription(self.words.text())

    def folder(self) -> str:
        """Give the folder; empty for none."""
        return self._folder

    @Slot(str)
    def set_folder(self, folder: str) -> None:
        """Take a folder; empty for none."""
        self._folder = folder
        self.name.setText(os.path.basename(os.path.normpath(folder)) if folder else "")
        self.name.setToolTip(folder)
        for widget in (self.name, self.leave_out):
            widget.setVisible(bool(folder))

    @Slot()
    def _ask_for_folder(self) -> None:
        ask_for_folder(self, self.tr("Folder with one folder a person"), self.set_folder, start=self._folder)

    @Slot()
    def _on_leave_out(self) -> None:
        self.set_folder("")
        self.choose.setFocus()
