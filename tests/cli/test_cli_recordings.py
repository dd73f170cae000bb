"""Recordings from the command line: listed, looked into, replayed and compared, deleted."""

import os

import cv2
import numpy as np
import pytest

from osfi_gui import __version__
from osfi_gui.core.recording import Heading, seen_of
from osfi_gui.core.values import Verdict
from osfi_gui.services.engine import Engine
from osfi_gui.services.live import Live
from osfi_gui.services.recording import take_of
from osfi_gui.services.session import make_session
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.store.recording import RecordingFile, RecordingWriter
from osfi_gui.vision.detect import MtcnnDetector
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.sources import DemoSource

PASSPHRASE = "a passphrase for the tests"
ARDERN = "Jacinda Ardern"
EVERY = 6
"""Of the show's 25 frames a second, recognition has taken about four."""


@pytest.fixture
def record(desk, sface, device, demo_dir, tmp_path):
    """Recognise a show of an enrolled person and a stranger as the window does, and record it."""
    pictures = (demo_dir / "enrol" / ARDERN / "2022.jpg", demo_dir / "strangers" / "obama.jpg")

    def make(name="one.osfirec", *, missing_at=(), program=__version__, half=False):
        path = tmp_path / name
        # With the threads that the command will use, as the window does, whatever another test has left behind: their
        # number decides in which order sums are taken.
        choose_device("cpu")
        live = Live(Engine(sface, lambda: MtcnnDetector(device), "SFace", "CPU"))
        writer, decided = RecordingWriter(path, PASSPHRASE, Heading(program, "2026-11-24", desk.name)), []
        with GalleryFile.open(desk, PASSPHRASE) as store, DemoSource(pictures, seconds_each=2.5) as source:
            session = make_session(store, sface, half=half)
            live.use_session(session)
            writer.begin_take(take_of(session, number=1, source="Demo", video=True))
            missing = 0
            for frame in (source.read() for _ in range(125)):
                if frame.index % EVERY:
                    continue
                made = live.work(frame)
                if frame.index in missing_at:
                    missing += 1
                    continue
                writer.add(frame, seen_of(made), take=1, missing=missing, clock_s=frame.time_s)
                decided.append(made)
                missing = 0
        writer.finish(missing=len(missing_at))
        return path, decided

    return make


def test_a_replay_decides_as_recorded(osfi, desk, record):
    path, decided = record()
    faces = sum(len(made.sightings) for made in decided)
    done = osfi("recordings", "replay", path, "--gallery", desk, "--json")
    assert done.code == 0
    (result,) = done.records
    assert (result["same"], result["frames"], result["faces"]) == (True, 21, faces)
    assert (result["differing"], result["uncertain"], result["missing"], result["changes"]) == (0, 0, 0, [])
    assert result["score_deviation"] <= 1e-6
    done = osfi("recordings", "replay", path, "--gallery", desk)
    assert done.out.splitlines()[0] == f"Every decision is the recorded one: 21 frames, {faces} faces."


def test_what_was_recorded_in_half_precision_is_replayed_in_it(osfi, desk, record):
    path, decided = record(half=True)
    full, _ = record("full.osfirec")
    scores = [s.decision.match.score for made in decided for s in made.sightings]
    done = osfi("recordings", "replay", path, "--gallery", desk, "--json")
    (result,) = done.records
    assert (done.code, result["same"], result["changes"]) == (0, True, [])
    assert result["score_deviation"] <= 1e-6
    # It did decide by other numbers: those of the full ones are not the same.
    with RecordingFile(full, PASSPHRASE) as recording:
        others = [seen.score for frame in recording.frames() for seen in frame.seen]
    assert len(others) == len(scores)
    apart = max(abs(one - other) for one, other in zip(scores, others, strict=True))
    assert 1e-6 < apart < 2.0**-11 + 1e-6


def test_a_replay_with_another_gallery_says_which_decisions_differ_and_why(osfi, desk, record):
    path, decided = record(program="0.0.1")
    with GalleryFile.open(desk, PASSPHRASE) as store:
        store.erase(store.find(ARDERN).identity_id)
    accepted = [
        number for number, made in enumerate(decided) if any(s.decision.identity == ARDERN for s in made.sightings)
    ]
    assert accepted  # or nothing could differ
    done = osfi("recordings", "replay", path, "--gallery", desk, "--json")
    assert done.code == 3
    *found, result = done.records
    assert [line["frame"] for line in found] == accepted
    assert all(line["what"].startswith(f"recorded ACCEPT {ARDERN}") for line in found)
    assert (result["same"], result["differing"], result["uncertain"]) == (False, len(accepted), 0)
    assert result["changes"][0] == f"It was recorded by version 0.0.1; this is {__version__}."
    assert result["changes"][1] == "The gallery has changed since: then revision 2 with 2, now 1 person."
    done = osfi("recordings", "replay", path, "--gallery", desk)
    assert done.code == 3
    assert done.out.count(f"recorded ACCEPT {ARDERN}") == len(accepted)
    assert "The gallery has changed since" in done.err


def test_what_differs_only_after_missing_frames_has_a_code_of_its_own(osfi, desk, record):
    path, _ = record(missing_at=(0, 6))
    with GalleryFile.open(desk, PASSPHRASE) as store:
        store.erase(store.find(ARDERN).identity_id)
    done = osfi("recordings", "replay", path, "--gallery", desk, "--json")
    assert done.code == 4
    result = done.records[-1]
    assert (result["same"], result["differing"], result["missing"]) == (False, 0, 2)
    assert result["uncertain"] >= 1


def test_what_a_recording_holds(osfi, desk, record):
    path, decided = record()
    frames = sum(1 for made in decided if any(s.decision.identity == ARDERN for s in made.sightings))
    done = osfi("recordings", "info", path, "--json")
    (held,) = done.records
    assert (held["frames"], held["width"], held["height"], held["seconds"]) == (21, 640, 480, 4.8)
    assert held["people"] == {ARDERN: frames}
    assert held["gallery"] == desk.name
    assert held["size_bytes"] == path.stat().st_size
    (take,) = held["takes"]
    assert (take["encoder"], take["people"], take["matcher"]) == ("sface", 2, "cosine")
    done = osfi("recordings", "info", path)
    assert f"accepted   {ARDERN}, in {frames} frames" in done.out.splitlines()


def test_a_recording_is_a_source_like_another(osfi, desk, record):
    path, decided = record()
    done = osfi("identify", path, "--gallery", desk, "--json")
    assert done.code == 0
    assert [(line["frame"], line["track"], line["decision"], line["identity"]) for line in done.records] == [
        (made.frame.index, s.track, str(s.decision.verdict), s.decision.identity)
        for made in decided
        for s in made.sightings
    ]


def test_recordings_are_listed_newest_first_without_a_passphrase(osfi, tmp_path, monkeypatch):
    monkeypatch.delenv("OSFI_PASSPHRASE")
    folder = tmp_path / "osfi-data" / "recordings"
    done = osfi("recordings", "list")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"There are no recordings in {folder}.\n"
    folder.mkdir(parents=True)
    for name, at in (("a", 1_000_000_000), ("c", 1_200_000_000), ("b", 1_100_000_000)):
        file = folder / f"{name}.osfirec"
        file.write_bytes(b"x" * 2_000_000)
        os.utime(file, (at, at))
    (folder / "other.txt").write_text("no recording")
    done = osfi("recordings", "list", "--json")
    assert [line["file"] for line in done.records] == [str(folder / f"{name}.osfirec") for name in "cba"]
    assert [line["size_bytes"] for line in done.records] == [2_000_000] * 3
    assert done.records[0]["changed_at"] == "2008-01-10T21:20:00+00:00"
    done = osfi("recordings", "list")
    assert done.out.splitlines()[0] == f"2008-01-10T21:20:00+00:00        2.0 MB  {folder / 'c.osfirec'}"


def test_deleted_recordings_are_gone(osfi, tmp_path):
    one, two, other = tmp_path / "1.osfirec", tmp_path / "2.osfirec", tmp_path / "desk.osfi"
    for file in (one, two, other):
        file.write_bytes(b"x")
    assert osfi("recordings", "delete", one, other).failure == (
        f"{other} is no recording. Give a file that ends in .osfirec."
    )
    assert one.exists()
    assert osfi("recordings", "delete", one, two).code == 0
    assert [file.name for file in tmp_path.glob("*.osfi*")] == ["desk.osfi"]


@pytest.mark.parametrize("command", ["info", "replay"])
def test_what_cannot_be_read_is_one_line(osfi, desk, tmp_path, command):
    path = tmp_path / "other.osfirec"
    RecordingWriter(path, "something else", Heading("1", "now", "other.osfi")).finish(missing=0)
    gallery = ["--gallery", desk]
    assert osfi("recordings", command, path, *gallery).failure == (
        "The passphrase does not open other.osfirec, or the file is not a recording. "
        "Open the gallery it was made with, and check the file."
    )
    gone = tmp_path / "gone.osfirec"
    assert osfi("recordings", command, gone, *gallery).failure == (
        f"There is no recording {gone}. Check the path, or choose another file."
    )


def frames_of(path):
    """Give the frames of a video in RGB, and its rate."""
    video, frames = cv2.VideoCapture(str(path)), []
    while (came := video.read())[0]:
        frames.append(came[1][:, :, ::-1].astype(int))
    rate = video.get(cv2.CAP_PROP_FPS)
    video.release()
    return frames, rate


def test_an_exported_recording_shows_its_frames_at_their_times_with_what_was_decided_or_plain(
    osfi, record, tmp_path, demo_dir
):
    path, decided = record()
    drawn, bare = tmp_path / "drawn.mp4", tmp_path / "bare.mp4"
    done = osfi("recordings", "export", path, "--out", drawn)
    assert (done.code, done.out.startswith(f"{drawn}: 21 frames")) == (0, True)
    assert "not encrypted and shows faces" in done.err
    done = osfi("recordings", "export", path, "--out", bare, "--plain", "--json")
    assert (done.code, done.records[0]["frames"], done.records[0]["encrypted"]) == (0, 21, False)
    # Every sixth of 25 frames a second was kept, 21 of them: each is shown six times, the last one once.
    (with_boxes, rate), (without, _) = frames_of(drawn), frames_of(bare)
    assert (rate, len(with_boxes), len(without)) == (25.0, 121, 121)
    pictures = (demo_dir / "enrol" / ARDERN / "2022.jpg", demo_dir / "strangers" / "obama.jpg")
    with DemoSource(pictures, seconds_each=2.5) as source:
        original = [source.read().pixels.astype(int) for _ in range(125)]
    accepted = rejected = 0
    for number, made in enumerate(decided):
        shown, marked = without[6 * number], with_boxes[6 * number]
        assert np.abs(shown - original[6 * number]).mean() < 6.0
        for sighting in made.sightings:
            x, y, _, height = (round(float(value)) for value in sighting.face.box)
            edge = marked[y + height // 2 - 10 : y + height // 2 + 10, max(x - 4, 0) : x + 5].reshape(-1, 3)
            if sighting.decision.identity == ARDERN:  # a solid green line
                accepted += 1
                assert (edge[:, 1] - edge[:, 0]).max() > 60
                assert (edge[:, 1] - edge[:, 2]).max() > 20
            elif sighting.decision.verdict is Verdict.REJECT:
                rejected += 1
                assert np.abs(marked - shown).max() > 100
    assert accepted > 3
    assert rejected > 3
    assert sorted(file.name for file in tmp_path.glob("*.mp4")) == ["bare.mp4", "drawn.mp4"]


def test_an_export_that_is_refused_or_fails_leaves_no_file_behind(osfi, record, tmp_path):
    path, _ = record()
    before = sorted(file.name for file in tmp_path.iterdir())
    (tmp_path / "there.mp4").write_bytes(b"mine")
    for out, words in (("there.mp4", "is there already"), ("film.avi", "Let the name end in .mp4"), ("no/x.mp4", "no")):
        done = osfi("recordings", "export", path, "--out", tmp_path / out)
        assert done.code == 1
        assert words in done.failure
    assert (tmp_path / "there.mp4").read_bytes() == b"mine"
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40_000] = bytes(40_000)
    path.write_bytes(data)
    assert "damaged" in osfi("recordings", "export", path, "--out", tmp_path / "x.mp4").failure
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([*before, "there.mp4"])
