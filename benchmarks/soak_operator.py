"""An operator who never rests: uses the window's own buttons, page by page, and waits for what they answer."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtTest import QTest

from osfi_gui.app import App, Options
from osfi_gui.core.desk import GalleryState, JobState, Phase, SourceState, TuneState
from osfi_gui.views.navigation import PAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QAbstractButton

    from osfi_gui.core.enrolment import GalleryListing

PASSPHRASE = "a long afternoon"
PATIENCE_S = 120.0
CAMERA = Path(__file__).resolve().parent.parent / "tests" / "mjpeg_camera.py"
"""A network camera as a program of its own, which can be killed."""


class StuckError(Exception):
    """Something that has to come did not."""


class Seen(QObject):
    """The newest of what the threads said, taken down on the GUI thread; a video that is over is played again."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app = app
        self.source, self.gallery = SourceState(), GalleryState()
        self.imported, self.measured = JobState(Phase.NONE), JobState(Phase.NONE)
        self.tuned = TuneState()
        self.names: dict[str, int] = {}
        app.capture.source_changed.connect(self._on_source)
        app.desk.gallery_changed.connect(self._on_gallery)
        app.import_desk.job_changed.connect(self._on_imported)
        app.desk.listed.connect(self._on_listed)
        app.tune_desk.job_changed.connect(self._on_imported)
        app.tune_desk.state_changed.connect(self._on_tuned)
        app.tuning.changed.connect(self._on_tuned)
        app.calibrate_desk.job_changed.connect(self._on_measured)

    @Slot(object)
    def _on_source(self, state: SourceState) -> None:
        self.source = state
        if state.phase is Phase.ENDED:
            self._app.capture.again()

    @Slot(object)
    def _on_gallery(self, state: GalleryState) -> None:
        self.gallery = state

    @Slot(object)
    def _on_imported(self, state: JobState) -> None:
        self.imported = state

    @Slot(object)
    def _on_measured(self, state: JobState) -> None:
        self.measured = state

    @Slot(object)
    def _on_tuned(self, state: TuneState) -> None:
        self.tuned = state

    @Slot(object)
    def _on_listed(self, listing: GalleryListing) -> None:
        self.names = {row.identity.name: row.identity.identity_id for row in listing.rows}


class Operator:
    """Uses the program as somebody at the desk does.

    Parameters
    ----------
    gallery : Path
        Is made.
    video : Path
        Played over and over; one face, well lit, for the enrolment at the camera.
    """

    def __init__(self, gallery: Path, video: Path) -> None:
        self._link = gallery.with_name(f"clip{video.suffix}")
        self._video = video.resolve()
        self._link.symlink_to(self._video)
        # One for all waits: what PySide keeps of a connection would be taken for the program's.
        self._loop, self._clock = QEventLoop(), QTimer(singleShot=True)
        self._clock.timeout.connect(self._loop.quit)
        self.app = App(Options(gallery=str(gallery), source=str(self._link)))
        self.window = self.app.window
        self.seen = Seen(self.app)
        self.gallery = gallery
        self.app.begin()
        self._unlock(new=True)
        self.until(lambda: self.seen.gallery.encoder, "the face models")

    # Hands and eyes

    def until(self, done: Callable[[], object], what: str) -> None:
        """Let the window live until something is so.

        Raises
        ------
        StuckError
            When it does not become so.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not done():
            self.rest(0.01)
            if time.monotonic() > deadline:
                raise StuckError(f"{what} did not come within {PATIENCE_S:.0f} s; on page {self.window.page}")

    def rest(self, seconds: float) -> None:
        """Let the window live for a while; the application's own loop would close it when it is left."""
        self._clock.start(round(1000 * seconds))
        self._loop.exec()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def press(self, button: QAbstractButton, what: str) -> None:
        """Press a button as soon as it can be pressed."""
        self.until(lambda: button.isEnabled() and button.isVisible(), what)
        button.click()

    def page(self, name: str) -> None:
        """Go to a page by its key."""
        key = getattr(Qt.Key, f"Key_{PAGES.index(name) + 1}")
        QTest.keyClick(self.window, key, Qt.KeyboardModifier.ControlModifier)
        self.until(lambda: self.window.page == name, f"the page {name}")

    def come_back(self) -> None:
        """Give the window the keyboard again, as a window manager does when a dialog goes."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow, "the keyboard")

    def _unlock(self, *, new: bool = False) -> None:
        self.until(lambda: self.window.unlock is not None and self.window.unlock.isVisible(), "the question for a key")
        dialog = self.window.unlock
        assert dialog is not None
        for field in (dialog.passphrase, dialog.again) if new else (dialog.passphrase,):
            QTest.keyClicks(field, PASSPHRASE)
        self.press(dialog.open_button, "the button that opens a gallery")
        self.until(lambda: self.seen.gallery.phase is Phase.READY, "the open gallery")
        self.come_back()

    # Making ready

    def people(self, folder: Path) -> None:
        """Import a folder of people, one folder a person."""
        self.page("enrol")
        self.window.enrol.switch.choose(1)
        imports = self.window.enrol.imports
        self.until(imports.folder.isEnabled, "the button that imports")
        self.seen.imported = JobState(Phase.NONE)
        imports.import_folder(str(folder))
        self.until(lambda: self.seen.imported.phase is Phase.READY, "the end of an import")
        self.window.enrol.switch.choose(0)

    def strangers(self, folder: Path) -> None:
        """Import a folder of strangers."""
        self.page("calibrate")
        self.seen.imported = JobState(Phase.NONE)
        self.window.calibrate.body.sources.imports.import_strangers(str(folder))
        self.until(lambda: self.seen.imported.phase is Phase.READY, "the strangers")

    # One thing each

    def look_around(self) -> None:
        """Look at every page, in every theme, with the overlay on and off."""
        actions = self.window.topbar.theme_button.menu().actions()
        for action in actions:
            action.trigger()
            for page in PAGES:
                self.page(page)
                self.rest(0.03)
        self.page("identify")
        for _ in range(2):
            QTest.keyClick(self.window, Qt.Key.Key_F12)
            self.rest(0.6)  # its numbers are renewed twice a second

    def recognise(self) -> None:
        """Wait for a recognition of what plays."""
        self.page("identify")
        self.until(lambda: self.seen.source.phase is Phase.READY, "the video")
        self.until(self.app.recognition._feed.recognition, "a recognition")

    def guests(self, folder: Path) -> None:
        """Import guests, rename one, erase them all; import them again, and undo it."""
        self.people(folder)
        names = sorted(entry.name for entry in folder.iterdir())
        self.rename(names[0], f"{names[0]} the first")
        for name in (f"{names[0]} the first", *names[1:]):
            self.erase(name)
        count = self.seen.gallery.people
        self.people(folder)
        self.window.enrol.switch.choose(1)
        self.press(self.window.enrol.imports.report.undo, "the button that undoes an import")
        self.until(lambda: self.seen.gallery.people == count, "the undone import")
        self.window.enrol.switch.choose(0)

    def choose_person(self, name: str) -> None:
        """Select somebody on the Gallery page."""
        self.page("gallery")
        gallery = self.window.gallery
        self.until(lambda: name in self.seen.names, f"{name} in the list")
        found = lambda: gallery._found.index_of(self.seen.names[name])  # noqa: E731
        self.until(lambda: found().isValid(), f"the row of {name}")
        gallery.lists.table.setCurrentIndex(found())
        self.until(lambda: gallery.panel.row is not None and gallery.panel.row.identity.name == name, f"{name}'s panel")
        self.until(lambda: gallery.panel.detail is not None, f"{name}'s shots")

    def rename(self, name: str, other: str) -> None:
        """Give somebody another name."""
        self.choose_person(name)
        fields = self.window.gallery.panel.fields
        fields.name.setText(other)
        self.press(fields.save, "the button that saves a name")
        self.until(lambda: other in self.seen.names, f"{other} in the list")

    def erase(self, name: str) -> None:
        """Erase somebody, as the dialog asks."""
        self.choose_person(name)
        count = self.seen.gallery.people
        self.press(self.window.gallery.panel.erase, "the button that erases")
        dialog = self.window.gallery._erase_dialog
        assert dialog is not None
        dialog.meant.setChecked(True)
        self.press(dialog.erase, "the button that erases in the end")
        self.until(lambda: self.seen.gallery.people == count - 1, f"{name} being gone")
        self.until(lambda: name not in self.seen.names, f"{name} out of the list")
        self.come_back()

    def enrol_at_camera(self, name: str, shots: int) -> None:
        """Enrol whoever is in the video, and erase the person again."""
        self.page("enrol")
        enrol = self.window.enrol
        enrol.guide.auto.setChecked(False)
        while len(enrol.strip.tiles) < shots:
            count = len(enrol.strip.tiles)
            self.press(enrol.guide.take, "a face that can be enrolled")
            # A shot may be refused: the face moved on meanwhile. Then it is asked for again.
            deadline = time.monotonic() + 2.0
            while len(enrol.strip.tiles) == count and time.monotonic() < deadline:
                self.rest(0.02)
        form = enrol.form
        form.name.setText(name)
        form.consent.agrees.setChecked(True)
        form.consent.operator.setText("The operator")
        self.rest(0.05)
        if form.question.isVisible():
            form.question.other.click()
        count = self.seen.gallery.people
        self.press(form.enrol, "the button that enrols")
        self.until(lambda: self.seen.gallery.people == count + 1, f"{name} being enrolled")
        self.until(lambda: not enrol.strip.tiles, "the empty strip of shots")
        self.erase(name)

    def tune(self) -> None:
        """Fine-tune, use the version, go back, remove it; begin another run and cancel it."""
        self.page("tune")
        body = self.window.tune.body
        form = body.form
        form.epochs.setValue(1)
        self.seen.tuned = TuneState()
        self.press(form.begin, "the button that begins a run")
        self.until(lambda: self.seen.tuned.phase in {Phase.READY, Phase.FAILED}, "the end of a run")
        version = self.seen.tuned.version
        if version is None:
            raise StuckError(f"the run failed: {self.seen.tuned.what} {self.seen.tuned.remedy}")
        choice = body.run.choice
        self.until(choice.promote.isVisible, "the choice after a run")
        if not choice.promote.isEnabled():
            choice.anyway.setChecked(True)
        self.press(choice.promote, "the button that promotes")
        self.until(lambda: f"version {version.version_id}" in self.seen.gallery.encoder, "the version in use")
        body.switch.choose(1)
        self.press(body.versions.roll_back, "the button that rolls back")
        self.until(lambda: "version" not in self.seen.gallery.encoder, "the encoder of before")
        self.window.tune.remove_version_requested.emit(version.version_id)
        body.switch.choose(0)
        self.until(lambda: not self.app.tuning.isRunning(), "the end of the thread that tunes")
        form.epochs.setValue(200)
        self.seen.tuned = TuneState()
        self.press(form.begin, "the button that begins a run")
        self.until(lambda: self.seen.tuned.steps, "the first step")
        self.press(body.run.progress.cancel, "the button that cancels a run")
        self.until(lambda: self.seen.tuned.phase is Phase.ENDED, "the end of a cancelled run")
        self.until(lambda: not self.app.tuning.isRunning(), "the end of the thread that tunes")

    def calibrate(self) -> None:
        """Measure, and use the operating point that is proposed."""
        self.page("calibrate")
        body = self.window.calibrate.body
        before = body.point.calibration
        self.seen.measured = JobState(Phase.NONE)
        self.press(body.sources.measure, "the button that measures")
        self.until(lambda: self.seen.measured.phase is Phase.READY, "the measured scores")
        self.until(lambda: body.point.calibration not in {None, before}, "the new calibration")
        self.press(body.point.use, "the button that uses an operating point")
        self.until(lambda: self.seen.gallery.calibration == "valid", "the valid calibration")

    def lock(self) -> None:
        """Lock the gallery and open it again."""
        self.page("identify")
        self.window.topbar.lock_button.click()
        self.until(lambda: self.seen.gallery.phase is Phase.NONE, "the locked gallery")
        self.window.topbar.lock_button.click()
        self._unlock()

    def lose_the_file(self) -> None:
        """Take the video away, look at what is said, and put it back."""
        self._link.unlink()
        self.app.capture.again()
        self.until(lambda: self.seen.source.phase is Phase.FAILED, "the missing video")
        self._link.symlink_to(self._video)
        self.press(self.window.topbar.retry, "the button that tries a source again")
        self.until(lambda: self.seen.source.phase is Phase.READY, "the video that is back")

    def lose_a_camera(self) -> None:
        """Watch a network camera, which dies and comes back, then the video again."""
        first = _camera()
        port = int(first.stdout.readline())  # type: ignore[union-attr]
        try:
            self.window.source_requested.emit(f"http://127.0.0.1:{port}/video")
            self.until(self._plays(port), "the network camera")
            _kill(first)
            self.until(lambda: self.seen.source.phase is Phase.FAILED, "the lost camera")
            second = _camera(port)
            try:
                second.stdout.readline()  # type: ignore[union-attr]
                self.until(self._plays(port), "the camera that is back")
                self.window.source_requested.emit(str(self._link))
                self.until(lambda: self.seen.source.address == str(self._link), "the video")
                self.until(lambda: self.seen.source.phase is Phase.READY, "the video")
            finally:
                _kill(second)
        finally:
            _kill(first)

    def _plays(self, port: int) -> Callable[[], bool]:
        return lambda: self.seen.source.phase is Phase.READY and str(port) in self.seen.source.address

    def stand_still(self) -> None:
        """Leave everything as it was before, on a page where nothing is recognised, with nothing under way."""
        self.page("activity")
        self.until(lambda: not self.app.tuning.isRunning(), "the end of the thread that tunes")
        self.rest(0.3)
        self.until(lambda: self.seen.source.phase is Phase.READY, "the video")
        self.until(lambda: not self.window.notices.notices or self._close_notices(), "no notice")
        self.rest(0.1)

    def _close_notices(self) -> bool:
        for row in list(self.window.notices._rows):
            row.close_button.click()
        return False

    def leave(self) -> None:
        """Close the window and join every thread."""
        self.window.close()
        self.app.end()


def _camera(port: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, str(CAMERA), str(port)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _kill(child: subprocess.Popen[str]) -> None:
    """End it at once; may be called twice."""
    child.kill()
    child.communicate()
