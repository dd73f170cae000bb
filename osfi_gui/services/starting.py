"""How long a start takes: programs are started as an operator starts them, and say when something happened."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from osfi_gui.core.errors import DeskError

PROGRAM = "from osfi_gui.app import main; main()"
EMPTY_WINDOW = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, painted)
def painted():
    print("window", time.time())
    window.close()
app = QApplication([])
window = Window()
window.show()
app.exec()
"""
"""The floor of a window: nothing but PySide6, and its first painting."""
TORCH = "import torch, time; print('torch', time.time())"
"""The floor of whatever computes with torch."""


def seconds_until(code: str, *arguments: str) -> dict[str, float]:
    """Run a program in a process of its own, with an empty data folder; without a screen where there is none.

    Parameters
    ----------
    code : str
        Python that prints lines of a word and the time since 1970 in seconds.
    arguments : str
        What it is started with.

    Returns
    -------
    dict of str to float
        Seconds from its start to each thing it says.

    Raises
    ------
    DeskError
        When it fails.
    """
    with tempfile.TemporaryDirectory() as place:
        surroundings = {**os.environ, "OSFI_DATA_DIR": place}
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            surroundings.setdefault("QT_QPA_PLATFORM", "offscreen")
        began = time.time()
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, env=surroundings
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        msg = f"The program did not come to its end (code {done.returncode}): {last}"
        raise DeskError(msg, "Run “osfi doctor”.")
    return {line.split()[0]: float(line.split()[1]) - began for line in done.stdout.splitlines()}


def start_seconds() -> dict[str, float]:
    """Start the demo; give the seconds until its ``window`` is painted, it is ``ready``, and its first ``decision``."""
    said = seconds_until(PROGRAM, "--demo", "--timings", "--quit-after-decisions", "1")
    if missing := {"window", "ready", "decision"} - said.keys():
        raise DeskError(f"The demo ended without {' and '.join(sorted(missing))}.", "Run “osfi doctor”.")
    return said


def start_beside_floors() -> dict[str, float]:
    """Start the demo between two programs that do the least there is to do, so that all three meet the same load.

    Returns
    -------
    dict of str to float
        Seconds from a program's start to ``empty_window``, ``torch`` (imported alone), ``window``, ``ready`` and
        ``decision``; and the ratios ``window_ratio`` (window to empty window) and ``ready_ratio`` (ready to torch).
    """
    empty, torch = seconds_until(EMPTY_WINDOW)["window"], seconds_until(TORCH)["torch"]
    ours = start_seconds()
    return {
        "empty_window": empty,
        "torch": torch,
        **{what: ours[what] for what in ("window", "ready", "decision")},
        "window_ratio": ours["window"] / empty,
        "ready_ratio": ours["ready"] / torch,
    }
