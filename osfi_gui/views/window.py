"""The main window: navigation on the left, the bar on top, one page at a time, one timer that pulls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from osfi_gui.core.desk import GalleryState, Phase
from osfi_gui.views.calibrate import CalibratePage
from osfi_gui.views.enrol import EnrolPage
from osfi_gui.views.gallery import GalleryPage
from osfi_gui.views.identify import IdentifyPage
from osfi_gui.views.leaving import LeaveDialog
from osfi_gui.views.navigation import PAGES, Navigation
from osfi_gui.views.notice import NoticeStack
from osfi_gui.views.planned import ActivityPage
from osfi_gui.views.settings import SettingsPage
from osfi_gui.views.topbar import TopBar
from osfi_gui.views.tune import TunePage
from osfi_gui.views.unlock import UnlockDialog

if TYPE_CHECKING:
    from osfi_gui.core.desk import EngineState, Feed, GalleryPrompt, Notice, SourceChoice, SourceState
    from osfi_gui.core.recording import RecordingState

PULL_MS = 33


class MainWindow(QMainWindow):
    """Everything the operator sees.

    States come in by the ``show_*`` slots and are handed to the bar and to every page that wants them.

    Parameters
    ----------
    feed : Feed
        The live values.
    window_state : str
        As ``state`` gave it at the end of the last session.
    """

    source_requested = Signal(str)
    cameras_requested = Signal()
    retry_requested = Signal()
    lock_requested = Signal()
    unlock_requested = Signal()
    open_requested = Signal(object)
    gallery_requested = Signal(str)
    theme_requested = Signal(str)
    page_changed = Signal(str)
    closing = Signal()

    def __init__(self, feed: Feed, *, window_state: str = "") -> None:
        super().__init__()
        self.setWindowTitle("OSFI Desk")
        self.identify, self.enrol, self.gallery = IdentifyPage(feed), EnrolPage(feed), GalleryPage()
        self.tune, self.calibrate, self.activity = TunePage(), CalibratePage(feed), ActivityPage()
        self.settings = SettingsPage()
        self.navigation, self.topbar, self.notices = Navigation(), TopBar(), NoticeStack()
        self._pages: dict[str, QWidget] = dict(
            zip(
                PAGES,
                (self.identify, self.enrol, self.gallery, self.tune, self.calibrate, self.activity, self.settings),
                strict=True,
            )
        )
        self._stack = QStackedWidget()
        self._unlock: UnlockDialog | None = None
        self._leave_question: LeaveDialog | None = None
        self._leaving = False
        self._lay_out()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setInterval(PULL_MS)
        self._timer.timeout.connect(self._pull)
        self.navigation.show_page("identify")
        self._stack.setFocus()
        self.resize(1280, 720)
        if window_state:
            self.restoreGeometry(QByteArray.fromBase64(window_state.encode("ascii", "ignore")))

    def _lay_out(self) -> None:
        for page in self._pages.values():
            self._stack.addWidget(page)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.topbar)
        right.addWidget(self.notices)
        right.addWidget(self._stack, 1)
        whole = QWidget()
        layout = QHBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.navigation)
        layout.addLayout(right, 1)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        self.navigation.page_requested.connect(self.show_page)
        bar = self.topbar
        bar.source_requested.connect(self.source_requested)
        bar.cameras_requested.connect(self.cameras_requested)
        bar.retry_requested.connect(self.retry_requested)
        bar.lock_requested.connect(self.lock_requested)
        bar.unlock_requested.connect(self.unlock_requested)
        bar.theme_requested.connect(self.theme_requested)
        bar.noticed.connect(self.show_notice)
        bar.calibration_clicked.connect(self._on_calibration_clicked)
        for page in (self.identify, self.enrol):
            page.source_choice_requested.connect(bar.picker.open_menu)
            page.unlock_requested.connect(self.unlock_requested)
        self.identify.enrol_page_requested.connect(self._on_enrol_page_requested)
        self.identify.enrol_this_requested.connect(self._on_enrol_page_requested)
        self.gallery.enrol_page_requested.connect(self._on_enrol_page_requested)
        self.gallery.erase_requested.connect(self.identify.forget_person)
        self.settings.recordings.play_requested.connect(self._on_play_requested)
        self.tune.enrol_page_requested.connect(self._on_enrol_page_requested)
        self.calibrate.enrol_page_requested.connect(self._on_enrol_page_requested)
        self.calibrate.noticed.connect(self.show_notice)
        self.identify.offer_looked_at.connect(self._on_calibration_clicked)

    # Pages

    @property
    def page(self) -> str:
        """Name of the page that is shown."""
        return PAGES[self._stack.currentIndex()]

    @Slot(str)
    def show_page(self, name: str) -> None:
        """Show another page."""
        self.navigation.show_page(name)
        if name == self.page:
            return
        self._stack.setCurrentWidget(self._pages[name])
        self.page_changed.emit(name)
        self._pull()

    @Slot()
    def _on_calibration_clicked(self) -> None:
        self.show_page("calibrate")

    @Slot()
    def _on_enrol_page_requested(self) -> None:
        self.show_page("enrol")

    @Slot(str)
    def _on_play_requested(self, path: str) -> None:
        self.show_page("identify")
        self.source_requested.emit(path)

    @Slot()
    def _pull(self) -> None:
        page = self._stack.currentWidget()
        if not self.isMinimized() and isinstance(page, QWidget) and (pull := getattr(page, "pull", None)) is not None:
            pull()

    # States

    def _hand_out(self, slot: str, state: object) -> None:
        """Give a state to the bar and to every page that has a slot for it."""
        for place in (self.topbar, *self._pages.values()):
            take = getattr(place, slot, None)
            if take is not None:
                take(state)

    @Slot(object)
    def show_source(self, state: SourceState) -> None:
        """Show what became of the frame source."""
        self._hand_out("show_source", state)

    @Slot(object)
    def show_engine(self, state: EngineState) -> None:
        """Show detector and encoder."""
        self._hand_out("show_engine", state)

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Show the gallery; one that is open needs no question any more."""
        if state.phase is Phase.READY and self._unlock is not None:
            self._unlock.reject()
        self._hand_out("show_gallery", state)

    @Slot(object)
    def show_recording(self, state: RecordingState) -> None:
        """Show what becomes of the recording."""
        self.identify.record.show_recording(state)
        self.topbar.show_recording(state)

    @Slot(object)
    def show_cameras(self, cameras: tuple[SourceChoice, ...]) -> None:
        """List the cameras."""
        self._hand_out("show_cameras", cameras)

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Show a notice above the page."""
        self.notices.show_notice(notice)

    # The gallery's key

    @Slot(object)
    def ask_passphrase(self, prompt: GalleryPrompt) -> None:
        """Ask for what opens a gallery; the answer comes by ``open_requested``."""
        if self._unlock is None:
            self._unlock = UnlockDialog(self)
            self._unlock.open_requested.connect(self.open_requested)
            self._unlock.gallery_requested.connect(self.gallery_requested)
        self._unlock.ask(prompt)

    @property
    def unlock(self) -> UnlockDialog | None:
        """The dialog that asks for the gallery's key; None before it was asked for."""
        return self._unlock

    # The end

    def state(self) -> str:
        """Give size and place of the window, to be kept for the next session."""
        return bytes(self.saveGeometry().toBase64().data()).decode("ascii")

    def unsaved(self) -> tuple[str, ...]:
        """Give what would be lost, one sentence a page."""
        asked = (getattr(page, "unsaved", None) for page in self._pages.values())
        return tuple(text for ask in asked if ask is not None and (text := ask()))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to pull."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Stop pulling."""
        super().hideEvent(event)
        self._timer.stop()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Close, but ask first where something would be lost."""
        lost = () if self._leaving else self.unsaved()
        if lost:
            event.ignore()
            self._ask_to_leave(lost)
            return
        self.closing.emit()
        event.accept()

    def _ask_to_leave(self, lost: tuple[str, ...]) -> None:
        if self._leave_question is not None:
            return
        self._leave_question = LeaveDialog(lost, self)
        self._leave_question.finished.connect(self._on_asked)
        self._leave_question.open()

    @property
    def leave_question(self) -> LeaveDialog | None:
        """The question whether to leave, while it is asked."""
        return self._leave_question

    @Slot(int)
    def _on_asked(self, answer: int) -> None:
        question, self._leave_question = self._leave_question, None
        if question is not None:
            question.deleteLater()
        if answer == QDialog.DialogCode.Accepted:
            self._leaving = True
            # Only after the question has gone: a window is not closed under its own dialog.
            QTimer.singleShot(0, self.close)
