"""Measure how often the numbers of the Calibrate page follow while its threshold is dragged.

Usage: python -m benchmarks.threshold_drag [--mated 10000] [--non-mated 100000] [--seconds 5]

The real panel is dragged with mouse events, offscreen unless QT_QPA_PLATFORM says otherwise; an update counts when the
numbers were read out and the window was painted. Scores are drawn from two normal distributions.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from osfi_gui.core.bootstrap import dir_far_band
from osfi_gui.core.calibration import Calibration, CalibrationView, Provenance, Scored
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.threshold import curve_of, dir_at_target
from osfi_gui.views.calibrate_point import PointPanel
from osfi_gui.views.theme import apply_theme

EACH = 10


def calibration_of(mated: int, non_mated: int) -> Calibration:
    rng = np.random.default_rng(0)
    scores = Scores(rng.normal(0.6, 0.12, mated), rng.random(mated) > 0.02, rng.normal(0.25, 0.08, non_mated))
    persons = Persons(np.arange(mated) // EACH, np.arange(non_mated))
    at = dir_at_target(scores, persons, far=0.001, draws=50)
    scored = Scored("cosine", "cosine", 1, scores, -np.inf, np.ones(mated, np.int64), at)
    people = mated // EACH
    least = 1 - 0.05 ** (1 / non_mated)
    where = Provenance("leave-one-shot-out", "strangers", mated, people, non_mated, non_mated, 0, least)
    return Calibration("sface", "SFace", 1, people, 0.001, where, persons, (scored,), "cosine", "")


class Painted(QObject):
    """Counts the paintings of a widget."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look, and let it pass."""
        self.count += event.type() is QEvent.Type.Paint
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mated", type=int, default=10_000)
    parser.add_argument("--non-mated", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    args = parser.parse_args()
    app = QApplication([])
    apply_theme(app, "light")
    calibration = calibration_of(args.mated, args.non_mated)
    began = time.perf_counter()
    for scored in calibration.scored:
        curve_of(scored.scores, calibration.persons)
    band = dir_far_band(scored.scores, calibration.persons, fars=np.geomspace(1e-5, 0.95, 48).tolist(), draws=50)
    print(f"intervals and a band of 50 draws, made beforehand: {time.perf_counter() - began:.1f} s")
    panel = PointPanel()
    panel.resize(800, 640)
    panel.show()
    painted = Painted()
    panel.plots.histogram.viewport().installEventFilter(painted)
    began = time.perf_counter()
    panel.show_view(CalibrationView(calibration, None, "none", bands=(("cosine", band),)), obsolete="")
    app.processEvents()
    print(f"shown in {1e3 * (time.perf_counter() - began):.0f} ms")
    for name, plot in (("scores", panel.plots.histogram), ("curve", panel.plots.dir_far)):
        QTest.qWait(200)
        start, width = plot.place_of(plot.line.value()), plot.viewport().width()
        places = [QPoint(round(width * (0.3 + 0.6 * part)), start.y()) for part in np.linspace(0, 1, 101)]
        QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=start)
        first, moves, slowest, painted.count = panel.reads, 0, 0.0, 0
        began = last = time.perf_counter()
        while (now := time.perf_counter()) - began < args.seconds:
            before = panel.reads
            turn = moves % 200
            QTest.mouseMove(plot.viewport(), places[min(turn, 200 - turn)])
            moves += 1
            app.processEvents()
            if panel.reads > before:
                app.processEvents()  # the paintings that the numbers asked for
                done = time.perf_counter()
                slowest, last = max(slowest, done - last), done
        spent, updates = now - began, min(panel.reads - first, painted.count)
        QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=places[0])
        print(f"{name}: {updates / spent:.0f} updates a second, the slowest {1e3 * slowest:.0f} ms, {moves} moves")
    panel.close()


if __name__ == "__main__":
    main()
