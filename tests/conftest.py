"""What every test stands on: no screen, no user data, no thread left behind."""

import os
import threading
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
# Tests that run beside each other, each with a thread for every core, wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path, monkeypatch):
    """Keep galleries, weights and settings of the person who runs the tests out of them."""
    monkeypatch.setenv("OSFI_DATA_DIR", str(tmp_path / "osfi-data"))


@pytest.fixture(autouse=True)
def no_thread_left_behind():
    """Fail the test that started a thread and did not join it."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5.0
    while leaked := [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left behind: {[t.name for t in leaked]}")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real faces and clips, which is not part of the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real faces of ../shared/data, which are not part of the project")
    return folder


@pytest.fixture(scope="session")
def demo_dir() -> Path:
    """Give the folder of demo portraits."""
    return ROOT / "resources" / "demo"


@pytest.fixture(scope="session")
def device():
    from osfi_gui.vision.device import choose_device

    return choose_device("cpu")


@pytest.fixture(scope="session")
def sface(device):
    """Give the real default encoder."""
    from osfi_gui.vision.encode import load_encoder

    return load_encoder("sface", device=device)


@pytest.fixture(scope="session")
def mtcnn(device):
    """Give the real detector."""
    from osfi_gui.vision.detect import MtcnnDetector

    return MtcnnDetector(device)
