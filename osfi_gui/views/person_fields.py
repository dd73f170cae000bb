"""Name, external id and note of one person, as stored and as typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import Rename
from osfi_gui.views.theme import set_role
from osfi_gui.views.words import as_name

if TYPE_CHECKING:
    from osfi_gui.core.enrolled import Identity


class PersonFields(QWidget):
    """Three fields with Save; what was typed outlives every refreshed listing.

    Parameters
    ----------
    parent : QWidget, optional
    """

    rename_requested = Signal(object)
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._identity: Identity | None = None
        self._taken: frozenset[str] = frozenset()
        self.name, self.external_id, self.note = QLineEdit(), QLineEdit(), QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(round(2 * self.fontMetrics().lineSpacing() + 24))
        self.problem = QLabel()
        set_role(self.problem, "error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.save = QPushButton(self.tr("Save changes"))
        set_role(self.save, "primary")
        self.revert = QPushButton(self.tr("Discard"))
        self.revert.setToolTip(self.tr("Go back to what is stored"))

        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, field in (
            (self.tr("Name"), self.name),
            (self.tr("External id"), self.external_id),
            (self.tr("Note"), self.note),
        ):
            label = QLabel(text)
            set_role(label, "muted")
            label.setBuddy(field)
            field.setAccessibleName(text)
            form.addRow(label, field)
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.revert)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addLayout(buttons)

        self.name.textChanged.connect(self._on_edited)
        self.external_id.textChanged.connect(self._on_edited)
        self.note.textChanged.connect(self._on_edited)
        self.name.returnPressed.connect(self.ask_save)
        self.external_id.returnPressed.connect(self.ask_save)
        self.save.clicked.connect(self.ask_save)
        self.revert.clicked.connect(self.discard)
        self._on_edited()

    def show_identity(self, identity: Identity | None) -> None:
        """Show another person, or the same one as it is stored now; then what was typed stays."""
        same = identity is not None and self._identity is not None
        same = same and identity.identity_id == self._identity.identity_id  # type: ignore[union-attr]
        keep = same and self.dirty()
        self._identity = identity
        if keep:
            self._on_edited()
        else:
            self.discard()

    def set_taken(self, names: frozenset[str]) -> None:
        """Say which names others have."""
        self._taken = names
        self._on_edited()

    def dirty(self) -> bool:
        """Whether something was typed that is not stored."""
        return self._identity is not None and self._typed() != self._stored()

    def _typed(self) -> tuple[str, str, str]:
        return as_name(self.name.text()), self.external_id.text().strip(), self.note.toPlainText().strip()

    def _stored(self) -> tuple[str, str, str]:
        who = self._identity
        return ("", "", "") if who is None else (who.name, who.external_id.strip(), who.note.strip())

    @Slot()
    def discard(self) -> None:
        """Go back to what is stored."""
        name, external_id, note = self._stored()
        self.name.setText(name)
        self.external_id.setText(external_id)
        self.note.setPlainText(note)
        self._on_edited()

    @Slot()
    def ask_save(self) -> None:
        """Ask for what was typed to be stored."""
        if self._identity is not None and self.save.isEnabled():
            self.rename_requested.emit(Rename(self._identity.identity_id, *self._typed()))

    @Slot()
    def _on_edited(self) -> None:
        dirty, name = self.dirty(), self._typed()[0]
        problem = ""
        if dirty and not name:
            problem = self.tr("A person needs a name.")
        elif dirty and self._identity is not None and name != self._identity.name and name in self._taken:
            problem = self.tr("Somebody else is called {name}. If they are the same person, merge them.").format(
                name=name
            )
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        invalid = bool(problem)
        if self.name.property("invalid") != invalid:
            self.name.setProperty("invalid", invalid)
            self.name.style().unpolish(self.name)
            self.name.style().polish(self.name)
        self.setEnabled(self._identity is not None)
        self.save.setEnabled(dirty and not problem)
        self.revert.setEnabled(dirty)
        self.edited.emit()
