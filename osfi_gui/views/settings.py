"""The Settings page: the encoders, matching, and the recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from osfi_gui.views.encoders import EncodersSection
from osfi_gui.views.matching import MatchingSection
from osfi_gui.views.recordings import RecordingsSection
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.desk import GalleryState, TuneState


class SettingsPage(QWidget):
    """A title and one section after the other.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Settings"))
        self.encoders, self.matching, self.recordings = EncodersSection(), MatchingSection(), RecordingsSection()
        title = QLabel(self.tr("Settings"))
        set_role(title, "title")
        inside = QWidget()
        inside.setProperty("role", "page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(self.encoders)
        column.addWidget(self.matching)
        column.addWidget(self.recordings)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(self.tr("Settings"))
        area.setWidget(inside)
        # Everything on it that can be operated is scrolled to when the keyboard comes to it.
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 14)
        layout.addWidget(area)

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Know with which encoder and version the gallery works, and how its prototypes are kept."""
        self.encoders.show_gallery(state)
        self.matching.show_gallery(state)

    @Slot(object)
    def show_run(self, state: TuneState) -> None:
        """Know whether a fine-tuning run goes on."""
        self.encoders.show_run(state)
