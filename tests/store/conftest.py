"""A gallery to work on, and shots to put into it; the store does not care what a portrait shows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from osfi_gui.core.enrolment import NewShot
from osfi_gui.core.values import Face, Portrait
from osfi_gui.store.gallery import GalleryFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PASSPHRASE = "correct horse 'battery' \"staple\""


@pytest.fixture
def passphrase() -> str:
    """Give the passphrase of `gallery`."""
    return PASSPHRASE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where `gallery` lies; a name that a URI, a format string and Alembic's settings could all trip over."""
    return tmp_path / ("häuser 100%20 #1.osfi" if os.name == "nt" else "häuser 100%20 #1?.osfi")


@pytest.fixture
def gallery(path: Path) -> Iterator[GalleryFile]:
    """Give a new gallery."""
    with GalleryFile.open(path, PASSPHRASE, create=True) as opened:
        yield opened


@pytest.fixture
def new_shot() -> Callable[..., NewShot]:
    """Make a shot from a seed, with embeddings by the encoders named."""

    def make(seed: int = 0, *encoders: str, dim: int = 8) -> NewShot:
        random = np.random.default_rng(seed)
        pixels = random.integers(0, 256, (24, 17, 3), dtype=np.uint8)
        landmarks = random.uniform(0, 17, (5, 2)).astype(np.float32)
        face = Face((1.5, -2.25, 12.0, 17.0), landmarks, 0.875)
        vectors = {encoder: random.normal(size=dim).astype(np.float32) for encoder in encoders}
        return NewShot(Portrait(pixels, face), f"shot-{seed}.jpg", vectors)

    return make
