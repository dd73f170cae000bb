"""What only the program as a whole does: options, what it remembers, and what it leaves behind."""

import json
import os
import stat
import subprocess
import sys

import pytest

from osfi_gui.app import App, Options, default_gallery, make_source, parse, without_credentials
from osfi_gui.cli.console import Runtime
from osfi_gui.core.desk import Phase, SourceState
from osfi_gui.core.errors import SourceError
from osfi_gui.core.values import SourceInfo
from osfi_gui.paths import config_dir, data_dir
from osfi_gui.vision.runtime import RUNTIMES

INFO = SourceInfo("cam", 640, 480, 25.0, None, live=True, video=True)


@pytest.fixture
def app(qtbot):
    """Give the program before its threads are started; nothing of it stays."""
    made = App(Options())
    yield made
    made.end()


def remembered():
    return json.loads((config_dir() / "settings.json").read_text("utf-8"))


def test_nothing_given_means_as_last_time():
    assert parse([]) == Options()


def test_every_option_is_read():
    assert parse(
        [
            "--demo",
            "--gallery",
            "g.osfi",
            "--source",
            "camera:Desk",
            "--encoder",
            "sface",
            "--runtime",
            "opencv",
            "--quit-after-decisions",
            "3",
        ]
    ) == Options(
        demo=True, gallery="g.osfi", source="camera:Desk", encoder="sface", runtime="opencv", quit_after_decisions=3
    )


def test_the_window_and_the_command_line_offer_the_runtimes_that_there_are():
    for runtime in RUNTIMES:
        assert parse(["--runtime", runtime]).runtime == Runtime(runtime)
    assert len(Runtime) == len(RUNTIMES)
    with pytest.raises(SystemExit):
        parse(["--runtime", "tvm"])


def test_wrong_usage_ends_with_two(capsys):
    with pytest.raises(SystemExit) as ended:
        parse(["--paint"])
    assert ended.value.code == 2
    assert "--paint" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("rtsp://ada:secret@10.0.0.2:554/live", "rtsp://10.0.0.2:554/live"),
        ("http://ada:se@cret@cam.local/video", "http://cam.local/video"),
        ("http://cam.local/video@2x", "http://cam.local/video@2x"),
        ("rtsp://cam.local", "rtsp://cam.local"),
        ("camera:Desk", "camera:Desk"),
        ("/home/ada/a@b.mp4", "/home/ada/a@b.mp4"),
    ],
)
def test_no_password_is_remembered(address, kept):
    assert without_credentials(address) == kept


@pytest.mark.parametrize("address", ["/nowhere/clip.mp4", "ftp://host/clip.mp4", __file__])
def test_what_is_no_source_is_answered_for_somebody_who_sees_a_window(address):
    with pytest.raises(SourceError) as caught:
        make_source(address)
    assert caught.value.remedy.startswith("Choose a camera, a video, pictures, a stream or the demo in the list")
    assert "camera:NAME" not in str(caught.value)


def test_the_last_source_is_remembered_without_its_password(app):
    address = "rtsp://ada:secret@10.0.0.2/live"
    app.capture.source_changed.emit(SourceState(Phase.READY, address, INFO))
    assert remembered()["last_source"] == "rtsp://10.0.0.2/live"
    assert "secret" not in (config_dir() / "settings.json").read_text("utf-8")


def test_a_source_that_never_played_is_not_remembered(app):
    app.capture.source_changed.emit(SourceState(Phase.FAILED, "camera:Desk", None, "It is gone.", "Plug it in."))
    assert not (config_dir() / "settings.json").exists()


def test_theme_and_place_of_the_window_come_back(app, qtbot):
    app.window.resize(1111, 666)
    app.window.theme_requested.emit("dark")
    app.window.close()
    assert remembered()["theme"] == "dark"
    again = App(Options())
    try:
        assert again.window.height() == 666
    finally:
        again.window.theme_requested.emit("")
        again.end()


def test_settings_that_cannot_be_saved_are_said(app, monkeypatch):
    def full(path, settings):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("osfi_gui.app.stored.save", full)
    app.window.theme_requested.emit("dark")
    (notice,) = app.window.notices.notices
    assert notice.what == "Your settings could not be saved (No space left on device)."
    assert str(config_dir()) in notice.remedy
    app.window.theme_requested.emit("")


def test_the_first_gallerys_folder_is_made_for_its_owner_only():
    assert not data_dir().exists()
    assert default_gallery() == data_dir() / "gallery.osfi"
    assert data_dir().is_dir()
    if os.name == "posix":
        assert stat.S_IMODE(data_dir().stat().st_mode) & 0o077 == 0


def test_it_ends_before_its_threads_began(qtbot):
    app = App(Options())
    app.end()
    for thread in (app.capture, app.recognition, app._shelf_thread, app._desk_thread):
        assert not thread.isRunning()


def test_the_demo_leaves_nothing_behind(tmp_path):
    place = tmp_path / "temporary"
    place.mkdir()
    surroundings = {**os.environ, "TMPDIR": str(place), "TEMP": str(place), "TMP": str(place)}
    program = "from osfi_gui.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--demo", "--quit-after-decisions", "1"],
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in place.iterdir() if path.name.startswith("osfi")] == []
    assert not data_dir().exists()
