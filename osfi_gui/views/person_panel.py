"""One person of the gallery: who it is, consent, the shots, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from osfi_gui.views.face_tile import FaceTile
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark, MarkLabel
from osfi_gui.views.person_fields import PersonFields
from osfi_gui.views.person_shots import PersonShots
from osfi_gui.views.theme import set_role
from osfi_gui.views.words import day, shots_text

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from osfi_gui.core.desk import PersonDetail
    from osfi_gui.core.enrolment import PersonRow


class PersonPanel(QFrame):
    """Shows the selected person; asks before anything typed would be lost.

    Parameters
    ----------
    parent : QWidget, optional
    """

    rename_requested = Signal(object)
    remove_shot_requested = Signal(int)
    merge_asked = Signal()
    erase_asked = Signal()
    leave_agreed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._row: PersonRow | None = None
        self._detail: PersonDetail | None = None
        self._next = 0
        self.face = FaceTile(3.6)
        self.title, self.summary = QLabel(), QLabel()
        set_role(self.title, "heading")
        set_role(self.summary, "muted")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.title, self.summary):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setWordWrap(True)
        self.fields = PersonFields()
        self.consent, self._consent_mark = QLabel(), MarkLabel(Mark.WARNING)
        self.consent.setWordWrap(True)
        self.consent.setTextFormat(Qt.TextFormat.PlainText)
        self.shots = PersonShots()
        self.question = InlineRow(Mark.WARNING)
        self.save_first = self.question.add_button(self.tr("Save"), role="primary")
        self.discard = self.question.add_button(self.tr("Discard"))
        self.stay = self.question.add_button(self.tr("Stay"))
        self.question.hide()
        self.merge = QPushButton(self.tr("Merge into…"))
        self.merge.setToolTip(self.tr("Give this person’s shots to another entry of the same person"))
        self.erase = QPushButton(self.tr("Erase…"))
        self.erase.setToolTip(self.tr("Remove this person from the gallery"))
        set_role(self.erase, "danger")
        self._lay_out()

        self.fields.rename_requested.connect(self.rename_requested)
        self.fields.edited.connect(self._on_edited)
        self.shots.remove_shot_requested.connect(self.remove_shot_requested)
        self.merge.clicked.connect(self.merge_asked)
        self.erase.clicked.connect(self.erase_asked)
        self.save_first.clicked.connect(self.fields.ask_save)
        self.discard.clicked.connect(self._discard_and_leave)
        self.stay.clicked.connect(self._stay)

    @property
    def row(self) -> PersonRow | None:
        """The person shown."""
        return self._row

    @property
    def detail(self) -> PersonDetail | None:
        """The person's shots; None until they were read."""
        return self._detail

    def show_row(self, row: PersonRow | None) -> None:
        """Show another person, or the same one as it is now."""
        same = row is not None and self._row is not None
        same = same and row.identity.identity_id == self._row.identity.identity_id  # type: ignore[union-attr]
        self._row = row
        if not same:
            self._detail = None
            self.shots.clear()
            self._stay()
        if row is None:
            self.title.clear()
        else:
            self._show_words(row)
        # Last: what was typed is stored by now, perhaps, and then this leads on to the person who was chosen meanwhile.
        self.fields.show_identity(None if row is None else row.identity)

    def _show_words(self, row: PersonRow) -> None:
        who = row.identity
        self.title.setText(who.name)
        enrolled = day(who.created_at)
        parts = [shots_text(who.shots)]
        if enrolled:
            parts.append(self.tr("enrolled {day}").format(day=enrolled))
        self.summary.setText(" · ".join(parts))
        if who.consent is None:
            self._consent_mark.set_mark(Mark.WARNING)
            self.consent.setText(self.tr("No consent is recorded."))
            self.consent.setToolTip("")
        else:
            self._consent_mark.set_mark(Mark.GOOD)
            by = (
                self.tr(", recorded by {operator}").format(operator=who.consent.operator)
                if who.consent.operator
                else ""
            )
            words = self.tr("Agreed on {day}{by}: “{text}”")
            self.consent.setText(words.format(day=day(who.consent.given_at), by=by, text=who.consent.text))

    def show_detail(self, detail: PersonDetail) -> None:
        """Show the shots of the person shown."""
        if self._row is None or detail.identity.identity_id != self._row.identity.identity_id:
            return
        self._detail = detail
        self.shots.show_shots(detail, flagged=frozenset(self._row.flagged))

    def show_face(self, pixmap: QPixmap | None) -> None:
        """Show the person's picture."""
        self.face.show_pixmap(pixmap, self._row.identity.name if self._row is not None else "")

    def ask_leave(self, identity_id: int) -> bool:
        """Say whether another person may be shown at once; otherwise the operator is asked, in the panel."""
        if not self.fields.dirty() or self._row is None:
            return True
        self._next = identity_id
        text = self.tr("What you typed about {name} is not saved yet.")
        self.question.set_text(text.format(name=self._row.identity.name))
        self.save_first.setEnabled(self.fields.save.isEnabled())
        self.question.show()
        self.save_first.setFocus()
        return False

    @Slot()
    def _on_edited(self) -> None:
        # After "Save" the answer is a listing in which the person is as typed: only then is it safe to leave.
        if self._next and not self.fields.dirty():
            leave_for = self._next
            self._stay()
            self.leave_agreed.emit(leave_for)
        self.save_first.setEnabled(self.fields.save.isEnabled())

    @Slot()
    def _discard_and_leave(self) -> None:
        self.fields.discard()  # and with that nothing is left to ask

    @Slot()
    def _stay(self) -> None:
        self._next = 0
        self.question.hide()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addStretch(1)
        names.addWidget(self.title)
        names.addWidget(self.summary)
        names.addStretch(1)
        head.addWidget(self.face)
        head.addLayout(names, 1)
        agreed = QHBoxLayout()
        agreed.setSpacing(8)
        agreed.addWidget(self._consent_mark, 0, Qt.AlignmentFlag.AlignTop)
        agreed.addWidget(self.consent, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self.merge)
        bottom.addStretch(1)
        bottom.addWidget(self.erase)

        inside = QWidget()
        inside.setProperty("role", "page")
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(14, 14, 14, 10)
        inner.setSpacing(10)
        inner.addLayout(head)
        inner.addWidget(self.question)
        inner.addWidget(self.fields)
        inner.addLayout(agreed)
        inner.addWidget(_rule())
        inner.addWidget(self.shots, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 12)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(_rule())
        bottom.setContentsMargins(14, 10, 14, 0)
        layout.addLayout(bottom)


def _rule() -> QFrame:
    rule = QFrame()
    set_role(rule, "rule")
    return rule
