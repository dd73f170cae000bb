"""Embeddings of the pictures of a folder through a camera, kept between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from osfi_gui.core.values import Portrait
from osfi_gui.vision.camera import degrade
from osfi_gui.vision.detect import MtcnnDetector
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import load_encoder
from osfi_gui.vision.pictures import read_picture

BATCH = 64

Rows = NDArray[np.float32]


class Faces:
    """Embeddings of the pictures below a root through a camera; what was embedded once is kept in a file.

    Parameters
    ----------
    root : Path
    encoder, camera : str
    cache : Path or None
        A folder outside the repository.
    """

    def __init__(self, root: Path, encoder: str, camera: str, cache: Path | None) -> None:
        self._root, self._encoder, self._camera = root, encoder, camera
        self._file = None if cache is None else cache / f"{encoder}-{camera}.npz"
        self._engine = None
        self._known: dict[str, Rows] = {}
        if self._file is not None and self._file.exists():
            with np.load(self._file, allow_pickle=False) as stored:
                self._known = dict(zip(stored["files"].tolist(), stored["vectors"], strict=True))

    def chip(self, name: str) -> NDArray[np.uint8]:
        """Read a chip as this camera sees it."""
        pixels = read_picture(self._root / name)
        if self._camera == "clean":
            return pixels
        # By file, as `osfi evaluate --seed 0` does it.
        digest = hashlib.sha256(f"0/{name}".encode()).digest()
        return degrade(pixels, np.random.default_rng(int.from_bytes(digest[:8], "little")))

    def chip_of(self, file: Path) -> NDArray[np.uint8]:
        """Read the chip of a file below the root as this camera sees it."""
        return self.chip(file.relative_to(self._root).as_posix())

    def embed(self, pictures: dict[str, Callable[[], NDArray[np.uint8]]]) -> Rows:
        """Embed pictures by name, shape (m, d)."""
        missing = [name for name in pictures if name not in self._known]
        if missing and self._engine is None:
            self._engine = load_encoder(self._encoder, device=choose_device("cpu"))
        for first in range(0, len(missing), BATCH):
            part = missing[first : first + BATCH]
            vectors = self._engine.embed([pictures[name]() for name in part])
            self._known |= dict(zip(part, vectors, strict=True))
            if first // BATCH % 16 == 15 or first + BATCH >= len(missing):
                self._save()
        return np.stack([self._known[name] for name in pictures])

    def _save(self) -> None:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._file, files=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))

    def of_files(self, files: list[Path]) -> Rows:
        """Embed pictures, shape (m, d)."""
        names = [file.relative_to(self._root).as_posix() for file in files]
        return self.embed({name: lambda name=name: self.chip(name) for name in names})

    def of_portraits(self, files: list[Path]) -> Rows:
        """Embed the faces of pictures that are not aligned, as they are, whatever the camera."""
        engine, detector = load_encoder(self._encoder, device=choose_device("cpu")), MtcnnDetector(choose_device("cpu"))

        def chip(file: Path) -> NDArray[np.uint8]:
            pixels = read_picture(file)
            return engine.chip(Portrait(pixels, detector.detect(pixels)[0]))

        return engine.embed([chip(file) for file in files])

    def of_blends(self, pairs: list[tuple[Path, Path]]) -> Rows:
        """Embed the means of two chips each, as this camera saw them."""
        names = [tuple(file.relative_to(self._root).as_posix() for file in pair) for pair in pairs]

        def blend(a: str, b: str) -> NDArray[np.uint8]:
            mean = (self.chip(a).astype(np.float32) + self.chip(b)) / 2.0
            return np.rint(mean).astype(np.uint8)

        return self.embed({f"{a}+{b}": lambda a=a, b=b: blend(a, b) for a, b in names})
