"""The live curves of a run: they take what is new, seldom, and say in words what each line is and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from osfi_gui.core.desk import TuneState
from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_lines import LineSample
from osfi_gui.views.tune_series import Series
from osfi_gui.views.tune_words import far_text, percent

if TYPE_CHECKING:
    from osfi_gui.core.tune import Measured, Stepped
    from osfi_gui.views.tune_plots import TunePlots

EVERY_MS = 100
"""Not drawn more often than that."""
LEAST_LINES = 17
"""Height of the plots at least, in heights of a line of text."""


class TuneCurves(QFrame):
    """Legend and plots; the plots are made when they are first seen.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._state = TuneState()
        self._first: Stepped | None = None
        self._first_look: Measured | None = None
        self._taken = self._looked = 0
        self.loss, self.accuracy, self.measured = Series(), Series(), Series()
        self.plots: TunePlots | None = None
        self.drawn = 0
        self._pending = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self._on_time)
        self.legend = {name: QLabel() for name in ("loss", "accuracy", "dir")}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(14, 10, 14, 6)
        self._layout.setSpacing(2)
        self._layout.addLayout(self._lay_out_legend())
        self._room = QWidget()
        self._room.setMinimumHeight(LEAST_LINES * self.fontMetrics().height())
        inside = QHBoxLayout(self._room)
        inside.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._room, 1)
        self._say()

    def show_run(self, state: TuneState) -> None:
        """Follow a run; drawn ten times a second at most, and not at all while nobody looks."""
        self._state = state
        if not self.isVisible():
            return
        if self._timer.isActive():
            self._pending = True
            return
        self._timer.start()
        self._draw()

    def finish(self) -> None:
        """Draw the end of a run at once."""
        if self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Make the plots at the first time, and catch up."""
        super().showEvent(event)
        if self.plots is None:
            # Not before: importing pyqtgraph takes longer than opening the rest of the window's pages.
            from osfi_gui.views.tune_plots import TunePlots

            self.plots = TunePlots()
            layout = self._room.layout()
            assert layout is not None
            layout.addWidget(self.plots)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the theme and the size of the text."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            room = getattr(self, "_room", None)
            if room is not None:
                room.setMinimumHeight(LEAST_LINES * self.fontMetrics().height())
            if getattr(self, "plots", None) is not None:
                assert self.plots is not None
                self.plots.dress()

    @Slot()
    def _on_time(self) -> None:
        if self._pending:
            self._pending = False
            if self.isVisible():
                self._timer.start()
                self._draw()

    def _draw(self) -> None:
        self._take()
        self._say()
        if self.plots is None:
            return
        recipe = self._state.recipe
        steps = self._state.steps
        self.plots.set_epochs(float(recipe.epochs) if recipe is not None else (steps[-1].epoch if steps else 1.0))
        self.plots.draw(loss=self.loss, accuracy=self.accuracy, measured=self.measured)
        self.drawn += 1

    def _take(self) -> None:
        """Take over what came in since the last time; a run that began anew begins the curves anew."""
        steps, measured = self._state.steps, self._state.measured
        another = len(steps) < self._taken or len(measured) < self._looked
        another = another or bool(self._taken and steps[0] != self._first)
        another = another or bool(self._looked and measured[0] != self._first_look)
        if another:
            for series in (self.loss, self.accuracy, self.measured):
                series.clear()
            self._taken = self._looked = 0
        for step in steps[self._taken :]:
            self.loss.add(step.epoch, step.loss)
            self.accuracy.add(step.epoch, step.accuracy)
        for look in measured[self._looked :]:
            self.measured.add(look.epoch, look.dir_at_far)
        self._taken, self._looked = len(steps), len(measured)
        self._first = steps[0] if steps else None
        self._first_look = measured[0] if measured else None

    def _say(self) -> None:
        """Name the lines, each with its newest value; the same is what a screen reader says."""
        steps, measured = self._state.steps, self._state.measured
        loss = f"{steps[-1].loss:.3f}" if steps else "–"
        accuracy = percent(steps[-1].accuracy) if steps else "–"
        self.legend["loss"].setText(self.tr("Loss {value}").format(value=loss))
        self.legend["accuracy"].setText(self.tr("Train accuracy {value}").format(value=accuracy))
        if measured:
            last = measured[-1]
            words = self.tr("DIR {value} at FAR {far}, on held-out shots and strangers")
            text = words.format(value=percent(last.dir_at_far), far=far_text(last.target_far))
        else:
            text = self.tr("DIR on held-out shots and strangers: not measured yet")
            if self._state.version is not None:
                text = self.tr("DIR on held-out shots and strangers: not measured")
        self.legend["dir"].setText(text)
        if steps:
            words = self.tr("Curves of the run, after {epochs} epochs: {lines}.")
            lines = "; ".join(label.text() for label in self.legend.values())
            self.setAccessibleName(words.format(epochs=f"{steps[-1].epoch:.1f}", lines=lines))
        else:
            self.setAccessibleName(self.tr("Curves of the run: nothing yet."))

    def _lay_out_legend(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        for name, row, column in (("loss", 0, 0), ("accuracy", 0, 2), ("dir", 1, 0)):
            grid.addWidget(LineSample(name), row, column)
            span = 3 if name == "dir" else 1
            grid.addWidget(self.legend[name], row, column + 1, 1, span)
            # Digits change under the eye; the line beside them must not move.
            self.legend[name].setMinimumWidth(11 * self.fontMetrics().height())
        grid.setColumnStretch(3, 1)
        return grid
