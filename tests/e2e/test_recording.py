"""A session is recorded in the window and played again: the same decisions, and nothing without the key."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from typer.testing import CliRunner

from osfi_gui.cli import app as osfi
from osfi_gui.core.desk import Phase
from osfi_gui.core.events import Token
from osfi_gui.core.recording import SUFFIX, Heading, Take
from osfi_gui.core.values import Frame, Verdict
from osfi_gui.services.enrol import enrol_files
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.store.recording import RecordingFile, RecordingWriter
from osfi_gui.vision.sources import VideoSource

PASSPHRASE = "correct horse"
NAME = "Ada"


@pytest.fixture(scope="session")
def clip(shared_data):
    """Give a clip of one person in front of a camera."""
    return shared_data / "videos" / "liveportrait_d0.mp4"


@pytest.fixture(scope="session")
def enrolled(clip, mtcnn, sface, tmp_path_factory):
    """Give a closed gallery in which the person of the clip is enrolled, by its first picture; copied, never opened."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("enrolled")
    with VideoSource(clip) as video:
        Image.fromarray(video.read().pixels).save(folder / "first.png")
    path = folder / "desk.osfi"
    with GalleryFile.open(path, PASSPHRASE, create=True) as store:
        token = Token()
        list(enrol_files(NAME, [folder / "first.png"], store=store, detector=mtcnn, encoder=sface, token=token))
        assert [person.shots for person in store.identities()] == [1]
    return path


@pytest.fixture
def gallery(enrolled, tmp_path):
    return Path(shutil.copy(enrolled, tmp_path / "desk.osfi"))


@pytest.fixture
def recordings(tmp_path):
    """Give the folder that the program records into; see the fixture of the data folder."""
    return tmp_path / "osfi-data" / "recordings"


def started(begin, gallery, **options):
    desk = begin(gallery=str(gallery), **options)
    desk.unlock(PASSPHRASE)
    desk.until(desk.is_open)
    return desk


def play_through(desk):
    """Play the source again from its beginning to its end."""
    phases = []
    desk.app.capture.source_changed.connect(lambda state: phases.append(state.phase))
    desk.app.capture.again()
    desk.until(lambda: phases[-1:] == [Phase.ENDED] and Phase.READY in phases)


def osfi_json(*arguments):
    done = CliRunner().invoke(osfi, [*map(str, arguments), "--json"], env={"OSFI_PASSPHRASE": PASSPHRASE})
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_what_was_recorded_is_decided_alike_when_it_is_played_again(begin, gallery, clip, recordings):
    desk = started(begin, gallery, source=str(clip))
    bar = desk.window.identify.record
    desk.until(lambda: desk.window.identify.picture.frame is not None)
    desk.until(bar.button.isEnabled)
    desk.press(bar.button)
    desk.until(lambda: bar.running)
    assert bar.button.text() == "■  Stop recording"
    assert bar.button.property("role") == "recording"
    assert desk.window.topbar.recording_badge.isVisible()
    assert any(said.startswith("Faces are being recorded") for said in desk.notices())
    already = len(desk.decided)
    # A busy machine recognises few frames of so short a clip.
    while bar._state.frames < 6 or NAME not in [decision.identity for decision in desk.decided[already:]]:
        play_through(desk)
    desk.press(bar.button)
    desk.until(lambda: any(said.startswith("Recorded ") for said in desk.notices()))
    desk.until(lambda: not bar.running)
    assert not desk.window.topbar.recording_badge.isVisible()
    (path,) = recordings.iterdir()
    assert path.suffix == SUFFIX
    with RecordingFile(path, PASSPHRASE) as recording:
        kept = list(recording.frames())
        assert recording.heading.ended_at
    said = next(said for said in desk.notices() if said.startswith("Recorded "))
    assert f"{path.name}: {len(kept)} frames, {path.stat().st_size / 1e6:.1f} MB" in said
    # Every pixel is the clip's own.
    with VideoSource(clip) as video:
        original = {frame.index: frame.pixels for frame in iter(video.read, None)}
    for frame in kept:
        np.testing.assert_array_equal(frame.pixels, original[frame.index])
    for take in {frame.take.number for frame in kept}:
        places = [frame.index for frame in kept if frame.take.number == take]
        assert places == sorted(set(places))
    accepted = [seen for frame in kept for seen in frame.seen if seen.verdict is Verdict.ACCEPT]
    assert {seen.identity for seen in accepted} == {NAME}

    desk.window.source_requested.emit(str(path))
    desk.until(lambda: any(said.startswith("Every decision") for said in desk.notices()))
    faces = sum(len(frame.seen) for frame in kept)
    assert f"Every decision is the recorded one: {len(kept)} frames, {faces} faces." in desk.notices()
    desk.end()

    code, (result,), _ = osfi_json("recordings", "replay", path, "--gallery", gallery)
    assert code == 0
    assert (result["same"], result["frames"], result["faces"]) == (True, len(kept), faces)
    assert result["changes"] == []
    assert result["score_deviation"] < 1e-5


def test_the_lock_ends_a_recording_and_nothing_of_it_is_seen_before_the_key_is_back(begin, gallery, clip, recordings):
    desk = started(begin, gallery, source=str(clip))
    bar, picture = desk.window.identify.record, desk.window.identify.picture
    desk.until(bar.button.isEnabled)
    desk.key(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: bar.running)
    while bar._state.frames < 2:
        play_through(desk)
    desk.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: any(said.startswith("Recorded ") for said in desk.notices()))
    desk.until(lambda: not bar.running)
    assert not bar.button.isEnabled()
    assert bar.button.toolTip() == "Nothing is recorded while the gallery is locked."
    (path,) = recordings.iterdir()

    desk.window.source_requested.emit(str(path))
    desk.until(lambda: picture.message[0].startswith(path.name))
    assert picture.message[0] == f"{path.name} is played only while the gallery it was recorded with is open."
    assert picture.message[1] == "Open that gallery, then try again."
    assert picture.frame is None
    desk.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    desk.unlock(PASSPHRASE)
    desk.until(lambda: picture.frame is not None)
    desk.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: picture.message[0] == "Nothing plays yet")
    assert picture.frame is None


def test_what_cannot_be_played_is_one_clear_sentence(begin, gallery, tmp_path):
    other, broken = tmp_path / "other.osfirec", tmp_path / "broken.osfirec"
    writer = RecordingWriter(other, "another passphrase", Heading("1", "now", "other.osfi"))
    writer.begin_take(Take(1, "Door", True, "sface", 1, 1, None))
    for index in range(3):
        writer.add(Frame(np.zeros((48, 64, 3), np.uint8), index, index / 25), (), take=1, missing=0, clock_s=index / 25)
    writer.finish(missing=0)
    broken.write_bytes(other.read_bytes()[:5000])
    desk = started(begin, gallery)
    picture = desk.window.identify.picture
    for path, what in (
        (other, "The passphrase does not open other.osfirec, or the file is not a recording."),
        (broken, "The passphrase does not open broken.osfirec, or the file is not a recording."),
        (tmp_path / "gone.osfirec", f"There is no recording {tmp_path / 'gone.osfirec'}."),
    ):
        desk.window.source_requested.emit(str(path))
        desk.until(lambda what=what: picture.message[0] == what)
        assert picture.message[1]
        assert picture.frame is None


PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from osfi_gui.app import App, Options
from osfi_gui.core.desk import OpenGallery, Phase

application = QApplication([])
gallery, passphrase, clip = sys.argv[1:]
app = App(Options(gallery=gallery, source=clip))
window, bar = app.window, app.window.identify.record
app.desk.prompted.connect(lambda prompt: window.open_requested.emit(OpenGallery(gallery, passphrase)))
app.capture.source_changed.connect(lambda state: app.capture.again() if state.phase is Phase.ENDED else None)
app.recorder.changed.connect(lambda state: print(state.frames, state.path, flush=True))
timer = QTimer()
timer.timeout.connect(lambda: bar.button.isEnabled() and not bar.running and bar.button.click())
timer.start(50)
app.begin()
application.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill that cannot be heard")
def test_a_recording_whose_program_was_killed_plays_up_to_its_last_whole_frame(gallery, clip):
    command = [sys.executable, "-c", PROGRAM, str(gallery), PASSPHRASE, str(clip)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said, path = 0, ""
    for line in child.stdout:
        frames, _, path = line.strip().partition(" ")
        said = int(frames)
        if said >= 6:
            os.kill(child.pid, signal.SIGKILL)
            break
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    code, (result,), _ = osfi_json("recordings", "replay", path, "--gallery", gallery)
    assert result["frames"] >= said
    assert (code, result["same"], result["missing"]) == (0, True, 0)
    code, (held,), _ = osfi_json("recordings", "info", path)
    assert (code, held["ended_at"], held["frames"]) == (0, None, result["frames"])
