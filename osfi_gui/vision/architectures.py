"""The networks whose weights can be imported. A new one is one more entry here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from osfi_gui.vision.manifest import Preprocessing
from osfi_gui.vision.nets.ir50 import IR50
from osfi_gui.vision.nets.mobilefacenet import MobileFaceNet
from osfi_gui.vision.nets.vgg19bn import VGG19BN

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn


@dataclass(frozen=True)
class Architecture:
    """A network that is known by the names and shapes of its parameters.

    Attributes
    ----------
    name : str
        As in an encoder's entry.
    title : str
        For the operator.
    dim : int
        Length of an embedding.
    preprocessing : Preprocessing
        What its public checkpoints were trained with.
    build : callable
        Makes the network with random weights.
    """

    name: str
    title: str
    dim: int
    preprocessing: Preprocessing
    build: Callable[[], nn.Module]


_KNOWN = (
    Architecture(
        "mobilefacenet-112x96",
        "MobileFaceNet 112x96",
        128,
        Preprocessing("five-point", 112, scaling="fixed", columns=(8, 104)),
        lambda: MobileFaceNet(width=96),
    ),
    Architecture(
        "mobilefacenet", "MobileFaceNet", 128, Preprocessing("five-point", 112, scaling="fixed"), MobileFaceNet
    ),
    Architecture("ir50", "IR-50", 512, Preprocessing("five-point", 112, scaling="unit"), IR50),
    Architecture("vgg19bn", "VGG19-BN", 512, Preprocessing("five-point", 112, scaling="unit"), VGG19BN),
)

IMPORTABLE: dict[str, Architecture] = {architecture.name: architecture for architecture in _KNOWN}
"""By name."""
