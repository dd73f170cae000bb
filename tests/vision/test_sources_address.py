"""What an address means, and what is said where it means nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from scripted_sources import picture_at

from osfi_gui.core.errors import SourceError
from osfi_gui.vision.sources import (
    CameraSource,
    DemoSource,
    FolderSource,
    Source,
    StreamSource,
    VideoSource,
    open_source,
)

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no paths of devices")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("demo", DemoSource),
        (" Demo ", DemoSource),
        ("camera", CameraSource),
        ("camera:HD Webcam: front", CameraSource),
        pytest.param("/dev/video977", CameraSource, marks=POSIX),
        pytest.param("/dev/v4l/by-id/usb-Desk-index0", CameraSource, marks=POSIX),
        ("http://host/video", StreamSource),
        ("HTTPS://host:8080/v?x=1", StreamSource),
        ("rtsp://user:pass@host/1", StreamSource),
    ],
)
def test_an_address_names_its_source(address: str, kind: type[Source]) -> None:
    assert type(open_source(address)) is kind


def test_paths_name_pictures_folders_and_videos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture_at(tmp_path / "demo" / "Some One.PNG")
    (tmp_path / "clip.MP4").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert type(open_source("./demo")) is FolderSource
    assert type(open_source("demo/Some One.PNG")) is FolderSource
    assert type(open_source("~/clip.MP4", loop=True)) is VideoSource
    assert type(open_source(str(tmp_path / "clip.MP4"))) is VideoSource
    with open_source("~/demo/Some One.PNG") as source:
        assert source.read() is not None


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("", "No source"),
        ("gone.mp4", "does not exist"),
        (r"C:\Users\me\gone.mp4", "does not exist"),
        ("C://gone.mp4", "does not exist"),
        ("ftp://host/a.mp4", "not supported"),
        ("~nobody-at-all/x.jpg", "does not exist"),
        ("nul\0byte.jpg", "does not exist"),
        ("x" * 5000, "does not exist"),
    ],
)
def test_an_address_that_means_nothing_is_refused(address: str, what: str) -> None:
    with pytest.raises(SourceError, match=what) as caught:
        open_source(address)
    assert caught.value.remedy


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(SourceError, match="neither a picture nor a video"):
        open_source(str(tmp_path / "notes.txt"))
