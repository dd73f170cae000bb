"""NormFace: scaled cosines (Wang et al., *NormFace: L2 Hypersphere Embedding*, ACM MM 2017)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.tuning.heads.base import CosineHead

if TYPE_CHECKING:
    from torch import Tensor


class NormFace(CosineHead):
    """Cosines times a scale, without a margin."""

    name = "normface"
    title = "NormFace"
    help = "Scaled cosines without a margin; the gentlest."

    def with_margin(self, cosines: Tensor, right: Tensor, embeddings: Tensor) -> Tensor:
        """Leave the cosines as they are."""
        return cosines
