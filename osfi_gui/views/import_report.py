"""What an import did: how many were enrolled, every file that was refused and why, and the way back."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QHeaderView, QLabel, QPushButton, QTableView, QVBoxLayout, QWidget

from osfi_gui.core.desk import JobState, Phase
from osfi_gui.views.gallery_table import ROOT, Index
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role
from osfi_gui.views.words import shots_text

if TYPE_CHECKING:
    from osfi_gui.core.enrolment import EnrolReport, FileReport


class RefusedFiles(QAbstractTableModel):
    """The files that were refused, one a row: person, file, reason.

    Parameters
    ----------
    parent : QObject, optional
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.files: tuple[FileReport, ...] = ()

    def show_files(self, files: tuple[FileReport, ...]) -> None:
        """Show other files."""
        self.beginResetModel()
        self.files = files
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count the files."""
        return 0 if parent.isValid() else len(self.files)

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count person, file and reason."""
        return 0 if parent.isValid() else 3

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's variant
        """Name the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Person"), self.tr("File"), self.tr("Why it was refused"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Give a cell; the tool tip of a file is where it lies."""
        if not index.isValid():
            return None
        report = self.files[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (report.identity, PurePath(report.file).name, report.reason)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return report.reason if index.column() == 2 else report.file
        return None

    def as_text(self) -> str:
        """Give everything as lines of tab-separated words, for a spreadsheet."""
        return "\n".join(f"{report.identity}\t{report.file}\t{report.reason}" for report in self.files)


class ImportReport(QWidget):
    """The end of an import.

    Parameters
    ----------
    parent : QWidget, optional
    """

    undo_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: EnrolReport | None = None
        self.summary = InlineRow(Mark.GOOD)
        self.undo = self.summary.add_button(self.tr("Undo this import"))
        self._model = RefusedFiles(self)
        self.refused = QLabel()
        set_role(self.refused, "heading")
        self.copy = QPushButton(self.tr("Copy the list"))
        self.table = QTableView()
        self.table.setModel(self._model)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setAlternatingRowColors(True)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)
        line = self.fontMetrics().height()
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, lines in ((0, 12), (1, 14)):
            self.table.setColumnWidth(column, lines * line)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.setAccessibleName(self.tr("Refused files"))
        self._list = QFrame()
        inner = QVBoxLayout(self._list)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(self.refused, 1)
        head.addWidget(self.copy)
        inner.addLayout(head)
        inner.addWidget(self.table, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.summary)
        layout.addWidget(self._list, 1)
        layout.addStretch(0)
        self.undo.clicked.connect(self._on_undo)
        self.copy.clicked.connect(self._on_copy)

    def show_end(self, state: JobState) -> None:
        """Show how an import ended.

        Parameters
        ----------
        state : JobState
            Neither running nor none.
        """
        self._report = state.report
        self._model.show_files(tuple(report for report in state.files if report.status == "refused"))
        refused = self._model.rowCount()
        self.summary.set_mark(
            {
                Phase.READY: Mark.GOOD if state.report and state.report.shots else Mark.WARNING,
                Phase.FAILED: Mark.BAD,
            }.get(state.phase, Mark.WARNING)
        )
        counts = ""
        if state.report is not None:
            counts = self._counts(state.report)
        self.summary.set_text(" ".join(part for part in (state.what, counts, state.remedy) if part))
        self.undo.setVisible(state.report is not None and bool(state.report.shot_ids))
        self.refused.setText(self.tr("Refused files ({count})").format(count=refused))
        self._list.setVisible(bool(refused))

    def _counts(self, report: EnrolReport) -> str:
        people = self.tr("1 person") if report.people == 1 else self.tr("%n people", None, report.people)
        text = self.tr("{people} enrolled with {shots}.").format(people=people, shots=shots_text(report.shots))
        if report.refused:
            many = self.tr("%n files were refused.", None, report.refused)
            text += " " + (self.tr("1 file was refused.") if report.refused == 1 else many)
        return text

    @Slot()
    def _on_undo(self) -> None:
        if self._report is not None:
            self.undo_requested.emit(self._report)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._model.as_text())
