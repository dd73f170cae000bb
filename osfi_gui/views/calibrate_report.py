"""Where a report is written, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from osfi_gui.core.desk import Phase

if TYPE_CHECKING:
    from osfi_gui.core.desk import JobState


class ReportChooser(QObject):
    """Asks for the file of a report.

    Parameters
    ----------
    parent : QWidget
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent

    @Slot()
    def ask(self) -> None:
        """Ask where to write; PDF, HTML or the numbers by the file's name."""
        dialog = QFileDialog(self._parent.window(), self.tr("Report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        kinds = {
            "pdf": self.tr("PDF (*.pdf)"),
            "html": self.tr("HTML (*.html)"),
            "json": self.tr("All numbers, as JSON (*.json)"),
        }
        dialog.setNameFilters(list(kinds.values()))
        dialog.setDefaultSuffix("pdf")
        dialog.filterSelected.connect(
            lambda chosen: dialog.setDefaultSuffix(next(kind for kind, words in kinds.items() if words == chosen))
        )
        dialog.selectFile("calibration.pdf")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.chosen)
        dialog.open()


class ReportRow(QWidget):
    """How far the report is that is being written; hidden while there is none.

    Parameters
    ----------
    parent : QWidget, optional
    """

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label, self.bar, self.cancel = QLabel(), QProgressBar(), QPushButton(self.tr("Cancel the report"))
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("The report"))
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.label)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.cancel)
        self._runs = False
        self.hide()

    @property
    def runs(self) -> bool:
        """Whether a report is being written."""
        return self._runs

    def show_job(self, state: JobState) -> None:
        """Follow the report."""
        self._runs = state.phase is Phase.WAITING
        self.setVisible(self._runs)
        words = self.tr("Writing the report: {what}…").format(what=state.note) if state.note else ""
        self.label.setText(words or self.tr("Writing the report…"))
        # A maximum of 0 is Qt's way to say that nobody knows how long.
        self.bar.setRange(0, state.total)
        self.bar.setValue(state.done)
