"""What a folder of pictures and a single picture promise as a source."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripted_sources import picture_at

from osfi_gui.core.errors import PictureError, SourceError
from osfi_gui.vision.sources import (
    FolderSource,
)


def test_a_folder_gives_its_own_pictures_then_those_one_level_down(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", "Zoe/1.png", "adam/2.png", "adam/1.png", "adam/deeper/no.png", ".trash/no.png"):
        picture_at(tmp_path / name)
    with FolderSource(tmp_path) as source:
        assert source.info.frames == 5
        assert (source.info.live, source.info.video, source.info.fps) == (False, False, 0.0)
        frames = list(iter(source.read, None))
    files = [Path(frame.file or "").relative_to(tmp_path).as_posix() for frame in frames]
    assert files == ["a.png", "b.png", "adam/1.png", "adam/2.png", "Zoe/1.png"]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]


def test_one_picture_is_a_source_too(tmp_path: Path) -> None:
    path = picture_at(tmp_path / "one.png", "blue")
    with FolderSource(path) as source:
        frame = source.read()
        assert frame is not None
        assert frame.pixels[0, 0].tolist() == [0, 0, 255]
        assert frame.file == str(path)
        assert source.read() is None
        assert source.read() is None


def test_an_unreadable_picture_is_reported_and_the_rest_still_comes(tmp_path: Path) -> None:
    picture_at(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"broken")
    picture_at(tmp_path / "c.png")
    with FolderSource(tmp_path) as source:
        assert source.read() is not None
        with pytest.raises(PictureError, match=r"b\.png"):
            source.read()
        last = source.read()
        assert last is not None
        assert (last.index, Path(last.file or "").name) == (2, "c.png")
        assert source.read() is None


def test_an_empty_folder_and_a_missing_one_do_not_open(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no pictures"):
        FolderSource(tmp_path).open()
    with pytest.raises(SourceError, match="does not exist"):
        FolderSource(tmp_path / "gone").open()


def test_a_folder_can_be_opened_again_and_sees_new_pictures(tmp_path: Path) -> None:
    picture_at(tmp_path / "a.png")
    source = FolderSource(tmp_path)
    with source:
        assert len(list(iter(source.read, None))) == 1
    picture_at(tmp_path / "b.png")
    with source:
        assert len(list(iter(source.read, None))) == 2
    with pytest.raises(SourceError, match="not open"):
        source.read()
