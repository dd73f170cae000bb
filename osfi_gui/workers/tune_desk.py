"""What the desk does for fine-tuning: copies the gallery for a run, keeps its result, and swaps versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from osfi_gui.core.desk import GalleryState, JobState, Notice, Phase, Tone, TuneState
from osfi_gui.core.detail import CameraDetail, ShotsLook
from osfi_gui.core.enrolment import FileReport
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Finished
from osfi_gui.workers.desk import told
from osfi_gui.workers.job import Job
from osfi_gui.workers.tuning import Others, TuneJob

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.desk import ImportStrangers, NoteVersion, Promote, StartTuning
    from osfi_gui.core.events import Event, Token
    from osfi_gui.services.tune import Tuned
    from osfi_gui.workers.desk import Desk


class TuneDesk(QObject):
    """Serves the Fine-tune page; lives on the desk's thread, because the desk owns the gallery.

    Parameters
    ----------
    desk : Desk
    """

    choices_read = Signal(object)
    readiness_read = Signal(object)
    shots_seen = Signal(object)
    versions_listed = Signal(object)
    prepared = Signal(object)
    state_changed = Signal(object)
    job_changed = Signal(object)
    noticed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._look: Job | None = None
        self._found: CameraDetail | None = None
        self._revision = -1
        self._seen: tuple[int, ShotsLook] | None = None
        desk.gallery_changed.connect(self._on_gallery)
        desk.ended.connect(self._forget_shots)

    @Slot()
    @told
    def show(self) -> None:
        """Read what the page shows: what may be chosen, whether a run can start, and the versions."""
        if not self._desk.ready:
            return  # the page is asked again when the gallery or the engine is there
        from osfi_gui.services.tune import readiness, tune_choices

        self.choices_read.emit(tune_choices())
        self.readiness_read.emit(readiness(self._desk.opened()))
        self._list()
        self._look_at_shots()

    # Which recipe suits the shots

    def _look_at_shots(self) -> None:
        """Say what the shots of this revision show; where it is not known yet, look at a few of them at a time."""
        from osfi_gui.services.camera_detail import look_at_shots

        store = self._desk.opened()
        revision = store.revision
        if self._seen is not None and self._seen[0] == revision:
            self.shots_seen.emit(self._seen[1])
            return
        if self._look is not None:
            if self._revision == revision:
                return
            self._look.stop("The gallery has changed.")
        self._revision, self._found = revision, None

        def steps(token: Token) -> Iterator[Event]:
            for event in look_at_shots(store, token=token):
                if isinstance(event, Finished) and isinstance(event.result, CameraDetail):
                    self._found = event.result
                yield event

        self._look = Job(steps, self)
        self._look.ended.connect(self._on_looked)

    @Slot(object)
    def _on_looked(self, state: JobState) -> None:
        self._look = None
        if state.phase is Phase.READY:
            look = ShotsLook(self._found, "" if self._found else "Nobody is enrolled yet.")
            self._seen = (self._revision, look)
            self.shots_seen.emit(look)
        elif state.phase is Phase.FAILED:
            # Not kept: it is tried again when the page is looked at again.
            self.shots_seen.emit(ShotsLook(why_not=f"The shots could not be looked at. {state.what}"))

    @Slot(object)
    def _on_gallery(self, state: GalleryState) -> None:
        if state.phase is not Phase.READY:
            self._forget_shots()

    @Slot()
    def _forget_shots(self) -> None:
        """Another gallery may have the same revision."""
        self._seen = self._found = None
        if self._look is not None:
            self._look.stop("The gallery was closed.")

    # Runs and versions

    @Slot(object)
    def tune(self, wanted: StartTuning) -> None:
        """Copy what a run needs and hand it to the thread that tunes."""
        from osfi_gui.services.background import kept_in
        from osfi_gui.services.tune import gather

        recipe, others = wanted.recipe, None
        try:
            store, engine = self._desk.opened(), self._desk.engine()
            data = gather(store, engine.encoder, seed=recipe.seed)
            if wanted.background:
                others = Others(Path(wanted.background), kept_in(store), engine.new_detector)
        except DeskError as error:
            self.state_changed.emit(TuneState(Phase.FAILED, recipe=recipe, what=error.what, remedy=error.remedy))
            return
        self.prepared.emit(TuneJob(data, engine.encoder, recipe, others))

    @Slot(object)
    def keep(self, result: tuple[Tuned, TuneState]) -> None:
        """Keep the result of a run in the gallery; it is not in use yet."""
        tuned, state = result
        try:
            version = self._desk.opened().add_version(tuned.version, tuned.delta)
        except DeskError as error:
            failed = replace(state, phase=Phase.FAILED, what=f"The result could not be kept. {error.what}")
            self.state_changed.emit(replace(failed, remedy=error.remedy))
            return
        self.state_changed.emit(replace(state, phase=Phase.READY, title="", version=version))
        self._list()

    @Slot(object)
    @told
    def promote(self, wanted: Promote) -> None:
        """Put a version into use."""
        from osfi_gui.services.versions import promote

        store, engine = self._desk.opened(), self._desk.engine()

        def steps(token: Token) -> Iterator[Event]:
            yield from promote(store, engine.encoder, wanted.version_id, token=token, anyway=wanted.anyway)

        self._desk.run(steps, done=self._promoted)

    def _promoted(self, state: JobState) -> None:
        if state.phase is Phase.READY:
            self.noticed.emit(Notice(f"{self._desk.encoder_title} is in use now.", tone=Tone.GOOD))
        self._list()

    @Slot()
    @told
    def roll_back(self) -> None:
        """Go back to the version that was in use before."""
        store, engine = self._desk.opened(), self._desk.engine()
        store.roll_back(engine.encoder.base)
        self._desk.look_again()
        self._list()
        self.noticed.emit(Notice(f"Rolled back: {self._desk.encoder_title} is in use now.", tone=Tone.GOOD))

    @Slot(object)
    @told
    def note(self, wanted: NoteVersion) -> None:
        """Keep the operator's note with a version."""
        self._desk.opened().note_version(wanted.version_id, wanted.note)
        self._list()

    @Slot(int)
    @told
    def remove(self, version_id: int) -> None:
        """Delete a version."""
        try:
            self._desk.opened().remove_version(version_id)
        finally:
            self._list()

    @Slot(object)
    @told
    def import_strangers(self, wanted: ImportStrangers) -> None:
        """Keep the faces of a folder as strangers."""
        from osfi_gui.services.strangers import import_strangers

        store, encoder, detector = self._desk.opened(), *self._desk.tools()
        refused: list[str] = []
        kept: list[int] = []

        def steps(token: Token) -> Iterator[Event]:
            for event in import_strangers(
                Path(wanted.root), store=store, detector=detector, encoder=encoder, token=token
            ):
                if isinstance(event, FileReport) and event.status == "refused":
                    refused.append(event.reason)
                if isinstance(event, Finished) and isinstance(event.result, int):
                    kept.append(event.result)
                yield event

        try:
            job = self._desk.run(steps, done=lambda _: self._strangers_kept(sum(kept), refused))
        except DeskError as error:
            # Or the page that asked would go on saying that the pictures are being looked at.
            self.job_changed.emit(JobState(Phase.FAILED, what=error.what, remedy=error.remedy))
            return
        job.changed.connect(self.job_changed)

    def _strangers_kept(self, kept: int, refused: list[str]) -> None:
        what = f"{kept} faces are kept as strangers, {len(refused)} pictures were refused."
        common = max(set(refused), key=refused.count) if refused else ""
        remedy = f"Most often: {common}" if common else "They calibrate and compare, and never train."
        self.noticed.emit(Notice(what, remedy, Tone.GOOD if kept else Tone.BAD))
        self.show()

    def _list(self) -> None:
        from osfi_gui.services.versions import list_versions

        store, engine = self._desk.opened(), self._desk.engine()
        self.versions_listed.emit(list_versions(store, engine.encoder))
