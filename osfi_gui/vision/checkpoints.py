"""Reading weights out of files of strangers: never runs what stands in them, never takes half of them."""

from __future__ import annotations

import io
import pickletools
import warnings
import zipfile
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from osfi_gui.core.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WRAPPERS = ("encoder_state_dict", "net_state_dict", "state_dict")
"""Under these names a checkpoint keeps the weights, beside optimiser, epoch and the like."""
PREFIX = "module."
"""What DataParallel puts before every name."""

_HARMLESS = {"torch", "torch._utils", "torch._tensor", "torch.storage", "torch.nn.parameter", "collections", "_codecs"}
_SCANNED_BYTES = 64 << 20
_PROGRAM = "TorchScript"


def read_checkpoint(file: Path) -> dict[str, torch.Tensor]:
    """Read the weights of a network by their names.

    Parameters
    ----------
    file : Path
        PyTorch's format (zip or the one before it) or safetensors, whatever its ending.

    Returns
    -------
    dict
        Unwrapped from one of :data:`WRAPPERS`, without the prefix ``module.``; on the CPU.

    Raises
    ------
    EncoderError
        When there is no such file, it is damaged, holds code, or holds no weights by name.
    """
    if file.is_dir():
        msg = f"{file} is a folder."
        raise EncoderError(msg, "Give the file with the weights that lies in it.")
    try:
        with file.open("rb") as opened:
            head = opened.read(9)
    except OSError as error:
        msg = f"The file {file} cannot be read: {error.strerror or error}."
        raise EncoderError(msg, "Give the path of a file with the weights of an encoder.") from error
    if not head:
        msg = f"The file {file.name} is empty."
        raise EncoderError(msg, "Get it again.")
    # A safetensors file begins with the length of its header, eight bytes, and then the header, which is JSON.
    content = _read_safetensors(file) if head[8:] == b"{" else _read_torch(file)
    return _named_weights(content, file.name)


def _read_safetensors(file: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(file)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise _damaged(file.name) from error


def _read_torch(file: Path) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about old formats; what cannot be read fails below
            content: object = torch.load(file, map_location="cpu", weights_only=True)
            return content
    except Exception as error:  # a damaged file fails in any way: zip, unpickler, storage, decoding, memory
        code = list(_foreign_names(file))
        if not code:
            raise _damaged(file.name) from error
        what = "a program" if code[0] == _PROGRAM else f"code ({code[0]})"
        msg = f"The file {file.name} holds {what} beside its weights; it was not run."
        raise EncoderError(
            msg,
            "Ask its maker for the weights alone, as saved by torch.save(network.state_dict(), FILE) or safetensors.",
        ) from error


def _damaged(name: str) -> EncoderError:
    return EncoderError(f"The file {name} is damaged, or holds no weights in a known format.", "Get it again.")


def _foreign_names(file: Path) -> Iterator[str]:
    """Give what a checkpoint would call when it were unpickled, but for torch's own; nothing is unpickled here."""
    try:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                inside = archive.namelist()
                if any(name.endswith("/constants.pkl") for name in inside):
                    yield _PROGRAM
                for name in inside:
                    if name.endswith("data.pkl"):
                        with archive.open(name) as part:
                            yield from _names_called(io.BytesIO(part.read(_SCANNED_BYTES)))
            return
        with file.open("rb") as opened:
            stream = io.BytesIO(opened.read(_SCANNED_BYTES))
        while True:  # the format before zip is several pickles in a row, then bytes
            yield from _names_called(stream)
    except (ValueError, IndexError, EOFError, OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return  # the end of what can be read


def _names_called(stream: io.BytesIO) -> Iterator[str]:
    texts: list[str] = []
    found: list[str] = []
    for operation, argument, _ in pickletools.genops(stream):
        if operation.name in ("GLOBAL", "INST"):
            found.append(str(argument))
        elif operation.name == "STACK_GLOBAL":
            found.append(" ".join(texts[-2:]))
        elif isinstance(argument, str):
            texts.append(argument)
    # Only now: genops raises where the stream is no pickle, whatever it seemed to name before.
    for name in found:
        module, _, attribute = name.partition(" ")
        if module not in _HARMLESS:
            yield f"{module}.{attribute}"


def _named_weights(content: object, name: str) -> dict[str, torch.Tensor]:
    for wrapper in WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict) or not any(isinstance(value, torch.Tensor) for value in content.values()):
        msg = f"The file {name} holds no weights by name."
        raise EncoderError(msg, f"It should be a state dict, plain or under one of: {', '.join(WRAPPERS)}.")
    odd = [str(key) for key, value in content.items() if not isinstance(key, str) or not _plain(value)]
    if odd:
        msg = f"The file {name} holds something else among its weights: {listed(odd)}."
        raise EncoderError(msg, "It should be a state dict and nothing more.")
    if all(key.startswith(PREFIX) for key in content):
        content = {key.removeprefix(PREFIX): value for key, value in content.items()}
    return {key: value.detach() for key, value in content.items()}


def _plain(value: object) -> bool:
    return (
        isinstance(value, torch.Tensor)
        and value.layout == torch.strided
        and value.device.type == "cpu"
        and not value.is_quantized
    )


def listed(names: list[str], *, most: int = 3) -> str:
    """Name a few of many: "a, b, c and 4 more"."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
