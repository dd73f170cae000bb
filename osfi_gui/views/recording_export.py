"""Exporting a recording: what it means, where to, how far it is, and stopping it."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import JobState, Phase
from osfi_gui.core.export import ExportRequest
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark

ENDING = ".mp4"


class RecordingExport(QWidget):
    """Asks before a video is made of a recording, then shows how far it is; hidden while there is nothing to say.

    Parameters
    ----------
    parent : QWidget, optional
    """

    export_requested = Signal(object)
    cancel_requested = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._recording = ""
        self.running = False
        self.question = InlineRow(Mark.WARNING)
        self.drawn = QCheckBox(self.tr("With boxes, names and decisions"))
        self.drawn.setChecked(True)
        self.question.body.addWidget(self.drawn)
        self.choose = self.question.add_button(self.tr("Choose where…"))
        self.leave = self.question.add_button(self.tr("Do not export"))
        self.says, self.bar, self.cancel = QLabel(), QProgressBar(), QPushButton(self.tr("Cancel"))
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the export"))
        self.cancel.setAutoDefault(False)
        self.cancel.setAccessibleName(self.tr("Cancel the export"))
        self._progress = QWidget()
        running = QHBoxLayout(self._progress)
        running.setContentsMargins(0, 0, 0, 0)
        for widget, stretch in ((self.says, 0), (self.bar, 1), (self.cancel, 0)):
            running.addWidget(widget, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.question)
        layout.addWidget(self._progress)
        self.choose.clicked.connect(self._on_choose)
        self.leave.clicked.connect(self._on_leave)
        self.cancel.clicked.connect(self.cancel_requested)
        self.hide()

    def ask(self, recording: str) -> None:
        """Say what an export means, and ask whether and where."""
        if self.running:
            return
        self._recording = recording
        text = self.tr("The video of {name} will NOT be encrypted, and shows faces: whoever has the file can watch it.")
        self.question.set_text(text.format(name=PurePath(recording).name))
        self.question.show()
        self._progress.hide()
        self.show()
        self.leave.setFocus()

    @Slot(object)
    def show_job(self, state: JobState) -> None:
        """Show how far an export is; nothing once it is over."""
        self.running = state.phase is Phase.WAITING
        self.setVisible(self.running)
        if not self.running:
            return
        self.question.hide()
        self._progress.show()
        self.says.setText(state.title)
        self.bar.setRange(0, state.total)
        self.bar.setValue(state.done)

    @Slot()
    def _on_choose(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Export as a video, not encrypted"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Videos") + f" (*{ENDING})")
        dialog.setDefaultSuffix(ENDING.removeprefix("."))
        dialog.selectFile(PurePath(self._recording).stem + ENDING)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, out: str) -> None:
        self.hide()
        self.export_requested.emit(ExportRequest(self._recording, out, self.drawn.isChecked()))

    @Slot()
    def _on_leave(self) -> None:
        self.hide()
        self.left.emit()
