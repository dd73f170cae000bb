"""The manifest of encoders, read from ``models/manifest.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from osfi_gui.core.errors import EncoderError
from osfi_gui.paths import models_dir

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_ENCODER = "sface"


@dataclass(frozen=True)
class Preprocessing:
    """How a chip is cut for an encoder.

    Attributes
    ----------
    kind : str
        ``five-point`` (similarity transform to the ArcFace template) or ``box`` (detector's box with a margin).
    size : int
        Width and height of the chip, pixels.
    margin : int
        For ``box``: widening in pixels of the chip.
    scaling : str
        ``none``: the network takes RGB 0..255; ``fixed``: (RGB - 127.5) / 128.
    """

    kind: str
    size: int
    margin: int = 0
    scaling: str = "none"


@dataclass(frozen=True)
class WeightsEntry:
    """Where an encoder's weights come from.

    Attributes
    ----------
    file : str
        Path inside the package, or file name in the user's weights folder.
    sha256 : str
        Hex digest; empty where none is known, the digest seen first is kept then.
    package : str
        Installed package that carries the file; empty for fetched ones.
    url : str
        Where it can be fetched; empty for packaged ones.
    """

    file: str
    sha256: str = ""
    package: str = ""
    url: str = ""


@dataclass(frozen=True)
class EncoderEntry:
    """One encoder of the manifest.

    Attributes
    ----------
    name, title, architecture, licence, origin : str
    dim : int
        Length of an embedding.
    preprocessing : Preprocessing
    weights : WeightsEntry
    classes : int
        Width of the classifier in the checkpoint, dropped on loading; 0 for none.
    """

    name: str
    title: str
    architecture: str
    dim: int
    licence: str
    origin: str
    preprocessing: Preprocessing
    weights: WeightsEntry
    classes: int = 0


@cache
def read_manifest(path: Path | None = None) -> dict[str, EncoderEntry]:
    """Read the entries by name.

    Parameters
    ----------
    path : Path, optional
        Another manifest than the shipped one.
    """
    raw = tomllib.loads((path or models_dir() / "manifest.toml").read_text(encoding="utf-8"))
    return {
        name: EncoderEntry(
            name=name,
            **{
                **entry,
                "preprocessing": Preprocessing(**entry["preprocessing"]),
                "weights": WeightsEntry(**entry["weights"]),
            },
        )
        for name, entry in raw["encoder"].items()
    }


def encoder_entry(name: str) -> EncoderEntry:
    """Give one entry.

    Raises
    ------
    EncoderError
        When there is no encoder of that name.
    """
    entries = read_manifest()
    if name not in entries:
        msg = f"There is no encoder named “{name}”."
        raise EncoderError(msg, f"Choose one of: {', '.join(entries)}.")
    return entries[name]
