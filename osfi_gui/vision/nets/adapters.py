"""Parallel adapters: a 1x1 convolution beside every 3x3 one (Rebuffi et al., CVPR 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

ADAPTER = "adapter"
"""Last part of an adapter's name in a state dict; nothing else ends so."""


class AdaptedConv2d(nn.Conv2d):
    """A 3x3 convolution with a 1x1 one beside it, of the same stride and groups; their outputs are added.

    Both see the same pixel in the middle, so that their weights can be added there: one convolution instead of two. The
    weights' gradient of a strided 1x1 convolution of three channels would also write beyond its memory on CPUs with
    AVX-512 (torch 2.15 with oneDNN 3.13), and bring the program down.
    """

    adapter: nn.Parameter

    def forward(self, x: Tensor) -> Tensor:
        """Map as the convolution does, plus the adapter's share."""
        out: Tensor = self._conv_forward(x, self.weight + pad(self.adapter, (1, 1, 1, 1)), self.bias)
        return out


def add_adapters(net: nn.Module) -> list[nn.Parameter]:
    """Put a zero adapter beside every 3x3 convolution of a network: it still computes what it did.

    Parameters
    ----------
    net : nn.Module
        Changed in place; every other parameter keeps its name.

    Returns
    -------
    list of Parameter
        The adapters, shape (channels out, channels in / groups, 1, 1).
    """
    added = []
    for module in net.modules():
        if type(module) is nn.Conv2d and module.kernel_size == (3, 3):
            out, inside = module.weight.shape[:2]
            module.__class__ = AdaptedConv2d
            module.adapter = nn.Parameter(torch.zeros(out, inside, 1, 1, device=module.weight.device))
            added.append(module.adapter)
    return added
