"""Reads picture files into frames' pixels, and says plainly why one cannot be used."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from osfi_gui.core.errors import PictureError

if TYPE_CHECKING:
    from osfi_gui.core.values import Pixels

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".tif", ".tiff"})
"""Lower-case endings of the files that count as pictures in a folder."""

MAX_PIXELS = 64_000_000
"""The largest picture that is decoded, width times height."""

MAX_BYTES = 512_000_000
"""The largest picture file that is read; uncompressed pictures of MAX_PIXELS stay below it."""

# What Pillow prints about odd metadata and sizes is for programmers; people get a PictureError or the picture.
warnings.filterwarnings("ignore", module=r"PIL\.")

_WEBP_HEAD = 30
_DEEPEST_GREY = 0xFFFF
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
_FORMATS_REMEDY = "Use a JPEG, PNG, WebP, BMP or TIFF picture."
_DAMAGED_REMEDY = "Copy or export it again, or use another picture."
_SMALLER_REMEDY = f"Scale it down below {MAX_PIXELS // 1_000_000} megapixels and try again."


def read_picture(path: Path | str) -> Pixels:
    """Read a picture as it is meant to be seen.

    The EXIF rotation is applied, transparency is laid over white, and every colour mode becomes 8-bit RGB.
    The format is told from the content, not from the file's ending.

    Parameters
    ----------
    path : Path or str
        A JPEG, PNG, WebP, BMP or TIFF file.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        RGB.

    Raises
    ------
    PictureError
        When the file is missing, no picture, damaged, animated, too large or not readable.
    """
    path = Path(path)
    name = path.name or str(path)
    _check_file(path, name)
    try:
        image = Image.open(path, formats=_FORMATS)
    except UnidentifiedImageError:
        raise PictureError(f"{name} is not a picture that can be read.", _FORMATS_REMEDY) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(f"{name} is too large.", _SMALLER_REMEDY) from None
    except PermissionError:
        raise _forbidden(name) from None
    except Exception as error:  # damaged headers make Pillow raise nearly anything: struct.error, ValueError ...
        raise PictureError(f"{name} is damaged.", _DAMAGED_REMEDY) from error
    with image:
        _check_size(name, *image.size)
        _check_single(image, name)
        try:
            image.load()
        except MemoryError:
            raise PictureError(f"There is not enough memory to open {name}.", "Use a smaller picture.") from None
        except Exception as error:
            raise PictureError(f"{name} is damaged or incomplete.", _DAMAGED_REMEDY) from error
        return _to_rgb(_upright(image), name)


def list_pictures(folder: Path | str, *, recursive: bool = False) -> list[Path]:
    """List the pictures of a folder, sorted by name.

    Pictures are told by their ending. Hidden files and folders (a leading dot) are skipped, and links to folders are
    not followed.

    Parameters
    ----------
    folder : Path or str
        Where to look.
    recursive : bool
        Whether to look in the folders below it too.

    Returns
    -------
    list of Path
        Empty when the folder holds no picture.

    Raises
    ------
    PictureError
        When the folder is missing or may not be read.
    """
    root = Path(folder)
    found: list[Path] = []
    try:
        if not root.is_dir():
            raise PictureError(f"There is no folder {root.name or root}.", "Check the spelling or choose another one.")
        os.listdir(root)  # os.walk hides that the folder itself may not be read
    except OSError:
        what = f"The folder {root.name or root} may not be read."
        raise PictureError(what, "Ask for permission to read it.") from None
    for where, folders, files in os.walk(root):
        folders[:] = [sub for sub in folders if recursive and not sub.startswith(".")]
        found += [Path(where, file) for file in files if _is_listed(file)]
    found = [path for path in found if path.is_file()]
    return sorted(found, key=lambda path: [(part.casefold(), part) for part in path.relative_to(root).parts])


def _is_listed(file: str) -> bool:
    return not file.startswith(".") and Path(file).suffix.lower() in PICTURE_SUFFIXES


def _forbidden(name: str) -> PictureError:
    return PictureError(f"{name} may not be read.", "Ask for permission to read it, or copy it to your own folder.")


def _check_file(path: Path, name: str) -> None:
    """Refuse what must not even be opened: folders, pipes, empty files, and WebP files with a huge canvas."""
    try:
        if path.is_dir():
            raise PictureError(f"{name} is a folder, not a picture.", "Choose a picture inside it.")
        if not path.exists():
            raise PictureError(f"{name} does not exist.", "Check the spelling or choose another picture.")
        if not path.is_file():
            raise PictureError(f"{name} is not a picture that can be read.", _FORMATS_REMEDY)
        size = path.stat().st_size
        if size == 0:
            raise PictureError(f"{name} is empty (0 bytes).", _DAMAGED_REMEDY)
        if size > MAX_BYTES:
            raise PictureError(f"{name} is too large ({size // 1_000_000} MB).", _SMALLER_REMEDY)
        with path.open("rb") as file:
            canvas = _webp_canvas(file.read(_WEBP_HEAD))
    except PermissionError:
        raise _forbidden(name) from None
    except (OSError, ValueError) as error:
        raise PictureError(f"{name} cannot be read.", "Check the drive or choose another picture.") from error
    if canvas is not None:
        _check_size(name, *canvas)


def _webp_canvas(head: bytes) -> tuple[int, int] | None:
    """Read width and height from the first 30 bytes of a WebP file (RFC 9649); None for anything else.

    Pillow allocates the whole canvas as it opens a WebP file, before its size can be asked.
    """
    if len(head) < _WEBP_HEAD or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    match head[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None


def _check_size(name: str, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        megapixels = width * height / 1_000_000
        raise PictureError(f"{name} is too large ({width} x {height}, {megapixels:.0f} megapixels).", _SMALLER_REMEDY)


def _check_single(image: Image.Image, name: str) -> None:
    """Refuse several pictures in one file: nobody said which of them is meant."""
    if image.format == "MPO":
        return  # a phone's photo with its depth or brightness map behind it; the photo comes first
    try:
        frames = int(getattr(image, "n_frames", 1))
    except Exception as error:
        raise PictureError(f"{name} is damaged.", _DAMAGED_REMEDY) from error
    if frames <= 1:
        return
    if image.format == "TIFF":
        raise PictureError(f"{name} has {frames} pages.", "Save the page you mean as a picture of its own.")
    raise PictureError(f"{name}: The picture is animated.", "Save the moment you mean as a still picture.")


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # unreadable EXIF says nothing about the rotation, and other programs show such pictures too
        return image


def _to_rgb(image: Image.Image, name: str) -> Pixels:
    try:
        if image.mode.startswith("I") or image.mode == "F":
            grey = _deep_grey(image, name)
            return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
        if image.has_transparency_data:
            layer = image.convert("RGBA")
            paper = Image.new("RGBA", layer.size, "white")
            image = Image.alpha_composite(paper, layer)
        return np.array(image.convert("RGB"), dtype=np.uint8)
    except PictureError:
        raise
    except MemoryError:
        raise PictureError(f"There is not enough memory to open {name}.", "Use a smaller picture.") from None
    except Exception as error:
        raise PictureError(f"{name} uses colours that cannot be converted.", "Save it as an RGB picture.") from error


def _deep_grey(image: Image.Image, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Scale 16-bit grey to 8 bits; Pillow's own conversion clips everything above 255 to white."""
    values = np.asarray(image)
    if image.mode == "F" or int(values.min()) < 0 or int(values.max()) > _DEEPEST_GREY:
        raise PictureError(f"{name} holds measurements, not grey levels.", "Save it as an 8-bit or 16-bit picture.")
    scaled: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return scaled
