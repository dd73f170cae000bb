"""Layers that keep less for the backward pass, read memory less often, and compute the same.

Where only BatchNorm trains, a convolution needs its weights to pass a gradient on, not its input, which torch keeps all
the same; and torch's backward pass of a PReLU sums a gradient of the slopes that nobody asked for, which on CPUs takes
longer than any convolution. Where its statistics are frozen, BatchNorm is a factor and a shift of each channel: both go
into the convolution before it, and their gradients follow from what the layer gives, which the PReLU keeps anyway.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, prelu
from torch.nn.grad import conv2d_input

LEAST_GAMMA = 1e-3
"""A smaller factor leaves too little of a channel's input in its output; those of face encoders are above 1e-2."""
STEEP = 1e30
"""Takes all but denormal numbers beyond every slope."""


class _FrozenConvolution(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, how: tuple[Any, ...]) -> Tensor:  # noqa: ANN401
        stride, padding, dilation, groups = how
        ctx.save_for_backward(weight)
        ctx.shape, ctx.how = x.shape, how
        return conv2d(x, weight, bias, stride, padding, dilation, groups)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:  # noqa: ANN401
        stride, padding, dilation, groups = ctx.how
        (weight,) = ctx.saved_tensors
        passed = conv2d_input(ctx.shape, weight, gradients[0], stride, padding, dilation, groups)  # type: ignore[no-untyped-call]
        return passed, None, None, None


class _FoldedConvolution(torch.autograd.Function):
    """A frozen convolution and the BatchNorm behind it, z = gamma (W x - mean) / deviation + beta, in one pass."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, shift: Tensor, gamma: Tensor, beta: Tensor, how: Any) -> Tensor:  # noqa: ANN401
        stride, padding, dilation, groups = how
        out = conv2d(x, weight, shift, stride, padding, dilation, groups)
        ctx.save_for_backward(weight, gamma, beta, out)
        ctx.shape, ctx.how = x.shape, how
        return out

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, None, None, Tensor, Tensor, None]:  # noqa: ANN401
        stride, padding, dilation, groups = ctx.how
        weight, gamma, beta, out = ctx.saved_tensors
        passed = None
        if ctx.needs_input_grad[0]:
            passed = conv2d_input(ctx.shape, weight, gradients[0], stride, padding, dilation, groups)  # type: ignore[no-untyped-call]
        # sum of g (W x - mean) / deviation, which is sum of g (z - beta) / gamma; and sum of g.
        one, sums = torch.ones_like(beta), [False, True, True]
        _, of_gamma, of_beta = torch.ops.aten.native_batch_norm_backward(
            gradients[0], out, one, beta, one, None, None, False, 0.0, sums
        )
        return passed, None, None, of_gamma / gamma, of_beta, None


class _FrozenPrelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, slopes: Tensor) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(x, slopes)
        return prelu(x, slopes)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        x, slopes = ctx.saved_tensors
        slope = slopes.view((1, -1) + (1,) * (x.dim() - 2))
        # The slope below 0 and 1 above it, as a ramp too steep to stand on: torch.where takes 7 x as long on CPUs.
        ramp = x * (torch.sign(1.0 - slope) * STEEP)
        torch.clamp(ramp, slope.clamp(max=1.0), slope.clamp(min=1.0), out=ramp)
        return ramp.mul_(gradients[0]), None


class LeanConv2d(nn.Conv2d):
    """A convolution that keeps nothing of its input while its weights are frozen."""

    behind: tuple[LeanBatchNorm2d, ...] = ()
    """The BatchNorm that alone is given its output, where one is; in a tuple, or it would be a part of it."""

    def forward(self, x: Tensor) -> Tensor:
        """Map as the convolution does, or as both do where it folds the BatchNorm behind it."""
        for norm in self.behind:
            norm.folded = False  # a pass may have been given up between the two
        trains = self.weight.requires_grad or (self.bias is not None and self.bias.requires_grad)
        plain = self.padding_mode == "zeros" and not isinstance(self.padding, str)
        if trains or not plain or not torch.is_grad_enabled():
            return super().forward(x)
        weight, bias, kind = self.weight, self.bias, x.device.type
        if torch.is_autocast_enabled(kind):
            # Before, not inside: the backward pass gets gradients of this kind, and needs weights of the same.
            half = torch.get_autocast_dtype(kind)
            x, weight, bias = x.to(half), weight.to(half), None if bias is None else bias.to(half)
        how = (self.stride, self.padding, self.dilation, self.groups)
        if self.behind and self.behind[0].may_fold(x):
            (norm,) = self.behind
            norm.folded = True
            factor, shift = norm.as_factor(bias)
            weight = weight * factor.view(-1, 1, 1, 1)
            folded: Tensor = _FoldedConvolution.apply(x, weight, shift, norm.weight, norm.bias, how)
            return folded
        out: Tensor = _FrozenConvolution.apply(x, weight, bias, how)
        return out


class LeanBatchNorm2d(nn.BatchNorm2d):
    """A BatchNorm that lets the convolution before it do its work while its statistics are frozen."""

    folded = False
    """Whether the convolution has done so in this pass."""

    def forward(self, x: Tensor) -> Tensor:
        """Map as the BatchNorm does."""
        if self.folded:
            self.folded = False
            return x
        return super().forward(x)

    def may_fold(self, x: Tensor) -> bool:
        """Say whether gradients can be told from what the layer gives for what the convolution is given."""
        frozen = not self.training and self.track_running_stats and self.affine
        # Measured on CPUs; half precision would lose what a small gamma leaves of its input.
        exact = x.dtype in (torch.float32, torch.float64) and not torch.is_autocast_enabled("cpu")
        if not frozen or not exact or x.device.type != "cpu":
            return False
        return float(self.weight.detach().abs().min()) >= LEAST_GAMMA

    def as_factor(self, bias: Tensor | None) -> tuple[Tensor, Tensor]:
        """Give the factor and the shift of each channel, the convolution's own shift in it."""
        assert self.running_mean is not None  # it may fold
        assert self.running_var is not None
        factor = self.weight.detach() * torch.rsqrt(self.running_var + self.eps)
        mean = self.running_mean if bias is None else self.running_mean - bias
        return factor, self.bias.detach() - mean * factor


class LeanPReLU(nn.PReLU):
    """A PReLU that gives its slopes no gradient while they are frozen."""

    def forward(self, x: Tensor) -> Tensor:
        """Map as the PReLU does."""
        if self.weight.requires_grad or not torch.is_grad_enabled():
            return super().forward(x)
        out: Tensor = _FrozenPrelu.apply(x, self.weight)
        return out


_LEAN: dict[type[nn.Module], type[nn.Module]] = {
    nn.BatchNorm2d: LeanBatchNorm2d,
    nn.Conv2d: LeanConv2d,
    nn.PReLU: LeanPReLU,
}
_PLAIN = {lean: plain for plain, lean in _LEAN.items()}


def make_lean(net: nn.Module) -> None:
    """Exchange the layers of a network for lean ones, in place; parameters and names stay."""
    _exchange(net, _LEAN)
    for module in net.modules():
        parts = dict(module.named_children())
        steps = list(parts.values()) if type(module) is nn.Sequential else [parts.get("conv"), parts.get("bn")]
        for first, second in pairwise(steps):
            if isinstance(first, LeanConv2d) and isinstance(second, LeanBatchNorm2d):
                first.behind = (second,)


def make_plain(net: nn.Module) -> None:
    """Undo :func:`make_lean`."""
    _exchange(net, _PLAIN)
    for module in net.modules():
        for name in ("behind", "folded"):
            module.__dict__.pop(name, None)


def _exchange(net: nn.Module, classes: dict[type[nn.Module], type[nn.Module]]) -> None:
    for module in net.modules():
        if (other := classes.get(type(module))) is not None:
            module.__class__ = other
