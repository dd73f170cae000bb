"""The Fine-tune page: teach the encoder the people of this gallery, see whether it helped, choose what is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Signal, Slot

from osfi_gui.views.late_page import LatePage

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from osfi_gui.core.desk import JobState, TuneReadiness, TuneState
    from osfi_gui.core.detail import ShotsLook
    from osfi_gui.core.tune import RecipeChoices, VersionListing
    from osfi_gui.views.tune_body import TuneBody


class TunePage(LatePage["TuneBody"]):
    """Runs and versions; everything it changes, it asks for.

    A request for a run is answered by ``show_run``, or by a fresh ``show_readiness`` where it was
    refused.

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

    FORWARDED = (
        "tune_requested",
        "tune_cancel_requested",
        "promote_requested",
        "roll_back_requested",
        "note_requested",
        "remove_version_requested",
        "strangers_requested",
        "strangers_cancel_requested",
        "tune_view_requested",
        "unlock_requested",
        "enrol_page_requested",
    )
    OTHERS = ("show_choices",)
    OF_THE_GALLERY = ("show_readiness", "show_look", "show_versions", "show_run")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("TunePage", "Fine-tune"), (16, 12, 16, 14), parent)

    @Slot(object)
    def show_choices(self, choices: RecipeChoices) -> None:
        """Offer what may be chosen in a recipe."""
        self._hand_on("show_choices", choices)

    @Slot(object)
    def show_readiness(self, readiness: TuneReadiness) -> None:
        """Show what there is to train on, and why no run can start."""
        self._hand_on("show_readiness", readiness)

    @Slot(object)
    def show_look(self, look: ShotsLook) -> None:
        """Show which recipe suits the shots, and why."""
        self._hand_on("show_look", look)

    @Slot(object)
    def show_versions(self, listing: VersionListing) -> None:
        """Show the versions and which one is in use."""
        self._hand_on("show_versions", listing)

    @Slot(object)
    def show_run(self, state: TuneState) -> None:
        """Follow a run."""
        self._hand_on("show_run", state)

    @Slot(object)
    def show_job(self, state: JobState) -> None:
        """Follow the import of strangers that was asked for here."""
        if self._body is not None:
            self._body.show_job(state)

    def unsaved(self) -> str:
        """Say what would be lost; empty when nothing would."""
        return "" if self._body is None else self._body.unsaved()

    def _make_body(self) -> TuneBody:
        from osfi_gui.views.tune_body import TuneBody

        return TuneBody(self)
