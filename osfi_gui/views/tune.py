"""The Fine-tune page: teach the encoder the people of this gallery, see whether it helped, choose what is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from osfi_gui.core.desk import GalleryState, Phase

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from osfi_gui.core.desk import EngineState, JobState, TuneReadiness, TuneState
    from osfi_gui.core.tune import RecipeChoices, VersionListing
    from osfi_gui.views.tune_body import TuneBody

_OF_THE_GALLERY = ("show_readiness", "show_versions", "show_run")


class TunePage(QWidget):
    """Runs and versions; everything it changes, it asks for.

    What is on it is made when it is first looked at, so that the window is there sooner; until then the newest state
    of each kind is kept. A request for a run is answered by ``show_run``, or by a fresh ``show_readiness`` where it was
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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Fine-tune"))
        self._body: TuneBody | None = None
        self._kept: dict[str, object] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)

    @property
    def body(self) -> TuneBody:
        """What is on the page; made at the first time."""
        if self._body is None:
            self._body = self._made()
        return self._body

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Follow the gallery; a locked one leaves nothing behind."""
        if state.phase is not Phase.READY:
            for name in _OF_THE_GALLERY:
                self._kept.pop(name, None)
        self._hand_on("show_gallery", state)

    @Slot(object)
    def show_engine(self, state: EngineState) -> None:
        """Know whether there is an encoder."""
        self._hand_on("show_engine", state)

    @Slot(object)
    def show_choices(self, choices: RecipeChoices) -> None:
        """Offer what may be chosen in a recipe."""
        self._hand_on("show_choices", choices)

    @Slot(object)
    def show_readiness(self, readiness: TuneReadiness) -> None:
        """Show what there is to train on, and why no run can start."""
        self._hand_on("show_readiness", readiness)

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

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Make what is on the page at the first time."""
        super().showEvent(event)
        # Shown at once, as children that are there already are, and not at the next turn of the loop.
        self.body.show()

    def _hand_on(self, name: str, state: object) -> None:
        if self._body is None:
            self._kept[name] = state
        else:
            getattr(self._body, name)(state)

    def _made(self) -> TuneBody:
        from osfi_gui.views.tune_body import TuneBody

        body = TuneBody(self)
        for name in (
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
        ):
            getattr(body, name).connect(getattr(self, name))
        # The gallery comes first: what belongs to it is only shown while it is open.
        for name in ("show_gallery", "show_engine", "show_choices", *_OF_THE_GALLERY):
            if name in self._kept:
                getattr(body, name)(self._kept.pop(name))
        layout = self.layout()
        assert layout is not None
        layout.addWidget(body)
        return body
