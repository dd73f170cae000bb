"""Layers that keep less for the backward pass, and compute the same.

Where only BatchNorm trains, a convolution needs its weights to pass a gradient on, not its input, which torch keeps all
the same; and torch's backward pass of a PReLU sums a gradient of the slopes that nobody asked for, which on CPUs takes
longer than any convolution.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, prelu
from torch.nn.grad import conv2d_input


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


class _FrozenPrelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, slopes: Tensor) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(x, slopes)
        return prelu(x, slopes)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        x, slopes = ctx.saved_tensors
        gradient = gradients[0]
        slope = slopes.view((1, -1) + (1,) * (x.dim() - 2))
        # slope g + (1 - slope) g [x > 0]: torch.where over a mask takes three times as long on CPUs.
        passed = torch.ops.aten.threshold_backward(gradient, x, 0.0)
        return (gradient * slope).addcmul_(passed, 1.0 - slope), None


class LeanConv2d(nn.Conv2d):
    """A convolution that keeps nothing of its input while its weights are frozen."""

    def forward(self, x: Tensor) -> Tensor:
        """Map as the convolution does."""
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
        out: Tensor = _FrozenConvolution.apply(x, weight, bias, how)
        return out


class LeanPReLU(nn.PReLU):
    """A PReLU that gives its slopes no gradient while they are frozen."""

    def forward(self, x: Tensor) -> Tensor:
        """Map as the PReLU does."""
        if self.weight.requires_grad or not torch.is_grad_enabled():
            return super().forward(x)
        out: Tensor = _FrozenPrelu.apply(x, self.weight)
        return out


_LEAN: dict[type[nn.Module], type[nn.Module]] = {
    nn.Conv2d: LeanConv2d,
    nn.PReLU: LeanPReLU,
}
_PLAIN = {lean: plain for plain, lean in _LEAN.items()}


def make_lean(net: nn.Module) -> None:
    """Exchange the layers of a network for lean ones, in place; parameters and names stay."""
    _exchange(net, _LEAN)


def make_plain(net: nn.Module) -> None:
    """Undo :func:`make_lean`."""
    _exchange(net, _PLAIN)


def _exchange(net: nn.Module, classes: dict[type[nn.Module], type[nn.Module]]) -> None:
    for module in net.modules():
        if (other := classes.get(type(module))) is not None:
            module.__class__ = other
