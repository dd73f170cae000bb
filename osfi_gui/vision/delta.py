"""What a tuned version differs in from the pretrained encoder, as safetensors bytes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from osfi_gui.core.errors import EncoderError
from osfi_gui.vision.nets.adapters import ADAPTER, add_adapters

if TYPE_CHECKING:
    from torch import Tensor, nn

    from osfi_gui.vision.encode import TorchEncoder


def difference(tuned: nn.Module, pretrained: nn.Module) -> bytes:
    """Give every parameter and buffer that is not the pretrained one's to the bit.

    Parameters
    ----------
    tuned, pretrained : nn.Module
        Of the same architecture; the tuned one may have adapters.
    """
    before = pretrained.state_dict()
    changed: dict[str, Tensor] = {}
    for name, value in tuned.state_dict().items():
        if name not in before or not torch.equal(value.cpu(), before[name].cpu()):
            changed[name] = value.detach().cpu().contiguous()
    return save(changed)


def with_difference(encoder: TorchEncoder, delta: bytes, *, version: int) -> TorchEncoder:
    """Give a tuned version of a pretrained encoder, which stays as it is.

    Parameters
    ----------
    encoder : TorchEncoder
        The pretrained one.
    delta : bytes
        As :func:`difference` gave it.
    version : int

    Raises
    ------
    EncoderError
        When the bytes are damaged or belong to another encoder.
    """
    net = copy.deepcopy(encoder.net)
    try:
        changed = load(delta)
        if any(name.rpartition(".")[2] == ADAPTER for name in changed):
            add_adapters(net)
        missing, unknown = net.load_state_dict(changed, strict=False)
        if unknown or any(name.rpartition(".")[2] == ADAPTER for name in missing):
            raise KeyError(*unknown)
        if not all(bool(torch.isfinite(value).all()) for value in changed.values()):
            raise KeyError("weights that are not finite")
    except (SafetensorError, RuntimeError, KeyError) as error:
        msg = f"Version {version} does not fit the encoder {encoder.base}, or is damaged."
        raise EncoderError(msg, "Go back to the pretrained encoder, or tune it anew.") from error
    return encoder.with_net(net, version=version)
