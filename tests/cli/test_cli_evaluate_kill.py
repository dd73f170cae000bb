"""A real `osfi evaluate` is killed in the middle of a row, as by a power cut, and called again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from real_faces import import_mobile, people_of, strangers_of

WANTED = ("--shots", "1", "--known", "3", "--unknown", "10", "--probes", "1", "--epochs", "12", "--aligned")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill that cannot be heard")
def test_killed_in_the_middle_of_a_row_it_goes_on_with_that_row(osfi, shared_data, own_data_dir, tmp_path):
    import_mobile(shared_data)
    root = tmp_path / "people"
    for people, count in ((people_of(shared_data, 3), 2), (strangers_of(shared_data, 10), 1)):
        for person in people:
            (root / person.name).mkdir(parents=True)
            for file in sorted(person.iterdir())[:count]:
                shutil.copy(file, root / person.name)
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    call = ("evaluate", str(root), "--encoder", "mobile", *WANTED, "--json")
    command = [sys.executable, "-u", "-m", "osfi_gui.cli", *call, "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as running:
        assert running.stdout is not None
        # The pretrained encoder's row, by the cosine and by NAC; the next one has twelve steps before it.
        pretrained = [json.loads(running.stdout.readline()) for _ in range(2)]
        while not (out / "dir_far.svg").exists():  # the last of what is written between two rows
            assert running.poll() is None
            time.sleep(0.01)
        running.kill()
        assert running.wait(30) == -signal.SIGKILL
        assert running.stdout.read() == ""
    assert {row["start"] for row in pretrained} == {"pretrained"}
    (kept,) = (out / "rows").glob("*.npz")
    stamp = kept.stat().st_mtime_ns
    done = osfi(*call, "--out", out)
    assert done.code == 0, done.err
    assert kept.stat().st_mtime_ns == stamp
    assert len(list((out / "rows").glob("*.npz"))) == 2
    assert done.records[:2] == pretrained
    assert json.loads((out / "results.json").read_text())["rows"] == done.records
    # What was cut off is what it would have been: the run is the same to the bit.
    whole = osfi(*call, "--out", fresh)
    assert [{**row, "seconds": 0} for row in whole.records] == [{**row, "seconds": 0} for row in done.records]
