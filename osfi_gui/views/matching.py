"""How prototypes are kept in memory: in full precision, or in half of it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLabel, QVBoxLayout, QWidget

from osfi_gui.core.desk import GalleryState, Phase
from osfi_gui.views.theme import set_role


class MatchingSection(QWidget):
    """One choice, what it costs, and what the open gallery works with.

    Parameters
    ----------
    parent : QWidget, optional
    """

    half_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Matching"))
        set_role(title, "heading")
        self.half = QCheckBox(self.tr("Keep prototypes in half precision"))
        self.cost, self.now = QLabel(), QLabel()
        self.cost.setText(
            self.tr(
                "They take half of the memory and a match two to four times as long; cosines change from the fourth "
                "decimal on. Calibrating stays in full precision."
            )
        )
        self.half.setAccessibleDescription(self.cost.text())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(title)
        layout.addWidget(self.half, 0, Qt.AlignmentFlag.AlignLeft)
        for label in (self.cost, self.now):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            set_role(label, "muted")
            layout.addWidget(label)
        self.half.toggled.connect(self.half_requested)
        self.show_gallery(GalleryState())

    def set_half(self, half: bool) -> None:
        """Begin with what was chosen last time; asks for nothing."""
        with QSignalBlocker(self.half):
            self.half.setChecked(half)

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Say how the open gallery's prototypes are kept."""
        self.now.setVisible(state.phase is Phase.READY and bool(state.encoder))
        self.now.setText(
            self.tr("The open gallery's prototypes are kept in half precision.")
            if state.half
            else self.tr("The open gallery's prototypes are kept in full precision.")
        )
