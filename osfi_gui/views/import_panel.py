"""Importing pictures: a folder of people or the files of one, progress, what was refused and why, undo."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import ImportFiles, ImportFolder, JobState, Phase
from osfi_gui.views.folder_dialog import ask_for_folder
from osfi_gui.views.import_report import ImportReport
from osfi_gui.views.theme import set_role
from osfi_gui.views.words import as_name

PICTURES = "*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff"


class ImportPanel(QWidget):
    """Two ways in, one job at a time.

    Parameters
    ----------
    parent : QWidget, optional
    """

    import_folder_requested = Signal(object)
    import_files_requested = Signal(object)
    import_cancel_requested = Signal()
    import_undo_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._can_begin = False
        self._runs = False
        self.folder = QPushButton(self.tr("Choose a folder…"))
        self.name = QLineEdit()
        self.name.setPlaceholderText(self.tr("Name"))
        self.name.setAccessibleName(self.tr("Name of the person on the pictures"))
        self.files = QPushButton(self.tr("Choose pictures…"))
        self.why = QLabel()
        set_role(self.why, "muted")
        self.title, self.current = QLabel(), QLabel()
        set_role(self.title, "heading")
        set_role(self.current, "muted")
        self.current.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.report = ImportReport()
        self._progress = QFrame()
        self._lay_out()
        self.folder.clicked.connect(self._ask_for_folder)
        self.files.clicked.connect(self._ask_for_files)
        self.name.textChanged.connect(self._refresh)
        self.cancel.clicked.connect(self._on_cancel)
        self.report.undo_requested.connect(self.import_undo_requested)
        self._progress.hide()
        self.report.hide()
        self._refresh()

    @property
    def runs(self) -> bool:
        """Whether an import is running."""
        return self._runs

    def set_can_begin(self, can_begin: bool, why: str) -> None:
        """Say whether an import can begin, and if not, why."""
        self._can_begin = can_begin
        self.why.setText(why)
        self._refresh()

    def forget(self) -> None:
        """Leave nothing of the last import on the screen."""
        self.report.hide()
        self.name.clear()

    @Slot(object)
    def show_job(self, state: JobState) -> None:
        """Follow the import, and show at its end what it did."""
        self._runs = state.phase is Phase.WAITING
        self._progress.setVisible(self._runs)
        if self._runs:
            self.report.hide()
            self.title.setText(state.title or self.tr("Importing pictures"))
            self.bar.setRange(0, state.total)
            self.bar.setValue(state.done)
            count = self.tr("{done} of {total}").format(done=state.done, total=state.total) if state.total else ""
            self.current.setText(" · ".join(part for part in (count, state.note) if part))
        else:
            self.cancel.setEnabled(True)
            self.report.show_end(state)
            # None: it was taken back, and nothing is left to be told of it.
            self.report.setVisible(state.phase is not Phase.NONE)
        self._refresh()

    @Slot()
    def _ask_for_folder(self) -> None:
        ask_for_folder(self, self.tr("Folder with one folder a person"), self.import_folder)

    @Slot()
    def _ask_for_files(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Pictures of {name}").format(name=as_name(self.name.text())))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([self.tr("Pictures ({suffixes})").format(suffixes=PICTURES), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.import_files)
        dialog.open()

    @Slot(str)
    def import_folder(self, root: str) -> None:
        """Ask for a folder to be imported."""
        self.import_folder_requested.emit(ImportFolder(root))

    @Slot(list)
    def import_files(self, files: list[str]) -> None:
        """Ask for pictures of the person whose name was typed to be imported."""
        self.import_files_requested.emit(ImportFiles(as_name(self.name.text()), tuple(files)))

    @Slot()
    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.import_cancel_requested.emit()

    @Slot()
    def _refresh(self) -> None:
        ready = self._can_begin and not self._runs
        self.folder.setEnabled(ready)
        self.files.setEnabled(ready and bool(as_name(self.name.text())))
        self.why.setVisible(bool(self.why.text()) and not self._can_begin)

    def _lay_out(self) -> None:
        ways = QGridLayout()
        ways.setSpacing(14)
        for column, (title, text, field, button) in enumerate(
            (
                (
                    self.tr("Many people"),
                    self.tr("A folder that holds one folder a person, named like the person, with their pictures."),
                    None,
                    self.folder,
                ),
                (
                    self.tr("One person"),
                    self.tr("Pictures of the same person. Somebody who is enrolled already gets more shots."),
                    self.name,
                    self.files,
                ),
            )
        ):
            card = QFrame()
            set_role(card, "card")
            inner = QVBoxLayout(card)
            inner.setContentsMargins(16, 14, 16, 14)
            inner.setSpacing(8)
            heading, words = QLabel(title), QLabel(text)
            set_role(heading, "heading")
            set_role(words, "muted")
            words.setWordWrap(True)
            inner.addWidget(heading)
            inner.addWidget(words)
            line = QHBoxLayout()
            line.setSpacing(8)
            if field is not None:
                line.addWidget(field, 1)
            line.addWidget(button)
            if field is None:
                line.addStretch(1)
            inner.addLayout(line)
            ways.addWidget(card, 0, column)
            ways.setColumnStretch(column, 1)
        set_role(self._progress, "card")
        running = QVBoxLayout(self._progress)
        running.setContentsMargins(16, 14, 16, 14)
        running.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.cancel)
        running.addLayout(head)
        running.addWidget(self.bar)
        running.addWidget(self.current)
        rules = QLabel(
            self.tr(
                "JPEG, PNG, WebP, BMP and TIFF. On each picture one face has to be large and clear enough; every file "
                "that is refused is listed with the reason, and the rest is enrolled."
            )
        )
        rules.setWordWrap(True)
        set_role(rules, "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(ways)
        layout.addWidget(self.why)
        layout.addWidget(rules)
        layout.addWidget(self._progress)
        layout.addWidget(self.report, 100)
        layout.addStretch(1)
