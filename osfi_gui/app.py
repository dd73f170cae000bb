"""The window program: chooses the concrete classes, starts the threads, and joins them at the end."""

from __future__ import annotations

import argparse
import gc
import logging
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if sys.platform == "win32":
    import torch  # noqa: F401 - on Windows torch's libraries fail to load once Qt's are there

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from osfi_gui import __version__, wiring
from osfi_gui.core.desk import EngineState, GalleryState, Notice, OpenGallery, Phase, SourceState, Tone
from osfi_gui.core.errors import SourceError, UnknownSourceError
from osfi_gui.core.recording import SUFFIX as RECORDING
from osfi_gui.paths import config_dir, data_dir
from osfi_gui.store import settings as stored
from osfi_gui.views.theme import apply_theme
from osfi_gui.views.window import MainWindow
from osfi_gui.workers.calibrate_desk import CalibrateDesk
from osfi_gui.workers.capture import CaptureThread
from osfi_gui.workers.computer import Computer
from osfi_gui.workers.desk import Desk
from osfi_gui.workers.encoders import EncoderShelf
from osfi_gui.workers.feed import LiveFeed
from osfi_gui.workers.import_desk import ImportDesk
from osfi_gui.workers.mailbox import Mailbox
from osfi_gui.workers.recognition import RecognitionThread
from osfi_gui.workers.recorder import Recorder
from osfi_gui.workers.recordings import RecordingShelf
from osfi_gui.workers.tune_desk import TuneDesk
from osfi_gui.workers.tuning import TuneThread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.enrolment import Enrolment
    from osfi_gui.core.ports import FrameSource
    from osfi_gui.services.engine import Engine
    from osfi_gui.store.settings import Settings

DEFAULT_ENCODER = "sface"
UNPAINTED_MS = 1000
"""So long the threads wait for the window to be painted: one that is begun as an icon is not."""


@dataclass(frozen=True)
class Options:
    """What the program was started with; empty means as last time."""

    demo: bool = False
    gallery: str = ""
    source: str = ""
    encoder: str = ""
    runtime: str = "torch"
    quit_after_decisions: int = 0
    timings: bool = False


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; usage errors end the program with exit code 2."""
    parser = argparse.ArgumentParser(prog="osfi-gui", description="Open-set face identification at a desk.")
    parser.add_argument("--version", action="version", version=f"osfi-gui {__version__}")
    parser.add_argument("--demo", action="store_true", help="play portraits, with a temporary gallery")
    parser.add_argument("--gallery", default="", metavar="FILE", help="the gallery to open")
    parser.add_argument(
        "--source", default="", help="demo, camera:NAME, a stream's address, or a picture, folder or video"
    )
    parser.add_argument("--encoder", default="", metavar="NAME", help="the encoder, see “osfi encoders list”")
    parser.add_argument(
        "--runtime",
        choices=("torch", "opencv"),  # vision.runtime.RUNTIMES, whose import takes as long as torch's
        default="torch",
        help="what computes embeddings on the CPU while people are identified; opencv gives the same, sooner",
    )
    parser.add_argument(
        "--quit-after-decisions",
        type=int,
        default=0,
        metavar="N",
        help="close after so many decisions (to check an installation)",
    )
    parser.add_argument(
        "--timings",
        action="store_true",
        help="print when the window was there, recognition ready and the first decision made, in seconds since 1970",
    )
    return Options(**vars(parser.parse_args(arguments)))


def make_source(address: str) -> FrameSource:
    """Make the source of an address: recorded ones play in real time, live ones are watched.

    Raises
    ------
    SourceError
        When the address means nothing; worded for somebody who sees the window.
    """
    from osfi_gui.vision.sources import Paced, Watched, open_source

    try:
        return Paced(Watched(open_source(address)))
    except UnknownSourceError as error:
        # The remedy of open_source names what one types after a command; in the window one chooses.
        remedy = "Choose a camera, a video, pictures, a stream or the demo in the list at the top left."
        raise SourceError(error.what, remedy) from error


class App(QObject):
    """The running program.

    Parameters
    ----------
    options : Options
    """

    begun = Signal(str)
    demo_begun = Signal(str, str)
    asked = Signal()
    recordings_moved = Signal(str)
    half_remembered = Signal(bool)
    ended = Signal()

    def __init__(self, options: Options) -> None:
        super().__init__()
        self._options = options
        self._settings_file = config_dir() / "settings.json"
        self._settings = stored.load(self._settings_file)
        self._left_open = ExitStack()
        apply_theme(_application(), self._settings.theme)
        encoder = options.encoder or self._settings.encoder or DEFAULT_ENCODER
        feed = LiveFeed()
        self.window = MainWindow(feed, window_state=self._settings.window)
        self._key: Mailbox[OpenGallery] = Mailbox()
        self.capture = CaptureThread(feed, make_source=self._make_source)
        self.recorder = Recorder()
        self.recognition = RecognitionThread(feed, load=lambda: _load(encoder, options.runtime), watcher=self.recorder)
        self.computer = Computer()
        self.desk = Desk()
        self.import_desk = ImportDesk(self.desk)
        self.tune_desk, self.tuning = TuneDesk(self.desk), TuneThread()
        self.calibrate_desk = CalibrateDesk(self.desk)
        self.shelf, self.recordings = EncoderShelf(), RecordingShelf()
        self._desk_thread, self._shelf_thread = QThread(), QThread()
        self._desk_thread.setObjectName("desk")
        self._shelf_thread.setObjectName("shelf")
        self.shelf.moveToThread(self._shelf_thread)
        self.recordings.moveToThread(self._shelf_thread)
        self.desk.moveToThread(self._desk_thread)
        self.import_desk.moveToThread(self._desk_thread)
        self.tune_desk.moveToThread(self._desk_thread)
        self.calibrate_desk.moveToThread(self._desk_thread)
        self.computer.moveToThread(self._desk_thread)
        wiring.connect(
            self.window, capture=self.capture, recognition=self.recognition, desk=self.desk, computer=self.computer
        )
        wiring.connect_imports(self.window, desk=self.import_desk, gallery=self.desk)
        wiring.connect_tuning(self.window, desk=self.tune_desk, tuning=self.tuning, gallery=self.desk)
        wiring.connect_calibration(
            self.window,
            desk=self.calibrate_desk,
            strangers=self.tune_desk,
            tuning=self.tuning,
            recognition=self.recognition,
            gallery=self.desk,
        )
        wiring.connect_recorder(
            self.window,
            recorder=self.recorder,
            shelf=self.recordings,
            capture=self.capture,
            gallery=self.desk,
        )
        wiring.connect_encoders(self.window, shelf=self.shelf, recognition=self.recognition, gallery=self.desk)
        self._connect()
        self._decisions = 0
        self._said: set[str] = set()
        self._address = ""
        self._show_began = False
        self._waiting = QTimer(self, singleShot=True, interval=UNPAINTED_MS)
        self._waiting.timeout.connect(self._begin_threads)

    def _connect(self) -> None:
        """Connect what only the program as a whole can do: remember, restyle, report, end."""
        self.window.closing.connect(self._on_closing)
        self.window.theme_requested.connect(self._on_theme_requested)
        self.window.enrol.enrol_requested.connect(self._on_enrol_requested)
        self.window.identify.decided.connect(self._on_decided)
        self.capture.source_changed.connect(self._on_source_changed)
        self.recognition.engine_changed.connect(self._on_engine_changed)
        self.desk.gallery_changed.connect(self._on_gallery_changed)
        self.desk.key_changed.connect(self._on_key_changed)
        self.shelf.chosen.connect(self._on_encoder_chosen)
        self.recordings_moved.connect(self.recorder.use_folder)
        self.recordings_moved.connect(self.recordings.use_folder)
        self.window.settings.recordings.folder_requested.connect(self._on_recordings_folder_requested)
        self.window.settings.matching.half_requested.connect(self._on_half_requested)
        self.half_remembered.connect(self.desk.use_half)
        self.begun.connect(self.desk.begin)
        self.demo_begun.connect(self.desk.begin_demo)
        self.asked.connect(self.computer.list_cameras)
        self.ended.connect(self.desk.end)
        # Direct, so in the desk's own thread: an event loop that is told to quit from outside may leave the end undone.
        self.desk.ended.connect(self._desk_thread.quit, Qt.ConnectionType.DirectConnection)

    def begin(self) -> None:
        """Show the window, then start everything that takes time behind it."""
        self.window.enrol.set_operator(self._settings.operator)
        self.window.settings.matching.set_half(self._settings.half)
        self._waiting.start()
        self.window.installEventFilter(self)
        self.window.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Begin once the window is painted: importing torch takes the processor and Python's lock from it."""
        if event.type() is QEvent.Type.Paint:
            self.window.removeEventFilter(self)
            if self._waiting.isActive():
                self._waiting.start(0)  # when all of it is, and not only its ground
        return super().eventFilter(watched, event)

    @Slot()
    def _begin_threads(self) -> None:
        self._say("window")
        # Hundreds of modules are loaded now and none of them is ever garbage: looking for it would take its time.
        gc.disable()
        for thread in (self._desk_thread, self._shelf_thread, self.capture, self.recognition, self.recorder):
            thread.start()
        self.recordings_moved.emit(self._settings.recordings or str(data_dir() / "recordings"))
        self.half_remembered.emit(self._settings.half)
        if self._options.demo:
            folder = self._left_open.enter_context(tempfile.TemporaryDirectory(prefix="osfi-demo-"))
            self.recordings_moved.emit(folder)  # gone with the gallery whose key opens them
            self.demo_begun.emit(str(Path(folder) / "demo.osfi"), secrets.token_hex(16))
        else:
            self.begun.emit(self._options.gallery or self._settings.gallery or str(default_gallery()))
        address = self._options.source or ("demo" if self._options.demo else self._settings.last_source)
        self.capture.play(address)
        self.asked.emit()

    def end(self) -> None:
        """Join every thread; called after the event loop."""
        self._waiting.stop()
        gc.enable()
        self.capture.end()
        self.recognition.end()
        self.recorder.end()
        self.tuning.end()
        self.ended.emit()
        self._shelf_thread.quit()
        for thread in (
            self.capture, self.recognition, self.recorder, self.tuning, self._shelf_thread, self._desk_thread,
        ):  # fmt: skip
            thread.wait()
        self._left_open.close()
        # Widgets go while the application is there; left to the interpreter's end, the order is chance, and it crashes.
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _remember(self, settings: Settings) -> None:
        """Keep the operator's choices for the next start; the demo leaves no trace."""
        if settings == self._settings or self._options.demo:
            return
        self._settings = settings
        try:
            stored.save(self._settings_file, settings)
        except OSError as error:
            what = f"Your settings could not be saved ({error.strerror})."
            self.window.show_notice(Notice(what, f"Check the folder {self._settings_file.parent}.", Tone.BAD))

    @Slot()
    def _on_closing(self) -> None:
        self._remember(replace(self._settings, window=self.window.state()))
        self.capture.play("")

    @Slot(str)
    def _on_theme_requested(self, name: str) -> None:
        apply_theme(_application(), name)
        self._remember(replace(self._settings, theme=name))

    @Slot(object)
    def _on_enrol_requested(self, wanted: Enrolment) -> None:
        if wanted.consent is not None and wanted.consent.operator:
            self._remember(replace(self._settings, operator=wanted.consent.operator))

    @Slot(object)
    def _on_engine_changed(self, state: EngineState) -> None:
        if state.phase is Phase.READY:
            self._say("ready")
        if state.phase is not Phase.WAITING and not gc.isenabled():
            # What is there now stays: later looks for garbage pass it by, and hold no frame up.
            gc.freeze()
            gc.enable()

    @Slot(object)
    def _on_source_changed(self, state: SourceState) -> None:
        self._address = state.address
        # Not a recording: it could not be played before the gallery is open.
        if state.phase is Phase.READY and not state.address.endswith(RECORDING):
            self._remember(replace(self._settings, last_source=without_credentials(state.address)))

    @Slot(object)
    def _on_gallery_changed(self, state: GalleryState) -> None:
        if state.phase is Phase.READY and state.path:
            self._remember(replace(self._settings, gallery=state.path))
        if state.temporary and state.people and not self._show_began:
            self._show_began = True
            if self._address == "demo":
                self.capture.again()  # from the first person on, now that somebody looks

    @Slot(object)
    def _on_key_changed(self, key: OpenGallery | None) -> None:
        self._key.put(key)
        if not self._address.endswith(RECORDING):
            return
        if key is None:
            self.capture.play("")  # its faces are as locked as the gallery's
        else:
            self.capture.again()  # it was asked for while nothing was open

    def _make_source(self, address: str) -> FrameSource:
        if not address.endswith(RECORDING):
            return make_source(address)
        from osfi_gui.vision.sources import Paced, RecordingSource

        return Paced(RecordingSource(address, key=self._passphrase))

    def _passphrase(self) -> str | None:
        key = self._key.peek()
        return None if key is None else key.passphrase

    @Slot(str)
    def _on_recordings_folder_requested(self, folder: str) -> None:
        if self._options.demo:
            self.window.show_notice(Notice("The demo's recordings are gone when it ends, wherever they would be kept."))
            return
        self._remember(replace(self._settings, recordings=folder))
        self.recordings_moved.emit(folder)
        self.window.settings.recordings.recordings_requested.emit()

    @Slot(bool)
    def _on_half_requested(self, half: bool) -> None:
        self._remember(replace(self._settings, precision=stored.HALF if half else ""))

    @Slot(str)
    def _on_encoder_chosen(self, name: str) -> None:
        self._remember(replace(self._settings, encoder=name))

    @Slot(object)
    def _on_decided(self, _: object) -> None:
        self._decisions += 1
        self._say("decision")
        if self._decisions == self._options.quit_after_decisions:
            self.window.close()

    def _say(self, what: str) -> None:
        """Print once when something happened, in seconds since the epoch."""
        if self._options.timings and what not in self._said:
            self._said.add(what)
            print(what, f"{time.time():.3f}", flush=True)


def default_gallery() -> Path:
    """Give where the gallery is unless another one was chosen; its folder is made, for nobody else to look into."""
    folder = data_dir()
    with suppress(OSError):  # whoever opens the gallery there is told that there is no folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / "gallery.osfi"


def without_credentials(address: str) -> str:
    """Take user and password out of a stream's address: settings are plain text."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _load(encoder: str, runtime: str) -> Engine:
    from osfi_gui.services.engine import load_engine

    return load_engine(encoder, runtime=runtime)


def _application() -> QApplication:
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])


def main() -> None:
    """Run the window until it is closed."""
    options = parse(sys.argv[1:])
    logging.basicConfig(level=logging.WARNING, format="osfi-gui: %(levelname)s: %(message)s")
    application = _application()
    application.setApplicationName("OSFI Desk")
    application.setApplicationVersion(__version__)
    app = App(options)
    app.begin()
    code = application.exec()
    app.end()
    sys.exit(code)
