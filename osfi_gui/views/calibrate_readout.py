"""What a threshold does, in numbers with their intervals, and the fields that set it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from osfi_gui.core.tune import Estimate
from osfi_gui.views.calibrate_fields import ShareField, ThresholdSpin
from osfi_gui.views.calibrate_words import interval_text, share_text
from osfi_gui.views.calibrate_wrap import Wrap
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.calibration import ReadOut

FEW, MANY = 4, 5
"""Digits of a threshold; many where all scores lie close together, as those of NAC do."""


class ReadOutCard(QFrame):
    """Threshold and FAR to type, and DIR, FAR and FNIR to read.

    Parameters
    ----------
    parent : QWidget, optional
    """

    threshold_typed = Signal(float)
    far_typed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._quiet = False
        self.threshold, self.far = ThresholdSpin(), ShareField(0.0, 1.0)
        self.numbers = {name: QLabel("–") for name in ("dir", "far", "fnir")}
        self.intervals = {name: QLabel() for name in self.numbers}
        self.counts = {name: QLabel() for name in self.numbers}
        self.claim = QLabel()
        self._lay_out()
        self.threshold.valueChanged.connect(self._on_threshold)
        self.far.returnPressed.connect(self._on_far)
        self.far.editingFinished.connect(self._on_far)

    def set_range(self, low: float, high: float) -> None:
        """Let thresholds be typed between two, both rounded outwards to the digits of the field."""
        self._quiet = True
        digits = MANY if high - low < 0.2 else FEW
        unit = 10.0**-digits
        self.threshold.setDecimals(digits)
        self.threshold.setRange(math.floor(low / unit) * unit, math.ceil(high / unit) * unit + unit)
        self.threshold.setSingleStep(max(unit, round((high - low) / 200.0, digits)))
        self._quiet = False

    def show_read_out(self, read: ReadOut, *, claim: str = "") -> None:
        """Show what a threshold does.

        Parameters
        ----------
        read : ReadOut
        claim : str
            What has to be known besides, in a sentence.
        """
        self._quiet = True
        self.threshold.setValue(read.threshold)
        if not self.far.hasFocus() or not self.far.isModified():
            self.far.setText(f"{100 * read.far.value:.3g} %")
        self._quiet = False
        fnir = Estimate(1.0 - read.dir.value, 1.0 - read.dir.high, 1.0 - read.dir.low)
        missed = read.probes - read.found
        for name, estimate, count, of in (
            ("dir", read.dir, read.found, read.probes),
            ("far", read.far, read.accepted, read.strangers),
            ("fnir", fnir, missed, read.probes),
        ):
            self.numbers[name].setText(share_text(estimate.value) if of else "–")
            self.intervals[name].setText(interval_text(estimate) if of else self.tr("not known"))
            self.counts[name].setText(self.tr("{count} of {all}").format(count=f"{count:,}", all=f"{of:,}"))
        self.claim.setText(claim)
        self.claim.setVisible(bool(claim))
        self.setAccessibleDescription(read.sentence)

    @Slot(float)
    def _on_threshold(self, threshold: float) -> None:
        if not self._quiet:
            self.threshold_typed.emit(threshold)

    @Slot()
    def _on_far(self) -> None:
        share = self.far.share()
        if share is not None and self.far.isModified() and not self._quiet:
            self.far.setModified(False)
            self.far_typed.emit(share)

    def _lay_out(self) -> None:
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        fields.setVerticalSpacing(6)
        fields.setColumnStretch(2, 1)
        for row, (words, field) in enumerate(
            ((self.tr("Threshold"), self.threshold), (self.tr("or FAR at most"), self.far))
        ):
            label = QLabel(words)
            label.setBuddy(field)
            set_role(label, "muted")
            fields.addWidget(label, row, 0)
            fields.addWidget(field, row, 1)
        self.threshold.setAccessibleName(self.tr("Threshold"))
        self.far.setAccessibleName(self.tr("Threshold by FAR: at most, in percent"))
        self.threshold.setFixedWidth(round(7.5 * self.fontMetrics().height()))
        self.far.setFixedWidth(round(7.5 * self.fontMetrics().height()))
        line = QHBoxLayout()
        line.setSpacing(14)
        titles = {
            "dir": (self.tr("DIR"), self.tr("Share of mated faces found as who they are")),
            "far": (self.tr("FAR"), self.tr("Share of strangers' faces accepted; where as many others would lie")),
            "fnir": (self.tr("FNIR"), self.tr("Share of mated faces not found: 1 − DIR")),
        }
        room = round(6.3 * self.fontMetrics().height())
        for name, (title, help_text) in titles.items():
            column = QVBoxLayout()
            column.setSpacing(0)
            head = QHBoxLayout()
            head.setSpacing(6)
            word = QLabel(title)
            set_role(word, "muted")
            set_role(self.numbers[name], "title")
            head.addWidget(word, 0, Qt.AlignmentFlag.AlignBaseline)
            head.addWidget(self.numbers[name], 1, Qt.AlignmentFlag.AlignBaseline)
            column.addLayout(head)
            set_role(self.intervals[name], "small")
            set_role(self.counts[name], "small")
            column.addWidget(self.intervals[name])
            column.addWidget(self.counts[name])
            # Digits change under the eye; what is beside them must not move.
            for label in (self.intervals[name], self.counts[name]):
                label.setMinimumWidth(room)
            for label in (word, self.numbers[name], self.intervals[name], self.counts[name]):
                label.setToolTip(help_text)
            self.numbers[name].setAccessibleDescription(title)
            line.addLayout(column, 1)
        self.claim.setWordWrap(True)
        self.claim.hide()
        set_role(self.claim, "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(6)
        layout.addWidget(Wrap(fields, line, stretch=(0, 1), spacing=14))
        layout.addWidget(self.claim)
