"""Where a report is written."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget


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
        """Ask where to write; HTML or PDF by the file's name."""
        dialog = QFileDialog(self._parent.window(), self.tr("Report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("PDF (*.pdf)"), self.tr("HTML (*.html)")])
        dialog.setDefaultSuffix("pdf")
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix("html" if "html" in words else "pdf"))
        dialog.selectFile("calibration.pdf")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.chosen)
        dialog.open()
