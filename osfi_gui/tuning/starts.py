"""Where the classifier starts: imprinted, probed, or random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import torch
from torch.nn.functional import normalize

from osfi_gui.core.tune import Choice
from osfi_gui.tuning.steps import Adam

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from osfi_gui.tuning.heads.base import Head


def never() -> bool:
    """Let a start go on to its end."""
    return False


class Start(Protocol):
    """Makes the classifier's first rows."""

    name: str
    title: str
    help: str

    def rows(
        self,
        embeddings: Tensor,
        owners: Tensor,
        n: int,
        *,
        head: Head,
        draw: torch.Generator,
        cancelled: Callable[[], bool] = never,
    ) -> Tensor:
        """Make the rows.

        Parameters
        ----------
        embeddings : Tensor, shape (m, d)
            Of the shots by the pretrained encoder, averaged with their mirror images; unit rows.
        owners : Tensor of int64, shape (m,)
            Row of each shot's identity.
        n : int
            Number of identities.
        head : Head
        draw : torch.Generator
            On the CPU.
        cancelled : callable
            Whether to stop where it is: nobody will want the rows.

        Returns
        -------
        Tensor, shape (n, d)
            On the embeddings' device.
        """
        ...


class Imprinted:
    """Weight imprinting: each row is its identity's prototype (Qi et al., CVPR 2018; Park et al., ICPR 2022)."""

    name = "wi"
    title = "Weight imprinting"
    help = "Each row starts as the identity's mean embedding: the encoder already knows most. The paper's choice."

    def rows(
        self,
        embeddings: Tensor,
        owners: Tensor,
        n: int,
        *,
        head: Head,
        draw: torch.Generator,
        cancelled: Callable[[], bool] = never,
    ) -> Tensor:
        """Give the normalised sum of each identity's embeddings; see :meth:`Start.rows`."""
        sums = torch.zeros(n, embeddings.shape[1], dtype=torch.float64).index_add_(
            0, owners.cpu(), embeddings.double().cpu()
        )
        return normalize(sums).to(embeddings)


class Random:
    """Rows of random directions."""

    name = "random"
    title = "Random"
    help = "Random rows: the encoder is pulled about until they fit. To compare with."

    def rows(
        self,
        embeddings: Tensor,
        owners: Tensor,
        n: int,
        *,
        head: Head,
        draw: torch.Generator,
        cancelled: Callable[[], bool] = never,
    ) -> Tensor:
        """Give random unit rows; see :meth:`Start.rows`."""
        return normalize(torch.randn(n, embeddings.shape[1], generator=draw)).to(embeddings)


class Probed:
    """Linear probing: random rows, trained while the encoder stands still.

    Adam 1e-3, weight decay 5e-4, until 95 % of the shots are nearest to their own row. The embeddings are made once, so
    no statistics can drift.
    """

    name = "lp"
    title = "Linear probing"
    help = "Random rows, trained first while the encoder stands still."

    rate, decay = 1e-3, 5e-4
    enough = 0.95
    most_steps = 2000

    def rows(
        self,
        embeddings: Tensor,
        owners: Tensor,
        n: int,
        *,
        head: Head,
        draw: torch.Generator,
        cancelled: Callable[[], bool] = never,
    ) -> Tensor:
        """Train random rows; see :meth:`Start.rows`."""
        rows = Random().rows(embeddings, owners, n, head=head, draw=draw).requires_grad_()
        optimiser = Adam([([rows], self.decay)], self.rate)
        for _ in range(self.most_steps):
            if cancelled():
                break
            losses, likeness = head.loss(embeddings, rows, owners)
            if float((likeness.argmax(1) == owners).float().mean()) > self.enough:
                break
            optimiser.zero_grad()
            losses.mean().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        return rows.detach()


STARTS: dict[str, Start] = {start.name: start for start in (Imprinted(), Probed(), Random())}


def start_choices() -> tuple[Choice, ...]:
    """Give the starts as the operator reads them."""
    return tuple(Choice(start.name, start.title, start.help) for start in STARTS.values())
