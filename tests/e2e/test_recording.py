"""A session is recorded in the window and played again: the same decisions, and nothing without the key."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from osfi_gui.cli import app as osfi
from osfi_gui.core.desk import Phase
from osfi_gui.core.events import Token
from osfi_gui.core.recording import SUFFIX
from osfi_gui.core.values import Verdict
from osfi_gui.services.enrol import enrol_files
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.store.recording import RecordingFile
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


def record(desk, *, faces):
    """Record until so many faces were decided, then stop; give the file."""
    bar = desk.window.identify.record
    desk.press(bar.button)
    desk.until(lambda: bar.running)
    already = len(desk.decided)
    desk.until(lambda: len(desk.decided) >= already + faces and bar.clock.text().startswith("0:0"))
    state = bar._state
    desk.press(bar.button)
    desk.until(lambda: any(said.startswith("Recorded ") for said in desk.notices()))
    return Path(state.path)


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
    while bar._state.frames < 6:  # a busy machine recognises few frames of so short a clip
        play_through(desk)
    desk.press(bar.button)
    desk.until(lambda: any(said.startswith("Recorded ") for said in desk.notices()))
    assert not bar.running
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
    again = [frame for frame in kept if frame.take is kept[-1].take]
    assert [frame.index for frame in again] == sorted({frame.index for frame in again})
    for frame in again:
        np.testing.assert_array_equal(frame.pixels, original[frame.index])
    accepted = [seen for frame in again for seen in frame.seen if seen.verdict is Verdict.ACCEPT]
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
