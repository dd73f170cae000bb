"""A gallery to work on, and a desk on which colours are people, where a test is about the order of steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from osfi_gui.core.enrolment import NewShot
from osfi_gui.core.values import Face, Frame, Portrait
from osfi_gui.store.gallery import GalleryFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

DIM = 8


class Colours:
    """Detector and encoder in one: a frame of one colour shows one face, whose embedding belongs to the colour."""

    dim = DIM

    def __init__(self, name: str = "sface") -> None:
        self.name = name
        self.title = "Colours"
        self.vectors: dict[int, NDArray[np.float32]] = {}
        self.embedded = 0

    def knows(self, colour: int, vector: Sequence[float]) -> None:
        row = np.zeros(DIM, dtype=np.float32)
        row[: len(vector)] = vector
        self.vectors[colour] = row / np.linalg.norm(row)

    def detect(self, pixels: NDArray[np.uint8]) -> list[Face]:
        marks = np.array([[30, 40], [70, 40], [50, 60], [35, 80], [65, 80]], np.float32)
        return [Face((10.0, 10.0, 80.0, 80.0), marks, 0.99)] if pixels[0, 0, 0] else []

    def search(self, pixels: NDArray[np.uint8], known: Sequence[Face] = ()) -> list[Face]:
        return self.detect(pixels)

    def follow(self, pixels: NDArray[np.uint8], faces: Sequence[Face]) -> list[Face | None]:
        return [next(iter(self.detect(pixels)), None) for _ in faces]

    def chip(self, portrait: Portrait) -> NDArray[np.uint8]:
        return portrait.pixels[:8, :8]

    def embed(self, chips: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        self.embedded += len(chips)
        rows = [self.vectors[int(chip[0, 0, 0])] for chip in chips]
        return np.stack(rows) if rows else np.zeros((0, DIM), np.float32)


@pytest.fixture
def colours() -> Colours:
    """Give an empty desk of colours."""
    return Colours()


def coloured(colour: int, *, at_s: float = 0.0, index: int = 0, file: str | None = None) -> Frame:
    return Frame(np.full((100, 100, 3), colour, np.uint8), index=index, time_s=at_s, file=file)


@pytest.fixture
def frame_of():
    """Make a frame of one colour; colour 0 shows nobody."""
    return coloured


@pytest.fixture
def shot_of(colours):
    """Make a shot of one colour, seen by the desk's encoder."""

    def make(colour: int, *, embedded: bool = True) -> NewShot:
        frame = coloured(colour)
        (face,) = colours.detect(frame.pixels)
        vectors = {colours.name: colours.vectors[colour]} if embedded else {}
        return NewShot(Portrait(frame.pixels, face), f"{colour}.png", vectors)

    return make


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GalleryFile]:
    """Give a new gallery."""
    with GalleryFile.open(tmp_path / "desk.osfi", "passphrase", create=True) as opened:
        yield opened
