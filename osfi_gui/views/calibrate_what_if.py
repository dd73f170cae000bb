"""What if more people were enrolled: the false accept rate that is to be expected then."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from osfi_gui.core.what_if import Growth, predict
from osfi_gui.views.calibrate_fields import CountSpin
from osfi_gui.views.calibrate_words import interval_text, share_text
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.calibration import Calibration, ReadOut
    from osfi_gui.core.what_if import Comparisons

MOST = 100_000
TICKS = 500
"""Places of the slider, from 1 to ``MOST`` on a logarithmic axis."""


class _StillSlider(QSlider):
    """A slider that the wheel does not turn on its way down the page."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the page."""
        event.ignore()


class WhatIf(QFrame):
    """A number of people and the FAR predicted for it, by typing or by sliding.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._read: ReadOut | None = None
        self._measured_with = 0
        self._comparisons: Comparisons | None = None
        self._stood_in = False
        self.people, self.slider = CountSpin(), _StillSlider(Qt.Orientation.Horizontal)
        self.people.setRange(1, MOST)
        self.slider.setRange(0, TICKS)
        self.slider.setMinimumHeight(22)  # the style sheet's handle, which Qt leaves out of its size
        self.predicted = QLabel()
        self.predicted.setWordWrap(True)
        self.predicted.setTextFormat(Qt.TextFormat.PlainText)
        label = QLabel(self.tr("What if this many people were enrolled"))
        label.setBuddy(self.people)
        self.people.setAccessibleName(label.text())
        self.slider.setAccessibleName(label.text())
        why = self.tr(
            "For the cosine: what the people of today accept, and one more comparison at the measured FMR for each "
            "further person, taken as independent. For NAC, whose scores fall as neighbours come, a bound: N/n times "
            "the FAR of today. For other matchers nothing can be said before it is measured."
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

    def begin(self, calibration: Calibration) -> None:
        """Predict from a calibration; a number of people that was typed stays."""
        if not self._measured_with:
            self.people.setValue(min(MOST, max(1, 10 * calibration.people)))
        self._measured_with, self._comparisons = calibration.compared_with, calibration.comparisons
        self._stood_in = calibration.compared_with != calibration.people

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
        read = self._read
        told = predict(
            read.far,
            matcher=read.matcher,
            threshold=read.threshold,
            people=self.people.value(),
            measured_with=self._measured_with,
            comparisons=self._comparisons,
        )
        one, many = self.tr("{now} with the one person of today"), self.tr("{now} with the {people} people of today")
        if self._stood_in:
            # Everybody was a stranger to everybody else.
            one, many = self.tr("{now} against one other person"), self.tr("{now} against {people} others")
        today = one if self._measured_with == 1 else many
        today = today.format(now=share_text(read.far.value), people=f"{self._measured_with:,}")
        if told.growth is Growth.UNKNOWN:
            words = self.tr("This matcher's scores are others then; measure again to know. FAR {today}.")
        elif told.growth is Growth.AT_MOST and told.far.value >= 1.0:
            words = self.tr("For so many people no bound is known; measure again to know. FAR {today}.")
        elif told.growth is Growth.AT_MOST:
            words = self.tr(
                "FAR at most {share} ({interval}) at this threshold; {today}. NAC falls as people come: it is mostly "
                "less, and fewer of the enrolled are found."
            )
        elif told.fmr is not None:
            words = self.tr("FAR {share} ({interval}) at this threshold; {today}. FMR of single comparisons {fmr}.")
        else:
            words = self.tr("FAR {share} ({interval}) at this threshold; {today}.")
        self.predicted.setText(
            words.format(
                share=share_text(told.far.value),
                interval=interval_text(told.far),
                today=today,
                fmr="" if told.fmr is None else share_text(told.fmr),
            )
        )
