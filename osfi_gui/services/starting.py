"""How long a start takes: programs are started as an operator starts them, and say when something happened."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from osfi_gui.core.errors import DeskError

PROGRAM = "from osfi_gui.app import main; main()"


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
    """Start the demo; give the seconds until ``window`` is there and until the first ``decision``."""
    said = seconds_until(PROGRAM, "--demo", "--timings", "--quit-after-decisions", "1")
    if missing := {"window", "decision"} - said.keys():
        raise DeskError(f"The demo ended without {' and '.join(sorted(missing))}.", "Run “osfi doctor”.")
    return said
