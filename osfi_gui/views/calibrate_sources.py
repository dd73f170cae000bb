"""Where the scores come from: how many there are, what they can show, how to get more, and the button that measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.calibration import CalibrateRequest
from osfi_gui.core.desk import JobState, Phase
from osfi_gui.views.calibrate_fields import ShareField
from osfi_gui.views.calibrate_words import least_far_text, probes_text, strangers_text
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.stranger_import import StrangerImport
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.calibration import Calibration

TARGETS = (0.001, 0.01, 0.05, 0.1)


class SourcesCard(QFrame):
    """Counts with what they can show, notes, strangers to add, the target FAR, and Measure.

    Parameters
    ----------
    parent : QWidget, optional
    """

    measure_requested = Signal(object)
    cancel_requested = Signal()
    recording_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._runs = False
        self.counts = {name: QLabel("–") for name in ("mated", "non-mated", "cohort")}
        self.words = {name: QLabel() for name in self.counts}
        self.notes = InlineRow(Mark.INFO)
        self.imports = StrangerImport(then=self.tr("Measure to count them."))
        self.record = QPushButton(self.tr("Record strangers at the camera"))
        self.record.setCheckable(True)
        self.record.setToolTip(
            self.tr("Keeps one shot of every new face in front of the camera; nobody who is enrolled may be there")
        )
        self.recorded = QLabel()
        self.recorded.setWordWrap(True)
        # No group of buttons: none of them is down where another share was typed, and Tab reaches each.
        self.targets = [QPushButton(f"{100 * target:g} %") for target in TARGETS]
        self.far = ShareField(0.0001, 0.5)
        self.measure, self.cancel = QPushButton(self.tr("Measure")), QPushButton(self.tr("Cancel"))
        self.bar, self.doing = QProgressBar(), QLabel()
        self.problem = InlineRow(Mark.WARNING)
        self._lay_out()
        for button in self.targets:
            button.clicked.connect(self._on_target)
        self.far.changed.connect(self._on_far)
        self.measure.clicked.connect(self._on_measure)
        self.cancel.clicked.connect(self._on_cancel)
        self.record.toggled.connect(self._on_record)
        self.far.set_share(0.01)
        self.show_calibration(None)

    def show_calibration(self, calibration: Calibration | None) -> None:
        """Show where the newest scores come from; None where there are none yet."""
        if calibration is None:
            for label in self.counts.values():
                label.setText("–")
            self.words["mated"].setText(self.tr("faces of enrolled people; counted when measured"))
            self.words["non-mated"].setText(self.tr("faces of strangers; counted when measured"))
            self.words["cohort"].setText(self.tr("strangers in the cohort, with whom matchers compare"))
            self.notes.hide()
            return
        where = calibration.provenance
        for name, count in (("mated", where.probes), ("non-mated", where.strangers), ("cohort", where.cohort)):
            self.counts[name].setText(f"{count:,}")
        self.words["mated"].setText(self.tr("mated faces {words}").format(words=probes_text(where)))
        words = self.tr("non-mated faces {words}: {least}")
        self.words["non-mated"].setText(words.format(words=strangers_text(where), least=least_far_text(where)))
        self.words["cohort"].setText(self.tr("strangers in the cohort: compared with, and not counted in FAR"))
        self.notes.setVisible(bool(where.notes))
        if where.notes:
            self.notes.set_text("\n".join(where.notes))

    def show_problem(self, what: str, remedy: str = "") -> None:
        """Say why nothing could be measured; empty takes it away."""
        text = f"{what} {remedy}".strip()
        self.problem.setVisible(bool(text))
        if text:
            self.problem.set_text(text)

    def show_job(self, state: JobState) -> None:
        """Follow the measuring."""
        self._runs = state.phase is Phase.WAITING
        if self._runs:
            self.bar.setRange(0, state.total)
            self.bar.setValue(state.done)
            self.doing.setText(state.note or state.title)
            self.show_problem("")
        else:
            self.cancel.setEnabled(True)
            if state.phase in {Phase.ENDED, Phase.FAILED}:
                self.show_problem(state.what, state.remedy)
        self._refresh()

    def show_recorded(self, count: int) -> None:
        """Say how many strangers were recorded since the switch was turned on."""
        one, many = self.tr("1 face kept so far."), self.tr("{count} faces kept so far.")
        kept = (one if count == 1 else many).format(count=count)
        self.recorded.setText(f"{self.tr('Strangers only: nobody who is enrolled may be in the picture.')} {kept}")

    @property
    def runs(self) -> bool:
        """Whether scores are being made."""
        return self._runs

    def forget(self) -> None:
        """Leave nothing of a gallery that was locked."""
        self.show_calibration(None)
        self.show_problem("")
        self.imports.forget()
        self.record.setChecked(False)
        self._runs = False
        self._refresh()

    # Inside

    @Slot()
    def _on_target(self) -> None:
        self.far.set_share(next(share for button, share in self._buttons() if button is self.sender()))
        self._on_far()

    @Slot()
    def _on_far(self) -> None:
        share = self.far.share()
        for button, target in self._buttons():
            button.setChecked(share is not None and abs(share - target) < 1e-9)
        self._refresh()

    def _buttons(self) -> Iterator[tuple[QPushButton, float]]:
        return zip(self.targets, TARGETS, strict=True)

    @Slot()
    def _on_measure(self) -> None:
        share = self.far.share()
        if share is not None and not self._runs:
            self._runs = True
            self.show_problem("")
            if not self.imports.runs:
                self.imports.forget()  # those that were added are counted now
            self.bar.setRange(0, 0)
            self.doing.setText(self.tr("The gallery is being looked at."))
            self._refresh()
            self.measure_requested.emit(CalibrateRequest(share))

    @Slot()
    def _on_cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancel_requested.emit()

    @Slot(bool)
    def _on_record(self, on: bool) -> None:
        self.record.setText(self.tr("Stop recording strangers") if on else self.tr("Record strangers at the camera"))
        self.recorded.setVisible(on)
        self.show_recorded(0)
        self.recording_toggled.emit(on)

    def _refresh(self) -> None:
        shown, gone = (self._running, self.measure) if self._runs else (self.measure, self._running)
        button = self.cancel if self._runs else self.measure
        # Or Qt gives it to whatever comes next in the window.
        follows = (self.measure.hasFocus() or self.cancel.hasFocus()) and not button.hasFocus()
        shown.show()
        self.measure.setEnabled(self.far.share() is not None)
        if follows:
            button.setFocus()
        gone.hide()

    def _lay_out(self) -> None:
        heading = QLabel(self.tr("Where the scores come from"))
        set_role(heading, "heading")
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        for row, (name, number) in enumerate(self.counts.items()):
            words = self.words[name]
            words.setWordWrap(True)
            set_role(number, "heading")
            set_role(words, "muted")
            corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
            grid.addWidget(number, row, 0, corner)
            grid.addWidget(words, row, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        set_role(self.recorded, "small")
        self.recorded.hide()
        self.problem.hide()
        aim = QLabel(self.tr("False accepts to aim at (FAR)"))
        aim.setBuddy(self.far)
        self.far.setAccessibleName(self.tr("FAR to aim at, in percent"))
        line = QHBoxLayout()
        line.setSpacing(4)
        for button, target in self._buttons():
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(self.tr("Aim at FAR {far} %").format(far=f"{100 * target:g}"))
            button.setStyleSheet("padding-left: 7px; padding-right: 7px;")
            line.addWidget(button)
        line.addWidget(self.far, 1)
        set_role(self.measure, "primary")
        set_role(self.doing, "small")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Measuring"))
        self._running = QWidget()
        running = QGridLayout(self._running)
        running.setContentsMargins(0, 0, 0, 0)
        running.addWidget(self.bar, 0, 0)
        running.addWidget(self.cancel, 0, 1)
        running.addWidget(self.doing, 1, 0, 1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(heading)
        layout.addLayout(grid)
        layout.addWidget(self.notes)
        layout.addWidget(self.imports)
        layout.addWidget(self.record, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.recorded)
        layout.addSpacing(2)
        layout.addWidget(aim)
        layout.addLayout(line)
        layout.addWidget(self.measure)
        layout.addWidget(self._running)
        layout.addWidget(self.problem)
