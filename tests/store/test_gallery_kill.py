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

PROMOTE = """
import itertools, sys, time
from pathlib import Path
import numpy as np
import sqlalchemy as sa
from osfi_gui.core.enrolment import NewShot
from osfi_gui.core.tune import Recipe, Version
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.values import Face, Portrait
from osfi_gui.store.gallery import GalleryFile

path, passphrase, mode = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
face = Face((0, 0, 9, 9), np.zeros((5, 2), np.float32), 0.9)
shot = NewShot(Portrait(np.zeros((9, 9, 3), np.uint8), face), "camera")

def promote(gallery, version_id, number, dim):
    # The same number in every vector and in the threshold, so that a mixture of two promotions is seen.
    vector = np.full(dim, number, np.float32)
    gallery.promote(
        version_id, "sface", revision=1,
        vectors=dict.fromkeys(range(1, 151), vector), stranger_vectors=dict.fromkeys(range(1, 151), vector),
        point=OperatingPoint("cosine", 1, float(number), float(number), f"sface@{version_id}"))

def add(gallery, size):
    gallery.add_version(Version(0, "sface", 0, "", Recipe(), None, 1, (1,), 0), bytes(size))

def stop():
    print("middle", flush=True)
    time.sleep(60)

with GalleryFile.open(path, passphrase, create=True) as gallery:
    gallery.enrol("before", [shot] * 150)
    gallery.add_strangers([shot] * 150)
    add(gallery, 9)
    add(gallery, 9)
    promote(gallery, 1, 1, 4096)
    if mode == "any time":
        print("running", flush=True)
        for number in itertools.count(2):
            promote(gallery, 1 + number % 2, number, 4096)
            if number % 5 == 0:
                gallery.roll_back("sface")
    gallery._forget_journal()
    if mode == "COMMIT":
        sa.event.listen(gallery._engine, "commit", lambda connection: stop())
    @sa.event.listens_for(gallery._engine, "before_cursor_execute")
    def before(connection, cursor, statement, *rest):
        if statement.startswith(mode):
            stop()
    add(gallery, 20_000_000) if "version_" in mode else promote(gallery, 2, 2, 16384)
"""


def _killed(path: Path, passphrase: str, *, mode: str, after_s: float, program: str = ENROL) -> None:
    command = [sys.executable, "-c", program, str(path), passphrase, mode]
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


@pytest.mark.parametrize("before", ["INSERT INTO operating_points", "INSERT INTO promotions", "COMMIT"])
def test_a_promotion_killed_in_the_middle_never_happened(path: Path, passphrase: str, before: str) -> None:
    _killed(path, passphrase, mode=before, after_s=0, program=PROMOTE)
    # The journal was empty before it, and 300 vectors of 64 kB are more than the cache holds back.
    assert path.with_name(path.name + "-wal").stat().st_size > 1_000_000, "the half promotion had reached the disk"

    with GalleryFile.open(path, passphrase) as gallery:
        assert (gallery.in_use("sface"), gallery.back_to("sface")) == (1, 0)
        assert gallery.embeddings("sface@2").matrix.shape == (0, 0)
        assert gallery.stranger_embeddings("sface@2").matrix.shape == (0, 0)
        assert gallery.operating_point("sface@2") is None
        _assert_whole(gallery)
        assert gallery.roll_back("sface") == 0


@pytest.mark.parametrize("before", ["INSERT INTO version_deltas", "INSERT INTO version_identities"])
def test_a_run_killed_while_its_version_is_stored_leaves_nothing(path: Path, passphrase: str, before: str) -> None:
    _killed(path, passphrase, mode=before, after_s=0, program=PROMOTE)
    if before.endswith("identities"):
        assert path.with_name(path.name + "-wal").stat().st_size > 1_000_000, "the weights had reached the disk"
    with GalleryFile.open(path, passphrase) as gallery:
        assert [version.version_id for version in gallery.versions("sface")] == [2, 1]
        with gallery._engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT sum(length(delta)) FROM version_deltas").scalar_one() == 18
        _assert_whole(gallery)


@pytest.mark.parametrize("after_s", [0.02, 0.1, 0.3])
def test_a_kill_at_any_time_leaves_version_embeddings_and_operating_point_of_one_promotion(
    path: Path, passphrase: str, after_s: float
) -> None:
    _killed(path, passphrase, mode="any time", after_s=after_s, program=PROMOTE)
    with GalleryFile.open(path, passphrase) as gallery:
        _assert_whole(gallery)
        assert gallery.in_use("sface") != gallery.back_to("sface")


def _assert_whole(gallery: GalleryFile) -> None:
    """What is in use was made by one promotion, and the file is sound."""
    name = f"sface@{gallery.in_use('sface')}"
    point = gallery.operating_point(name)
    assert point is not None
    for found in (gallery.embeddings(name).matrix, gallery.stranger_embeddings(name).matrix):
        assert found.shape == (150, 4096)
        assert (found == point.threshold).all()
    with gallery._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA cipher_integrity_check").all() == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
