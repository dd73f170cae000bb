"""The whole program: the real App, its window, its threads, the real models; used as the operator does."""

import sys
import traceback

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.exceptions import TimeoutError as QtTimeoutError

from osfi_gui import app as program
from osfi_gui.app import App, Options
from osfi_gui.core.desk import Phase
from osfi_gui.core.values import Verdict

PASSPHRASE = "correct horse"


class Desk:
    """The running program as the operator has it: keys, buttons, and what is on the screen."""

    def __init__(self, qtbot, options):
        self.bot = qtbot
        self.app = App(options)
        self.window = self.app.window
        self.decided, self.galleries, self.closed = [], [], False
        self.window.identify.decided.connect(lambda sighting: self.decided.append(sighting.decision))
        self.app.desk.gallery_changed.connect(self.galleries.append)
        self.window.closing.connect(self._on_closing)
        self.app.begin()

    def _on_closing(self):
        self.closed = True

    def until(self, done):
        """Wait; where it is in vain, say what is on the screen and where the threads are."""
        try:
            self.bot.waitUntil(lambda: bool(done()), timeout=90_000)
        except QtTimeoutError:
            seen = [label.text() for label in self.window.findChildren(QLabel) if label.isVisible() and label.text()]
            print("On the screen:", *seen, "Notices:", *self.notices(), sep="\n  ")
            print("Threads:", *("".join(traceback.format_stack(frame)) for frame in sys._current_frames().values()))
            raise

    def press(self, button):
        # One that was just shown has no height until its page is laid out: a click would miss it.
        self.until(lambda: button.isEnabled() and button.isVisible() and not button.rect().isEmpty())
        self.bot.mouseClick(button, Qt.MouseButton.LeftButton)

    def key(self, key, modifier=Qt.KeyboardModifier.NoModifier):
        self.bot.keyClick(self.window.focusWidget() or self.window, key, modifier)

    def come_back(self):
        """Give the window the keyboard again, as a window manager does when a dialog goes."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)

    def page(self, number):
        self.bot.keyClick(self.window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier)

    def choose(self, label):
        """Choose a source from the menu."""
        picker = self.window.topbar.picker
        self.until(lambda: label in [action.text() for action in picker.menu().actions()])
        next(action for action in picker.menu().actions() if action.text() == label).trigger()

    def unlock(self, passphrase, *, new=False):
        """Answer the question for the gallery's key."""
        self.until(lambda: self.window.unlock is not None and self.window.unlock.isVisible())
        dialog = self.window.unlock
        self.bot.keyClicks(dialog.passphrase, passphrase)
        if new:
            self.bot.keyClicks(dialog.again, passphrase)
        self.press(dialog.open_button)
        self.come_back()

    def is_open(self):
        return bool(self.galleries) and self.galleries[-1].phase is Phase.READY

    def outcomes(self):
        """Give every decision so far: the name of who was accepted, None for who was rejected."""
        return [d.identity for d in self.decided if d.verdict in {Verdict.ACCEPT, Verdict.REJECT}]

    def notices(self):
        return [notice.what for notice in self.window.notices.notices]

    def end(self):
        """Close as the operator does, and leave whatever is asked; every thread has to be joined then."""
        app, self.app = self.app, None
        if app is None:
            return
        self.window.close()
        if self.window.leave_question is not None:
            self.press(self.window.leave_question.leave)
            self.until(lambda: self.closed)
        app.end()
        for thread in (app.capture, app.recognition, app.recorder, app.tuning, app._shelf_thread, app._desk_thread):
            assert not thread.isRunning(), thread.objectName()
        QCoreApplication.sendPostedEvents()


@pytest.fixture
def begin(qtbot):
    """Start the program; it is closed at the end."""
    running = []

    def start(**options):
        desk = Desk(qtbot, Options(**options))
        running.append(desk)
        return desk

    yield start
    for desk in running:
        desk.end()


@pytest.fixture
def cameras(monkeypatch):
    """Plug in cameras: names, and the sources that stand for them at the hardware's edge."""
    from osfi_gui.vision import sources

    real = program.make_source

    def plug(**plugged):
        found = [sources.Camera(name, "", 0, index) for index, name in enumerate(plugged)]
        monkeypatch.setattr(sources, "list_cameras", lambda: found)

        def make(address):
            name = address.removeprefix("camera:")
            return sources.Paced(sources.Watched(plugged[name]())) if name in plugged else real(address)

        monkeypatch.setattr(program, "make_source", make)

    return plug
