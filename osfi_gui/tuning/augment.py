"""Augmentation of chips in memory, with a generator of our own: what torchvision's transforms give, number by number.

torchvision's random classes draw from torch's global generator, which every thread shares, so that a run would depend
on what else the program does; and importing it loads torch's compiler, which takes seconds and the interpreter's lock.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch.nn.functional import interpolate

from osfi_gui.core.tune import Choice
from osfi_gui.vision.camera import degrade

if TYPE_CHECKING:
    from torch import Tensor


class Augmentation(Protocol):
    """Changes chips before each step."""

    name: str
    title: str
    help: str

    def apply(self, chips: Tensor, draw: torch.Generator) -> Tensor:
        """Give changed chips.

        Parameters
        ----------
        chips : Tensor of uint8, shape (b, size, size, 3)
            RGB; left as they are.
        draw : torch.Generator
            On the CPU.
        """
        ...


def crop_box(
    size: int, draw: torch.Generator, *, least: float, ratio: tuple[float, float]
) -> tuple[int, int, int, int]:
    """Draw a box as torchvision's RandomResizedCrop does: a share of the area, an aspect ratio, a place.

    Parameters
    ----------
    size : int
        Side of the chip, pixels.
    draw : torch.Generator
    least : float
        Smallest share of the area, 0..1.
    ratio : tuple of float
        Smallest and largest width over height.

    Returns
    -------
    top, left, height, width : int
    """
    low, high = math.log(ratio[0]), math.log(ratio[1])
    for _ in range(10):
        area, shape = torch.rand(2, generator=draw).tolist()
        area = size * size * (least + (1.0 - least) * area)
        aspect = math.exp(low + (high - low) * shape)
        width, height = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if 0 < width <= size and 0 < height <= size:
            top = int(torch.randint(0, size - height + 1, (1,), generator=draw))
            left = int(torch.randint(0, size - width + 1, (1,), generator=draw))
            return top, left, height, width
    return 0, 0, size, size


class CropAndMirror:
    """The paper's: RandomResizedCrop of 0.7 to 1 of the area, and a mirror image half of the time."""

    name = "paper"
    title = "Crops and mirroring"
    help = "Random crops of 70 to 100 % and mirror images, as in the paper."

    least, ratio = 0.7, (3.0 / 4.0, 4.0 / 3.0)

    def apply(self, chips: Tensor, draw: torch.Generator) -> Tensor:
        """Crop and mirror; see :meth:`Augmentation.apply`."""
        size = chips.shape[1]
        out = torch.empty_like(chips)
        for row, chip in enumerate(chips.permute(0, 3, 1, 2)):
            top, left, height, width = crop_box(size, draw, least=self.least, ratio=self.ratio)
            cut = chip[None, :, top : top + height, left : left + width]
            cut = interpolate(cut, (size, size), mode="bilinear", antialias=True)[0]
            mirrored = bool(torch.rand(1, generator=draw) < 0.5)
            out[row] = (cut.flip(2) if mirrored else cut).permute(1, 2, 0)
        return out


class SmallCrops(CropAndMirror):
    """Crops that leave an aligned chip almost where it is: 85 to 100 % of the area, its aspect within 5 %.

    An encoder of aligned chips has learned where eyes and mouth lie. The paper's crops move them further than any
    probe's ever are, and what BatchNorm learns from such chips it does not need.
    """

    name = "aligned"
    title = "Small crops and mirroring"
    help = "Crops of 85 to 100 % that keep the face where alignment put it, and mirror images."

    least, ratio = 0.85, (0.95, 1.0 / 0.95)


class PoorCamera(CropAndMirror):
    """Crops and mirror images, half of them through a camera that is poorer than the one at hand.

    A gallery is enrolled in good light at arm's length, and probed across a room: the encoder is shown what that looks
    like. How poor is drawn for each chip: 24 pixels to full size, gamma 0.7 to 1.7, noise of 0 to 8 grey levels, JPEG
    quality 30 to 90.
    """

    name = "camera"
    title = "Crops and a poor camera"
    help = "As above, half of the chips small, dark, noisy and compressed, as a poor camera would show them."

    share = 0.5

    def apply(self, chips: Tensor, draw: torch.Generator) -> Tensor:
        """Crop, mirror and degrade; see :meth:`Augmentation.apply`."""
        out = super().apply(chips, draw)
        for row in range(len(out)):
            chance, size, gamma, noise, quality = torch.rand(5, generator=draw).tolist()
            rng = np.random.default_rng(int(torch.randint(0, 2**31, (1,), generator=draw)))
            if chance < self.share:
                poor = degrade(
                    out[row].numpy(),
                    rng,
                    side=round(24 * (out.shape[1] / 24) ** size),
                    gamma=math.exp(math.log(0.7) + (math.log(1.7) - math.log(0.7)) * gamma),
                    noise=8.0 * noise,
                    quality=round(30 + 60 * quality),
                )
                out[row] = torch.from_numpy(poor)
        return out


class SmallCropsPoorCamera(PoorCamera):
    """Small crops and mirror images, half of them through a camera that is poorer than the one at hand.

    What a poor camera does to a face is done to it in the place where alignment puts it, as in a probe.
    """

    name = "aligned-camera"
    title = "Small crops and a poor camera"
    help = "Crops that keep the face where alignment put it, half of the chips as a poor camera would show them."

    least, ratio = SmallCrops.least, SmallCrops.ratio


class Untouched:
    """The chips as they are."""

    name = "none"
    title = "None"
    help = "The shots as they are; they are soon learned by heart."

    def apply(self, chips: Tensor, draw: torch.Generator) -> Tensor:
        """Give the chips; see :meth:`Augmentation.apply`."""
        return chips


AUGMENTATIONS: dict[str, Augmentation] = {
    a.name: a for a in (CropAndMirror(), SmallCrops(), PoorCamera(), SmallCropsPoorCamera(), Untouched())
}


def augment_choices() -> tuple[Choice, ...]:
    """Give the augmentations as the operator reads them."""
    return tuple(Choice(a.name, a.title, a.help) for a in AUGMENTATIONS.values())
