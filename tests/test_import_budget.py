"""What the window costs before it is painted, in modules instead of seconds: a stopwatch measures the computer too."""

import json
import os
import subprocess
import sys

import pytest

MOST_MODULES = 400
"""376 when this was written, half of them ours and numpy's; each costs a look for its file and its top level."""
ALLOWED = {"osfi_gui", "numpy", "PySide6", "shiboken6", "shibokensupport", "signature_bootstrap", "platformdirs"}
"""What is not of the standard library and may be there: the values are numpy's, the window is Qt's."""
OF_THE_INTERPRETER = {"sitecustomize", "usercustomize"}
"""And what an installation of Python runs by itself."""
LATE = {
    "osfi_gui.views.calibrate_body",
    "osfi_gui.views.tune_body",
    "osfi_gui.core.bands",
    "osfi_gui.core.bootstrap",
    "osfi_gui.core.metrics",
    "osfi_gui.core.threshold",
    "osfi_gui.services.engine",
    "osfi_gui.store.gallery",
}
"""Pages, statistics and stores that nobody has asked for yet."""

PROGRAM = """
import json, os, sys
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from osfi_gui.app import App, Options
from osfi_gui.core.desk import Phase

class Look(QObject):
    def __init__(self, app):
        super().__init__()
        self.app, self.said, self.modules = app, [], None
        app.window.installEventFilter(self)
        app.recognition.engine_changed.connect(self.follow)

    def eventFilter(self, watched, event):
        if event.type() is QEvent.Type.Paint and self.modules is None:
            self.modules = sorted(sys.modules)
            self.badge = self.app.window.topbar.device_badge.text()
            self.app.window.identify.picture.installEventFilter(self)
        if event.type() is QEvent.Type.Paint and self.app.window.identify.picture.message[0] not in self.said:
            self.said.append(self.app.window.identify.picture.message[0])
        return False

    def follow(self, state):
        if state.phase is not Phase.WAITING:
            ready = {"phase": state.phase.value, "device": state.device, "torch": "torch" in sys.modules}
            print(json.dumps({"modules": self.modules, "badge": self.badge, "said": self.said, **ready}), flush=True)
            self.app.window.close()

application = QApplication([])
app = App(Options(source="demo"))
look = Look(app)
app.begin()
application.exec()
app.end()
"""


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Start the program as it is started, in a process of its own; give what was there at the first paint and after."""
    surroundings = {**os.environ, "OSFI_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=surroundings, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="there torch's libraries have to be loaded before Qt's")
def test_the_window_is_painted_before_anything_heavy_is_loaded(start):
    others = {name.partition(".")[0] for name in start["modules"]} - sys.stdlib_module_names
    unexpected = {name for name in others - ALLOWED - OF_THE_INTERPRETER if not name.startswith("_")}
    assert not unexpected
    assert {"numpy", "PySide6", "osfi_gui"} <= others, "the program that was looked at was not the program"


@pytest.mark.skipif(sys.platform == "win32", reason="there torch's libraries have to be loaded before Qt's")
def test_the_window_is_painted_after_few_modules(start):
    assert 200 < len(start["modules"]) <= MOST_MODULES


def test_the_window_needs_three_libraries_of_qt(start):
    libraries = {name.split(".")[1] for name in start["modules"] if name.startswith("PySide6.Qt")}
    assert libraries == {"QtCore", "QtGui", "QtWidgets"}


def test_what_nobody_has_asked_for_yet_is_not_there(start):
    assert not LATE & set(start["modules"])
    for name in LATE:  # or one that was renamed would never be missed
        __import__(name)


def test_the_window_says_that_models_are_being_loaded_until_they_are(start):
    assert start["badge"] == "Loading…"
    assert "Loading the face models…" in start["said"]
    assert (start["phase"], start["torch"]) == ("ready", True)
    assert start["device"]
