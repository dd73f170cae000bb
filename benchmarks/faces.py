"""Faces in folders ROOT/NAME/picture, split and embedded for measurements."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import load_encoder
from osfi_gui.vision.pictures import list_pictures, read_picture


@dataclass(frozen=True)
class Split:
    """Known people with shots and probes, and strangers; nothing of a known person is a stranger."""

    shots: dict[str, list[Path]]
    probes: dict[str, list[Path]]
    strangers: dict[str, list[Path]]


def people_of(root: Path) -> dict[str, list[Path]]:
    """Give the pictures of everybody, people and pictures sorted by name."""
    return {folder.name: list_pictures(folder) for folder in sorted(root.iterdir()) if folder.is_dir()}


def half_of(name: str) -> int:
    """Give the half, 0 or 1, that a person belongs to, whatever folder the pictures lie in.

    What is derived on half 0 is reported on half 1 only.
    """
    return hashlib.sha256(name.encode()).digest()[0] & 1


def split_people(
    people: dict[str, list[Path]], *, known: int, shots: int, probes: int, strangers: int, seed: int
) -> Split:
    """Split by the protocol: people with more than ``shots`` pictures are known, people with fewer are strangers."""
    able = [name for name, files in people.items() if len(files) > shots]
    unable = [name for name, files in people.items() if len(files) <= shots]
    rng = random.Random(seed)
    rng.shuffle(able)
    rng.shuffle(unable)
    chosen = sorted(able[:known])
    return Split(
        {name: people[name][:shots] for name in chosen},
        {name: people[name][shots : shots + probes] for name in chosen},
        {name: people[name][:1] for name in sorted(unable[:strangers])},
    )


def embed_aligned(files: list[Path], *, encoder: str, cache: Path | None = None) -> NDArray[np.float32]:
    """Embed aligned chips; with ``cache`` the result is kept in a file of that name between runs."""
    if cache is not None and cache.exists():
        with np.load(cache, allow_pickle=False) as stored:
            if stored["files"].tolist() == [str(f) for f in files]:
                return np.asarray(stored["vectors"], dtype=np.float32)
    engine = load_encoder(encoder, device=choose_device("cpu"))
    rows = [engine.embed([read_picture(f) for f in files[i : i + 256]]) for i in range(0, len(files), 256)]
    vectors = np.concatenate(rows)
    if cache is not None:
        np.savez(cache, files=np.array([str(f) for f in files]), vectors=vectors)
    return vectors
