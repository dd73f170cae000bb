"""What is on the Fine-tune page: a run from its recipe to its outcome, and the versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from osfi_gui.core.desk import EngineState, GalleryState, Phase, TuneReadiness, TuneState
from osfi_gui.core.detail import ShotsLook
from osfi_gui.views.empty_page import EmptyPage
from osfi_gui.views.segments import Segments
from osfi_gui.views.tune_form import RecipeForm
from osfi_gui.views.tune_run import RunPanel
from osfi_gui.views.tune_versions import VersionsPanel

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from osfi_gui.core.desk import JobState
    from osfi_gui.core.tune import RecipeChoices, VersionListing


class TuneBody(QWidget):
    """Runs and versions; everything it changes, it asks for.

    Parameters
    ----------
    parent : QWidget, optional
    """

    tune_requested = Signal(object)
    tune_cancel_requested = Signal()
    promote_requested = Signal(object)
    roll_back_requested = Signal()
    note_requested = Signal(object)
    remove_version_requested = Signal(int)
    strangers_requested = Signal(object)
    strangers_cancel_requested = Signal()
    tune_view_requested = Signal()
    unlock_requested = Signal()
    enrol_page_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gallery, self._engine = GalleryState(), EngineState()
        self.switch = Segments((self.tr("Fine-tune"), self.tr("Versions")), self.tr("Show"))
        self.form, self.run, self.versions = RecipeForm(), RunPanel(), VersionsPanel()
        self.empty, self.nobody = EmptyPage(), EmptyPage()
        self.nobody.show_words(
            self.tr("Nobody is enrolled yet"),
            self.tr(
                "The encoder is tuned to the people of the gallery: enrol them first, with three shots or more each."
            ),
            self.tr("Enrol somebody"),
        )
        self._lay_out()
        self._connect()
        self.form.set_problem(self.tr("The gallery is being looked at."))
        self._refresh()

    # States

    @Slot(object)
    def show_choices(self, choices: RecipeChoices) -> None:
        """Offer what may be chosen in a recipe."""
        self.form.show_choices(choices)

    @Slot(object)
    def show_readiness(self, readiness: TuneReadiness) -> None:
        """Show what there is to train on, and why no run can start."""
        self.run.readiness.show_readiness(readiness)
        self.form.set_problem(readiness.problem)

    @Slot(object)
    def show_look(self, look: ShotsLook) -> None:
        """Show which recipe suits the shots, and why."""
        if self._gallery.phase is Phase.READY:  # or it is an answer from before it was locked
            self.form.show_look(look)

    @Slot(object)
    def show_run(self, state: TuneState) -> None:
        """Follow a run."""
        ran = self.run.runs
        self.run.show_run(state)
        if ran != self.run.runs or not ran:
            self.form.set_running(self.run.runs)
            self._refresh()
        if ran and not self.run.runs:
            self._ask_view()

    @Slot(object)
    def show_versions(self, listing: VersionListing) -> None:
        """Show the versions and which one is in use."""
        if self._gallery.phase is not Phase.READY:
            return  # an answer from before it was locked
        self.versions.show_versions(listing)
        self.run.show_versions(listing)
        count = len(listing.versions)
        self.switch.button(1).setText(
            self.tr("Versions ({count})").format(count=count) if count else self.tr("Versions")
        )

    @Slot(object)
    def show_job(self, state: JobState) -> None:
        """Follow the import of strangers that was asked for here."""
        self.run.readiness.show_job(state)

    @Slot(object)
    def show_engine(self, state: EngineState) -> None:
        """Know whether there is an encoder."""
        ready, self._engine = self._engine.phase is Phase.READY, state
        self._refresh()
        if state.phase is Phase.READY and not ready:
            self._ask_view()

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Follow the gallery; a locked one leaves nothing behind on the screen, but for the recipe."""
        if state == self._gallery:
            return
        opened = self._gallery.phase is not Phase.READY and state.phase is Phase.READY
        self._gallery = state
        if opened:
            self.form.show_look(None)
        if state.phase is not Phase.READY:
            self.versions.show_versions(None)
            self.run.show_versions(None)
            self.run.forget()
            self.form.show_look(ShotsLook(why_not=self.tr("No gallery is open.")))
            self.form.set_problem(self.tr("The gallery is being looked at."))
        self._refresh()
        self._ask_view()

    def unsaved(self) -> str:
        """Say what would be lost; empty when nothing would."""
        if self.run.runs:
            return self.tr("A fine-tuning run goes on; leaving ends it, and nothing is changed.")
        return ""

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for what may have changed while another page was in front."""
        super().showEvent(event)
        self._ask_view()

    # Inside

    def _ask_view(self) -> None:
        if self.isVisible() and self._gallery.phase is Phase.READY:
            self.tune_view_requested.emit()

    @Slot(int)
    def _on_switch(self, index: int) -> None:
        self._ways.setCurrentIndex(index)

    def _refresh(self) -> None:
        """Show the page, or what has to be done before it is of use."""
        words = self._missing()
        if words is not None:
            self.empty.show_words(*words)
        self._whole.setCurrentIndex(0 if words is not None else 1)
        empty = self._gallery.people == 0 and not self.run.runs
        self._runs.setCurrentIndex(0 if empty else 1)

    def _missing(self) -> tuple[str, str, str] | None:
        if self._gallery.phase is Phase.WAITING:
            return self.tr("The gallery is being opened"), self.tr("This takes a moment."), ""
        if self._gallery.phase is not Phase.READY:
            return (
                self.tr("No gallery is open"),
                self.tr("Unlock it: the encoder is tuned to the people in it."),
                self.tr("Unlock…"),
            )
        if self._engine.phase is Phase.FAILED:
            return self._engine.what or self.tr("Recognition does not work"), self._engine.remedy, ""
        if self._engine.phase is not Phase.READY:
            return self.tr("Loading the face models…"), self.tr("There is nothing to tune before they are there."), ""
        return None

    def _connect(self) -> None:
        self.switch.chosen.connect(self._on_switch)
        self.run.decision_pending.connect(self.form.set_main_is_elsewhere)
        self.form.tune_requested.connect(self.tune_requested)
        self.run.progress.cancel_requested.connect(self.tune_cancel_requested)
        self.run.promote_requested.connect(self.promote_requested)
        self.run.readiness.strangers_requested.connect(self.strangers_requested)
        self.run.readiness.strangers_cancel_requested.connect(self.strangers_cancel_requested)
        self.versions.promote_requested.connect(self.promote_requested)
        self.versions.roll_back_requested.connect(self.roll_back_requested)
        self.versions.note_requested.connect(self.note_requested)
        self.versions.remove_version_requested.connect(self.remove_version_requested)
        self.empty.action_requested.connect(self.unlock_requested)
        self.nobody.action_requested.connect(self.enrol_page_requested)

    def _lay_out(self) -> None:
        runs = QWidget()
        columns = QHBoxLayout(runs)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(14)
        self.form.setFixedWidth(round(21 * self.fontMetrics().height()))
        columns.addWidget(self.form)
        columns.addWidget(self.run, 1)
        self._runs = QStackedWidget()
        self._runs.addWidget(self.nobody)
        self._runs.addWidget(runs)
        self._ways = QStackedWidget()
        self._ways.addWidget(self._runs)
        self._ways.addWidget(self.versions)
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(10)
        inside.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addWidget(self._ways, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self.empty)
        self._whole.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._whole)
