"""Parallel adapters: a 1x1 convolution beside every 3x3 one (Rebuffi et al., CVPR 2018)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

ADAPTER = "adapter"
"""Last part of an adapter's name in a state dict; nothing else ends so."""


class AdaptedConv2d(nn.Conv2d):
    """A 3x3 convolution with a 1x1 one beside it, of the same stride and groups; their outputs are added."""

    adapter: nn.Parameter

    def forward(self, x: Tensor) -> Tensor:
        """Map as the convolution does, plus the adapter's share."""
        return super().forward(x) + conv2d(x, self.adapter, None, self.stride, 0, 1, self.groups)


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
