"""The training run: a generator of typed events on a copy of the encoder."""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished
from osfi_gui.core.tune import Stepped
from osfi_gui.tuning.augment import AUGMENTATIONS
from osfi_gui.tuning.heads import HEADS
from osfi_gui.tuning.interrupt import InterruptedPassError, interruptible
from osfi_gui.tuning.layers import open_layers
from osfi_gui.tuning.lean import make_lean, make_plain
from osfi_gui.tuning.memory import evenly, micro_batch
from osfi_gui.tuning.starts import STARTS
from osfi_gui.tuning.statistics import ADAPTING, set_statistics
from osfi_gui.tuning.steps import PRETRAINED, Adam, DecayToward, WeightMean, rate_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken
    from osfi_gui.core.tune import Measured, Recipe
    from osfi_gui.vision.encode import TorchEncoder

    Measure = Callable[[TorchEncoder, float], Measured | None]

NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, eq=False)
class Trained:
    """What a run made.

    Attributes
    ----------
    net : nn.Module
        The tuned network, in evaluation mode.
    rows : ndarray of float32, shape (n, d)
        The classifier; test-time prototypes are the class means of new embeddings, never these.
    micro : int
        Chips that were passed at once.
    """

    net: nn.Module
    rows: NDArray[np.float32]
    micro: int


def check_recipe(recipe: Recipe) -> None:
    """Refuse a recipe that names what there is not, or numbers that mean nothing; DeskError says which."""
    named = (
        ("start", recipe.start, STARTS),
        ("layers", recipe.layers, ("bn", "pa", "partial", "full", "none")),
        ("head", recipe.head, HEADS),
        ("statistics", recipe.statistics, ("frozen", ADAPTING)),
        ("toward", recipe.toward, ("zero", PRETRAINED)),
        ("augmentation", recipe.augment, AUGMENTATIONS),
        ("precision", recipe.precision, ("auto", "float32")),
    )
    for what, value, known in named:
        if value not in known:
            msg = f"There is no {what} named “{value}”."
            raise DeskError(msg, f"Choose one of: {', '.join(known)}.")
    if recipe.epochs < 1 or recipe.batch < 1 or not 1 <= recipe.average <= recipe.epochs:
        raise DeskError("Epochs, batch and averaged epochs are 1 or more, and no more are averaged than there are.")
    largest = float(np.finfo(np.float32).max)  # torch cannot compute with more
    if not (max(recipe.rate, recipe.decay) <= largest and recipe.rate > 0.0 and recipe.decay >= 0.0):
        raise DeskError("The learning rate is above 0, and the weight decay 0 or more.")
    scale, margin = (1.0 if recipe.scale is None else recipe.scale), recipe.margin or 0.0
    if not (np.isfinite([scale, margin]).all() and scale > 0.0 and 0.0 <= margin < np.pi):
        raise DeskError("The head's scale is above 0, and its margin 0 or more and below 3.14.")
    if not 0 <= recipe.seed < 2**63:  # numpy takes none below 0, torch none above
        raise DeskError("The seed is 0 or more, and below 2 to the power of 63.")


def train(
    encoder: TorchEncoder,
    chips: NDArray[np.uint8],
    owners: NDArray[np.int64],
    *,
    recipe: Recipe,
    token: CancelToken,
    measure: Measure | None = None,
    measure_every: int = 1,
) -> Iterator[Event]:
    """Fine-tune a copy of an encoder to tell a gallery's identities apart.

    The same recipe, seed, chips and machine give the same weights to the bit. With frozen statistics the batch may be
    split without changing the result but for rounding; with adapting ones BatchNorm normalises by what is passed at
    once, which is less than the batch where memory does not hold it all.

    Parameters
    ----------
    encoder : TorchEncoder
        Where the weights start; it stays as it is.
    chips : ndarray of uint8, shape (m, size, size, 3)
        RGB, as the encoder cuts them.
    owners : ndarray of int64, shape (m,)
        Row of each chip's identity, 0 to n - 1, each of them there.
    recipe : Recipe
    token : CancelToken
        Checked between any two passes, and within a pass between any two layers, forward and back.
    measure : callable, optional
        Looks at the encoder in the middle of a run; what it gives is yielded. None where it was cancelled.
    measure_every : int
        Epochs between two looks.

    Yields
    ------
    Event
        Stepped a step, Measured a look, then Finished with :class:`Trained`, or Cancelled.

    Raises
    ------
    DeskError
        When the recipe cannot be followed with these chips.
    """
    try:
        run = _Run(encoder, chips, owners, recipe=recipe, token=token)
    except _StoppedError:
        yield Cancelled(NOTHING_CHANGED)
        return
    began = time.monotonic()
    steps = recipe.epochs * len(run.batches)
    step = 0
    for epoch in range(recipe.epochs):
        for batch in run.shuffled():
            rate = rate_at(step, steps, recipe.rate)
            learnt = run.learn(batch, rate)
            if learnt is None:
                yield Cancelled(NOTHING_CHANGED)
                return
            step += 1
            left_s = (time.monotonic() - began) / step * (steps - step)
            yield Stepped(step, steps, step / len(run.batches), *learnt, rate, left_s)
        run.mean.take(epoch)
        if measure is not None and (epoch + 1) % measure_every == 0:
            looked = measure(run.as_encoder(), epoch + 1.0)
            if looked is not None:
                yield looked
    yield Finished(run.end())


class _StoppedError(Exception):
    """The run was cancelled while it was made ready."""


class _Run:
    """The state of one run: a copy of the network, the classifier, and what moves them."""

    def __init__(
        self,
        encoder: TorchEncoder,
        chips: NDArray[np.uint8],
        owners: NDArray[np.int64],
        *,
        recipe: Recipe,
        token: CancelToken,
    ) -> None:
        check_recipe(recipe)
        n, m = int(owners.max(initial=-1)) + 1, len(chips)
        if n < 2:
            raise DeskError("Fine-tuning tells people apart, and there is only one.", "Enrol a second person first.")
        self._encoder, self._recipe, self._token = encoder, recipe, token
        self._device = encoder.device.torch
        self._draw = torch.Generator().manual_seed(recipe.seed)
        self._owners = torch.from_numpy(owners.astype(np.int64))
        self._chips = torch.from_numpy(np.ascontiguousarray(chips))
        self._head = HEADS[recipe.head](scale=recipe.scale, margin=recipe.margin)
        known = torch.from_numpy(self._embedded(chips)).to(self._device)
        start = STARTS[recipe.start]
        right = self._owners.to(self._device)
        first = start.rows(known, right, n, head=self._head, draw=self._draw, cancelled=token.cancelled)
        self._rows = first.requires_grad_()
        self._net = copy.deepcopy(encoder.net)
        trains = open_layers(self._net, recipe.layers)
        set_statistics(self._net, recipe.statistics)
        make_lean(self._net)
        # On a copy: a forward pass moves running statistics that adapt.
        sample = encoder.inputs(self._chips[:1].expand(2, -1, -1, -1))
        self._micro = micro_batch(copy.deepcopy(self._net), sample, batch=recipe.batch)
        self._pull = DecayToward(trains, recipe.decay) if recipe.toward == PRETRAINED else None
        decay = 0.0 if self._pull else recipe.decay
        self._optimiser = Adam([([self._rows], recipe.decay), (trains, decay)], recipe.rate)
        self._kind = _precision(recipe, self._device)
        self._scaler = torch.amp.GradScaler(self._device.type, enabled=self._kind is torch.float16)
        self.mean = WeightMean(self._net, last=recipe.average, epochs=recipe.epochs)
        # BatchNorm that normalises by what is passed at once finds no variance in a single chip.
        self._least = 2 if recipe.statistics == ADAPTING else 1
        self.batches = evenly(m, recipe.batch, least=self._least)

    def _embedded(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed the shots with the pretrained encoder, a pass at a time."""
        rows, most = [], self._encoder.at_once
        for first in range(0, len(chips), most):
            if self._token.cancelled():
                raise _StoppedError
            rows.append(self._encoder.embed(list(chips[first : first + most])))
        return np.concatenate(rows)

    def shuffled(self) -> list[Tensor]:
        """Give an epoch's batches of chip numbers."""
        order = torch.randperm(len(self._chips), generator=self._draw)
        return list(torch.split(order, self.batches))

    def learn(self, batch: Tensor, rate: float) -> tuple[float, float] | None:
        """Take one step of the optimiser.

        Parameters
        ----------
        batch : Tensor of int64
            Numbers of chips.
        rate : float
            Learning rate.

        Returns
        -------
        tuple of float, or None
            Mean loss, and share of chips that were nearest to their own row; None where the run was cancelled.
        """
        self._optimiser.set_rate(rate)
        ready = AUGMENTATIONS[self._recipe.augment].apply(self._chips[batch], self._draw)
        self._optimiser.zero_grad()
        loss = right = 0.0
        sizes = evenly(len(batch), self._micro, least=self._least)
        parts = zip(torch.split(ready, sizes), torch.split(self._owners[batch], sizes), strict=True)
        for chips, owners in parts:
            if self._token.cancelled():
                return None
            try:
                passed = self._pass(chips, owners.to(self._device), of=len(batch))
            except InterruptedPassError:
                return None
            loss, right = loss + passed[0], right + passed[1]
        if not np.isfinite(loss):
            raise _diverged()
        self._scaler.unscale_(self._optimiser)  # type: ignore[arg-type]
        if self._pull is not None:
            self._pull.add()
        self._scaler.step(self._optimiser)  # type: ignore[arg-type]
        self._scaler.update()
        return loss / len(batch), right / len(batch)

    def _pass(self, chips: Tensor, target: Tensor, *, of: int) -> tuple[float, float]:
        """Pass some of a batch forward and back; give the sum of the losses, and how many were nearest to their own."""
        with interruptible(self._net, self._token.cancelled):
            with torch.autocast(self._device.type, dtype=self._kind, enabled=self._kind is not torch.float32):
                embeddings = self._net(self._encoder.inputs(chips))
            losses, likeness = self._head.loss(embeddings, self._rows, target)
            self._scaler.scale(losses.sum() / of).backward()  # type: ignore[no-untyped-call]
        return float(losses.detach().sum()), float((likeness.argmax(1) == target).sum())

    def as_encoder(self) -> TorchEncoder:
        """Give the network as it is now, to look at: a copy."""
        net = copy.deepcopy(self._net)
        make_plain(net)
        return self._encoder.with_net(net, version=self._encoder.version)

    def end(self) -> Trained:
        """Give what was made."""
        self.mean.put()
        make_plain(self._net)
        self._net.requires_grad_(False)
        # The last step may have gone wrong after its loss was computed.
        if not all(bool(torch.isfinite(value).all()) for value in self._net.state_dict().values()):
            raise _diverged()
        return Trained(self._net.eval(), self._rows.detach().float().cpu().numpy(), self._micro)


def _diverged() -> DeskError:
    return DeskError("The loss is no longer a number.", "Choose a smaller learning rate or another head.")


def _precision(recipe: Recipe, device: torch.device) -> torch.dtype:
    """Give what the forward pass computes in."""
    if recipe.precision == "float32" or device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
