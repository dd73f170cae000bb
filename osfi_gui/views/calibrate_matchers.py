"""The matchers that could decide, with what each finds at the target FAR; one is chosen, one is proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from osfi_gui.views.calibrate_words import interval_text, share_text
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_words import far_text

if TYPE_CHECKING:
    from osfi_gui.core.calibration import Calibration


def upper(title: str) -> str:
    """Begin a title with a capital letter."""
    return title[:1].upper() + title[1:]


class MatchersCard(QFrame):
    """A row a matcher; those that cannot be used say why.

    Parameters
    ----------
    parent : QWidget, optional
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.rows: dict[str, QRadioButton] = {}
        self.shares: dict[str, QLabel] = {}
        self.group = QButtonGroup(self)
        self.why = InlineRow(Mark.GOOD)
        heading = QLabel(self.tr("Matcher"))
        set_role(heading, "heading")
        self._table = QWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(heading)
        layout.addWidget(self._table)
        layout.addWidget(self.why)
        self.group.buttonClicked.connect(self._on_clicked)

    def show_calibration(self, calibration: Calibration) -> None:
        """Show what each matcher gave."""
        for button in self.group.buttons():
            self.group.removeButton(button)
        fresh = QWidget()
        layout = self.layout()
        assert layout is not None
        layout.replaceWidget(self._table, fresh)
        self._table.hide()
        self._table.deleteLater()
        self._table = fresh
        self.rows, self.shares = {}, {}
        grid = QGridLayout(fresh)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        head = QLabel(self.tr("DIR at FAR {far}").format(far=far_text(calibration.target_far)))
        set_role(head, "small")
        grid.addWidget(head, 0, 0, 1, 2, Qt.AlignmentFlag.AlignRight)
        row = 1
        for scored in calibration.scored:
            proposed = scored.matcher == calibration.proposed
            button = QRadioButton(
                self.tr("{title} ✓").format(title=upper(scored.title)) if proposed else upper(scored.title)
            )
            share, interval = QLabel(share_text(scored.dir_at_target.value)), QLabel()
            interval.setText(interval_text(scored.dir_at_target))
            known = bool(calibration.provenance.probes and calibration.provenance.strangers)
            if not known:
                share.setText("–")
                interval.setText(self.tr("not known"))
            words = self.tr("{title}{proposed}: DIR {share}, 95 % interval {interval}").format(
                title=scored.title,
                proposed=self.tr(", proposed") if proposed else "",
                share=share.text(),
                interval=interval.text(),
            )
            button.setAccessibleName(words)
            button.setToolTip(words)
            if proposed:
                font = button.font()
                font.setBold(True)
                button.setFont(font)
            set_role(interval, "small")
            self.group.addButton(button)
            self.rows[scored.matcher], self.shares[scored.matcher] = button, share
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            both = QVBoxLayout()
            both.setSpacing(0)
            both.addWidget(share, 0, right)
            both.addWidget(interval, 0, right)
            grid.addWidget(button, row, 0)
            grid.addLayout(both, row, 1)
            row += 1
        for title, why in calibration.unusable:
            button, reason = QRadioButton(title), QLabel(why)
            button.setEnabled(False)
            reason.setWordWrap(True)
            reason.setContentsMargins(28, 0, 0, 4)
            set_role(reason, "small")
            grid.addWidget(button, row, 0)
            grid.addWidget(reason, row + 1, 0, 1, 2)
            row += 2
        # A number and its sign stay on one line.
        self.why.set_text(self.tr("Proposed: {why}").format(why=calibration.why).replace(" %", "\u00a0%"))

    def choose(self, matcher: str) -> None:
        """Show another one as chosen."""
        if matcher in self.rows:
            self.rows[matcher].setChecked(True)

    @Slot(object)
    def _on_clicked(self, button: QRadioButton) -> None:
        name = next((name for name, row in self.rows.items() if row is button), None)
        if name is not None:
            self.chosen.emit(name)
