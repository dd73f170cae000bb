"""The page that identifies: the live picture, the chosen face beside it, the last decisions below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from osfi_gui.core.desk import EngineState, FacePicture, GalleryState, Phase, SeenFace, SourceState
from osfi_gui.views.calibrate_offer import OfferRow
from osfi_gui.views.decisions import DecisionStrip, NewDecisions
from osfi_gui.views.face_panel import FacePanel
from osfi_gui.views.live_picture import LivePicture
from osfi_gui.views.misidentified import MisidentifiedDialog
from osfi_gui.views.performance import PerformanceOverlay
from osfi_gui.views.portrait_cache import PortraitCache
from osfi_gui.views.recording import RecordBar
from osfi_gui.views.situation import Action, Situation, situation

if TYPE_CHECKING:
    from osfi_gui.core.desk import Feed
    from osfi_gui.core.remeasure import Offer
    from osfi_gui.core.values import Frame, Recognition, Sighting

STALE_S = 1.5
"""Boxes of a video older than this are not shown: the people are elsewhere by now."""
MUCH_LARGER = 1.3
"""The chosen face is left for a larger one only when that one is larger by so much; two alike do not take turns."""


@dataclass(frozen=True)
class Chosen:
    """The face that the operator chose: its track, or in a picture its place there."""

    track: int
    frame_index: int
    place: int


class IdentifyPage(QWidget):
    """Pulls the newest frame and recognition from a feed and shows both.

    Parameters
    ----------
    feed : Feed
    parent : QWidget, optional
    """

    retry_requested = Signal()
    portrait_requested = Signal(int)
    not_this_person_requested = Signal(object)
    enrol_this_requested = Signal(object)
    enrol_page_requested = Signal()
    source_choice_requested = Signal()
    unlock_requested = Signal()
    offer_used = Signal()
    offer_looked_at = Signal()
    offer_left = Signal()
    decided = Signal(object)

    def __init__(self, feed: Feed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self._source, self._engine, self._gallery = SourceState(), EngineState(), GalleryState()
        self._situation = Situation()
        self._frame: Frame | None = None
        self._recognition: Recognition | None = None
        self._shown: Recognition | None = None
        self._chosen: Chosen | None = None
        self._followed = 0
        self._frozen = False
        self._new = NewDecisions()
        self._portraits = PortraitCache()
        self._dialog: MisidentifiedDialog | None = None
        self.picture, self.panel, self.strip = LivePicture(), FacePanel(), DecisionStrip()
        self.record = RecordBar()
        self.performance = PerformanceOverlay(self.picture)
        self.offer = OfferRow()
        self._lay_out()
        QShortcut(QKeySequence("F12"), self).activated.connect(self._on_performance)
        self.picture.face_clicked.connect(self._on_face_clicked)
        self.picture.action_requested.connect(self._on_action)
        self.panel.not_this_person_clicked.connect(self._on_not_this_person)
        self.panel.enrol_this_clicked.connect(self._on_enrol_this)
        self.panel.freeze_toggled.connect(self._on_freeze)
        self.offer.used.connect(self.offer_used)
        self.offer.looked_at.connect(self.offer_looked_at)
        self.offer.left.connect(self.offer_left)
        self._show(None, None)
        self._show_situation()

    def _lay_out(self) -> None:
        width = max(384, round(24.5 * self.fontMetrics().height()))
        self.panel.setFixedWidth(width)
        self.record.setFixedWidth(width)
        beside = QVBoxLayout()
        beside.setSpacing(10)
        beside.addWidget(self.panel, 1)
        beside.addWidget(self.record)
        above = QHBoxLayout()
        above.setSpacing(14)
        above.addWidget(self.picture, 1)
        above.addLayout(beside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(12)
        layout.addWidget(self.offer)
        layout.addLayout(above, 1)
        layout.addWidget(self.strip)

    # What comes in

    def pull(self) -> None:
        """Take over the newest frame and recognition; the same ones again cost nothing."""
        frame, recognition = self._feed.frame(), self._feed.recognition()
        if not self.performance.isHidden():
            self.performance.note(self._feed.flow(), recognition, painted=self.picture.paintings)
        if frame is self._frame and recognition is self._recognition:
            return
        fresh = recognition is not self._recognition
        self._frame, self._recognition = frame, recognition
        if fresh and recognition is not None:
            self._note_decisions(recognition)
        if not self._frozen:
            self._show(frame, recognition)

    @Slot(object)
    def show_source(self, state: SourceState) -> None:
        """Show what became of the source; another one begins with an empty picture."""
        if state.phase is Phase.WAITING or state.address != self._source.address:
            self._new.forget()
            self._chosen = None
            self.panel.freeze.setChecked(False)
        self._source = state
        self._show(self._frame, self._recognition)
        self._show_situation()

    @Slot(object)
    def show_engine(self, state: EngineState) -> None:
        """Show whether recognition runs."""
        self._engine = state
        self.record.show_engine(state)
        self._show_situation()

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Show whether there is anybody to recognise; faces are forgotten when the gallery is locked."""
        self._gallery = state
        self.record.show_gallery(state)
        if state.phase is Phase.READY:
            self._portraits.begin(state.revision)
        elif state.phase is Phase.NONE:
            self._portraits.clear()
            self.strip.clear()
            self.panel.freeze.setChecked(False)
        self._show_best()
        self._show_situation()

    @Slot(object)
    def show_portrait(self, answer: FacePicture) -> None:
        """Show an identity by its first shot; answers about another revision are dropped."""
        if self._portraits.put(answer):
            self._show_best()

    @Slot(object)
    def show_offer(self, offer: Offer | None) -> None:
        """Offer a threshold that was measured again, or none."""
        self.offer.show_offer(offer)

    @Slot(int)
    def forget_person(self, identity_id: int) -> None:
        """Show nothing any more of somebody who is erased."""
        self.strip.forget(identity_id)

    # What is shown

    @property
    def _plays(self) -> bool:
        return self._source.phase in {Phase.READY, Phase.ENDED}

    def _show(self, frame: Frame | None, recognition: Recognition | None) -> None:
        if self._frozen:
            return
        if not self._plays:
            frame = recognition = None
        self._shown = recognition
        self.panel.freeze.setEnabled(frame is not None)
        self.picture.show_frame(frame)
        current = recognition is not None and frame is not None and self._belongs(recognition.frame, frame)
        self.picture.show_sightings(recognition.sightings if recognition is not None and current else ())
        self._show_face()

    def _belongs(self, seen: Frame, shown: Frame) -> bool:
        """Say whether boxes found in one frame may be drawn over another."""
        if seen is shown:
            return True
        if seen.pixels.shape != shown.pixels.shape:
            return False
        info = self._source.info
        if info is not None and not info.video:
            return seen.index == shown.index
        return abs(shown.time_s - seen.time_s) <= STALE_S

    def _show_face(self) -> None:
        sightings = self._shown.sightings if self._shown is not None else ()
        at = self._followed_index(sightings)
        self._followed = 0 if at < 0 else sightings[at].track
        self.picture.show_selected(at)
        self.panel.show_sighting(None if at < 0 else sightings[at])
        self._show_best()

    def _followed_index(self, sightings: tuple[Sighting, ...]) -> int:
        """Find the chosen face again: by its track, in a picture by its place; else the largest."""
        if not sightings or self._shown is None:
            return -1
        tracks, chosen = [s.track for s in sightings], self._chosen
        if chosen is not None and chosen.track and chosen.track in tracks:
            return tracks.index(chosen.track)
        if chosen is not None and not chosen.track and chosen.frame_index == self._shown.frame.index:
            return min(chosen.place, len(sightings) - 1)
        if self._followed and self._followed in tracks:
            same = tracks.index(self._followed)
            if _area(sightings[0]) < MUCH_LARGER * _area(sightings[same]):
                return same
        return 0

    def _show_best(self) -> None:
        sighting = self.panel.sighting
        match = None if sighting is None else sighting.decision.match
        if match is None or not match.neighbours:
            self.panel.show_best(None)
            return
        best = match.neighbours[0].identity_id
        self.panel.show_best(self._portraits.get(best))
        if self._gallery.phase is Phase.READY:
            for identity_id in self._portraits.missing([best]):
                self.portrait_requested.emit(identity_id)

    def _note_decisions(self, recognition: Recognition) -> None:
        for sighting in self._new.of(recognition):
            self.strip.add(sighting)
            self.decided.emit(sighting)

    def _show_situation(self) -> None:
        self._situation = situation(self._source, self._engine, self._gallery)
        self.picture.set_message(self._situation.title, self._situation.text, self._situation.button)
        if self._engine.phase is Phase.READY and self._source.phase is Phase.READY:
            locked = self._gallery.phase is not Phase.READY
            text = (
                self.tr("Faces are looked at once a gallery is open.")
                if locked
                else self.tr("Nobody is in the picture.")
            )
        else:
            text = self.tr("Whoever is recognised is shown here.")
        self.panel.say_nothing(text)

    # What the operator does

    @Slot(int)
    def _on_face_clicked(self, index: int) -> None:
        if self._shown is not None and index < len(self._shown.sightings):
            self._chosen = Chosen(self._shown.sightings[index].track, self._shown.frame.index, index)
            self._show_face()

    @Slot(bool)
    def _on_freeze(self, frozen: bool) -> None:
        if frozen and self._shown is not None:
            # Boxes and picture of the same moment, for a still picture shows every pixel they are apart.
            self.picture.show_frame(self._shown.frame)
            self.picture.show_sightings(self._shown.sightings)
        self._frozen = frozen
        self.picture.set_tag(self.tr("Frozen") if frozen else "")
        self.panel.freeze.setText(self.tr("Go on") if frozen else self.tr("Freeze"))
        self.panel.freeze.setShortcut("F")
        if not frozen:
            self._show(self._frame, self._recognition)

    @Slot()
    def _on_performance(self) -> None:
        self.performance.setVisible(self.performance.isHidden())

    @Slot()
    def _on_action(self) -> None:
        asked = {
            Action.CHOOSE_SOURCE: self.source_choice_requested,
            Action.RETRY: self.retry_requested,
            Action.UNLOCK: self.unlock_requested,
            Action.ENROL: self.enrol_page_requested,
        }.get(self._situation.action)
        if asked is not None:
            asked.emit()

    def _seen(self) -> SeenFace | None:
        if self._shown is None or self.panel.sighting is None:
            return None
        return SeenFace(self._shown.frame, self.panel.sighting)

    @Slot()
    def _on_enrol_this(self) -> None:
        seen = self._seen()
        if seen is not None:
            self.enrol_this_requested.emit(seen)

    @Slot()
    def _on_not_this_person(self) -> None:
        seen = self._seen()
        if seen is None:
            return
        self._dialog = MisidentifiedDialog(seen, self)
        self._dialog.stranger_told.connect(self.not_this_person_requested)
        self._dialog.enrol_page_requested.connect(self.enrol_page_requested)
        self._dialog.finished.connect(self._dialog.deleteLater)
        self._dialog.open()

    @property
    def question(self) -> MisidentifiedDialog | None:
        """The question of "Not this person" that was asked last."""
        return self._dialog


def _area(sighting: Sighting) -> float:
    return sighting.face.box[2] * sighting.face.box[3]
