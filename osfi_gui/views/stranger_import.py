"""Adding strangers from a folder: the button, how far the import is, the way to end it, and what came of it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import ImportStrangers, JobState, Phase
from osfi_gui.views.elided_label import ElidedLabel
from osfi_gui.views.folder_dialog import ask_for_folder
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role


class StrangerImport(QWidget):
    """A part of the pages that need strangers; follows the import that was asked for here, and no other.

    Parameters
    ----------
    then : str
        What to do with strangers that were added, in a sentence.
    parent : QWidget, optional
    """

    strangers_requested = Signal(object)
    strangers_cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, then: str = "") -> None:
        super().__init__(parent)
        self._own, self._then = False, then
        self.strangers = QPushButton(self.tr("Add strangers from a folder…"))
        self.strangers.setToolTip(self.tr("A folder with one folder a person; none of them may be enrolled"))
        self.progress = QFrame()
        self.bar, self.current = QProgressBar(), ElidedLabel()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Import of strangers"))
        set_role(self.current, "muted")
        self.cancel = QPushButton(self.tr("Cancel"))
        self.outcome = InlineRow(Mark.GOOD)
        self._lay_out()
        self.progress.hide()
        self.outcome.hide()
        self.strangers.clicked.connect(self._ask_for_folder)
        self.cancel.clicked.connect(self._on_cancel)

    @property
    def runs(self) -> bool:
        """Whether an import that was asked for here goes on."""
        return self._own

    def forget(self) -> None:
        """Leave nothing of the last import on the screen."""
        self._own = False
        self.progress.hide()
        self.outcome.hide()
        self.strangers.setEnabled(True)

    def show_job(self, state: JobState) -> None:
        """Follow an import of strangers; every other import is the Enrol page's."""
        if not self._own:
            return
        # One that never began has no title: that is not the one that is running here.
        if state.phase is Phase.FAILED and not state.title and not self.progress.isHidden():
            return
        runs = state.phase is Phase.WAITING
        self.progress.setVisible(runs)
        self.strangers.setEnabled(not runs)
        if runs:
            self.outcome.hide()
            self.bar.setRange(0, state.total)
            self.bar.setValue(state.done)
            count = self.tr("{done} of {total}").format(done=state.done, total=state.total) if state.total else ""
            self.current.setText(" · ".join(part for part in (count, state.note) if part))
            return
        self._own = False
        self.cancel.setEnabled(True)
        good = state.phase is Phase.READY
        self.outcome.set_mark(Mark.GOOD if good else Mark.WARNING if state.phase is Phase.ENDED else Mark.BAD)
        words = " ".join(part for part in (state.what, state.remedy) if part)
        self.outcome.set_text(words or (f"{self.tr('The strangers were added.')} {self._then}".strip() if good else ""))
        self.outcome.setVisible(bool(self.outcome.text()))

    @Slot()
    def _ask_for_folder(self) -> None:
        ask_for_folder(self, self.tr("Folder with one folder a stranger"), self.import_strangers)

    @Slot(str)
    def import_strangers(self, root: str) -> None:
        """Ask for a folder of strangers to be kept."""
        self._own = True
        self.outcome.set_mark(Mark.INFO)
        self.outcome.set_text(self.tr("The pictures are being looked at; a notice says what became of them."))
        self.outcome.show()
        self.strangers_requested.emit(ImportStrangers(root))

    @Slot()
    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.strangers_cancel_requested.emit()

    def _lay_out(self) -> None:
        running = QGridLayout(self.progress)
        running.setContentsMargins(0, 0, 0, 0)
        running.setHorizontalSpacing(10)
        running.addWidget(self.bar, 0, 0)
        running.addWidget(self.cancel, 0, 1)
        running.addWidget(self.current, 1, 0, 1, 2)
        line = QHBoxLayout()
        line.addWidget(self.strangers)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(line)
        layout.addWidget(self.progress)
        layout.addWidget(self.outcome)
