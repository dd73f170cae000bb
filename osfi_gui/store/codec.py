"""How names, portraits and embeddings are written into columns and read back."""

from __future__ import annotations

import io
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from osfi_gui.core.errors import GalleryError
from osfi_gui.core.values import Face, Portrait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_LITTLE = np.dtype("<f4")
_INVISIBLE = ("C", "M", "Z")


def now() -> str:
    """Give the time, ISO 8601, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def clean_name(name: str) -> str:
    """Normalise a name, so that the same name typed on two systems is the same name.

    Raises
    ------
    GalleryError
        For names that are empty, invisible, or hold control characters.
    """
    cleaned = unicodedata.normalize("NFC", name).strip()
    # Format characters (Cf) stay: emoji and right-to-left names are written with them.
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in cleaned):
        raise GalleryError(
            "The name holds a line break or another control character.", "Type the name by hand on one line."
        )
    if all(unicodedata.category(character)[0] in _INVISIBLE for character in cleaned):
        raise GalleryError("The name is empty.", "Type a name with at least one visible character.")
    return cleaned


def clean_text(text: str) -> str:
    """Normalise free text; replaces what no file can hold."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode("utf-8")


def portrait_columns(portrait: Portrait) -> dict[str, Any]:
    """Write a portrait as columns: a lossless PNG, the box, the landmarks and the score."""
    pixels, face = portrait.pixels, portrait.face
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ValueError(f"a portrait is uint8 (height, width, 3), not {pixels.dtype} {pixels.shape}")
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    x, y, width, height = face.box
    return {
        "png": png.getvalue(),
        "box_x": float(x),
        "box_y": float(y),
        "box_width": float(width),
        "box_height": float(height),
        "landmarks": np.asarray(face.landmarks, _LITTLE).reshape(5, 2).tobytes(),
        "score": float(face.score),
    }


def portrait_of(row: Mapping[Any, Any]) -> Portrait:
    """Read a portrait back from its columns, bit for bit."""
    with Image.open(io.BytesIO(row["png"]), formats=("PNG",)) as picture:
        pixels = np.array(picture, np.uint8)
    landmarks = np.frombuffer(row["landmarks"], _LITTLE).reshape(5, 2).astype(np.float32)
    box = (row["box_x"], row["box_y"], row["box_width"], row["box_height"])
    return Portrait(pixels, Face(box, landmarks, row["score"]))


def vector_bytes(vector: NDArray[np.float32]) -> bytes:
    """Write an embedding as little-endian float32."""
    array = np.asarray(vector, _LITTLE)
    if array.ndim != 1 or array.size == 0 or not np.isfinite(array).all():
        raise ValueError(f"an embedding is one vector of finite numbers, not shape {array.shape}")
    return array.tobytes()


def matrix_of(blobs: list[bytes]) -> NDArray[np.float32]:
    """Read embeddings back, one a row; shape (0, 0) for none."""
    if not blobs:
        return np.empty((0, 0), np.float32)
    return np.frombuffer(b"".join(blobs), _LITTLE).reshape(len(blobs), -1).astype(np.float32)
