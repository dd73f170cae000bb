"""The manifest of encoders: ``models/manifest.toml``, and one file for every encoder that the user imported."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from osfi_gui.core.errors import EncoderError
from osfi_gui.paths import data_dir, models_dir

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_ENCODER = "sface"
KINDS = ("five-point", "box")
SCALINGS = ("none", "fixed", "unit")


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
        ``none``: the network takes RGB 0..255; ``fixed``: (RGB - 127.5) / 128; ``unit``: (RGB - 127.5) / 127.5.
    columns : tuple of int or None
        The columns of the chip that the network takes, from the first to before the second; None for all.

    Raises
    ------
    ValueError
        When a value is none of these.
    """

    kind: str
    size: int
    margin: int = 0
    scaling: str = "none"
    columns: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.scaling not in SCALINGS:
            msg = f"kind is one of {', '.join(KINDS)}, scaling one of {', '.join(SCALINGS)}"
            raise ValueError(msg)
        if not 0 <= self.margin < self.size:
            msg = f"margin {self.margin} and size {self.size} do not go together"
            raise ValueError(msg)
        if self.columns is not None:
            first, end = self.columns  # a list, where it comes from TOML
            if not 0 <= first < end <= self.size:
                msg = f"columns {first} to {end} are not those of a chip of {self.size} pixels"
                raise ValueError(msg)
            object.__setattr__(self, "columns", (first, end))


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
        Where it can be fetched; empty for packaged and imported ones.
    imported : bool
        Whether the user imported it; the file lies in :func:`encoders_dir` then.
    """

    file: str
    sha256: str = ""
    package: str = ""
    url: str = ""
    imported: bool = False


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


@dataclass(frozen=True)
class BrokenEntry:
    """A file of the user's encoders that cannot be used.

    Attributes
    ----------
    file : Path
    reason : str
        One sentence.
    """

    file: Path
    reason: str


def encoders_dir() -> Path:
    """Give the folder of imported encoders: ``NAME.toml`` with ``NAME.safetensors`` beside it."""
    return data_dir() / "encoders"


def read_manifest(path: Path | None = None) -> dict[str, EncoderEntry]:
    """Read the entries by name: the shipped ones, then the user's.

    Parameters
    ----------
    path : Path, optional
        Another manifest than the shipped one; the user's are left out then.
    """
    if path is not None:
        return dict(_shipped(path))
    # The user's few small files are read every time: an import counts at once.
    return {**_shipped(models_dir() / "manifest.toml"), **read_imported()[0]}


def shipped_encoders() -> tuple[str, ...]:
    """Give the names of the encoders that the program knows by itself."""
    return tuple(_shipped(models_dir() / "manifest.toml"))


def read_imported() -> tuple[dict[str, EncoderEntry], tuple[BrokenEntry, ...]]:
    """Read the user's entries by name, and say what is wrong with those that cannot be used."""
    entries: dict[str, EncoderEntry] = {}
    broken: list[BrokenEntry] = []
    for file in sorted(encoders_dir().glob("*.toml")):
        try:
            entries[file.stem] = read_imported_file(file)
        except EncoderError as error:
            broken.append(BrokenEntry(file, error.what))
    return entries, tuple(broken)


def read_imported_file(file: Path) -> EncoderEntry:
    """Read one entry of the user.

    Raises
    ------
    EncoderError
        When it cannot be read, is no entry, or has the name of a shipped encoder.
    """
    name = file.stem
    if name in shipped_encoders():
        msg = f"The imported encoder {name} has the name of one of the program's own."
        raise EncoderError(msg)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        entry = _entry(name, raw)
        # The file's own name says where the weights are, whatever stands in it.
        weights = WeightsEntry(f"{name}.safetensors", entry.weights.sha256, imported=True)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        msg = f"The entry {file.name} of an imported encoder cannot be read: {error}."
        raise EncoderError(msg, "Import the encoder again.") from error
    return replace(entry, weights=weights)


@cache
def _shipped(path: Path) -> dict[str, EncoderEntry]:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: _entry(name, entry) for name, entry in raw["encoder"].items()}


def _entry(name: str, raw: dict[str, Any]) -> EncoderEntry:
    entry = EncoderEntry(
        name=name,
        **{
            **raw,
            "preprocessing": Preprocessing(**raw["preprocessing"]),
            "weights": WeightsEntry(**raw["weights"]),
        },
    )
    texts = (entry.title, entry.architecture, entry.licence, entry.origin, entry.weights.file, entry.weights.sha256)
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.dim, int) or entry.dim < 1:
        msg = "a value has the wrong type"
        raise ValueError(msg)
    return entry


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
