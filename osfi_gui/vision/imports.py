"""Importing encoders: weights of a known architecture out of a file, into the user's data folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from osfi_gui.core.errors import EncoderError
from osfi_gui.vision.architectures import IMPORTABLE
from osfi_gui.vision.checkpoints import listed, read_checkpoint
from osfi_gui.vision.manifest import (
    EncoderEntry,
    WeightsEntry,
    encoders_dir,
    read_imported_file,
    shipped_encoders,
)
from osfi_gui.vision.weights import digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor, nn

    from osfi_gui.vision.architectures import Architecture

CHIPS = ("five-point", "box")
"""How faces may be cut for an imported encoder."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}[A-Za-z0-9]|[A-Za-z0-9]")
# Windows gives no file these names, whatever their ending.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_COUNTER = "num_batches_tracked"
_WIDE, _NARROW = ".conv3x3.", ".conv1x1."


def import_encoder(file: Path, *, name: str | None = None, chip: str = "") -> EncoderEntry:
    """Take an encoder from a file with the weights of a known architecture.

    Parameters
    ----------
    file : Path
        A state dict in PyTorch's format or safetensors, plain or wrapped.
    name : str, optional
        What it shall be called; by default made of the file's name.
    chip : str
        ``five-point`` or ``box``: how faces are cut for it; by default as the architecture's entry says.

    Returns
    -------
    EncoderEntry
        As the manifest has it from now on.

    Raises
    ------
    EncoderError
        When the file cannot be used, the name is taken or unfit, or nothing can be stored. Nothing has changed then.
    """
    if chip not in ("", *CHIPS):
        msg = f"“{chip}” is no way to cut faces."
        raise EncoderError(msg, f"Choose one of: {', '.join(CHIPS)}.")
    name = _name_from(file) if name is None else name
    _check_name(name)
    architecture, weights, folded = _read(file)
    _try_out(architecture, weights, file.name)
    preprocessing = architecture.preprocessing
    if chip and chip != preprocessing.kind:
        preprocessing = replace(preprocessing, kind=chip)
    origin = f"imported from {file.name}" + (", parallel adapters folded in" if folded else "")
    entry = EncoderEntry(
        name=name,
        title=f"{architecture.title} ({name})",
        architecture=architecture.name,
        dim=architecture.dim,
        licence="that of the imported file",
        origin=origin.encode("utf-8", "replace").decode("utf-8"),
        preprocessing=preprocessing,
        weights=WeightsEntry(f"{name}.safetensors", imported=True),
    )
    return _store(entry, weights)


def examine_checkpoint(file: Path) -> Architecture:
    """Find out which architecture the weights of a file are of; nothing is stored.

    Raises
    ------
    EncoderError
        As :func:`import_encoder` does, but for what only trying out shows.
    """
    return _read(file)[0]


def free_name(file: Path) -> str:
    """Make a name of a file's that no encoder has yet."""
    first = _name_from(file)
    for name in (first, *(f"{first[:60]}-{number}" for number in range(2, 100))):
        with contextlib.suppress(EncoderError):
            _check_name(name)
            return name
    return first


def remove_encoder(name: str) -> None:
    """Remove an imported encoder; what the gallery holds of it stays there.

    A note of its weights stays, so that others do not come under the same name: galleries keep embeddings by the
    encoder's name.

    Raises
    ------
    EncoderError
        When it is one of the program's own, or there is none of that name.
    """
    if name in shipped_encoders():
        msg = f"“{name}” belongs to the program and cannot be removed."
        raise EncoderError(msg)
    # Looked up in the folder's listing, so that no name can lead out of it.
    found = next((path for path in encoders_dir().glob("*.toml") if path.stem == name), None)
    if found is None:
        msg = f"There is no imported encoder named “{name}”."
        raise EncoderError(msg, "See “osfi encoders list”.")
    try:
        os.replace(found, _note(name))
        (encoders_dir() / f"{name}.safetensors").unlink(missing_ok=True)
    except OSError as error:
        msg = f"The encoder {name} could not be removed: {error.strerror or error}."
        raise EncoderError(msg, f"Delete its files in {encoders_dir()}.") from error


def _read(file: Path) -> tuple[Architecture, dict[str, Tensor], bool]:
    """Give a file's architecture, exactly its weights, and whether adapters were folded into them."""
    weights, folded = _without_adapters(read_checkpoint(file))
    architecture = _recognise(weights, file.name)
    return architecture, _checked(weights, architecture, file.name), folded


def _name_from(file: Path) -> str:
    name = re.sub(r"[^a-z0-9._-]+", "-", file.stem.lower()).strip("-._")[:64].strip("-._")
    return name or "encoder"


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        msg = f"“{name}” cannot be the name of an encoder."
        raise EncoderError(
            msg, "Give one of letters, digits, dots, dashes and underscores (on the command line: --name)."
        )
    taken = {*shipped_encoders(), *(path.stem for path in encoders_dir().glob("*.toml"))}
    # Some file systems do not tell large letters from small ones.
    if name.casefold() in {other.casefold() for other in taken}:
        msg = f"There is an encoder named “{name}” already."
        raise EncoderError(msg, "Give another name (on the command line: --name), or remove that one first.")


def _without_adapters(weights: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], bool]:
    """Fold parallel adapters, as the paper's code names them, into the convolutions beside which they stand.

    ``conv3x3(x) + conv1x1(x)`` is one 3x3 convolution whose middle has the 1x1 weights added: both see the same pixel
    there. The names become those of a network without adapters.
    """
    plain = dict(weights)
    pairs = [(key, key.replace(_WIDE, _NARROW)) for key in weights if key.endswith(f"{_WIDE}weight")]
    for wide, narrow in pairs:
        beside = plain.get(narrow)
        whole = plain[wide]
        # Contiguous ones are as large as they say; others may say anything and take no room in the file.
        if beside is None or beside.shape != (*whole.shape[:2], 1, 1) or not whole.is_contiguous() or whole.ndim != 4:
            return dict(weights), False
        del plain[narrow]
        plain[wide] = whole + torch.nn.functional.pad(beside, (1, 1, 1, 1))
    return {key.replace(_WIDE, "."): value for key, value in plain.items()}, bool(pairs)


@cache
def _expected(architecture: str) -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):  # shapes without memory or random numbers
        net = IMPORTABLE[architecture].build()
    return {key: tuple(value.shape) for key, value in net.state_dict().items()}


def _recognise(weights: Mapping[str, Tensor], file: str) -> Architecture:
    """Find the architecture with the most names, and among those the most shapes, in common."""

    def likeness(name: str) -> tuple[int, int]:
        expected = _expected(name)
        common = [key for key in weights if key in expected]
        return len(common), sum(tuple(weights[key].shape) == expected[key] for key in common)

    best = max(IMPORTABLE, key=likeness)
    if likeness(best)[0] < len(_expected(best)) / 2:
        known = ", ".join(architecture.title for architecture in IMPORTABLE.values())
        msg = f"The file {file} is of an architecture that this program does not know."
        raise EncoderError(msg, f"It knows {known}; this one has weights such as {listed(sorted(weights))}.")
    return IMPORTABLE[best]


def _checked(weights: Mapping[str, Tensor], architecture: Architecture, file: str) -> dict[str, Tensor]:
    """Give exactly the architecture's weights, as it has them, or say what is wrong."""
    expected = _expected(architecture.name)
    looks = f"The file {file} looks like {architecture.title}"
    remedy = "Get the file again, or ask its maker which network it is."
    # Checkpoints from before PyTorch 0.4.1 have no counters; nothing computes with them.
    missing = [key for key in expected if key not in weights and not key.endswith(_COUNTER)]
    if missing:
        raise EncoderError(f"{looks}, but lacks {listed(missing)}.", remedy)
    extra = [key for key in weights if key not in expected]
    if extra:
        raise EncoderError(f"{looks}, but has weights that it does not know: {listed(extra)}.", remedy)
    wrong = [
        f"{key} ({_shape(value.shape)}, not {_shape(expected[key])})"
        for key, value in weights.items()
        if tuple(value.shape) != expected[key]
    ]
    if wrong:
        raise EncoderError(f"{looks}, but some weights have other shapes: {listed(wrong)}.", remedy)
    whole = [key for key, value in weights.items() if not (value.is_floating_point() or key.endswith(_COUNTER))]
    if whole:
        raise EncoderError(f"{looks}, but some weights are no real numbers: {listed(whole)}.", remedy)
    result = {
        key: torch.zeros((), dtype=torch.int64)
        if key.endswith(_COUNTER)
        else weights[key].to(torch.float32).contiguous().clone()
        for key in expected
    }
    infinite = [key for key, value in result.items() if not bool(torch.isfinite(value).all())]
    if infinite:
        raise EncoderError(f"{looks}, but some weights are not finite: {listed(infinite)}.", remedy)
    return result


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "one number"


def _try_out(architecture: Architecture, weights: Mapping[str, Tensor], file: str) -> None:
    """Embed one chip of noise: finite weights can still give nothing, such as with a negative variance."""
    net: nn.Module = architecture.build().eval()
    net.load_state_dict(dict(weights))
    size = architecture.preprocessing.size
    first, end = architecture.preprocessing.columns or (0, size)
    noise = torch.rand(1, 3, size, end - first, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        embedding = net(2.0 * noise - 1.0)
    if not bool(torch.isfinite(embedding).all()) or not bool(embedding.any()):
        msg = f"The file {file} looks like {architecture.title}, but gives no usable embedding."
        raise EncoderError(msg, "Get the file again, or ask its maker.")


def _note(name: str) -> Path:
    return encoders_dir() / f"{name}.removed"


def _store(entry: EncoderEntry, weights: Mapping[str, Tensor]) -> EncoderEntry:
    """Write the weights, then the entry, each beside and then into place: an entry without weights never exists."""
    target = encoders_dir() / entry.weights.file
    part = encoders_dir() / f"{entry.weights.file}.part"
    listing = encoders_dir() / f"{entry.name}.toml"
    listing_part = encoders_dir() / f"{entry.name}.toml.part"
    try:
        encoders_dir().mkdir(parents=True, exist_ok=True)
        save_file(dict(weights), part, metadata={"architecture": entry.architecture})
        _flush(part)
        entry = replace(entry, weights=replace(entry.weights, sha256=digest(part)))
        _check_not_used_before(entry)
        listing_part.write_text(_as_toml(entry), encoding="utf-8")
        _flush(listing_part)
        os.replace(part, target)
        os.replace(listing_part, listing)
        _note(entry.name).unlink(missing_ok=True)
    except (OSError, SafetensorError) as error:
        msg = f"The encoder could not be stored in {encoders_dir()}: {error}."
        raise EncoderError(msg, "See whether there is space and whether you may write there.") from error
    finally:
        for leftover in (part, listing_part):
            with contextlib.suppress(OSError):
                leftover.unlink(missing_ok=True)
    return entry


def _check_not_used_before(entry: EncoderEntry) -> None:
    note = _note(entry.name)
    if not note.is_file():
        return
    try:
        former = read_imported_file(note)
        same = (former.weights.sha256, former.preprocessing) == (entry.weights.sha256, entry.preprocessing)
    except EncoderError:
        same = False
    if not same:
        msg = f"The name “{entry.name}” belonged to another encoder, whose embeddings a gallery may still hold."
        raise EncoderError(msg, "Give another name (on the command line: --name).")


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _as_toml(entry: EncoderEntry) -> str:
    cut = entry.preprocessing
    columns = "" if cut.columns is None else f", columns = [{cut.columns[0]}, {cut.columns[1]}]"
    return "\n".join(
        (
            f"title = {_quoted(entry.title)}",
            f"architecture = {_quoted(entry.architecture)}",
            f"dim = {entry.dim}",
            f"licence = {_quoted(entry.licence)}",
            f"origin = {_quoted(entry.origin)}",
            f"preprocessing = {{ kind = {_quoted(cut.kind)}, size = {cut.size}, margin = {cut.margin}, "
            f"scaling = {_quoted(cut.scaling)}{columns} }}",
            "[weights]",
            f"file = {_quoted(entry.weights.file)}",
            f"sha256 = {_quoted(entry.weights.sha256)}",
            "",
        )
    )


def _quoted(text: str) -> str:
    """Give a TOML string: JSON's, but that DEL has to be escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
