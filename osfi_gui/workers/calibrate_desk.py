"""What the desk does for calibration: scores the gallery, keeps the chosen operating point, and writes the report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from osfi_gui.core.calibration import Calibration, CalibrationView
from osfi_gui.core.decide import LABELS
from osfi_gui.core.desk import GalleryState, JobState, Notice, Phase, Tone
from osfi_gui.core.errors import DeskError, GalleryError
from osfi_gui.core.events import Cancelled, Failed, Finished, Progress
from osfi_gui.workers.aside import Aside
from osfi_gui.workers.desk import told
from osfi_gui.workers.remeasure_desk import RemeasureDesk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.bootstrap import Band
    from osfi_gui.core.calibration import CalibrateRequest, ChoosePoint, WriteReport
    from osfi_gui.core.desk import SeenFace
    from osfi_gui.core.events import Event, Token
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.workers.desk import Desk


class CalibrateDesk(QObject):
    """Serves the Calibrate page; lives on the desk's thread, because the desk owns the gallery.

    The newest calibration is kept while the gallery is open, so that the page can be left and come back to. Reports are
    written on a thread of their own, because that takes seconds.

    Parameters
    ----------
    desk : Desk
    """

    calibration_read = Signal(object)
    job_changed = Signal(object)
    stranger_recorded = Signal(int)
    report_changed = Signal(object)
    noticed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._aside = Aside("report")
        self._aside.progressed.connect(self._on_report_progressed)
        self._aside.over.connect(self._on_report_over)
        # Direct, so before the desk's thread ends: afterwards nobody would join the other one.
        desk.ended.connect(self._aside.end, Qt.ConnectionType.DirectConnection)
        self.again = RemeasureDesk(desk, self)
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

    def adopt(
        self, made: Calibration, bands: tuple[tuple[str, Band], ...], *, offered: OperatingPoint | None = None
    ) -> None:
        """Show another calibration as the newest one, with an operating point of it that is offered."""
        self._calibration, self._bands = made, bands
        self._tell(offered=offered)

    def _tell(self, problem: str = "", remedy: str = "", *, offered: OperatingPoint | None = None) -> None:
        session = self._desk.session
        self.calibration_read.emit(
            CalibrationView(
                self._calibration,
                session.operating_point if session is not None else None,
                session.calibration if session is not None else "none",
                problem,
                remedy,
                self._bands,
                offered,
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
        """Draw the band of each matcher's curve; a calibration without its bands is none."""
        from osfi_gui.services.curve_bands import curve_bands

        for event in curve_bands(made, token):
            if isinstance(event, Finished):
                assert isinstance(event.result, tuple)
                self._calibration, self._bands = made, event.result
                yield Finished()
            else:
                yield event

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
        """Begin to write a report."""
        from osfi_gui.services.calibrate import operating_point
        from osfi_gui.services.report import reporting
        from osfi_gui.workers.pdf import print_pdf

        calibration, path, at = self._newest(), Path(wanted.path), _now()
        point = operating_point(calibration, matcher=wanted.matcher, threshold=wanted.threshold)

        def steps(token: Token) -> Iterator[Event]:
            return reporting(calibration, point, path, token=token, made_at=at, print_pdf=print_pdf)

        if not self._aside.begin(steps):
            raise DeskError("A report is being written already.", "Wait for it, or cancel it.")
        self.report_changed.emit(JobState(Phase.WAITING, path.name))

    @Slot()
    def cancel_report(self) -> None:
        """Stop writing the report."""
        self._aside.cancel()

    @Slot(object)
    def _on_report_progressed(self, event: Progress) -> None:
        self.report_changed.emit(JobState(Phase.WAITING, "", event.done, event.total, event.unit, event.note))

    @Slot(object)
    def _on_report_over(self, event: Event) -> None:
        match event:
            case Finished(str(path)):
                self.report_changed.emit(JobState(Phase.READY))
                self.noticed.emit(Notice(f"The report was written: {path}", tone=Tone.GOOD))
            case Cancelled(kept):
                self.report_changed.emit(JobState(Phase.ENDED, what="Stopped.", remedy=kept))
            case Failed(what, remedy):
                self.report_changed.emit(JobState(Phase.FAILED, what=what, remedy=remedy))
                self.noticed.emit(Notice(what, remedy, Tone.BAD))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
