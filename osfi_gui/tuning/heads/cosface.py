"""CosFace: an additive margin on the cosine (Wang et al., *CosFace: Large Margin Cosine Loss*, CVPR 2018)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.tuning.heads.base import CosineHead

if TYPE_CHECKING:
    from torch import Tensor


class CosFace(CosineHead):
    """The right cosine less the margin."""

    name = "cosface"
    title = "CosFace"
    help = "The own identity's cosine must lead by the margin (0.4); the paper's choice."
    own_margin = 0.4

    def with_margin(self, cosines: Tensor, right: Tensor, embeddings: Tensor) -> Tensor:
        """Subtract the margin from the right cosines."""
        return cosines - self.margin * right
