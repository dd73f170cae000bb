"""The button that records, and what the recording has come to."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from osfi_gui.core.desk import EngineState, GalleryState, Phase
from osfi_gui.core.recording import RecordingState, clock_text
from osfi_gui.views.theme import set_role


class RecordBar(QFrame):
    """Record, and Stop while it records: in red, with the time that runs, the frames and the size.

    Parameters
    ----------
    parent : QWidget, optional
    """

    record_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setAccessibleName(self.tr("Recording"))
        self._state, self._gallery, self._engine = RecordingState(), GalleryState(), EngineState()
        self.button, self.clock = QPushButton(), QLabel()
        self.button.setAutoDefault(False)
        # As wide as there is room, and as high as its words then need: it asks for no wider page.
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.clock.setWordWrap(True)
        self.clock.setSizePolicy(policy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(12)
        layout.addWidget(self.button)
        layout.addWidget(self.clock, 1)
        self.button.clicked.connect(self._on_clicked)
        self._show()

    @property
    def running(self) -> bool:
        """Whether faces are being recorded now."""
        return self._state.phase is Phase.READY

    @Slot(object)
    def show_recording(self, state: RecordingState) -> None:
        """Show what becomes of the recording."""
        self._state = state
        self._show()

    def show_gallery(self, state: GalleryState) -> None:
        """Know whether a gallery is open: without its key nothing is recorded."""
        self._gallery = state
        self._show()

    def show_engine(self, state: EngineState) -> None:
        """Know whether faces are recognised: nothing else is recorded."""
        self._engine = state
        self._show()

    def _show(self) -> None:
        why = self._why_not()
        running = self.running
        text = self.tr("■  Stop recording") if running else self.tr("●  Record")
        if text != self.button.text():  # not at each step of the clock: a new text takes the shortcut away
            self.button.setText(text)
            self.button.setShortcut(QKeySequence("Ctrl+R"))
        self.button.setAccessibleName(self.tr("Stop recording") if running else self.tr("Record"))
        self.button.setEnabled(running or not why)
        self.button.setToolTip(
            self.tr("Write what was recognised by now, and close the file (Ctrl+R)")
            if running
            else why or self.tr("Record pictures and decisions, encrypted with the gallery's key (Ctrl+R)")
        )
        set_role(self.button, "recording" if running else "")
        set_role(self.clock, "recording" if running else "small")
        self.clock.setText(self._text(why))
        self.clock.setToolTip(self._state.name)
        self.clock.setAccessibleName(self.clock.text())

    def _why_not(self) -> str:
        if self._state.phase is Phase.WAITING:
            return self.tr("One moment…")
        if self._gallery.phase is not Phase.READY:
            return self.tr("Nothing is recorded while the gallery is locked.")
        if self._engine.phase is not Phase.READY:
            return self.tr("Recording begins with recognition.")
        return ""

    def _text(self, why: str) -> str:
        state = self._state
        if not self.running:
            return why or self.tr("Faces and decisions, encrypted")
        frames = self.tr("%n frames", None, state.frames)
        parts = [clock_text(state.seconds), frames, f"{state.size_bytes / 1e6:.1f} MB"]
        if state.missing:
            parts.append(self.tr("{count} missing").format(count=state.missing))
        return "  ·  ".join(parts)

    @Slot()
    def _on_clicked(self) -> None:
        if self.running:
            self.stop_requested.emit()
        else:
            self.record_requested.emit()
