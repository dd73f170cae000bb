"""ArcFace: an additive margin on the angle (Deng et al., *ArcFace: Additive Angular Margin Loss*, CVPR 2019)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from osfi_gui.tuning.heads.base import CosineHead

if TYPE_CHECKING:
    from torch import Tensor

_LEAST_SINE_SQUARED = 1e-6


def turned(cosines: Tensor, margin: Tensor | float) -> Tensor:
    """Give the cosine of the angle plus a margin, with a finite gradient everywhere.

    Where the angle would pass pi, the cosine goes on falling as ``cos - m sin m``, as in the authors' code.

    Parameters
    ----------
    cosines : Tensor
        -1..1.
    margin : Tensor or float
        Radians, 0..pi.
    """
    m = torch.as_tensor(margin, dtype=cosines.dtype, device=cosines.device)
    # The sine's slope is infinite at cosine 1, where weight imprinting likes to start; below 1e-3 it counts as flat.
    sines = (1.0 - cosines.square()).clamp(min=_LEAST_SINE_SQUARED).sqrt()
    inside = cosines * m.cos() - sines * m.sin()
    return torch.where(cosines > (math.pi - m).cos(), inside, cosines - m * m.sin())


class ArcFace(CosineHead):
    """The right angle plus the margin."""

    name = "arcface"
    title = "ArcFace"
    help = "The own identity's angle must lead by the margin (0.5 rad)."
    own_margin = 0.5

    def with_margin(self, cosines: Tensor, right: Tensor, embeddings: Tensor) -> Tensor:
        """Add the margin to the right angles."""
        return torch.where(right, turned(cosines, self.margin), cosines)
