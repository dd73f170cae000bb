"""Asks who somebody is who was accepted as somebody else."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from osfi_gui.core.desk import SeenFace
from osfi_gui.views.theme import set_role


class MisidentifiedDialog(QDialog):
    """Nobody who is enrolled, or somebody else who is.

    Parameters
    ----------
    seen : SeenFace
        The face as it was when the button was pressed; the live picture goes on meanwhile.
    parent : QWidget, optional
    """

    stranger_told = Signal(object)
    enrol_page_requested = Signal()

    def __init__(self, seen: SeenFace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen = seen
        name = seen.sighting.decision.identity or ""
        self.setWindowTitle(self.tr("Not this person"))
        title = QLabel(self.tr("This is not {name}. Who is it?").format(name=name))
        title.setWordWrap(True)
        set_role(title, "heading")
        self.text = QLabel(
            self.tr(
                "If it is nobody who is enrolled, the face is kept as a stranger's: calibrating uses it to set the "
                "threshold."
            )
        )
        self.text.setWordWrap(True)
        self.nobody = QPushButton(self.tr("Nobody who is enrolled"))
        self.somebody = QPushButton(self.tr("Somebody else who is enrolled"))
        self.enrol = QPushButton(self.tr("Go to Enrol"))
        self.cancel = QPushButton(self.tr("Cancel"))
        set_role(self.enrol, "primary")
        self.enrol.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(self.text)
        line = QHBoxLayout()
        line.setSpacing(8)
        for button in (self.nobody, self.somebody, self.enrol):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.cancel)
        layout.addLayout(line)
        self.setMinimumWidth(32 * self.fontMetrics().height())
        self.nobody.clicked.connect(self._on_nobody)
        self.somebody.clicked.connect(self._on_somebody)
        self.enrol.clicked.connect(self._on_enrol)
        self.cancel.clicked.connect(self.reject)

    @Slot()
    def _on_nobody(self) -> None:
        self.accept()
        self.stranger_told.emit(self._seen)

    @Slot()
    def _on_somebody(self) -> None:
        self.text.setText(
            self.tr(
                "Add more shots of that person on the Enrol page, under the same name, and they are told apart "
                "better. Nothing was kept now."
            )
        )
        self.nobody.hide()
        self.somebody.hide()
        self.enrol.show()
        self.cancel.setText(self.tr("Close"))
        self.enrol.setFocus()

    @Slot()
    def _on_enrol(self) -> None:
        self.accept()
        self.enrol_page_requested.emit()
