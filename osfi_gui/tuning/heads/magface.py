"""MagFace: a margin that grows with the embedding's length (Meng et al., *MagFace*, CVPR 2021)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from osfi_gui.tuning.heads.arcface import turned
from osfi_gui.tuning.heads.base import CosineHead

if TYPE_CHECKING:
    from torch import Tensor


class MagFace(CosineHead):
    """ArcFace with margin m(a) = margin + slope (a - shortest), and a regulariser g(a) = 1/a + a/longest^2.

    Lengths a are clamped to [shortest, longest] = [10, 110], the paper's; what lies outside has the margin of the end
    and no slope of its own.
    """

    name = "magface"
    title = "MagFace"
    help = "As ArcFace, with a larger margin for embeddings that are longer, which means better pictures."
    own_margin = 0.45
    shortest, longest = 10.0, 110.0
    slope = (0.8 - 0.45) / (110.0 - 10.0)
    regulariser = 35.0

    def margins(self, lengths: Tensor) -> Tensor:
        """Give the margin of each length; shape as given, radians."""
        return self.margin + self.slope * (lengths.clamp(self.shortest, self.longest) - self.shortest)

    def with_margin(self, cosines: Tensor, right: Tensor, embeddings: Tensor) -> Tensor:
        """Add to the right angles the margin of each embedding's length."""
        lengths = embeddings.float().norm(dim=1, keepdim=True)
        return torch.where(right, turned(cosines, self.margins(lengths)), cosines)

    def loss(self, embeddings: Tensor, rows: Tensor, owners: Tensor) -> tuple[Tensor, Tensor]:
        """Give the cross entropy plus the regulariser; see :meth:`Head.loss`."""
        losses, cosines = super().loss(embeddings, rows, owners)
        lengths = embeddings.float().norm(dim=1).clamp(self.shortest, self.longest)
        return losses + self.regulariser * (lengths / self.longest**2 + 1.0 / lengths), cosines
