"""How takes, decisions and pictures are written into a recording and read back, exactly."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.recording import Seen, Take
from osfi_gui.core.values import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.values import Pixels

# Measured in docs/adr/0016: of the lossless ways the smallest that keeps up with a camera on one core.
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)


def png_of(pixels: Pixels) -> bytes:
    """Compress a picture without loss.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB.
    """
    done, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), _PNG)
    if not done:
        raise ValueError("the picture cannot be written as PNG")
    return data.tobytes()


def pixels_of(png: bytes) -> Pixels:
    """Read back what `png_of` gave: RGB, every value as it was.

    Raises
    ------
    ValueError
        The bytes are no PNG.
    """
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR) if png else None
    if decoded is None:
        raise ValueError("the bytes are no PNG")
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def take_text(take: Take) -> str:
    """Write a take as JSON; what its operating point was measured on stays in the gallery."""
    content = asdict(take)
    if content["point"] is not None:
        del content["point"]["measured"]
    return json.dumps(content)


def take_of(text: str) -> Take:
    """Read what `take_text` gave; fields this version does not know are ignored.

    Raises
    ------
    ValueError, KeyError, TypeError
        It is none.
    """
    content = _known(Take, json.loads(text))
    point = content["point"]
    if point is not None:
        point = _known(OperatingPoint, point)
        point["cohort_ids"] = tuple(point["cohort_ids"])
        point["own_thresholds"] = tuple((int(i), float(own)) for i, own in point["own_thresholds"])
        content["point"] = OperatingPoint(**point)
    return Take(**content)


def seen_text(seen: Sequence[Seen]) -> str:
    """Write the decisions on one frame as JSON; every float comes back as the same double."""
    return json.dumps([asdict(face) for face in seen])


def seen_of_text(text: str) -> tuple[Seen, ...]:
    """Read what `seen_text` gave; fields this version does not know are ignored.

    Raises
    ------
    ValueError, KeyError, TypeError
        It is none.
    """
    found = []
    for face in json.loads(text):
        content = _known(Seen, face)
        x, y, width, height = (float(value) for value in content["box"])
        content |= {"box": (x, y, width, height), "verdict": Verdict(content["verdict"])}
        found.append(Seen(**content))
    return tuple(found)


def _known(kind: type, content: dict[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in content.items() if name in names}
