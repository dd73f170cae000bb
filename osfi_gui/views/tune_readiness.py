"""What there is to train on and to judge a run by, and the way to strangers where they are missing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from osfi_gui.core.desk import JobState, TuneReadiness
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.stranger_import import StrangerImport
from osfi_gui.views.theme import set_role


class ReadinessCard(QFrame):
    """Four counts, what a run would lack, and a button for it.

    Parameters
    ----------
    parent : QWidget, optional
    """

    strangers_requested = Signal(object)
    strangers_cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.counts = [QLabel() for _ in range(4)]
        self.advice = InlineRow(Mark.INFO)
        self.imports = StrangerImport()
        self.strangers, self.progress, self.cancel = self.imports.strangers, self.imports.progress, self.imports.cancel
        self.current, self.outcome = self.imports.current, self.imports.outcome
        self._lay_out()
        self.advice.hide()
        self.imports.strangers_requested.connect(self.strangers_requested)
        self.imports.strangers_cancel_requested.connect(self.strangers_cancel_requested)

    def show_readiness(self, readiness: TuneReadiness) -> None:
        """Show the counts and the advice; new counts are the end of an import of strangers."""
        shown = self.counts[3].text()
        if self.imports.runs and shown not in {"–", f"{readiness.strangers:,}"}:
            self.forget()
        for label, count in zip(
            self.counts, (readiness.people, readiness.shots, readiness.held_out, readiness.strangers), strict=True
        ):
            label.setText(f"{count:,}")
        self.advice.setVisible(bool(readiness.advice))
        if readiness.advice:
            self.advice.set_text(readiness.advice)

    def forget(self) -> None:
        """Leave nothing of the last import on the screen."""
        self.imports.forget()

    def show_job(self, state: JobState) -> None:
        """Follow an import of strangers; every other import is the Enrol page's."""
        self.imports.show_job(state)

    @Slot(str)
    def import_strangers(self, root: str) -> None:
        """Ask for a folder of strangers to be kept."""
        self.imports.import_strangers(root)

    def _lay_out(self) -> None:
        heading = QLabel(self.tr("In this gallery"))
        set_role(heading, "heading")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(0)
        words = (
            self.tr("people enrolled"),
            self.tr("shots"),
            self.tr("shots held out to judge"),
            self.tr("faces of strangers"),
        )
        for column, (number, word) in enumerate(zip(self.counts, words, strict=True)):
            set_role(number, "title")
            number.setText("–")
            below = QLabel(word)
            below.setWordWrap(True)
            set_role(below, "muted")
            number.setAccessibleDescription(word)
            grid.addWidget(number, 0, column)
            grid.addWidget(below, 1, column, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addLayout(grid)
        layout.addWidget(self.advice)
        layout.addWidget(self.imports)
