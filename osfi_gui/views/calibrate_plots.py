"""The plots of a calibration side by side, with their legends and the lines that can be dragged; needs pyqtgraph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from osfi_gui.core.histogram import histogram
from osfi_gui.core.metrics import cmc, dir_far_curve
from osfi_gui.core.steps import levels
from osfi_gui.views.calibrate_curves import Curve, DirFarPlot, RankPlot
from osfi_gui.views.calibrate_export import ExportButton
from osfi_gui.views.calibrate_histogram import HistogramPlot
from osfi_gui.views.calibrate_lines import LineSample
from osfi_gui.views.calibrate_words import share_text, threshold_text
from osfi_gui.views.segments import Segments
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.bootstrap import Band
    from osfi_gui.core.calibration import Calibration, ReadOut
    from osfi_gui.core.scores import Scores
    from osfi_gui.views.calibrate_curves import Floats

LEAST_LINES = 13
"""Height of the plots at least, in heights of a line of text."""
MOST_POINTS = 1500
"""Of a curve; more than the plot has pixels."""


class CalibrationPlots(QFrame):
    """Histogram to the left; DIR over FAR, or CMC, to the right.

    Parameters
    ----------
    parent : QWidget, optional
    """

    threshold_dragged = Signal(float)
    threshold_dropped = Signal(float)
    far_dragged = Signal(float)
    far_dropped = Signal(float)
    noticed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.histogram, self.dir_far, self.ranks = HistogramPlot(), DirFarPlot(), RankPlot()
        self.switch = Segments((self.tr("DIR over FAR"), self.tr("CMC")), self.tr("Plot"))
        self.exports = (
            ExportButton(lambda: self.histogram, self.tr("scores")),
            ExportButton(self._right, self.tr("curve")),
        )
        self.below = QLabel()
        self._legends: dict[str, tuple[LineSample, QLabel]] = {}
        self._lay_out()
        self.histogram.dragged.connect(self.threshold_dragged)
        self.histogram.dropped.connect(self.threshold_dropped)
        self.dir_far.dragged.connect(lambda at: self.far_dragged.emit(10.0**at))
        self.dir_far.dropped.connect(lambda at: self.far_dropped.emit(10.0**at))
        self.switch.chosen.connect(self._on_switch)
        for button in self.exports:
            button.noticed.connect(self.noticed)

    def show_matcher(self, calibration: Calibration, matcher: str, bands: dict[str, Band]) -> None:
        """Show what one matcher gave, and the cosine beside it."""
        scored = calibration.of(matcher)
        where = calibration.provenance
        counted = histogram(scored.scores.mated, scored.scores.non_mated)
        self.histogram.show_histogram(counted, title=self.tr("Score: {matcher}").format(matcher=scored.title))
        below = counted.mated_below, counted.non_mated_below
        self.below.setVisible(any(below))
        words = self.tr("Not drawn, because under the cosine floor of {floor}: {mated} mated, {others} non-mated.")
        self.below.setText(words.format(floor=f"{scored.cosine_floor:.3f}", mated=below[0], others=f"{below[1]:,}"))
        curves = []
        for name, one in (("chosen", scored), ("cosine", calibration.of("cosine"))):
            if name == "cosine" and one is scored:
                continue
            points = curve_points(one.scores)
            if points is not None:
                band = bands.get(one.matcher) if name == "chosen" else None
                drawn = None if band is None else (band.far, band.low, band.high)
                curves.append(Curve(name, one.matcher, *points, drawn))
        self.dir_far.show_curves(curves, least_far=where.least_far, probes=where.strangers)
        for name in ("chosen", "cosine"):
            sample, label = self._legends[name]
            sample.setVisible(any(curve.name == name for curve in curves))
            label.setVisible(sample.isVisibleTo(self))
        with_band = any(curve.band is not None for curve in curves)
        title = self.tr("{matcher}, 95 % band") if with_band else "{matcher}"
        self._legends["chosen"][1].setText(title.format(matcher=scored.title))
        self._legends["cosine"][1].setText(calibration.of("cosine").title)
        if len(scored.ranks):
            self.ranks.show_shares(cmc(scored.ranks, min(calibration.people, RankPlot.MOST)))
        self.histogram.setAccessibleDescription(
            self.tr("{mated} mated and {others} non-mated scores from {low} to {high}").format(
                mated=where.probes,
                others=where.strangers,
                low=threshold_text(float(counted.edges[0])),
                high=threshold_text(float(counted.edges[-1])),
            )
        )

    def show_now(self, threshold: float | None) -> None:
        """Mark the threshold that decides now; None where another matcher does."""
        self.histogram.show_now(threshold)
        for widget in self._legends["now"]:
            widget.setVisible(threshold is not None)

    def show_read_out(self, read: ReadOut) -> None:
        """Stand both lines where a threshold is."""
        shown = threshold_text(read.threshold)
        self.histogram.put_line(read.threshold, shown)
        self.histogram.setAccessibleName(self.tr("Score histogram, threshold {threshold}").format(threshold=shown))
        if read.strangers and read.probes:
            far = share_text(read.far.value)
            self.dir_far.put_point(read.far.value, read.dir.value, far)
            self.dir_far.setAccessibleName(self.tr("DIR over FAR, FAR {far}").format(far=far))
        else:
            self.dir_far.put_line(None)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme and the size of the text."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            for plot in (getattr(self, name, None) for name in ("histogram", "dir_far", "ranks")):
                if plot is not None:
                    plot.dress()

    # Inside

    def _right(self) -> DirFarPlot | RankPlot:
        return self.ranks if self._ways.currentIndex() else self.dir_far

    @Slot(int)
    def _on_switch(self, index: int) -> None:
        self._ways.setCurrentIndex(index)
        self._legend_right.setVisible(index == 0)

    def _legend(self, name: str, words: str, line: QHBoxLayout) -> None:
        sample, label = LineSample(name), QLabel(words)
        set_role(label, "small")
        line.addWidget(sample)
        line.addWidget(label)
        self._legends[name] = sample, label

    def _lay_out(self) -> None:
        left, right, line = QVBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        line.setContentsMargins(12, 8, 12, 8)
        line.setSpacing(12)
        heading = QLabel(self.tr("Scores"))
        set_role(heading, "heading")
        heads = QHBoxLayout(), QHBoxLayout()
        heads[0].addWidget(heading)
        heads[1].addWidget(self.switch)
        below = QHBoxLayout()
        below.setSpacing(6)
        for name, words in (
            ("mated", self.tr("mated")),
            ("non-mated", self.tr("non-mated")),
            ("now", self.tr("decides now")),
        ):
            self._legend(name, words, below)
        below.addStretch(1)
        self._legend_right = QWidget()
        beside = QHBoxLayout(self._legend_right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(6)
        for name in ("chosen", "cosine"):
            self._legend(name, "", beside)
        beside.addStretch(1)
        self._ways = QStackedWidget()
        self._ways.addWidget(self.dir_far)
        self._ways.addWidget(self.ranks)
        self.ranks.setAccessibleName(self.tr("CMC: share of mated faces found within each rank"))
        self.below.setWordWrap(True)
        set_role(self.below, "small")
        for column, head, button in zip((left, right), heads, self.exports, strict=True):
            column.setSpacing(4)
            head.addStretch(1)
            head.addWidget(button)
            column.addLayout(head)
        left.addLayout(below)
        left.addWidget(self.histogram, 1)
        left.addWidget(self.below)
        right.addWidget(self._legend_right)
        right.addWidget(self._ways, 1)
        line.addLayout(left, 1)
        line.addLayout(right, 1)
        for plot in (self.histogram, self._ways):
            plot.setMinimumHeight(LEAST_LINES * self.fontMetrics().height())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def curve_points(scores: Scores) -> tuple[Floats, Floats] | None:
    """Give FAR and DIR of a curve, thinned out to what a screen can show; None where one kind of scores is missing.

    Of each FAR the DIR at the threshold which that FAR sets, as everywhere.
    """
    if not (len(scores.mated) and len(scores.non_mated)):
        return None
    curve = dir_far_curve(scores)
    # No threshold accepts what is under the floor: from there on a higher FAR allows no higher DIR.
    above = np.isfinite(curve.thresholds)
    if not (curve.far[above] > 0.0).any():
        return np.array([0.0, 1.0]), np.full(2, curve.dir[above].max(initial=0.0))
    far, dir_ = levels(curve.far[above], curve.dir[above])
    far, dir_ = np.append(far, 1.0), np.append(dir_, dir_[-1])
    if len(far) > MOST_POINTS:
        # Evenly on the logarithmic axis, where the left end is what matters.
        wanted = np.geomspace(max(far[far > 0][0], 1e-9), 1.0, MOST_POINTS)
        kept = np.unique(np.concatenate([[0], np.minimum(np.searchsorted(far, wanted), len(far) - 1)]))
        far, dir_ = far[kept], dir_[kept]
    return far, dir_
