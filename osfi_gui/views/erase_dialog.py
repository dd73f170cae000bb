"""The last question before a person is erased: what goes, what cannot be reached, and that it is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from osfi_gui.views.face_tile import FaceTile
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark, MarkLabel
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from osfi_gui.core.enrolled import Identity


class EraseDialog(QDialog):
    """Names everything that goes before it goes.

    Parameters
    ----------
    identity : Identity
    face : QPixmap or None
    parent : QWidget, optional
    """

    erase_requested = Signal(int)

    def __init__(self, identity: Identity, face: QPixmap | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Erase {name}").format(name=identity.name))
        self.setModal(True)
        self._identity = identity
        tile = FaceTile(4.0)
        tile.show_pixmap(face, identity.name)
        title = QLabel(self.tr("Erase {name} from the gallery?").format(name=identity.name))
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        set_role(title, "heading")
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(tile)
        head.addWidget(title, 1)

        removed = QVBoxLayout()
        removed.setSpacing(6)
        self.removed = self._what_goes()
        for words in self.removed:
            line = QHBoxLayout()
            line.setSpacing(8)
            label = QLabel(words)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            line.addWidget(MarkLabel(Mark.BAD), 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(label, 1)
            removed.addLayout(line)
        self.warning = InlineRow(Mark.WARNING)
        self.warning.set_text(
            self.tr(
                "This cannot be undone. Copies of the gallery file that were made elsewhere, backups for example, are "
                "not reached: delete those yourself. Recordings stay; those that know the person are named afterwards."
            )
        )
        self.meant = QCheckBox(self.tr("Yes, erase {name}").format(name=identity.name))
        self.erase, self.cancel = QPushButton(self.tr("Erase")), QPushButton(self.tr("Keep"))
        set_role(self.erase, "danger")
        self.erase.setEnabled(False)
        # Enter must never erase anybody by accident.
        self.erase.setAutoDefault(False)
        self.cancel.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.erase)

        goes = QLabel(self.tr("What is removed:"))
        set_role(goes, "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(goes)
        layout.addLayout(removed)
        layout.addWidget(self.warning)
        layout.addWidget(self.meant)
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.setMinimumWidth(28 * self.fontMetrics().height())

        self.meant.toggled.connect(self.erase.setEnabled)
        self.erase.clicked.connect(self._ask)
        self.cancel.clicked.connect(self.reject)

    def _what_goes(self) -> tuple[str, ...]:
        who = self._identity
        if who.shots == 0:
            pictures: tuple[str, ...] = ()
        elif who.shots == 1:
            pictures = (self.tr("1 picture"), self.tr("The embeddings made from it"))
        else:
            pictures = (
                self.tr("%n pictures", "", who.shots),
                self.tr("The embeddings made from them"),
            )
        known = self.tr("The prototype by which {name} is recognised").format(name=who.name)
        details = [self.tr("the name {name}").format(name=who.name)]
        details += [self.tr("the external id {id}").format(id=who.external_id)] if who.external_id else []
        details += [self.tr("the note")] if who.note else []
        details += [self.tr("the recorded consent")] if who.consent is not None else []
        text = ", ".join(details)
        shown = self.tr("The last decisions for {name} on the Identify page").format(name=who.name)
        return (*pictures, *((known,) if pictures else ()), text[0].upper() + text[1:], shown)

    @Slot()
    def _ask(self) -> None:
        if self.meant.isChecked():
            self.erase_requested.emit(self._identity.identity_id)
            self.accept()
