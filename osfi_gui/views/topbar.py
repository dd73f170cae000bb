"""The bar above every page: the source, what recognition runs on, whether its threshold holds, the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from osfi_gui.core.desk import EngineState, GalleryState, Notice, Phase, SourceChoice, SourceState
from osfi_gui.core.recording import RecordingState, clock_text
from osfi_gui.views.icons import Drawn
from osfi_gui.views.source_picker import SourcePicker
from osfi_gui.views.theme import set_role, theme_name

if TYPE_CHECKING:
    from collections.abc import Callable


class BarButton(Drawn, QToolButton):
    """A drawing without a word; its tool tip and its accessible name say it."""

    def say(self, text: str, shortcut: str = "") -> None:
        """Say what the button does."""
        self.setToolTip(f"{text} ({shortcut})" if shortcut else text)
        self.setAccessibleName(text)


class TopBar(QFrame):
    """Always visible; asks for sources, themes and the lock, and shows what there is."""

    source_requested = Signal(str)
    cameras_requested = Signal()
    retry_requested = Signal()
    lock_requested = Signal()
    unlock_requested = Signal()
    calibration_clicked = Signal()
    theme_requested = Signal(str)
    noticed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self.picker = SourcePicker()
        self.retry = QPushButton(self.tr("Try again"))
        self.retry.setAccessibleName(self.tr("Try the source again"))
        self.source_note = QLabel()
        self.gallery_badge, self.encoder_badge, self.recording_badge = QLabel(), QLabel(), QLabel()
        self.device_badge, self.calibration_badge = QToolButton(), QToolButton()
        self.theme_button, self.lock_button = BarButton(), BarButton()
        set_role(self.source_note, "small")
        for badge in (self.gallery_badge, self.encoder_badge):
            set_role(badge, "badge")
        set_role(self.recording_badge, "reject")
        self.recording_badge.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.recording_badge.hide()
        self._device_note = ""
        self._gallery = GalleryState()
        self._engine = EngineState()
        self._lay_out()
        self._make_theme_menu()
        self._connect()
        self.show_source(SourceState())
        self.show_engine(EngineState())
        self.show_gallery(self._gallery)

    def _lay_out(self) -> None:
        self._layout = layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 9, 12, 9)
        layout.setSpacing(8)
        layout.addWidget(self.picker, 100)
        layout.addWidget(self.retry)
        layout.addWidget(self.source_note)
        layout.addWidget(self.recording_badge)
        layout.addStretch(1)
        for badge in (self.device_badge, self.encoder_badge, self.gallery_badge, self.calibration_badge):
            badge.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            layout.addWidget(badge)
        layout.addSpacing(4)
        layout.addWidget(self.theme_button)
        layout.addWidget(self.lock_button)

    def _make_theme_menu(self) -> None:
        menu = QMenu(self.theme_button)
        group = QActionGroup(menu)
        for text, name in (
            (self.tr("As the system"), ""),
            (self.tr("Light"), "light"),
            (self.tr("Dark"), "dark"),
        ):
            action = QAction(text, menu)
            action.setCheckable(True)
            action.setData(name)
            action.setChecked(name == theme_name())
            group.addAction(action)
            menu.addAction(action)
        group.triggered.connect(lambda action: self.theme_requested.emit(action.data()))
        self.theme_button.setMenu(menu)
        self.theme_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.theme_button.set_drawing("theme")
        self.theme_button.say(self.tr("Light or dark"))

    def _connect(self) -> None:
        self.picker.source_requested.connect(self.source_requested)
        self.picker.cameras_requested.connect(self.cameras_requested)
        self.retry.clicked.connect(self.retry_requested)
        self.device_badge.clicked.connect(self._on_device_clicked)
        self.calibration_badge.clicked.connect(self.calibration_clicked)
        self.lock_button.setShortcut(QKeySequence("Ctrl+L"))
        self.lock_button.clicked.connect(self._on_lock_clicked)

    # States

    def show_cameras(self, cameras: tuple[SourceChoice, ...]) -> None:
        """List the cameras in the menu of sources."""
        self.picker.show_cameras(cameras)

    def show_source(self, state: SourceState) -> None:
        """Show what plays, its true size and frame rate, or that it does not."""
        self.picker.show_source(state)
        self.retry.setVisible(state.phase is Phase.FAILED)
        note = ""
        if state.phase is Phase.WAITING:
            note = self.tr("opening…")
        elif state.phase is Phase.ENDED:
            note = self.tr("over")
        elif state.phase is Phase.FAILED:
            note = self.tr("trying again by itself") if state.retrying else self.tr("not available")
        elif state.info is not None:
            info = state.info
            parts = [f"{info.width}×{info.height}"] if info.width and info.height else []
            if info.fps > 0:
                parts.append(self.tr("{rate} fps").format(rate=f"{info.fps:.4g}"))
            elif info.frames:
                parts.append(self.tr("%n pictures", None, info.frames))
            note = ", ".join(parts)
        self.source_note.setText(note)
        self._fit()

    def show_engine(self, state: EngineState) -> None:
        """Show device and encoder; a device that is not the best one is marked, and says why on a click."""
        self._engine = state
        self._device_note = state.device_note
        if state.phase is Phase.FAILED:
            device = self.tr("No recognition")
            self._device_note = f"{state.what} {state.remedy}".strip()
        elif state.device:
            device = state.device
        else:
            device = self.tr("Loading…")
        marked = bool(self._device_note)
        self.device_badge.setText(self.tr("{device}: see why").format(device=device) if marked else device)
        self.device_badge.setAccessibleName(self.tr("Recognition runs on: {device}").format(device=device))
        self.device_badge.setToolTip(self._device_note or self.tr("What recognition runs on"))
        set_role(self.device_badge, "warning" if marked else "badge")
        self._show_encoder()
        self._fit()

    def _show_encoder(self) -> None:
        """Show the encoder, with the version that the gallery works with."""
        title = self._gallery.encoder or self._engine.encoder
        self.encoder_badge.setText(title)
        self.encoder_badge.setToolTip(self.tr("The encoder that recognises faces"))
        self.encoder_badge.setAccessibleName(self.tr("Encoder: {encoder}").format(encoder=title))

    def show_gallery(self, state: GalleryState) -> None:
        """Show who is enrolled, whether the threshold was calibrated for them, and whether it can be locked."""
        self._gallery = state
        self._show_encoder()
        opened = state.phase is Phase.READY
        if opened:
            people = self.tr("1 person") if state.people == 1 else self.tr("%n people", None, state.people)
        else:
            people = self.tr("Opening…") if state.phase is Phase.WAITING else self.tr("Gallery locked")
        self.gallery_badge.setText(people)
        self.gallery_badge.setToolTip(self.tr("Gallery: {name}").format(name=state.name) if state.name else people)
        self.gallery_badge.setAccessibleName(self.tr("Gallery: {people}").format(people=people))
        self.calibration_badge.setVisible(opened)
        self._show_calibration()
        self._show_lock()
        self._fit()

    def show_recording(self, state: RecordingState) -> None:
        """Say on every page that faces are being recorded."""
        text = self.tr("● Recording {clock}").format(clock=clock_text(state.seconds))
        running = state.phase is Phase.READY
        changed = running is self.recording_badge.isHidden()
        self.recording_badge.setText(text)
        self.recording_badge.setAccessibleName(text)
        self.recording_badge.setToolTip(self.tr("Faces are being recorded while they are recognised."))
        self.recording_badge.setVisible(running)
        if changed:
            self._fit()

    def _show_calibration(self) -> None:
        text, role, why = {
            "valid": (
                self.tr("Calibrated"),
                "accept",
                self.tr("The threshold was calibrated for this gallery."),
            ),
            "expired": (
                self.tr("Calibration expired: gallery changed"),
                "warning",
                self.tr("People were enrolled or removed since the threshold was calibrated."),
            ),
        }.get(
            self._gallery.calibration,
            (self.tr("Not calibrated"), "badge", self.tr("A default threshold is used until you calibrate.")),
        )
        self.calibration_badge.setText(text)
        self.calibration_badge.setToolTip(why)
        self.calibration_badge.setAccessibleName(text)
        set_role(self.calibration_badge, role)

    def _show_lock(self) -> None:
        state, opened = self._gallery, self._gallery.phase is Phase.READY
        self.lock_button.set_drawing("lock" if opened else "unlock")
        self.lock_button.setEnabled(state.phase in {Phase.READY, Phase.NONE} and not state.temporary)
        if state.temporary:
            self.lock_button.say(self.tr("The demo's gallery has no lock: it is gone when the program ends"))
        else:
            self.lock_button.say(self.tr("Lock the gallery") if opened else self.tr("Open the gallery"), "Ctrl+L")

    # Room

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Do with room for what is not left out."""
        return QSize(36 * self.fontMetrics().height(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out, one after the other, what is told elsewhere as well, until the rest has room."""
        self.calibration_badge.setText(self.calibration_badge.accessibleName())
        self.gallery_badge.setVisible(True)
        self.source_note.setVisible(bool(self.source_note.text()))
        self.encoder_badge.setVisible(bool(self.encoder_badge.text()))
        steps: tuple[Callable[[], object], ...] = (
            self._shorten_calibration,
            lambda: self.gallery_badge.setVisible(self._gallery.phase is not Phase.READY),
            lambda: self.source_note.setVisible(False),
            lambda: self.encoder_badge.setVisible(False),
        )
        for shorten in steps:
            self._layout.invalidate()
            if self._layout.minimumSize().width() <= self.width():
                return
            shorten()

    def _shorten_calibration(self) -> None:
        if self._gallery.calibration == "expired":
            self.calibration_badge.setText(self.tr("Calibration expired"))

    @Slot()
    def _on_device_clicked(self) -> None:
        if self._device_note:
            self.noticed.emit(Notice(self._device_note))

    @Slot()
    def _on_lock_clicked(self) -> None:
        if self._gallery.phase is Phase.READY:
            self.lock_requested.emit()
        else:
            self.unlock_requested.emit()
