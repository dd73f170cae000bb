"""Who is enrolled: name, external id, note, consent, and what to know before it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCompleter,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.enrolment import Enrolment, Worth
from osfi_gui.views.consent_box import ConsentBox
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.lookalike_row import LookalikeRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role
from osfi_gui.views.words import as_name, shots_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from osfi_gui.core.desk import Enrolled
    from osfi_gui.core.enrolment import Lookalike, TakenShot

ENOUGH_SHOTS = 3
"""With fewer the prototype is a guess: the paper enrols three, and so do the default thresholds."""


class EnrolForm(QFrame):
    """The right side of the Enrol page; asks for the enrolment once everything it needs is there.

    Parameters
    ----------
    parent : QWidget, optional
    """

    enrol_requested = Signal(object)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._shots: tuple[TakenShot, ...] = ()
        self._lookalike: Lookalike | None = None
        self._picture: QPixmap | None = None
        self._somebody_else = 0
        self._names: frozenset[str] = frozenset()
        self._open = False
        self._waiting = False
        self.name, self.external_id, self.note = QLineEdit(), QLineEdit(), QPlainTextEdit()
        self._completions = QStringListModel(self)
        completer = QCompleter(self._completions, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.name.setCompleter(completer)
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(round(2 * self.fontMetrics().lineSpacing() + 20))
        self.consent = ConsentBox()
        self.done = InlineRow(Mark.GOOD)
        self.known = InlineRow(Mark.INFO)
        self.question = LookalikeRow()
        self.warning = InlineRow(Mark.WARNING)
        self.missing = QLabel()
        self.missing.setWordWrap(True)
        set_role(self.missing, "muted")
        self.enrol = QPushButton()
        set_role(self.enrol, "primary")
        self.start_over = QPushButton(self.tr("Start over"))
        self.start_over.setToolTip(self.tr("Drop the shots and what was typed"))
        self._lay_out()
        self.name.textChanged.connect(self._refresh)
        self.external_id.textChanged.connect(self._refresh)
        self.note.textChanged.connect(self._refresh)
        self.consent.changed.connect(self._refresh)
        self.question.same_clicked.connect(self._on_same)
        self.question.other_clicked.connect(self._on_other)
        self.enrol.clicked.connect(self._ask)
        self.start_over.clicked.connect(self.clear)
        self.done.hide()
        self._refresh()

    # What comes in

    def show_draft(self, shots: tuple[TakenShot, ...], lookalike: Lookalike | None) -> None:
        """Follow the draft at the camera."""
        if shots is self._shots and lookalike == self._lookalike:
            return
        if shots is not self._shots:
            self._waiting = False
        self._shots, self._lookalike = shots, lookalike
        self._refresh()

    def show_picture(self, pixmap: QPixmap | None) -> None:
        """Show the enrolled person that the draft looks like."""
        self._picture = pixmap
        self._refresh()

    def set_names(self, names: tuple[str, ...]) -> None:
        """Say who is enrolled: their names are offered while typing."""
        self._names = frozenset(names)
        self._completions.setStringList(list(names))
        self._refresh()

    def set_open(self, is_open: bool) -> None:
        """Say whether there is a gallery to enrol into."""
        self._open = is_open
        self._refresh()

    def show_enrolled(self, enrolled: Enrolled) -> None:
        """Say that it worked, and begin with the next person."""
        person = enrolled.identity
        self.clear()
        words = self.tr("{name} is enrolled, with {shots}.")
        self.done.set_text(words.format(name=person.name, shots=shots_text(person.shots)))
        self.done.show()

    def show_refused(self) -> None:
        """Let the operator try again; a notice says why it did not work."""
        self._waiting = False
        self._refresh()

    # What the operator does

    def unsaved(self) -> bool:
        """Whether shots were taken or something was typed about a person who is not enrolled yet."""
        return bool(self._shots) or any(self._typed())

    @Slot()
    def clear(self) -> None:
        """Drop the shots and everything typed; the operator's name stays."""
        self._somebody_else, self._waiting = 0, False
        self.name.clear()
        self.external_id.clear()
        self.note.clear()
        self.consent.clear()
        self.cleared.emit()

    @Slot()
    def _on_same(self) -> None:
        if self._lookalike is not None:
            self.name.setText(self._lookalike.name)
            self.enrol.setFocus()

    @Slot()
    def _on_other(self) -> None:
        if self._lookalike is not None:
            self._somebody_else = self._lookalike.identity_id
            self._refresh()
            self.name.setFocus()

    @Slot()
    def _ask(self) -> None:
        name, external_id, note = self._typed()
        shots = tuple(taken.shot for taken in self._shots)
        self._waiting = True
        self._refresh()
        self.enrol_requested.emit(Enrolment(name, external_id, note, self.consent.consent(), shots))

    # Inside

    def _typed(self) -> tuple[str, str, str]:
        return as_name(self.name.text()), self.external_id.text().strip(), self.note.toPlainText().strip()

    def _asks(self) -> bool:
        """Whether the operator still has to say who this is."""
        lookalike = self._lookalike
        if lookalike is None or self._typed()[0] == lookalike.name:
            return False
        return lookalike.identity_id != self._somebody_else

    def _missing(self) -> str:
        if self._waiting:
            return self.tr("Being stored…")
        if not self._open:
            return self.tr("Open a gallery first.")
        if not self._shots:
            return self.tr("No shot was taken yet.")
        if self._asks():
            return self.tr("Say first whether it is the same person.")
        if not self._typed()[0]:
            return self.tr("A name is missing.")
        if self.consent.lacks_operator:
            return self.tr("Say who records the consent.")
        return ""

    def _warnings(self) -> list[str]:
        found = []
        if any(taken.worth is Worth.CONFLICTS for taken in self._shots):
            found.append(self.tr("A shot does not fit the others: look whether it is the same person."))
        known = self._typed()[0] in self._names
        if len(self._shots) < ENOUGH_SHOTS and not known:
            words = self.tr("Only {shots} so far: three or more are recognised better.")
            found.append(words.format(shots=shots_text(len(self._shots))))
        if self.consent.consent() is None and not known:
            found.append(self.tr("No consent is recorded."))
        return found

    @Slot()
    def _refresh(self) -> None:
        missing, warnings = self._missing(), self._warnings()
        if self.unsaved():
            self.done.hide()
        name = self._typed()[0]
        self.known.setVisible(name in self._names)
        if name in self._names:
            self.known.set_text(self.tr("{name} is enrolled already: the shots are added.").format(name=name))
        self.question.setVisible(self._asks() and bool(self._shots))
        if self._lookalike is not None and self._shots:
            self.question.ask(self._lookalike, self._shots[0].chip, self._picture)
        show_warnings = bool(self._shots and warnings and not self.question.isVisibleTo(self))
        self.warning.setVisible(show_warnings)
        if show_warnings:
            self.warning.set_text(" ".join(warnings))
        self.missing.setText(missing)
        self.missing.setVisible(bool(missing))
        self.enrol.setEnabled(not missing)
        self.enrol.setText(self.tr("Enrol anyway") if show_warnings else self.tr("Enrol"))
        self.start_over.setEnabled(self.unsaved() and not self._waiting)

    def _lay_out(self) -> None:
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
        agreed = QLabel(self.tr("Consent"))
        set_role(agreed, "heading")
        inside = QWidget()
        inside.setProperty("role", "page")
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(14, 14, 14, 10)
        inner.setSpacing(10)
        inner.addWidget(self.done)
        inner.addLayout(form)
        inner.addWidget(self.known)
        inner.addWidget(agreed)
        inner.addWidget(self.consent)
        inner.addWidget(self.question)
        inner.addWidget(self.warning)
        inner.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        rule = QFrame()
        set_role(rule, "rule")
        buttons = QHBoxLayout()
        buttons.addWidget(self.start_over)
        buttons.addStretch(1)
        buttons.addWidget(self.enrol)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(14, 10, 14, 0)
        bottom.setSpacing(8)
        bottom.addWidget(self.missing)
        bottom.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 12)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(rule)
        layout.addLayout(bottom)
