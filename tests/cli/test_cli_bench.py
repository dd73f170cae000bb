"""How fast it is, from the command line: what is measured and counted; no test here asks how long anything takes."""

from __future__ import annotations

import os
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from osfi_gui.core.errors import DeskError, SourceError
from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.services import match_speed
from osfi_gui.services.caches import largest_cache, sweep_bytes
from osfi_gui.services.live import Live
from osfi_gui.services.session import make_session
from osfi_gui.services.starting import seconds_until
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.vision.detect import MtcnnDetector
from osfi_gui.workers.speed import measure_live

LIVE = [
    "source",
    "source_fps",
    "device",
    "runtime",
    "half",
    "seconds",
    "frames",
    "dropped",
    "decisions",
    "faces",
    "display_fps",
    "decision_fps",
    "glass_to_decision_ms",
    "stages_ms",
    "rss_mb",
]


@pytest.fixture(autouse=True)
def threads_as_before():
    """Give torch back the threads it had: ``--threads`` sets those of the process."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


# The live path


def test_a_clip_is_played_once_and_every_frame_of_it_is_decided_or_counted_as_dropped(osfi, shared_data, desk):
    clip = shared_data / "videos" / "liveportrait_d0.mp4"
    done = osfi("bench", "live", clip, "--gallery", desk, "--threads", 1, "--json")
    assert (done.code, done.err) == (0, "")
    (line,) = done.records
    assert list(line) == LIVE
    assert (line["frames"], line["source_fps"], line["device"]) == (78, 25.0, "CPU, 1 thread")
    assert line["decisions"] + line["dropped"] == 78
    # One face throughout; a track is announced from its first frame on.
    assert line["faces"] == line["decisions"] >= 1
    # 78 frames last 3.12 s: nothing is shown more often than it comes, and a decision is of a frame that came.
    assert 0 < line["display_fps"] <= 25.01
    assert line["decision_fps"] == pytest.approx(line["decisions"] / line["seconds"], abs=0.01)
    assert line["seconds"] > 77 / 25 - 0.5
    assert list(line["stages_ms"]) == ["detect", "encode", "match"]
    glass = line["glass_to_decision_ms"]
    assert list(glass) == ["p50", "p95"]
    assert 0 < glass["p50"] <= glass["p95"]
    # The stages are a part of the way.
    assert min(line["stages_ms"].values()) > 0
    # torch alone is more than 100 MB, and no computer that runs the tests holds a thousand times as much.
    assert 100 < line["rss_mb"] < 100_000


def test_it_measures_by_another_runtime_or_says_why_not(osfi, shared_data, desk):
    clip = shared_data / "videos" / "liveportrait_d0.mp4"
    done = osfi("bench", "live", clip, "--gallery", desk, "--threads", 1, "--runtime", "opencv", "--json")
    assert (done.code, done.err, done.records[0]["runtime"]) == (0, "", "opencv")
    assert done.records[0]["faces"] >= 1


def test_without_a_gallery_the_demos_people_are_looked_for_and_it_reads_as_sentences(osfi):
    done = osfi("bench", "live", "demo", "--seconds", "0.5")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line.split("  ")[0].split(":")[0] for line in lines] == [
        "demo",
        "display",
        "decision",
        "glass to decision",
        "stages",
        "resident memory",
    ]


@pytest.mark.parametrize(
    ("arguments", "failure"),
    [
        (["nowhere.mp4"], "nowhere.mp4 does not exist. Use demo, camera, camera:NAME, an http:// or rtsp:// address,"),
        (["demo", "--threads", (os.cpu_count() or 1) + 1], f"This computer has {os.cpu_count()} core"),
        (["demo", "--seconds", "1", "--gallery", "none.osfi"], "There is no gallery none.osfi. Make one with:"),
        (["demo"], "Demo has no end. Say how long to measure, such as --seconds 20."),
    ],
    ids=["no file", "too many threads", "no gallery", "no end"],
)
def test_what_cannot_be_measured_is_refused_with_what_to_do(osfi, arguments, failure):
    assert osfi("bench", "live", *arguments, "--json").failure.startswith(failure)


def test_pictures_have_no_rates(osfi, people, desk):
    done = osfi("bench", "live", people / "Jacinda Ardern", "--gallery", desk)
    assert done.failure == (
        "Jacinda Ardern is no video, so it has no rates. Give a video, a camera, a stream, or demo."
    )


@pytest.mark.parametrize(
    "given", [["--seconds", "-1"], ["--threads", "-1"], ["--seconds", "soon"], ["--runtime", "tvm"]]
)
def test_wrong_usage_is_exit_code_2(osfi, given):
    assert osfi("bench", "live", "demo", *given).code == 2


class Played:
    """A video of plain frames, one whenever the test lets it; fails after them where it is to."""

    def __init__(self, frames, *, before=lambda index: None, error=None):
        self._frames, self._before, self._error, self._index = frames, before, error, 0
        self.closed = 0

    @property
    def info(self):
        return SourceInfo("wall", 64, 48, 10.0, self._frames, live=False, video=True)

    def open(self):
        self._index = 0

    def close(self):
        self.closed += 1

    def read(self):
        self._before(self._index)
        if self._index == self._frames:
            if self._error is not None:
                raise self._error
            return None
        frame = Frame(np.full((48, 64, 3), 120, np.uint8), self._index, self._index / 10)
        self._index += 1
        return frame


@pytest.fixture
def live(enrolled, device, sface):
    """Give the real live path with a session."""
    made = Live(SimpleNamespace(encoder=sface, new_detector=lambda: MtcnnDetector(device)))
    with GalleryFile.open(enrolled, "a passphrase for the tests", create=False) as store:
        made.use_session(make_session(store, sface))
    return made


def test_what_comes_while_a_frame_is_decided_is_dropped_but_for_the_newest(live, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    work, seen = live.work, []

    def slow(frame):
        seen.append(frame.index)
        begun.set()
        assert go_on.wait(20)
        return work(frame)

    def before(index):
        # The first frame is being decided before the second comes, and is decided when all six have come.
        if index == 1:
            assert begun.wait(20)
        if index == 6:
            go_on.set()

    monkeypatch.setattr(live, "work", slow)
    source = Played(6, before=before)
    speed = measure_live(source, live)
    assert seen == [0, 5]
    assert (speed.frames, speed.dropped, speed.decisions, speed.faces) == (6, 4, 2, 0)
    assert len(speed.glass_ms) == 2
    assert source.closed == 1


def test_a_source_that_fails_ends_the_run_with_its_own_words(live):
    source = Played(2, error=SourceError("The wall fell.", "Build it again."))
    with pytest.raises(SourceError, match=r"The wall fell\. Build it again\."):
        measure_live(source, live)
    assert source.closed == 1


def test_recognition_that_fails_ends_the_run_and_closes_the_source(live, monkeypatch):
    failed = threading.Event()

    def fail(frame):
        failed.set()
        raise RuntimeError("out of memory")

    monkeypatch.setattr(live, "work", fail)
    source = Played(1000, before=lambda index: index == 0 or failed.wait(20))
    with pytest.raises(RuntimeError, match="out of memory"):
        measure_live(source, live)
    assert source.closed == 1


def test_a_video_without_a_frame_is_refused(live):
    with pytest.raises(DeskError, match=r"^No frame came to be decided\. Give a longer video"):
        measure_live(Played(0), live)


# One match


@pytest.fixture
def few_rounds(monkeypatch):
    """Measure less often than for figures: gone through twice between two rounds, a large cache takes its time."""
    monkeypatch.setattr(match_speed, "SHORT_ROUNDS", 5)
    monkeypatch.setattr(match_speed, "COLD_ROUNDS", 3)


@pytest.mark.usefixtures("few_rounds")
def test_a_match_is_measured_at_each_size_the_search_alone_and_with_each_matcher_beside_a_copy_of_the_same_bytes(osfi):
    done = osfi("bench", "match", "--sizes", "3, 1000", "--json")
    assert (done.code, done.err) == (0, "")
    fields = [
        "size", "matcher", "faces", "bytes", "match_ms", "copy_ms", "cold_match_ms", "cold_copy_ms", "swept_bytes",
        "ratio", "cold_ratio",
    ]  # fmt: skip
    assert all(list(line) == fields for line in done.records)
    matchers = ["search", "cosine", "nac", "nac-cohort"]
    assert [(line["size"], line["matcher"]) for line in done.records] == [(n, m) for n in (3, 1000) for m in matchers]
    for line in done.records:
        assert line["ratio"] == pytest.approx(line["match_ms"] / line["copy_ms"], abs=6e-4)
        assert line["cold_ratio"] == pytest.approx(line["cold_match_ms"] / line["cold_copy_ms"], abs=6e-4)
        assert line["copy_ms"] > 0
        assert line["cold_copy_ms"] > 0
        assert line["swept_bytes"] == sweep_bytes(largest_cache()) >= 64 * 2**20
        assert (line["faces"], line["bytes"]) == (1, line["size"] * 128 * 4)


@pytest.mark.usefixtures("few_rounds")
def test_warm_and_cold_are_read_apart(osfi):
    done = osfi("bench", "match", "--sizes", "3")
    assert (done.code, done.err) == (0, "")
    assert [line.split()[2:4] for line in done.out.splitlines()] == [
        [matcher, kind] for matcher in ("search", "cosine", "nac", "nac-cohort") for kind in ("warm", "cold")
    ]
    swept = f"{sweep_bytes(largest_cache()) // 2**20} MiB gone through before each"
    assert [line.endswith(swept) for line in done.out.splitlines()] == 4 * [False, True]


@pytest.mark.usefixtures("few_rounds")
def test_faces_are_matched_together_and_float16_takes_half_of_the_bytes(osfi):
    done = osfi("bench", "match", "--sizes", "200", "--faces", "8", "--half", "--json")
    assert (done.code, done.err) == (0, "")
    assert {(line["faces"], line["bytes"]) for line in done.records} == {(8, 200 * 128 * 2)}
    assert osfi("bench", "match", "--faces", "33").code == 2


@pytest.mark.usefixtures("few_rounds")
def test_vectors_may_be_as_long_as_another_encoder_s(osfi):
    done = osfi("bench", "match", "--sizes", "200", "--dim", "512", "--json")
    assert (done.code, done.err) == (0, "")
    assert {line["bytes"] for line in done.records} == {200 * 512 * 4}
    assert osfi("bench", "match", "--dim", "0").code == 2
    with pytest.raises(DeskError, match="Vectors of 1025 numbers cannot be measured"):
        next(match_speed.measure_match(10, dim=1025))


@pytest.mark.parametrize(
    ("sizes", "failure"),
    [
        ("1000,many", "“many” is no number of prototypes. Give --sizes such as 1000,100000."),
        ("1000,", "“” is no number of prototypes. Give --sizes such as 1000,100000."),
        ("-5", "“-5” is no number of prototypes. Give --sizes such as 1000,100000."),
        ("0", "0 prototypes cannot be measured. Choose sizes from 1 to 2000000."),
        ("3000000", "3000000 prototypes cannot be measured. Choose sizes from 1 to 2000000."),
    ],
)
def test_sizes_that_are_none_are_refused(osfi, sizes, failure):
    assert osfi("bench", "match", f"--sizes={sizes}").failure == failure


# A start


def test_a_start_gives_window_then_recognition_then_decision_beside_what_nothing_is_faster_than(osfi):
    done = osfi("bench", "start", "--runs", 1, "--json")
    assert (done.code, done.err) == (0, "")
    (line,) = done.records
    assert list(line) == [
        "runs", "empty_window_s", "torch_s", "window_s", "ready_s", "decision_s", "window_ratio", "ready_ratio",
    ]  # fmt: skip
    assert line["runs"] == 1
    assert 0 < line["window_s"] < line["ready_s"] < line["decision_s"]
    # One round: its ratios are those of its seconds, which are rounded to a thousandth.
    assert line["window_ratio"] == pytest.approx(line["window_s"] / line["empty_window_s"], rel=0.02)
    assert line["ready_ratio"] == pytest.approx(line["ready_s"] / line["torch_s"], rel=0.02)


def test_a_program_that_fails_is_told_with_its_last_words():
    with pytest.raises(DeskError) as told:
        seconds_until("import sys; print('working', file=sys.stderr); sys.exit('no screen')")
    assert str(told.value) == "The program did not come to its end (code 1): no screen Run “osfi doctor”."


def test_what_a_program_says_is_counted_from_its_start():
    # An hour before, and an hour after now: two hours lie between them, whenever it began.
    said = seconds_until("import time; now = time.time(); print('past', now - 3600); print('later', now + 3600)")
    assert list(said) == ["past", "later"]
    assert said["later"] - said["past"] == pytest.approx(7200, abs=1e-3)
