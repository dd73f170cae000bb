"""What the desk does for calibration: scores the gallery, keeps the chosen operating point, and writes the report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from osfi_gui.core.bands import PARTS, band_draws, band_of
from osfi_gui.core.calibration import Calibration, CalibrationView
from osfi_gui.core.decide import LABELS
from osfi_gui.core.desk import GalleryState, JobState, Notice, Phase, Tone
from osfi_gui.core.errors import DeskError, GalleryError
from osfi_gui.core.events import Cancelled, Finished, Progress
from osfi_gui.workers.desk import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.bootstrap import Band
    from osfi_gui.core.calibration import CalibrateRequest, ChoosePoint, WriteReport
    from osfi_gui.core.desk import SeenFace
    from osfi_gui.core.events import Event, Token
    from osfi_gui.workers.desk import Desk

BAND_POINTS = 48
"""False accept rates at which the band of a curve is computed."""


class CalibrateDesk(QObject):
    """Serves the Calibrate page; lives on the desk's thread, because the desk owns the gallery.

    The newest calibration is kept while the gallery is open, so that the page can be left and come back to.

    Parameters
    ----------
    desk : Desk
    """

    calibration_read = Signal(object)
    job_changed = Signal(object)
    stranger_recorded = Signal(int)
    noticed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._calibration: Calibration | None = None
        self._bands: tuple[tuple[str, Band], ...] = ()
        self._recorded = 0

    @Slot(object)
    def follow(self, state: GalleryState) -> None:
        """Forget the scores of a gallery that is closed: what lies at its path next may be another one."""
        if state.phase is not Phase.READY:
            self._calibration, self._bands, self._recorded = None, (), 0

    @Slot()
    @told
    def show(self) -> None:
        """Say what there is: the newest calibration of this gallery, and what decides."""
        if self._desk.ready:
            self._tell()

    def _tell(self, problem: str = "", remedy: str = "") -> None:
        session = self._desk.session
        self.calibration_read.emit(
            CalibrationView(
                self._calibration,
                session.operating_point if session is not None else None,
                session.calibration if session is not None else "none",
                problem,
                remedy,
                self._bands,
            )
        )

    @Slot(object)
    def measure(self, wanted: CalibrateRequest) -> None:
        """Score everybody with every matcher; step by step, so that the desk goes on with other things between."""
        from osfi_gui.services.calibrate import calibrate

        try:
            store, (encoder, _) = self._desk.opened(), self._desk.tools()

            def steps(token: Token) -> Iterator[Event]:
                for event in calibrate(store, encoder, target_far=wanted.target_far, token=token):
                    if isinstance(event, Finished) and isinstance(event.result, Calibration):
                        yield from self._with_bands(event.result, token)
                    else:
                        yield event

            job = self._desk.run(steps, done=self._measured)
        except DeskError as error:
            self.job_changed.emit(JobState(Phase.FAILED, what=error.what, remedy=error.remedy))
            return
        job.changed.connect(self.job_changed)

    def _with_bands(self, made: Calibration, token: Token) -> Iterator[Event]:
        """Draw other people for the band of each matcher's curve; a calibration without its bands is none."""
        where, bands = made.provenance, []
        rates = np.geomspace(0.5 / max(where.strangers, 1), 0.95, BAND_POINTS)
        if where.probes and where.strangers:
            done, total, fars = 0, PARTS * len(made.scored), rates.tolist()
            for scored in made.scored:
                drawn = []
                for part in band_draws(made, scored.matcher, fars=fars):
                    if token.cancelled():
                        yield Cancelled("Nothing was changed.")
                        return
                    drawn.append(part)
                    done += 1
                    yield Progress(done, total, "draws", "Drawing other people, for the bands")
                bands.append((scored.matcher, band_of(made, scored.matcher, fars=fars, drawn=drawn)))
        self._calibration, self._bands = made, tuple(bands)
        yield Finished()

    def _measured(self, state: JobState) -> None:
        if self._desk.ready and state.phase is Phase.READY:
            self._tell()

    @Slot(object)
    @told
    def choose(self, wanted: ChoosePoint) -> None:
        """Decide with another operating point from now on."""
        from osfi_gui.services.calibrate import apply

        store, (encoder, _) = self._desk.opened(), self._desk.tools()
        point = apply(store, encoder, self._newest(), matcher=wanted.matcher, threshold=wanted.threshold)
        self._desk.refresh()
        self._tell()
        what = f"In use now: {LABELS.get(point.matcher, point.matcher)} from {point.threshold:.4f} on."
        self.noticed.emit(Notice(what, "It holds until the gallery changes.", Tone.GOOD))

    def _newest(self) -> Calibration:
        if self._calibration is None:
            raise GalleryError("Nothing was measured in this gallery yet.", "Measure first.")
        return self._calibration

    @Slot(object)
    @told
    def keep_stranger(self, seen: SeenFace) -> None:
        """Keep one face of a recording of strangers."""
        from osfi_gui.services.enrol import shot_of_sighting
        from osfi_gui.services.strangers import keep_face

        store, (encoder, _) = self._desk.opened(), self._desk.tools()
        shot = shot_of_sighting(seen.frame, seen.sighting, encoder=encoder.name)
        keep_face(store, shot, encoder=encoder.name)
        self._recorded += 1
        self.stranger_recorded.emit(self._recorded)

    @Slot(bool)
    def begin_recording(self, on: bool) -> None:
        """Count anew when strangers begin to be recorded."""
        if on:
            self._recorded = 0

    @Slot(object)
    @told
    def report(self, wanted: WriteReport) -> None:
        """Write a report."""
        from osfi_gui.services.calibrate import operating_point
        from osfi_gui.services.report import write_report
        from osfi_gui.workers.pdf import print_pdf

        calibration = self._newest()
        point = operating_point(calibration, matcher=wanted.matcher, threshold=wanted.threshold)
        write_report(calibration, point, Path(wanted.path), made_at=_now(), print_pdf=print_pdf)
        self.noticed.emit(Notice(f"The report was written: {wanted.path}", tone=Tone.GOOD))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
