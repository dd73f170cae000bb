"""The operating point that is about to be taken: its plots, its numbers, and what is done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from osfi_gui.core.calibration import ChoosePoint
from osfi_gui.core.caution import caution
from osfi_gui.core.threshold import curve_of, for_far, read_out
from osfi_gui.views.calibrate_choice import Choices, Chosen
from osfi_gui.views.calibrate_plots import CalibrationPlots
from osfi_gui.views.calibrate_readout import ReadOutCard
from osfi_gui.views.calibrate_what_if import WhatIf
from osfi_gui.views.calibrate_words import least_text, share_text, whose_text
from osfi_gui.views.calibrate_wrap import Wrap
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.bootstrap import Band
    from osfi_gui.core.calibration import Calibration, CalibrationView, ReadOut
    from osfi_gui.core.operating_point import OperatingPoint

EVERY_MS = 16
"""While a line is dragged, numbers and plots follow no more often than a screen shows them."""


class PointPanel(QWidget):
    """Follows the line while it is dragged, takes it when it is let go, and asks for it to be used.

    Parameters
    ----------
    parent : QWidget, optional
    """

    point_requested = Signal(object)
    matcher_changed = Signal(str)
    report_clicked = Signal()
    noticed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.calibration: Calibration | None = None
        self.choices: Choices | None = None
        self.read: ReadOut | None = None
        self.reads = 0
        self._now: OperatingPoint | None = None
        self._valid, self._obsolete = False, ""
        self._bands: tuple[tuple[str, Band], ...] = ()
        self._matcher = ""
        self._pending: Chosen | None = None
        self._shown: CalibrationView | None = None
        self.plots, self.numbers, self.what_if = CalibrationPlots(), ReadOutCard(), WhatIf()
        self.outdated, self.caution = InlineRow(Mark.WARNING), InlineRow(Mark.WARNING)
        self.now = QLabel()
        self.undo, self.back = QPushButton(self.tr("Undo")), QPushButton(self.tr("Back to proposed"))
        self.use, self.report = QPushButton(self.tr("Use this operating point")), QPushButton(self.tr("Report…"))
        self._timer, self._since = QTimer(self), QElapsedTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._follow)
        self._lay_out()
        self._connect()

    # States

    def show_view(self, view: CalibrationView, *, obsolete: str) -> None:
        """Show a calibration; the same one again leaves what was chosen alone.

        Parameters
        ----------
        view : CalibrationView
            With a calibration.
        obsolete : str
            Why it cannot be used any more, in a sentence; empty where it can.
        """
        calibration = view.calibration
        assert calibration is not None
        self._obsolete = obsolete
        fresh = calibration is not self.calibration
        if fresh or view.bands != self._bands:
            self._bands, self._matcher = view.bands, ""
        if fresh:
            self.calibration = calibration
            threshold = self._at_far(calibration.proposed, calibration.target_far)
            self.choices = Choices(Chosen(calibration.proposed, threshold))
            self.what_if.begin(calibration)
        if view is not self._shown and view.offered is not None and self.choices is not None:
            self.choices.choose(Chosen(view.offered.matcher, view.offered.threshold))
        self._shown = view
        self.outdated.setVisible(bool(obsolete))
        if obsolete:
            self.outdated.set_text(obsolete)
        self._show_choice()

    def forget(self) -> None:
        """Leave nothing of a gallery that was locked."""
        self._timer.stop()
        self.calibration = self.choices = self.read = self._pending = self._shown = None
        self._matcher, self._bands = "", ()

    def choose_matcher(self, matcher: str) -> None:
        """Take another matcher, at the target FAR."""
        if self.calibration is not None and self.choices is not None and matcher != self.choices.now.matcher:
            self.choices.choose(Chosen(matcher, self._at_far(matcher, self.calibration.target_far)))
            self._show_choice()

    def allow_report(self, *, on: bool) -> None:
        """Say whether a report can be asked for: not while one is written."""
        self.report.setEnabled(on)

    def show_deciding(self, words: str, point: OperatingPoint | None, *, valid: bool) -> None:
        """Say in words what decides now, and whether it was calibrated for this gallery."""
        self._now, self._valid = point, valid
        self.now.setText(words)
        self.now.setToolTip(point.source if point is not None else "")
        if self.choices is not None:
            self._show_buttons()

    # What the operator does

    @Slot(float)
    def _on_dragged(self, threshold: float) -> None:
        self._preview(threshold)

    @Slot(float)
    def _on_far_dragged(self, far: float) -> None:
        if self.choices is not None:
            self._preview(self._at_far(self.choices.now.matcher, min(far, 1.0)))

    def _preview(self, threshold: float) -> None:
        if self.choices is None:
            return
        self._pending = Chosen(self.choices.now.matcher, threshold)
        if not self._timer.isActive():
            spent = self._since.elapsed() if self._since.isValid() else EVERY_MS
            self._timer.start(max(0, EVERY_MS - spent))

    @Slot()
    def _follow(self) -> None:
        self._since.start()
        if self._pending is not None:
            self._read(self._pending)

    @Slot(float)
    def _on_dropped(self, threshold: float) -> None:
        if self.choices is None:
            return
        self._timer.stop()
        self._pending = None
        self.choices.choose(Chosen(self.choices.now.matcher, threshold))
        self._show_choice()

    @Slot(float)
    def _on_far_dropped(self, far: float) -> None:
        if self.choices is not None:
            self._on_dropped(self._at_far(self.choices.now.matcher, min(far, 1.0)))

    @Slot()
    def _on_undo(self) -> None:
        if self.choices is not None and self.choices.undoable:
            self.choices.undo()
            self._show_choice()

    @Slot()
    def _on_back(self) -> None:
        if self.choices is not None:
            self.choices.back()
            self._show_choice()

    @Slot()
    def _on_use(self) -> None:
        if self.choices is not None:
            now = self.choices.now
            self.point_requested.emit(ChoosePoint(now.matcher, now.threshold))

    # Inside

    def _at_far(self, matcher: str, far: float) -> float:
        assert self.calibration is not None
        try:
            return for_far(self.calibration, matcher, far)
        except ValueError:
            return curve_of(self.calibration.of(matcher).scores, self.calibration.persons).lowest

    def _show_choice(self) -> None:
        assert self.calibration is not None
        assert self.choices is not None
        now = self.choices.now
        if now.matcher != self._matcher:
            self._matcher = now.matcher
            self.plots.show_matcher(self.calibration, now.matcher, dict(self._bands))
            edges = self.plots.histogram.shown
            assert edges is not None
            self.numbers.set_range(float(edges.edges[0]), float(edges.edges[-1]))
            self.matcher_changed.emit(now.matcher)
        self._read(now)
        self._show_buttons()

    def _read(self, chosen: Chosen) -> None:
        assert self.calibration is not None
        self.read = read_out(self.calibration, chosen.matcher, chosen.threshold)
        self.reads += 1
        self.plots.show_read_out(self.read)
        self.numbers.show_read_out(self.read, claim=self._claim(self.read))
        self.what_if.show_read_out(self.read)

    def _claim(self, read: ReadOut) -> str:
        """Say what the numbers cannot show."""
        assert self.calibration is not None
        where, target = self.calibration.provenance, self.calibration.target_far
        if read.measurable or not read.strangers:
            return ""
        if where.least_far >= 1.0:
            return self.tr("FAR {target} is not measurable.").format(target=share_text(target))
        return self.tr("FAR {target} is not measurable with {people}; {least} is the lowest that is.").format(
            target=share_text(target), people=whose_text(where), least=least_text(where.least_far)
        )

    def _show_buttons(self) -> None:
        assert self.choices is not None
        assert self.calibration is not None
        now, point = self.choices.now, self._now
        used = (
            point is not None
            and self._valid
            and (point.matcher, point.threshold) == (now.matcher, now.threshold)
            and point.revision == self.calibration.revision
        )
        self.plots.show_now(point.threshold if point is not None and point.matcher == now.matcher else None)
        self.undo.setEnabled(self.choices.undoable)
        self.back.setEnabled(self.choices.changed)
        usable = not used and not self._obsolete
        if self.use.hasFocus() and not usable:
            self.report.setFocus()  # or Qt gives it to whatever comes next in the window
        self.use.setEnabled(usable)
        read = self.read
        against = "" if used or self._obsolete or read is None else caution(self.calibration, read)
        self.caution.set_text(against)
        self.caution.setVisible(bool(against))
        # What is discouraged does not look like the next thing to do.
        set_role(self.use, "" if against else "primary")
        words = self.tr("Use it anyway") if against else self.tr("Use this operating point")
        self.use.setText(self.tr("In use") if used else words)

    @property
    def pending(self) -> bool:
        """Whether something was chosen that is not in use."""
        return self.choices is not None and self.choices.changed and self.use.isEnabled()

    def _connect(self) -> None:
        self.plots.threshold_dragged.connect(self._on_dragged)
        self.plots.threshold_dropped.connect(self._on_dropped)
        self.plots.far_dragged.connect(self._on_far_dragged)
        self.plots.far_dropped.connect(self._on_far_dropped)
        self.plots.noticed.connect(self.noticed)
        self.numbers.threshold_typed.connect(self._on_dropped)
        self.numbers.far_typed.connect(self._on_far_dropped)
        self.undo.clicked.connect(self._on_undo)
        self.back.clicked.connect(self._on_back)
        self.use.clicked.connect(self._on_use)
        self.report.clicked.connect(self.report_clicked)
        undo = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        undo.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        undo.activated.connect(self._on_undo)

    def _lay_out(self) -> None:
        self.outdated.hide()
        self.caution.hide()
        self.now.setWordWrap(True)
        self.now.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.now, "muted")
        set_role(self.use, "primary")
        self.undo.setToolTip(self.tr("Take the last choice back (Ctrl+Z)"))
        self.back.setToolTip(self.tr("Matcher and threshold as proposed"))
        self.report.setToolTip(self.tr("Write plots, counts and versions into an HTML or PDF file"))
        foot = QFrame()
        set_role(foot, "card")
        below = QVBoxLayout(foot)
        below.setContentsMargins(16, 8, 16, 8)
        below.setSpacing(6)
        below.addWidget(self.now)
        changes, uses = QHBoxLayout(), QHBoxLayout()
        for line, buttons in ((changes, (self.undo, self.back)), (uses, (self.report, self.use))):
            line.setSpacing(8)
            line.addStretch(1)
            for button in buttons:
                button.setAutoDefault(False)
                line.addWidget(button)
        below.addWidget(Wrap(changes, uses, stretch=(1, 0), spacing=8))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.outdated)
        layout.addWidget(self.plots, 1)
        layout.addWidget(self.numbers)
        layout.addWidget(self.what_if)
        layout.addWidget(self.caution)
        layout.addWidget(foot)
