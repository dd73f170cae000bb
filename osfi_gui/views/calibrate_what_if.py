"""What if more people were enrolled: the false accept rate that is to be expected then."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from osfi_gui.core.what_if import far_with
from osfi_gui.views.calibrate_fields import CountSpin
from osfi_gui.views.calibrate_words import interval_text, share_text
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.calibration import ReadOut

MOST = 100_000
TICKS = 500
"""Places of the slider, from 1 to ``MOST`` on a logarithmic axis."""


class _StillSlider(QSlider):
    """A slider that the wheel does not turn on its way down the page."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the page."""
        event.ignore()


class WhatIf(QFrame):
    """A number of people and the FPIR predicted for it, by typing or by sliding.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._read: ReadOut | None = None
        self._measured_with = 0
        self.people, self.slider = CountSpin(), _StillSlider(Qt.Orientation.Horizontal)
        self.people.setRange(1, MOST)
        self.slider.setRange(0, TICKS)
        self.slider.setMinimumHeight(22)  # the style sheet's handle, which Qt leaves out of its size
        self.predicted = QLabel()
        self.predicted.setWordWrap(True)
        self.predicted.setTextFormat(Qt.TextFormat.PlainText)
        label = QLabel(self.tr("What if as many people were enrolled"))
        label.setBuddy(self.people)
        self.people.setAccessibleName(label.text())
        self.slider.setAccessibleName(label.text())
        why = self.tr(
            "1 − (1 − FMR)^N, with the FMR of single comparisons taken from the FAR at today's number of people. "
            "Comparisons are taken as independent. For NAC, whose scores change with the neighbours, it is a rule of "
            "thumb."
        )
        for widget in (label, self.predicted, self.slider):
            widget.setToolTip(why)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(label)
        line.addWidget(self.people)
        line.addWidget(self.slider, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self.predicted)
        self.people.valueChanged.connect(self._on_people)
        self.slider.valueChanged.connect(self._on_slider)

    def begin(self, people: int) -> None:
        """Predict from a calibration with so many people enrolled; a number that was typed stays."""
        if not self._measured_with:
            self.people.setValue(min(MOST, max(1, 10 * people)))
        self._measured_with = people

    def show_read_out(self, read: ReadOut) -> None:
        """Predict from what a threshold does now."""
        self._read = read
        self._say()

    @Slot(int)
    def _on_people(self, people: int) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(round(TICKS * math.log(people) / math.log(MOST)))
        self.slider.blockSignals(False)
        self._say()

    @Slot(int)
    def _on_slider(self, place: int) -> None:
        exact = MOST ** (place / TICKS)
        # Two digits are as many as a hand can mean.
        step = 10 ** max(0, math.floor(math.log10(exact)) - 1)
        self.people.setValue(round(exact / step) * step)

    def _say(self) -> None:
        if self._read is None or not self._measured_with:
            self.predicted.clear()
            return
        if not self._read.strangers:
            self.predicted.setText(self.tr("Nothing is known of false accepts."))
            return
        with_them = far_with(self._read.far, measured_with=self._measured_with, people=self.people.value())
        words = self.tr("FPIR {share} ({interval}) at this threshold; {now} with the {people} people of today.")
        if self._measured_with == 1:
            words = self.tr("FPIR {share} ({interval}) at this threshold; {now} with the one person of today.")
        self.predicted.setText(
            words.format(
                share=share_text(with_them.value),
                interval=interval_text(with_them),
                now=share_text(self._read.far.value),
                people=f"{self._measured_with:,}",
            )
        )
