"""The Enrol page: at the camera, pose by pose, or from pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from osfi_gui.core.desk import EngineState, Enrolled, FacePicture, GalleryState, JobState, Phase, SourceState
from osfi_gui.views.enrol_form import EnrolForm
from osfi_gui.views.enrol_guide import EnrolGuide
from osfi_gui.views.import_panel import ImportPanel
from osfi_gui.views.live_picture import LivePicture
from osfi_gui.views.portrait_cache import PortraitCache
from osfi_gui.views.pose_ring import PoseRing
from osfi_gui.views.segments import Segments
from osfi_gui.views.shot_strip import ShotStrip
from osfi_gui.views.situation import Action, Situation, situation

if TYPE_CHECKING:
    from osfi_gui.core.desk import Feed
    from osfi_gui.core.enrolment import Draft, TakenShot
    from osfi_gui.core.values import Frame

STALE_S = 1.5
"""A ring of a video older than this is not shown: the face is elsewhere by now."""
LATE_S = 10.0
"""On a slow computer what to do is known later than that; it is said, and shots are taken, up to this late."""


class EnrolPage(QWidget):
    """Pulls the newest frame and draft from a feed; shots, name and consent become an enrolment.

    Parameters
    ----------
    feed : Feed
    parent : QWidget, optional
    """

    shot_requested = Signal()
    shot_removed_requested = Signal(int)
    draft_cleared = Signal()
    auto_requested = Signal(bool)
    enrol_requested = Signal(object)
    import_folder_requested = Signal(object)
    import_files_requested = Signal(object)
    import_cancel_requested = Signal()
    import_undo_requested = Signal(object)
    portrait_requested = Signal(int)
    retry_requested = Signal()
    source_choice_requested = Signal()
    unlock_requested = Signal()

    def __init__(self, feed: Feed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._feed = feed
        self._source, self._engine, self._gallery = SourceState(), EngineState(), GalleryState()
        self._situation = Situation()
        self._frame: Frame | None = None
        self._draft: Draft | None = None
        self._done: tuple[TakenShot, ...] = ()
        self._portraits = PortraitCache()
        self._ring = PoseRing()
        self.switch = Segments((self.tr("At the camera"), self.tr("From pictures")), self.tr("Enrol"))
        self.picture, self.guide, self.strip, self.form = LivePicture(), EnrolGuide(), ShotStrip(), EnrolForm()
        self.imports = ImportPanel()
        self._ways = QStackedWidget()
        self._lay_out()
        self._connect()
        self._show_situation()

    def _connect(self) -> None:
        self.switch.chosen.connect(self._ways.setCurrentIndex)
        self.picture.action_requested.connect(self._on_action)
        self.guide.shot_requested.connect(self.shot_requested)
        self.guide.auto_requested.connect(self.auto_requested)
        self.strip.shot_removed_requested.connect(self.shot_removed_requested)
        self.form.cleared.connect(self._on_cleared)
        self.form.enrol_requested.connect(self.enrol_requested)
        self.imports.import_folder_requested.connect(self.import_folder_requested)
        self.imports.import_files_requested.connect(self.import_files_requested)
        self.imports.import_cancel_requested.connect(self.import_cancel_requested)
        self.imports.import_undo_requested.connect(self.import_undo_requested)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self.picture, 1)
        left.addWidget(self.guide)
        left.addWidget(self.strip)
        camera = QWidget()
        columns = QHBoxLayout(camera)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(14)
        columns.addLayout(left, 1)
        self.form.setFixedWidth(max(384, round(24.5 * self.fontMetrics().height())))
        columns.addWidget(self.form)
        self._ways.addWidget(camera)
        self._ways.addWidget(self.imports)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._ways, 1)

    # What comes in

    def pull(self) -> None:
        """Take over the newest frame and draft; the same ones again cost nothing."""
        frame, draft = self._feed.frame(), self._feed.draft()
        if frame is self._frame and draft is self._draft:
            return
        self._frame, self._draft = frame, draft
        self._show()

    @Slot(object)
    def show_source(self, state: SourceState) -> None:
        """Show what became of the source."""
        self._source = state
        self._show()
        self._show_situation()

    @Slot(object)
    def show_engine(self, state: EngineState) -> None:
        """Show whether faces can be looked at."""
        self._engine = state
        self._show()
        self._show_situation()

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Show whether there is a gallery to enrol into; a locked one leaves nothing of anybody on the screen."""
        was_open, self._gallery = self._gallery.phase is Phase.READY, state
        if state.phase is Phase.READY:
            self._portraits.begin(state.revision)
        elif was_open:
            self._portraits.clear()
            self.form.clear()
            self.imports.forget()
        self.form.set_open(state.phase is Phase.READY)
        self._show()
        self._show_situation()

    @Slot(object)
    def show_names(self, names: tuple[str, ...]) -> None:
        """Know who is enrolled."""
        self.form.set_names(names)

    @Slot(object)
    def show_portrait(self, answer: FacePicture) -> None:
        """Show the enrolled person that the draft looks like."""
        if self._portraits.put(answer):
            self._show_lookalike()

    @Slot(object)
    def show_job(self, state: JobState) -> None:
        """Follow an import."""
        self.imports.show_job(state)

    @Slot(object)
    def show_enrolled(self, enrolled: Enrolled) -> None:
        """Say that it worked, and begin with the next person."""
        self.form.show_enrolled(enrolled)
        self.picture.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def show_refused(self) -> None:
        """Keep everything: the enrolment was not stored."""
        self.form.show_refused()

    def set_operator(self, name: str) -> None:
        """Fill in who recorded the last consent."""
        self.form.consent.operator.setText(name)

    def unsaved(self) -> str:
        """Say what would be lost; empty when nothing would."""
        if self.imports.runs:
            return self.tr("An import is running; what it has not come to yet would not be enrolled.")
        if self.form.unsaved():
            return self.tr("A person on the Enrol page is not enrolled yet.")
        return ""

    # What is shown

    def _show(self) -> None:
        plays = self._source.phase in {Phase.READY, Phase.ENDED}
        frame = self._frame if plays else None
        draft = self._draft
        self.picture.show_frame(frame)
        seen = None if draft is None else draft.frame
        self._ring.draft = draft if self._belongs(seen, frame, STALE_S) else None
        self.picture.set_overlay(self._ring.paint)
        looks = frame is not None and self._engine.phase is Phase.READY and self._gallery.phase is Phase.READY
        self.guide.show_draft(draft if self._belongs(seen, frame, LATE_S) else None, looks=looks)
        shots = () if draft is None or draft.shots is self._done else draft.shots
        self.strip.show_shots(shots)
        self.form.show_draft(shots, draft.lookalike if draft is not None and shots else None)
        self._show_lookalike()

    def _belongs(self, seen: Frame | None, shown: Frame | None, apart_s: float) -> bool:
        """Say whether what was found in one frame may be told of another that is shown so much later."""
        if seen is None or shown is None or seen.pixels.shape != shown.pixels.shape:
            return False
        return seen is shown or abs(shown.time_s - seen.time_s) <= apart_s

    def _show_lookalike(self) -> None:
        lookalike = None if self._draft is None else self._draft.lookalike
        if lookalike is None:
            return
        self.form.show_picture(self._portraits.get(lookalike.identity_id))
        if self._gallery.phase is Phase.READY:
            for identity_id in self._portraits.missing([lookalike.identity_id]):
                self.portrait_requested.emit(identity_id)

    def _show_situation(self) -> None:
        self._situation = situation(self._source, self._engine, self._gallery, enrolling=True)
        self.picture.set_message(self._situation.title, self._situation.text, self._situation.button)
        if self._gallery.phase is not Phase.READY:
            why = self.tr("Open a gallery first.")
        elif self._engine.phase is not Phase.READY:
            why = self.tr("The face models are still being loaded.")
        else:
            why = ""
        self.imports.set_can_begin(not why, why)

    # What the operator does

    @Slot()
    def _on_cleared(self) -> None:
        # The threads hear of it later; until then the newest draft still has the shots.
        self._done = () if self._draft is None else self._draft.shots
        self.draft_cleared.emit()
        self._show()

    @Slot()
    def _on_action(self) -> None:
        asked = {
            Action.CHOOSE_SOURCE: self.source_choice_requested,
            Action.RETRY: self.retry_requested,
            Action.UNLOCK: self.unlock_requested,
        }.get(self._situation.action)
        if asked is not None:
            asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Take a shot on Space, unless what has the keyboard has another use for it."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self.guide.take.isEnabled():
            self.shot_requested.emit()
        else:
            super().keyPressEvent(event)
