"""What reading a picture promises, on files made for it."""

from __future__ import annotations

import os
import struct
import tracemalloc
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from osfi_gui.core.errors import PictureError
from osfi_gui.vision.pictures import list_pictures, read_picture

if TYPE_CHECKING:
    from collections.abc import Callable

DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"


def _refusal(path: Path | str) -> PictureError:
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert Path(path).name in caught.value.what
    assert caught.value.what.endswith(".")
    assert caught.value.remedy.endswith(".")
    return caught.value


def _png_head(width: int, height: int) -> bytes:
    """Make a PNG that announces a size and holds nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


def _webp_head(width: int, height: int) -> bytes:
    canvas = b"\0" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", len(canvas)) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_a_portrait_reads_as_pillow_shows_it() -> None:
    path = DEMO / "strangers" / "obama.jpg"
    pixels = read_picture(path)
    assert pixels.dtype == np.uint8
    assert pixels.shape == (785, 682, 3)
    assert pixels.flags.writeable
    with Image.open(path) as image:
        assert np.array_equal(pixels, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("ending", ["png", "bmp", "tiff", "webp", "jpg"])
def test_every_format_gives_red_first(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"red.{ending}"
    Image.new("RGB", (32, 16), (250, 10, 20)).save(path)
    pixels = read_picture(path)
    assert pixels.shape == (16, 32, 3)
    assert np.abs(pixels.reshape(-1, 3).mean(axis=0) - (250, 10, 20)).max() < 4


def test_the_content_tells_the_format_not_the_ending(tmp_path: Path) -> None:
    path = tmp_path / "really-a-png.jpg"
    Image.new("RGB", (4, 3), "blue").save(path, format="PNG")
    assert read_picture(str(path)).tolist()[0][0] == [0, 0, 255]


@pytest.mark.parametrize(
    ("orientation", "corner"), [(1, "top left"), (3, "bottom right"), (6, "top right"), (8, "bottom left")]
)
def test_exif_rotation_is_applied(tmp_path: Path, orientation: int, corner: str) -> None:
    image = Image.new("RGB", (40, 20), "black")
    image.paste((255, 255, 255), (0, 0, 8, 8))  # white top left corner as stored
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "phone.png"
    image.save(path, exif=exif)
    pixels = read_picture(path)
    assert pixels.shape[:2] == ((40, 20) if orientation in (6, 8) else (20, 40))
    corners = {
        "top left": pixels[2, 2, 0],
        "top right": pixels[2, -3, 0],
        "bottom left": pixels[-3, 2, 0],
        "bottom right": pixels[-3, -3, 0],
    }
    assert [name for name, value in corners.items() if value == 255] == [corner]


def test_transparency_lies_over_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (3, 1))
    image.putdata([(200, 0, 0, 255), (200, 0, 0, 0), (0, 0, 0, 51)])
    image.save(tmp_path / "clear.png")
    # 51/255 = 0.2 of black over white is 0.8 of 255
    assert read_picture(tmp_path / "clear.png").tolist() == [[[200, 0, 0], [255, 255, 255], [204, 204, 204]]]


def test_a_palette_with_a_transparent_colour_lies_over_white(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putdata([0, 1])
    image.save(tmp_path / "palette.png", transparency=1)
    assert read_picture(tmp_path / "palette.png").tolist() == [[[10, 20, 30], [255, 255, 255]]]


def test_grey_and_sixteen_bit_grey_keep_their_brightness(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 90, 255]], np.uint8)).save(tmp_path / "grey.png")
    assert read_picture(tmp_path / "grey.png").tolist() == [[[0] * 3, [90] * 3, [255] * 3]]
    deep = np.array([[0, 257 * 90, 65535]], np.uint16)
    for name in ("deep.png", "deep.tiff"):
        Image.fromarray(deep).save(tmp_path / name)
        assert read_picture(tmp_path / name).tolist() == [[[0] * 3, [90] * 3, [255] * 3]]


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    for name in ("print.jpg", "print.tiff"):
        Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / name)  # no cyan: red
        red, green, blue = read_picture(tmp_path / name).reshape(-1, 3).mean(axis=0)
        assert red > 220
        assert max(green, blue) < 60


def test_measurements_are_no_picture(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0.1, 1e6]], np.float32)).save(tmp_path / "depth.tiff")
    assert "grey levels" in _refusal(tmp_path / "depth.tiff").what


@pytest.mark.parametrize("ending", ["webp", "png"])
def test_an_animation_is_refused_rather_than_cut_to_its_first_frame(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"moving.{ending}"
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert "The picture is animated." in _refusal(path).what


def test_several_pages_are_refused(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green")]
    pages[0].save(tmp_path / "scan.tiff", save_all=True, append_images=pages[1:])
    assert "2 pages" in _refusal(tmp_path / "scan.tiff").what


def test_a_phone_photo_with_a_second_picture_behind_it_is_no_animation(tmp_path: Path) -> None:
    photo, depth = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")
    photo.save(tmp_path / "phone.jpg", format="MPO", save_all=True, append_images=[depth])
    red, _, blue = read_picture(tmp_path / "phone.jpg")[8, 8]
    assert red > 240
    assert blue < 15


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "bmp", "tiff"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_truncated_picture_is_refused(tmp_path: Path, ending: str, share: float) -> None:
    whole, cut = tmp_path / f"whole.{ending}", tmp_path / f"cut.{ending}"
    with Image.open(DEMO / "strangers" / "sunak.jpg") as image:
        image.save(whole)
    data = whole.read_bytes()
    cut.write_bytes(data[: int(len(data) * share)])
    _refusal(cut)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow on odd metadata
def test_damaged_bytes_give_a_picture_or_a_sentence_but_nothing_else(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / "damaged"
    for ending in ("jpeg", "png", "webp", "bmp", "tiff"):
        Image.effect_noise((40, 30), 60).convert("RGB").save(path, format=ending)
        good = np.frombuffer(path.read_bytes(), np.uint8)
        for _ in range(60):
            bad = good.copy()
            where = rng.integers(0, min(len(bad), 400), size=4)  # the headers, where it hurts most
            bad[where] = rng.integers(0, 256, size=4)
            path.write_bytes(bad.tobytes())
            try:
                pixels = read_picture(path)
            except PictureError:
                continue
            assert pixels.ndim == 3
            assert pixels.shape[2] == 3


def test_an_empty_file_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "empty.jpg"
    path.touch()
    assert "0 bytes" in _refusal(path).what


@pytest.mark.parametrize("content", [b"hello, I am a text", b"GIF89a" + b"\0" * 40, b"%PDF-1.7", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "portrait.jpg"
    path.write_bytes(content)
    _refusal(path)


def test_a_folder_and_a_missing_file_are_named_as_such(tmp_path: Path) -> None:
    assert "is a folder" in _refusal(tmp_path).what
    assert "does not exist" in _refusal(tmp_path / "nobody.jpg").what


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    _refusal(tmp_path / "pipe.jpg")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(30_000, 30_000), (8001, 8000), (12_000, 10_000)])
@pytest.mark.parametrize("head", [_png_head, _webp_head])
def test_a_decompression_bomb_is_refused_before_memory_is_taken(
    tmp_path: Path, size: tuple[int, int], head: Callable[[int, int], bytes]
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(head(*size))
    tracemalloc.start()
    try:
        assert "too large" in _refusal(path).what
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_folder_lists_its_pictures_by_name_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.jpg", "A.PNG", "c.webp", ".hidden.jpg", "notes.txt", "sub/d.tif", ".git/e.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "folder.jpg").mkdir()
    names = [path.relative_to(tmp_path).as_posix() for path in list_pictures(tmp_path)]
    assert names == ["A.PNG", "b.jpg", "c.webp"]
    names = [path.relative_to(tmp_path).as_posix() for path in list_pictures(tmp_path, recursive=True)]
    assert names == ["A.PNG", "b.jpg", "c.webp", "sub/d.tif"]


def test_listing_a_missing_folder_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="There is no folder nowhere"):
        list_pictures(tmp_path / "nowhere")
