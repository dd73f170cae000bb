"""Whether a tuned encoder is better: the verdict in a word, its reason, and the numbers behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from osfi_gui.core.tune import Standing
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_comparison_table import ComparedTable
from osfi_gui.views.tune_words import counts_text, reason_of, recipe_text, standing_mark, standing_of, standing_text

if TYPE_CHECKING:
    from osfi_gui.core.tune import Version


class ComparisonCard(QFrame):
    """The outcome of one run.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.version: Version | None = None
        self.title, self.recipe, self.counts = QLabel(), QLabel(), QLabel()
        set_role(self.title, "heading")
        for label in (self.recipe, self.counts):
            set_role(label, "muted")
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict = InlineRow(Mark.INFO)
        self.word = QLabel()
        set_role(self.word, "heading")
        self.verdict.body.insertWidget(0, self.word)
        self.in_use = InlineRow(Mark.INFO)
        self.table = ComparedTable()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 14, 18, 14)
        layout.setSpacing(10)
        for widget in (self.title, self.recipe, self.verdict, self.in_use, self.table, self.counts):
            layout.addWidget(widget)
        layout.addStretch(1)

    def show_version(self, version: Version) -> None:
        """Show a version and how it stands."""
        self.version = version
        comparison = version.comparison
        standing = standing_of(version)
        self.title.setText(self.tr("Version {number}").format(number=version.version_id))
        self.recipe.setText(recipe_text(version.recipe))
        self.verdict.set_mark(standing_mark(standing))
        self.word.setText(standing_text(standing))
        sentence = reason_of(comparison.sentence, standing) if comparison is not None else ""
        if not sentence and standing is Standing.UNJUDGED:
            sentence = self.tr("There was nothing to compare with.")
        self.verdict.set_text(sentence)
        self.verdict.setAccessibleName(f"{self.word.text()}: {sentence}")
        rows = comparison.rows if comparison is not None else ()
        against = comparison.in_use if comparison is not None else None
        self.in_use.setVisible(against is not None)
        if against is not None:
            self.in_use.set_mark(standing_mark(against.standing))
            self.in_use.set_text(against.sentence)
        self.table.setVisible(bool(rows))
        self.table.show_rows(rows, in_use=against)
        self.counts.setText(counts_text(comparison.counts) if comparison is not None else "")
        self.counts.setVisible(bool(self.counts.text()))
