"""The real engine, threads as the program has them, and whatever they say, in order."""

import pytest
from desk_states import PASSPHRASE, is_open, job, people
from PySide6.QtCore import QObject, Qt, QThread, Signal

from osfi_gui.core.desk import ImportFolder, OpenGallery, Phase
from osfi_gui.services.engine import Engine
from osfi_gui.vision.detect import MtcnnDetector
from osfi_gui.vision.pictures import read_picture
from osfi_gui.workers.desk import Desk
from osfi_gui.workers.import_desk import ImportDesk

SIGNALS = {(): "none", (int,): "number", (str,): "text", (bool,): "switch", (object,): "value", (str, str): "texts"}

DESK_SIGNALS = (
    "gallery_changed",
    "session_changed",
    "names_changed",
    "prompted",
    "listed",
    "person_read",
    "portrait_read",
    "enrolled",
    "enrol_refused",
    "noticed",
)


class Asker(QObject):
    """Asks a slot of another thread as the window does: by a signal."""

    none, number, text, switch, value = Signal(), Signal(int), Signal(str), Signal(bool), Signal(object)
    texts = Signal(str, str)


def _ask(slot, *args):
    """Ask once, and wait for nothing."""
    asker = Asker()
    kinds = tuple(type(arg) if type(arg) in {int, str, bool} else object for arg in args)
    signal = getattr(asker, SIGNALS[kinds])
    signal.connect(slot, Qt.ConnectionType.QueuedConnection)
    signal.emit(*args)


class Heard(list):
    """Everything that some signals said, as pairs of name and value, in the order in which it was said."""

    def __init__(self, sender, *names):
        self.listen(sender, *names)

    def listen(self, sender, *names):
        for name in names:
            # Direct: said in the sender's thread, at that moment.
            getattr(sender, name).connect(self._hear(name), Qt.ConnectionType.DirectConnection)

    def _hear(self, name):
        return lambda *values: self.append((name, values[0] if values else None))

    def of(self, name):
        return [value for said, value in list(self) if said == name]

    def last(self, name):
        said = self.of(name)
        return said[-1] if said else None


@pytest.fixture
def qtbot(qtbot, monkeypatch):
    """Wait longer than usual before a test is given up: real models on a machine that does something else as well."""
    wait = qtbot.waitUntil
    monkeypatch.setattr(qtbot, "waitUntil", lambda done: wait(done, timeout=60_000))
    return qtbot


@pytest.fixture
def ask():
    """Give the function that asks a slot of another thread."""
    return _ask


@pytest.fixture
def hear():
    """Give what listens: to a sender, and the names of its signals."""
    return Heard


@pytest.fixture(scope="session")
def engine(device, sface):
    """Give the real engine, loaded once."""
    return Engine(sface, lambda: MtcnnDetector(device), "SFace", "CPU")


@pytest.fixture(scope="session")
def portrait(demo_dir):
    """Read a portrait of the demo."""
    return lambda name: read_picture(demo_dir / name)


@pytest.fixture
def joined(qtbot):
    """Start threads; join them at the end, whatever the test did."""
    threads = []

    def start(thread, end):
        threads.append((thread, end))
        thread.start()
        return thread

    yield start
    for thread, end in reversed(threads):
        end()
        assert thread.wait(20_000), f"{thread.objectName()} does not end"


@pytest.fixture
def desk_thread(joined):
    """Put an object on a thread of its own."""

    def move(worker, ended):
        thread = QThread()
        thread.setObjectName("desk")
        worker.moveToThread(thread)
        worker.ended.connect(thread.quit, Qt.ConnectionType.DirectConnection)
        return joined(thread, ended)

    return move


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gallery.osfi"


@pytest.fixture
def desk(desk_thread, hear, ask):
    """Give a desk on its own thread; ``desk.heard`` is all that it and its desk of imports say."""
    made = Desk()
    made.importing = ImportDesk(made)
    made.heard = hear(made, *DESK_SIGNALS)
    made.heard.listen(made.importing, "job_changed", "noticed")
    desk_thread(made, lambda: ask(made.end))
    made.importing.moveToThread(made.thread())
    return made


@pytest.fixture
def opened(desk, path, engine, ask, qtbot):
    """Give a desk with an engine and a new gallery."""
    ask(desk.use_engine, engine)
    ask(desk.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: is_open(desk))
    return desk


@pytest.fixture
def peopled(opened, ask, qtbot, demo_dir):
    """Give a desk with the demo's four people."""
    ask(opened.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    qtbot.waitUntil(lambda: people(opened) == 4 and job(opened) is Phase.READY)
    return opened
