"""The recordings: which there are and how large, playing, exporting, deleting one, and the folder they are kept in."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.recording import RecordingListing
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.recording_export import RecordingExport
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from osfi_gui.core.recording import Listed

ROWS_SHOWN = 5


class RecordingsSection(QWidget):
    """A table of recordings, newest first; everything it changes, it asks for.

    Parameters
    ----------
    parent : QWidget, optional
    """

    recordings_requested = Signal()
    play_requested = Signal(str)
    remove_requested = Signal(str)
    folder_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._listing = RecordingListing()
        self._asked: Listed | None = None
        self.intro, self.empty, self.folder = QLabel(), QLabel(), QLabel()
        self.table = QTableWidget(0, 3)
        self.play, self.remove = QPushButton(self.tr("Play")), QPushButton(self.tr("Delete…"))
        self.export, self.exporting = QPushButton(self.tr("Export…")), RecordingExport()
        self.change = QPushButton(self.tr("Change folder…"))
        self.question = InlineRow(Mark.WARNING)
        self.remove_now = self.question.add_button(self.tr("Delete"), role="danger")
        self.keep = self.question.add_button(self.tr("Keep it"))
        self._lay_out()
        self.play.clicked.connect(self._on_play)
        self.remove.clicked.connect(self._ask)
        self.remove_now.clicked.connect(self._on_remove)
        self.keep.clicked.connect(self._on_keep)
        self.export.clicked.connect(self._on_export)
        self.exporting.left.connect(self.export.setFocus)
        self.change.clicked.connect(self._on_change)
        self.table.itemSelectionChanged.connect(self._refresh)
        self.table.itemActivated.connect(self._on_play)
        self.show_recordings(self._listing)

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Recordings"))
        set_role(title, "heading")
        self.intro.setText(
            self.tr(
                "Pictures and decisions of live sessions, encrypted with the key of the gallery that was open. Play "
                "one to see it recognised again. They show faces: delete them when nobody needs them any more."
            )
        )
        self.empty.setText(self.tr("There are no recordings yet. Identify has the button that records."))
        for label in (self.intro, self.empty, self.folder):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            set_role(label, "muted")
        self.table.setHorizontalHeaderLabels([self.tr("Recording"), self.tr("Last written"), self.tr("Size")])
        self.table.setAccessibleName(self.tr("Recordings"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for button in (self.play, self.export, self.remove, self.change):
            button.setAutoDefault(False)
        self.play.setAccessibleName(self.tr("Play the recording"))
        self.export.setAccessibleName(self.tr("Export the recording as a video"))
        self.remove.setAccessibleName(self.tr("Delete the recording"))
        self.change.setAccessibleName(self.tr("Change the folder of recordings"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.play)
        buttons.addWidget(self.export)
        buttons.addWidget(self.remove)
        buttons.addWidget(self.folder, 1)
        buttons.addWidget(self.change)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        for widget in (title, self.intro, self.empty, self.table, self.question, self.exporting):
            layout.addWidget(widget)
        layout.addLayout(buttons)

    @Slot(object)
    def show_recordings(self, listing: RecordingListing) -> None:
        """Show which recordings there are; the selection stays."""
        selected = self.selected
        self._listing = listing
        self.table.setRowCount(len(listing.recordings))
        for row, each in enumerate(listing.recordings):
            when = QDateTime.fromString(each.changed_at, Qt.DateFormat.ISODate).toLocalTime()
            texts = (
                PurePath(each.path).name,
                QLocale().toString(when, QLocale.FormatType.ShortFormat),
                self.tr("{size} MB").format(size=f"{each.size_bytes / 1e6:.1f}"),
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(each.path)
                self.table.setItem(row, column, item)
        paths = [each.path for each in listing.recordings]
        if selected is not None and selected.path in paths:
            self.table.selectRow(paths.index(selected.path))
        elif paths:
            self.table.selectRow(0)
        self.folder.setText(self.tr("Kept in {folder}").format(folder=listing.folder))
        self.folder.setVisible(bool(listing.folder))
        self.question.hide()
        rows = min(max(1, len(paths)), ROWS_SHOWN)
        height = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + rows * height + 8)
        self.table.setVisible(bool(paths))
        self.empty.setVisible(not paths)
        self._refresh()

    @property
    def selected(self) -> Listed | None:
        """The recording that is selected."""
        row = self.table.currentRow()
        return self._listing.recordings[row] if 0 <= row < len(self._listing.recordings) else None

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for what may have changed while another page was in front."""
        super().showEvent(event)
        self.recordings_requested.emit()

    @Slot()
    def _refresh(self) -> None:
        for button in (self.play, self.export, self.remove):
            button.setEnabled(self.selected is not None)

    @Slot()
    def _on_play(self) -> None:
        if self.selected is not None:
            self.play_requested.emit(self.selected.path)

    @Slot()
    def _on_export(self) -> None:
        self.question.hide()
        if self.selected is not None:
            self.exporting.ask(self.selected.path)

    @Slot()
    def _ask(self) -> None:
        self._asked = self.selected
        if self._asked is None:
            return
        text = self.tr("Delete {name}? It is gone for good; copies elsewhere are not reached.")
        self.question.set_text(text.format(name=PurePath(self._asked.path).name))
        self.question.show()
        self.keep.setFocus()

    @Slot()
    def _on_remove(self) -> None:
        self.question.hide()
        if self._asked is not None:
            self.remove_requested.emit(self._asked.path)
        self.table.setFocus()

    @Slot()
    def _on_keep(self) -> None:
        self.question.hide()
        self.remove.setFocus()

    @Slot()
    def _on_change(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Folder of recordings"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setDirectory(self._listing.folder)
        dialog.fileSelected.connect(self.folder_requested)
        dialog.open()
