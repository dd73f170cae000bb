"""The real engine, threads as the program has them, and whatever they say, in order."""

import pytest
from PySide6.QtCore import QObject, Qt, QThread, Signal

from osfi_gui.services.engine import Engine
from osfi_gui.vision.detect import MtcnnDetector
from osfi_gui.vision.pictures import read_picture

SIGNALS = {(): "none", (int,): "number", (str,): "text", (bool,): "switch", (object,): "value", (str, str): "texts"}


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
