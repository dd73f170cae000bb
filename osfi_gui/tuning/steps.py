"""How a step moves the weights: the schedule, what weights decay toward, and their mean over the last epochs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from osfi_gui.core.tune import Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor, nn

ZERO, PRETRAINED = "zero", "pretrained"

TOWARD = (
    Choice(ZERO, "Zero", "The encoder's weights decay to 0, as in the paper; for a BatchNorm scale of 1 that is far."),
    Choice(PRETRAINED, "The pretrained value", "They decay to what they were (L2-SP): the encoder forgets less."),
)


def rate_at(step: int, steps: int, rate: float) -> float:
    """Give the learning rate of a step: half a cosine from ``rate`` to 0 (Loshchilov & Hutter, ICLR 2017).

    Parameters
    ----------
    step : int
        Counted from 0.
    steps : int
    rate : float
    """
    return 0.5 * rate * (1.0 + math.cos(math.pi * step / steps))


class Adam:
    """Adam with weight decay in the gradient (Kingma & Ba, ICLR 2015), as ``torch.optim.Adam`` computes it.

    Torch's own loads torch's compiler when it is made: five seconds of imports that hold the interpreter's lock, while
    the live picture is to go on. It has what ``torch.amp.GradScaler`` asks of an optimiser.

    Parameters
    ----------
    groups : sequence of (sequence of Parameter, float)
        Parameters and their weight decay.
    rate : float
        Learning rate.
    """

    first, second, tiny = 0.9, 0.999, 1e-8

    def __init__(self, groups: Sequence[tuple[Sequence[Tensor], float]], rate: float) -> None:
        self.param_groups: list[dict[str, Any]] = [
            {"params": list(tensors), "lr": rate, "weight_decay": decay} for tensors, decay in groups
        ]
        self._means = {id(p): (torch.zeros_like(p), torch.zeros_like(p)) for tensors, _ in groups for p in tensors}
        self._steps = 0

    def set_rate(self, rate: float) -> None:
        """Use another learning rate from the next step on."""
        for group in self.param_groups:
            group["lr"] = rate

    def zero_grad(self) -> None:
        """Forget all gradients."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient."""
        self._steps += 1
        bias1, bias2 = 1.0 - self.first**self._steps, 1.0 - self.second**self._steps
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                gradient = parameter.grad.add(parameter, alpha=group["weight_decay"])
                mean, square = self._means[id(parameter)]
                mean.lerp_(gradient, 1.0 - self.first)
                square.mul_(self.second).addcmul_(gradient, gradient, value=1.0 - self.second)
                root = (square.sqrt() / math.sqrt(bias2)).add_(self.tiny)
                parameter.addcdiv_(mean, root, value=-group["lr"] / bias1)


class DecayToward:
    """L2-SP (Li, Grandvalet & Davoine, ICML 2018): add ``decay * (w - w0)`` to each gradient.

    Parameters
    ----------
    parameters : sequence of Parameter
        As they are now is where they decay to.
    decay : float
    """

    def __init__(self, parameters: Sequence[nn.Parameter], decay: float) -> None:
        self._pairs = [(parameter, parameter.detach().clone()) for parameter in parameters]
        self._decay = decay

    @torch.no_grad()
    def add(self) -> None:
        """Add the pull to the gradients that are there."""
        for parameter, home in self._pairs:
            if parameter.grad is not None:
                parameter.grad.add_(parameter - home, alpha=self._decay)


class WeightMean:
    """The mean of a network's changing weights over the last epochs (Izmailov et al., *SWA*, UAI 2018).

    Parameters
    ----------
    net : nn.Module
    last : int
        Epochs that count; with 1 the network keeps its last weights.
    epochs : int
    """

    def __init__(self, net: nn.Module, *, last: int, epochs: int) -> None:
        self._net = net
        self._first = epochs - last
        self._count = 0
        self._sums: dict[str, Tensor] = {}

    @torch.no_grad()
    def take(self, epoch: int) -> None:
        """Count the weights as they are at the end of an epoch, counted from 0."""
        if epoch < self._first:
            return
        self._count += 1
        for name, value in self._net.state_dict().items():
            if value.is_floating_point():
                self._sums[name] = self._sums[name] + value.double() if name in self._sums else value.double()

    @torch.no_grad()
    def put(self) -> None:
        """Give the network the mean."""
        if self._count > 1:
            own = self._net.state_dict()
            for name, total in self._sums.items():
                own[name].copy_(total / self._count)
