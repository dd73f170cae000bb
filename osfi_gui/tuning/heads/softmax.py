"""Softmax: inner products, neither normalised nor scaled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn.functional import cross_entropy, linear

from osfi_gui.tuning.heads.base import Head

if TYPE_CHECKING:
    from torch import Tensor


class Softmax(Head):
    """The plain linear classifier, without a bias: weight imprinting has none to give."""

    name = "softmax"
    title = "Softmax"
    help = "The plain classifier; lengths of embeddings count. No scale, no margin."
    own_scale = 1.0

    def loss(self, embeddings: Tensor, rows: Tensor, owners: Tensor) -> tuple[Tensor, Tensor]:
        """Give the cross entropy of the inner products; see :meth:`Head.loss`."""
        products = linear(embeddings.float(), rows)
        return cross_entropy(self.scale * products, owners, reduction="none"), products
