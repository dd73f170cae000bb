"""Encoders: chips in, unit embeddings out, averaged with the mirror image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from osfi_gui.core.errors import EncoderError
from osfi_gui.core.gallery import normalise
from osfi_gui.core.tune import version_name
from osfi_gui.vision.architectures import IMPORTABLE
from osfi_gui.vision.chips import cut_chip
from osfi_gui.vision.manifest import EncoderEntry, encoder_entry
from osfi_gui.vision.nets.sface import SFace
from osfi_gui.vision.nets.sface_weights import read_sface
from osfi_gui.vision.weights import require_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import nn

    from osfi_gui.core.values import Pixels, Portrait
    from osfi_gui.vision.device import Device

BATCH = 32
"""Chips a forward pass; bounds the memory of a large import."""
CPU_BATCH = 8
"""Chips a forward pass on a CPU. The C library gives the maps of 32 back to the kernel after each layer and takes them
anew, which is a third of SFace's time; ``benchmarks/batches.py`` measured it."""
CPU_AT_ONCE = 4
"""Chips between two questions whether to go on: IR-50 takes a second for them on one core."""


class TorchEncoder:
    """A torch module with the preprocessing of its manifest entry.

    Parameters
    ----------
    entry : EncoderEntry
    net : nn.Module
        Maps what :meth:`inputs` gives to (b, dim).
    device : Device
    version : int
        Number of the tuned version whose weights these are; 0 for the pretrained ones.
    """

    def __init__(self, entry: EncoderEntry, *, net: nn.Module, device: Device, version: int = 0) -> None:
        self._entry = entry
        self._version = version
        self.device = device
        # channels_last: an SFace forward takes a quarter of the time on CPUs.
        self.net = net.to(device.torch).to(memory_format=torch.channels_last).eval()

    @property
    def name(self) -> str:
        """Name under which its embeddings are kept: as in the manifest, with the version behind it ("sface@3")."""
        return version_name(self._entry.name, self._version)

    @property
    def base(self) -> str:
        """Name in the manifest, whichever version this is."""
        return self._entry.name

    @property
    def version(self) -> int:
        """Number of the tuned version; 0 for the pretrained encoder."""
        return self._version

    @property
    def title(self) -> str:
        """Name for the operator."""
        return f"{self._entry.title}, version {self._version}" if self._version else self._entry.title

    def with_net(self, net: nn.Module, *, version: int) -> TorchEncoder:
        """Give an encoder of the same kind with other weights; this one stays as it is."""
        return TorchEncoder(self._entry, net=net, device=self.device, version=version)

    @property
    def dim(self) -> int:
        """Length of an embedding."""
        return self._entry.dim

    @property
    def at_once(self) -> int:
        """How many chips a job embeds before it asks whether to go on."""
        return CPU_AT_ONCE if self.device.kind == "cpu" else BATCH

    @property
    def chip_size(self) -> int:
        """Width and height of a chip, pixels."""
        return self._entry.preprocessing.size

    def chip(self, portrait: Portrait) -> Pixels:
        """Cut this encoder's chip; uint8 RGB, shape (size, size, 3)."""
        return cut_chip(portrait.pixels, portrait.face, self._entry.preprocessing)

    def embed(self, chips: Sequence[Pixels]) -> NDArray[np.float32]:
        """Embed chips and their mirror images, and average each pair.

        Parameters
        ----------
        chips : sequence of ndarray of uint8, shape (size, size, 3)
            As :meth:`chip` gives them.

        Returns
        -------
        ndarray of float32, shape (len(chips), dim)
            Unit rows.
        """
        most = CPU_BATCH if self.device.kind == "cpu" else BATCH
        rows = [self.pass_of(chips[i : i + most]) for i in range(0, len(chips), most)]
        return np.concatenate(rows) if rows else np.zeros((0, self.dim), dtype=np.float32)

    def inputs(self, chips: torch.Tensor) -> torch.Tensor:
        """Turn chips into what the network takes.

        Parameters
        ----------
        chips : Tensor of uint8, shape (b, size, size, 3)
            RGB.

        Returns
        -------
        Tensor of float32, shape (b, 3, size, size), or narrower where the network takes some columns only
            On the encoder's device, channels_last.
        """
        preprocessing = self._entry.preprocessing
        if preprocessing.columns is not None:
            chips = chips[:, :, slice(*preprocessing.columns)]
        # NHWC bytes seen as NCHW are channels_last already: no copy but the one to float.
        x = chips.to(self.device.torch).permute(0, 3, 1, 2).float()
        if preprocessing.scaling == "none":
            return x
        return (x - 127.5) / (128.0 if preprocessing.scaling == "fixed" else 127.5)

    def pass_of(self, chips: Sequence[Pixels]) -> NDArray[np.float32]:
        """Embed as :meth:`embed` does, one chip at least, and all of them in one forward pass."""
        with torch.inference_mode():
            x = self.inputs(torch.from_numpy(np.stack(chips)))
            both = self.net(torch.cat([x, x.flip(3)]))
            mean = (both[: len(chips)] + both[len(chips) :]).float().cpu().numpy()
        return normalise(mean)


def _build_sface(entry: EncoderEntry, path: Path) -> nn.Module:
    net = SFace()
    net.load_state_dict(read_sface(path))
    return net


def _build_inception(entry: EncoderEntry, path: Path) -> nn.Module:
    try:
        from facenet_pytorch import InceptionResnetV1
    except ImportError as error:
        msg = f"{entry.title} needs facenet-pytorch, which is not installed."
        raise EncoderError(msg, "Run: pip install --no-deps facenet-pytorch==2.6.0") from error
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        # The checkpoint carries the classifier of its training set, which nobody needs here.
        net = InceptionResnetV1(pretrained=None)
        net.load_state_dict({k: v for k, v in state.items() if not k.startswith("logits.")})
    except Exception as error:
        msg = f"The file {path.name} does not hold {entry.title}."
        raise EncoderError(msg, f"Delete {path} and fetch the weights again.") from error
    module: nn.Module = net
    return module


def _build_imported(entry: EncoderEntry, path: Path) -> nn.Module:
    net = IMPORTABLE[entry.architecture].build()
    try:
        net.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError, OSError) as error:
        msg = f"The file {path.name} does not hold {entry.title}."
        raise EncoderError(msg, f"Run “osfi encoders remove {entry.name}” and import it again.") from error
    return net


ARCHITECTURES: dict[str, Callable[[EncoderEntry, Path], nn.Module]] = {
    **dict.fromkeys(IMPORTABLE, _build_imported),
    "sface": _build_sface,
    "inception-resnet-v1": _build_inception,
}


def load_encoder(name: str, *, device: Device) -> TorchEncoder:
    """Load an encoder of the manifest.

    Parameters
    ----------
    name : str
    device : Device

    Raises
    ------
    EncoderError
        When it is unknown, or its weights are missing or damaged.
    """
    entry = encoder_entry(name)
    build = ARCHITECTURES.get(entry.architecture)
    if build is None:
        msg = f"This version does not know the architecture “{entry.architecture}” of {entry.title}."
        raise EncoderError(msg, "Choose another encoder, or use the version that imported this one.")
    return TorchEncoder(entry, net=build(entry, require_weights(entry)), device=device)
