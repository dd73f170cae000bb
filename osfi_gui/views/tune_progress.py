"""How far a run is, how long it still takes, and the button that ends it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from osfi_gui.core.desk import Phase, TuneState
from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_words import left_text


class TuneProgress(QFrame):
    """A card above the curves while a run goes on.

    Parameters
    ----------
    parent : QWidget, optional
    """

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.title, self.left, self.promise = QLabel(), QLabel(), QLabel()
        set_role(self.title, "heading")
        set_role(self.left, "muted")
        set_role(self.promise, "muted")
        self.promise.setText(self.tr("The live picture goes on. Cancelling changes nothing."))
        self.promise.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the run"))
        self.cancel = QPushButton(self.tr("Cancel"))
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.title, 1)
        line.addWidget(self.left)
        line.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 12, 18, 12)
        layout.setSpacing(8)
        layout.addLayout(line)
        layout.addWidget(self.bar)
        layout.addWidget(self.promise)
        self.cancel.clicked.connect(self._on_cancel)

    def show_run(self, state: TuneState) -> None:
        """Follow a run; the button works once for each."""
        if state.phase is not Phase.WAITING:
            self.cancel.setEnabled(True)
            self.cancel.setText(self.tr("Cancel"))
            return
        self.title.setText(state.title or self.tr("Fine-tuning"))
        if not state.steps:
            self.bar.setRange(0, 0)
            self.left.clear()
            return
        last = state.steps[-1]
        self.bar.setRange(0, last.steps)
        self.bar.setValue(last.step)
        self.left.setText(left_text(last.left_s))
        self.bar.setAccessibleDescription(self.left.text())

    @Slot()
    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancel.setText(self.tr("Cancelling…"))
        self.cancel_requested.emit()
