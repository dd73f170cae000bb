"""A soak sees what gathers, and is not taken in by what jumps."""

import csv
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from scipy.stats import theilslopes

from benchmarks.soak_samples import COUNTS, Sample, fit, judge, malloc_mb, take_sample

ROOT = Path(__file__).resolve().parent.parent.parent
LINUX = sys.platform.startswith("linux")

STILL = Sample(
    time_s=0.0,
    memory_mb=1000.0,
    malloc_mb=300.0,
    free_mb=50.0,
    blocks=1_000_000,
    threads=9,
    python_threads=1,
    descriptors=20,
    qobjects=2500,
    widgets=900,
    windows=4,
    tensors=600,
    connections=3,
    people=6,
)


def soaked(count=41, every_s=60.0, **grows):
    """Make samples; each field that is named grows by so much a sample."""
    return [
        replace(STILL, time_s=every_s * n, **{name: getattr(STILL, name) + by * n for name, by in grows.items()})
        for n in range(count)
    ]


def failed(samples, warm_up_s=600.0):
    return {verdict.name for verdict in judge(samples, warm_up_s=warm_up_s) if verdict.passed is False}


def test_the_line_is_that_of_theil_and_sen():
    times, values = [0.0, 1.0, 2.0, 3.0, 5.0, 8.0], [3.0, 2.5, 7.0, 4.5, 40.0, 9.0]
    assert fit(times, values)[0] == pytest.approx(theilslopes(values, times).slope)
    # By hand: pairs of (0, 1), (1, 3), (3, 6) have the slopes 2, 5/3, 3/2; what is left of the middle one is 1, 4/3, 1.
    assert fit([0.0, 1.0, 3.0], [1.0, 3.0, 6.0]) == (pytest.approx(5 / 3), pytest.approx(1.0))


def test_a_line_needs_two_times():
    with pytest.raises(ValueError, match="two different times"):
        fit([4.0, 4.0], [1.0, 2.0])


def test_what_stays_as_it_is_passes():
    assert failed(soaked()) == set()


@pytest.mark.parametrize(("mb_a_sample", "grows"), [(0.66, False), (0.68, True)])
def test_memory_may_grow_by_less_than_two_percent_after_the_warm_up(mb_a_sample, grows):
    # 30 minutes are judged, from 1000 + 10 x 0.66 = 1006.6 MB: 30 x 0.66 = 19.8 of 20.1 MB; 20.4 of 20.1 with 0.68.
    assert failed(soaked(memory_mb=mb_a_sample)) == ({"memory_mb"} if grows else set())


def test_what_comes_before_the_warm_up_ends_is_not_looked_at():
    samples = [replace(s, memory_mb=400.0 + 60.0 * min(n, 10)) for n, s in enumerate(soaked())]
    assert failed(samples) == set()
    assert failed(samples, warm_up_s=0.0) == set(), "the median of all slopes is flat still"
    (memory,) = (v for v in judge(samples, warm_up_s=600.0) if v.name == "memory_mb")
    assert (memory.before, memory.after) == (1000.0, 1000.0)


@pytest.mark.parametrize("name", COUNTS)
def test_one_more_every_eight_cycles_is_found(name):
    samples = [replace(s, **{name: getattr(s, name) + n // 8}) for n, s in enumerate(soaked())]
    assert failed(samples) == {name}


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_that_jumps_or_falls_is_no_growth(name):
    jumps = [replace(s, **{name: getattr(s, name) + 3 * (n % 4 == 0)}) for n, s in enumerate(soaked())]
    falls = [replace(s, **{name: getattr(s, name) - n // 8}) for n, s in enumerate(soaked())]
    assert failed(jumps) == failed(falls) == set()


def test_what_the_allocator_says_is_told_and_not_judged():
    verdicts = judge(soaked(malloc_mb=5.0, free_mb=5.0), warm_up_s=600.0)
    assert {v.name for v in verdicts if v.passed is None} == {"malloc_mb", "free_mb", "blocks"}
    (given_out,) = (v for v in verdicts if v.name == "malloc_mb")
    assert given_out.growth == pytest.approx(150.0 / 350.0)


def test_two_samples_are_no_verdict():
    with pytest.raises(ValueError, match="2 samples after the warm-up"):
        judge(soaked()[:12], warm_up_s=600.0)


@pytest.fixture
def sample(tmp_path, qapp):
    gallery = tmp_path / "g.osfi"
    gallery.write_bytes(b"")
    return lambda: take_sample(1.0, gallery=gallery, people=2)


def test_every_thing_more_is_counted(sample, tmp_path):
    before = sample()
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        kept = [QObject(), QWidget(), torch.zeros(3), torch.zeros(4)]
        with open(tmp_path / "g.osfi", "rb"), open(tmp_path / "g.osfi-journal", "wb"):
            after = sample()
    finally:
        ended.set()
        thread.join()
    assert len(kept) == 4
    assert after.qobjects - before.qobjects == 2
    assert (after.widgets - before.widgets, after.windows - before.windows) == (1, 1)
    assert (after.tensors - before.tensors, after.python_threads - before.python_threads) == (2, 1)
    if LINUX:
        assert (after.descriptors - before.descriptors, after.connections - before.connections) == (2, 2)
        assert after.threads - before.threads == 1


@pytest.mark.skipif(not LINUX, reason="asks glibc")
def test_the_allocator_is_asked_what_it_has_given_out():
    before, _ = malloc_mb()
    held = torch.ones(25_000_000, dtype=torch.uint8)
    during, _ = malloc_mb()
    assert during - before == pytest.approx(25.0, abs=2.0)
    del held
    after, _ = malloc_mb()
    assert after - before == pytest.approx(0.0, abs=2.0)


def test_a_short_soak_comes_to_a_verdict_and_leaves_the_gallery_as_it_was(tmp_path, shared_data):
    video = shared_data / "videos" / "liveportrait_d9.mp4"
    few = ["--people", "2", "--shots", "2", "--strangers", "1", "--guests", "1"]
    only = ["--only", "recognise", "guests", "lock", "file"]
    command = [sys.executable, "-m", "benchmarks.soak", str(video), str(shared_data / "lfw250"), *few, *only]
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [*command, "--minutes", "0.2", "--warm-up", "0", "--out", str(tmp_path)],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    with (tmp_path / "soak.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["people"] for row in rows} == {"2"}, done.stderr
    assert all(float(row["memory_mb"]) > 100.0 for row in rows)
    if len(rows) >= 3:
        # A few seconds are all warm-up: memory may grow in them, but there is a word on every line.
        assert done.returncode in {0, 1}, done.stderr
        assert "people" in done.stdout.splitlines()[-1]
        assert done.stdout.splitlines()[-1].endswith("constant")
    else:
        assert done.returncode == 2
        assert "too few: a slope needs 3" in done.stderr
    assert "Timers cannot be stopped" not in done.stderr
    assert (tmp_path / "soak.png").stat().st_size > 5_000
