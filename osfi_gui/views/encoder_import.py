"""Importing an encoder: choose a file, see what it holds, give it a name."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QFormLayout, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from osfi_gui.core.desk import Phase
from osfi_gui.core.encoders import ImportEncoder
from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_fields import StillCombo

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from osfi_gui.core.encoders import FoundEncoder, ShelfState

FILES = "*.safetensors *.pt *.pth *.chkpt *.ckpt *.tar *.bin"


class EncoderImport(QFrame):
    """A card with the button that asks for a file; once it was looked at, the form for its name.

    Parameters
    ----------
    parent : QWidget, optional
    """

    examine_requested = Signal(str)
    import_requested = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._found: FoundEncoder | None = None
        self._busy = False
        self.words = QLabel()
        self.words.setWordWrap(True)
        set_role(self.words, "muted")
        self.choose = QPushButton(self.tr("Import an encoder…"))
        self.holds = QLabel()
        self.holds.setWordWrap(True)
        self.holds.setTextFormat(Qt.TextFormat.PlainText)
        self.name, self.chip = QLineEdit(), StillCombo()
        self.name.setAccessibleName(self.tr("Name of the encoder"))
        self.chip.setAccessibleName(self.tr("How faces are cut for it"))
        self.chip.addItem(self.tr("Aligned by five points"), "five-point")
        self.chip.addItem(self.tr("The detector's box, not aligned"), "box")
        self.begin = QPushButton(self.tr("Import"))
        set_role(self.begin, "primary")
        self.cancel = QPushButton(self.tr("Cancel"))
        self._form = QFrame()
        self._lay_out()
        self.choose.clicked.connect(self._ask_for_file)
        self.name.textChanged.connect(self._refresh)
        self.name.returnPressed.connect(self.begin.click)
        self.begin.clicked.connect(self._on_begin)
        self.cancel.clicked.connect(self.left)
        self.show_importable(())
        self._form.hide()
        self._refresh()

    def show_importable(self, titles: tuple[str, ...]) -> None:
        """Say which architectures can be imported."""
        known = ", ".join(titles) if titles else "IR-50, VGG19-BN, MobileFaceNet"
        words = self.tr(
            "A file with weights of one of these: {architectures}. It may be safetensors or a PyTorch checkpoint; "
            "which architecture it holds is seen from it. Code in a file is never run: such a file is refused."
        )
        self.words.setText(words.format(architectures=known))

    def show_shelf(self, state: ShelfState) -> None:
        """Follow what becomes of a file."""
        self._busy = state.phase is Phase.WAITING
        found = state.found
        if found != self._found and found is not None:
            self.holds.setText(
                self.tr("{file} holds {architecture}, {dim} numbers a face.").format(
                    file=PurePath(found.file).name, architecture=found.architecture, dim=found.dim
                )
            )
            self.name.setText(found.name)
            self.chip.setCurrentIndex(self.chip.findData(found.chip))
        begins = found is not None and self._found is None
        had_focus = self._form.isAncestorOf(self.focusWidget() or self)
        self._found = found
        self._form.setVisible(found is not None)
        self.choose.setVisible(found is None)
        self._refresh()
        if begins and self.isVisible():
            self.name.setFocus()
            self.name.selectAll()
        elif found is None and had_focus:
            self.choose.setFocus()

    @Slot(str)
    def examine(self, file: str) -> None:
        """Ask for a file to be looked at."""
        self.examine_requested.emit(file)

    @Slot()
    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("A file with the weights of an encoder"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Weights ({suffixes})").format(suffixes=FILES), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.examine)
        dialog.open()

    @Slot()
    def _on_begin(self) -> None:
        if self._found is not None:
            self.import_requested.emit(
                ImportEncoder(self._found.file, self.name.text().strip(), str(self.chip.currentData()))
            )

    @Slot()
    def _refresh(self) -> None:
        self.choose.setEnabled(not self._busy)
        for part in (self.name, self.chip, self.cancel):
            part.setEnabled(not self._busy)
        self.begin.setEnabled(not self._busy and bool(self.name.text().strip()))

    def _lay_out(self) -> None:
        heading = QLabel(self.tr("Another encoder"))
        set_role(heading, "heading")
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(8)
        form.addRow(self.holds)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.addRow(self.tr("Name"), self.name)
        form.addRow(self.tr("Faces"), self.chip)
        ends = QHBoxLayout()
        ends.setSpacing(8)
        ends.addWidget(self.begin)
        ends.addWidget(self.cancel)
        ends.addStretch(1)
        form.addRow(ends)
        first = QHBoxLayout()
        first.addWidget(self.choose)
        first.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        for part in (heading, self.words):
            layout.addWidget(part)
        layout.addLayout(first)
        layout.addWidget(self._form)
