"""What every head has: a name, its own scale and margin, and a loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from torch.nn.functional import cross_entropy, linear, normalize, one_hot

if TYPE_CHECKING:
    from torch import Tensor


class Head(ABC):
    """A classification loss over the gallery's identities; its rows are the classifier.

    Parameters
    ----------
    scale, margin : float or None
        None for the head's own.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    own_scale: ClassVar[float] = 32.0
    own_margin: ClassVar[float] = 0.0

    def __init__(self, *, scale: float | None = None, margin: float | None = None) -> None:
        self.scale = self.own_scale if scale is None else scale
        self.margin = self.own_margin if margin is None else margin

    @abstractmethod
    def loss(self, embeddings: Tensor, rows: Tensor, owners: Tensor) -> tuple[Tensor, Tensor]:
        """Give the loss of each chip.

        Parameters
        ----------
        embeddings : Tensor, shape (b, d)
            As the encoder gives them, not normalised.
        rows : Tensor, shape (n, d)
            The classifier.
        owners : Tensor of int64, shape (b,)
            The right row of each.

        Returns
        -------
        losses : Tensor, shape (b,)
        likeness : Tensor, shape (b, n)
            What the classifier decides by, without a margin; the largest is its answer.
        """


class CosineHead(Head):
    """A head whose logits are cosines times the scale, the right one made smaller by a margin."""

    def loss(self, embeddings: Tensor, rows: Tensor, owners: Tensor) -> tuple[Tensor, Tensor]:
        """Give the cross entropy of the scaled cosines; see :meth:`Head.loss`."""
        cosines = linear(normalize(embeddings.float()), normalize(rows)).clamp(-1.0, 1.0)
        right = one_hot(owners, len(rows)).bool()
        logits = self.scale * self.with_margin(cosines, right, embeddings)
        return cross_entropy(logits, owners, reduction="none"), cosines

    @abstractmethod
    def with_margin(self, cosines: Tensor, right: Tensor, embeddings: Tensor) -> Tensor:
        """Make the right cosines smaller.

        Parameters
        ----------
        cosines : Tensor, shape (b, n)
        right : Tensor of bool, shape (b, n)
        embeddings : Tensor, shape (b, d)
            Not normalised: their lengths may say how good each chip is.
        """
