"""The Calibrate page: from which score on a face is accepted, chosen by how often a stranger may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal, Slot

from osfi_gui.core.desk import SeenFace
from osfi_gui.views.late_page import LatePage

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from osfi_gui.core.calibration import CalibrationView
    from osfi_gui.core.desk import Feed, JobState
    from osfi_gui.core.remeasure import Offer
    from osfi_gui.core.values import Recognition
    from osfi_gui.views.calibrate_body import CalibrateBody


class CalibratePage(LatePage["CalibrateBody"]):
    """Scores, matchers and thresholds; everything it changes, it asks for.

    Parameters
    ----------
    feed : Feed
        The live values; looked at only while strangers are recorded.
    parent : QWidget, optional
    """

    calibration_view_requested = Signal()
    measure_requested = Signal(object)
    measure_cancel_requested = Signal()
    point_requested = Signal(object)
    report_requested = Signal(object)
    report_cancel_requested = Signal()
    offer_used = Signal()
    offer_looked_at = Signal()
    offer_left = Signal()
    strangers_requested = Signal(object)
    strangers_cancel_requested = Signal()
    recording_toggled = Signal(bool)
    watch_requested = Signal(str)
    stranger_seen = Signal(object)
    unlock_requested = Signal()
    enrol_page_requested = Signal()
    noticed = Signal(object)

    FORWARDED = (
        "calibration_view_requested",
        "measure_requested",
        "measure_cancel_requested",
        "point_requested",
        "report_requested",
        "report_cancel_requested",
        "offer_used",
        "offer_looked_at",
        "offer_left",
        "strangers_requested",
        "strangers_cancel_requested",
        "unlock_requested",
        "enrol_page_requested",
        "noticed",
    )
    OF_THE_GALLERY = ("show_calibration", "show_offer")

    def __init__(self, feed: Feed, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("CalibratePage", "Calibrate"), (16, 10, 16, 12), parent)
        self._feed = feed
        self._records = False
        self._seen: set[int] = set()
        self._looked_at: Recognition | None = None

    # States

    @Slot(object)
    def show_calibration(self, view: CalibrationView) -> None:
        """Show the newest calibration, or why there is none."""
        self._hand_on("show_calibration", view)

    @Slot(object)
    def show_offer(self, offer: Offer | None) -> None:
        """Offer a threshold that was measured again, or none."""
        self._hand_on("show_offer", offer)

    @Slot(object)
    def show_report(self, state: JobState) -> None:
        """Follow the report that is being written."""
        if self._body is not None:
            self._body.show_report(state)

    @Slot(object)
    def show_job(self, state: JobState) -> None:
        """Follow the measuring."""
        if self._body is not None:
            self._body.show_job(state)

    @Slot(object)
    def show_strangers_job(self, state: JobState) -> None:
        """Follow an import of strangers."""
        if self._body is not None:
            self._body.show_strangers_job(state)

    @Slot(int)
    def show_recorded(self, count: int) -> None:
        """Say how many strangers were recorded at the camera."""
        if self._body is not None:
            self._body.show_recorded(count)

    def unsaved(self) -> str:
        """Say what would be lost; empty when nothing would."""
        return "" if self._body is None else self._body.unsaved()

    # Recording strangers

    def pull(self) -> None:
        """While strangers are recorded, ask for one shot of every new face that is good enough to be kept."""
        recognition = self._feed.recognition() if self._records else None
        if recognition is None or recognition is self._looked_at:
            return
        self._looked_at = recognition
        for sighting in recognition.sightings:
            # Pictures have no tracks: each of them is looked at once, so each face in it is new.
            if sighting.quality.passed and sighting.track not in self._seen:
                if sighting.track:
                    self._seen.add(sighting.track)
                self.stranger_seen.emit(SeenFace(recognition.frame, sighting))

    @Slot(bool)
    def _on_recording(self, on: bool) -> None:
        if on == self._records:
            return
        self._records = on
        self._seen.clear()
        self._looked_at = self._feed.recognition() if on else None
        self.recording_toggled.emit(on)
        self.watch_requested.emit("identify" if on else "calibrate")

    # Inside

    def _make_body(self) -> CalibrateBody:
        from osfi_gui.views.calibrate_body import CalibrateBody

        body = CalibrateBody(self)
        body.recording_toggled.connect(self._on_recording)
        return body
