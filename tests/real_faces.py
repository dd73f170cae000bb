"""Real faces and a small real encoder, where a test is about fine-tuning."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import nn

from osfi_gui.vision.encode import TorchEncoder, load_encoder
from osfi_gui.vision.imports import import_encoder
from osfi_gui.vision.manifest import EncoderEntry, Preprocessing, WeightsEntry

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.vision.device import Device

LEAST = 6
"""Pictures of everybody in :func:`people_of`."""


def import_mobile(data: Path) -> None:
    """Import the MobileFaceNet of the shared data as “mobile”."""
    import_encoder(data / "weights" / "mobilefacenet_casia_112x96.safetensors", name="mobile")


def mobile_encoder(data: Path, device: Device) -> TorchEncoder:
    """Give the small real encoder: 1.0 M parameters, 50 BatchNorm layers."""
    import_mobile(data)
    return load_encoder("mobile", device=device)


def people_of(data: Path, count: int) -> list[Path]:
    """Give folders of people with six aligned chips or more, sorted by name."""
    able = (folder for folder in sorted((data / "lfw112").iterdir()) if len(list(folder.iterdir())) >= LEAST)
    return [folder for folder, _ in zip(able, range(count), strict=False)]


def strangers_of(data: Path, count: int) -> list[Path]:
    """Give folders of people with a single aligned chip, sorted by name."""
    single = (folder for folder in sorted((data / "lfw112").iterdir()) if len(list(folder.iterdir())) == 1)
    return [folder for folder, _ in zip(single, range(count), strict=False)]


def chips_of(data: Path, people: int, shots: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Give aligned chips and their owners, ``shots`` of each person."""
    files = [file for folder in people_of(data, people) for file in sorted(folder.iterdir())[:shots]]
    chips = np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])
    return chips, np.repeat(np.arange(people, dtype=np.int64), shots)


class TinyNet(nn.Module):
    """Convolutions of three kinds, BatchNorm and PReLU: quick, where a real encoder is not the point."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.bn1, self.act1 = nn.BatchNorm2d(8), nn.PReLU(8)
        self.conv2 = nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8)
        self.bn2, self.act2 = nn.BatchNorm2d(8), nn.PReLU(8)
        self.conv3 = nn.Conv2d(8, 12, 1)
        self.bn3 = nn.BatchNorm2d(12)
        self.last = nn.Linear(12 * 16, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (b, 3, 32, 32) to (b, 10)."""
        x = nn.functional.avg_pool2d(x, 2)
        x = self.act1(self.bn1(self.conv1(x)))
        x = self.act2(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        return self.last(torch.flatten(x, 1))


def tiny_encoder(device: Device, *, seed: int = 0, name: str = "tiny") -> TorchEncoder:
    """Give an encoder of 32-pixel chips with random weights and statistics as of a trained one."""
    draw = torch.Generator().manual_seed(seed)
    net = TinyNet()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(0.4 * torch.randn(parameter.shape, generator=draw))
        for layer in net.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.weight.copy_(0.5 + torch.rand(layer.weight.shape, generator=draw))
                layer.running_mean.copy_(0.3 * torch.randn(layer.weight.shape, generator=draw))
                layer.running_var.copy_(0.5 + torch.rand(layer.weight.shape, generator=draw))
    entry = EncoderEntry(
        name=name,
        title="Tiny",
        architecture="tiny",
        dim=10,
        licence="",
        origin="",
        preprocessing=Preprocessing("five-point", 32, scaling="unit"),
        weights=WeightsEntry(""),
    )
    return TorchEncoder(entry, net=net, device=device)


def small_chips(data: Path, people: int, shots: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Give chips of 32 pixels of real faces."""
    chips, owners = chips_of(data, people, shots)
    return np.stack([np.asarray(Image.fromarray(chip).resize((32, 32))) for chip in chips]), owners
