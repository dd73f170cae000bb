"""A gallery whose program was killed."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from osfi_gui.store.gallery import GalleryFile

if TYPE_CHECKING:
    from pathlib import Path

ENROL = """
import itertools, sys, time
from pathlib import Path
import numpy as np
from osfi_gui.core.values import Face, Portrait
from osfi_gui.store import rows
from osfi_gui.core.enrolment import NewShot
from osfi_gui.store.gallery import GalleryFile

path, passphrase, mode = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
random = np.random.default_rng(0)

def shots(count):
    return [
        NewShot(
            Portrait(random.integers(0, 256, (200, 200, 3), dtype=np.uint8),
                     Face((0, 0, 9, 9), np.zeros((5, 2), np.float32), 0.9)),
            "camera", {"sface": random.normal(size=8).astype(np.float32)})
        for _ in range(count)
    ]

with GalleryFile.open(path, passphrase, create=True) as gallery:
    gallery.enrol("before", shots(3))
    if mode == "in the middle":
        inserted, count = rows.inserted_id, itertools.count()
        def stop(result):
            if next(count) == 120:  # about 14 MB in, more than the cache holds back
                print("middle", flush=True)
                time.sleep(60)
            return inserted(result)
        rows.inserted_id = stop
        gallery.enrol("half", shots(130))
    print("running", flush=True)
    for number in itertools.count():
        gallery.enrol(f"person {number}", shots(3))
"""


def _killed(path: Path, passphrase: str, *, mode: str, after_s: float) -> None:
    command = [sys.executable, "-c", ENROL, str(path), passphrase, mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline().strip() in {"middle", "running"}
            time.sleep(after_s)
        finally:
            process.kill()
        assert process.wait(30) != 0


def test_an_enrolment_killed_in_the_middle_never_happened(path: Path, passphrase: str) -> None:
    _killed(path, passphrase, mode="in the middle", after_s=0)
    journal = path.with_name(path.name + "-wal")
    assert journal.stat().st_size > 1_000_000, "the half enrolment had reached the disk"

    with GalleryFile.open(path, passphrase) as gallery:
        assert [(identity.name, identity.shots) for identity in gallery.identities()] == [("before", 3)]
        assert len(gallery.shots()) == 3
        assert gallery.embeddings("sface").matrix.shape == (3, 8)
        assert gallery.revision == 1
        assert gallery.add_identity("after").name == "after"


@pytest.mark.parametrize("after_s", [0.01, 0.05, 0.15])
def test_a_kill_at_any_time_leaves_whole_enrolments(path: Path, passphrase: str, after_s: float) -> None:
    _killed(path, passphrase, mode="any time", after_s=after_s)
    with GalleryFile.open(path, passphrase) as gallery:
        identities = gallery.identities()
        assert {identity.shots for identity in identities} == {3}
        assert gallery.revision == len(identities)
        assert len(gallery.shots()) == len(gallery.embeddings("sface").shot_ids) == 3 * len(identities)
        with gallery._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA cipher_integrity_check").all() == []
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
