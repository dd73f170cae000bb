"""How many chips fit into memory at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

CPU_BUDGET = 400 << 20
"""Bytes of activations kept for the backward pass on CPUs; the run as a whole then stays below 2 GB.

The pass itself takes as much again: gradients on their way, and gaps that freed ones leave.
"""
GPU_SHARE = 0.4
MOST = 1024


def bytes_a_chip(net: nn.Module, sample: Tensor) -> int:
    """Measure what a network keeps of one chip for its backward pass.

    Parameters
    ----------
    net : nn.Module
        With the gradients that it will train with.
    sample : Tensor, shape (2, 3, size, size)
    """
    kept: dict[int, int] = {}
    own = {p.untyped_storage().data_ptr() for p in (*net.parameters(), *net.buffers())}
    held: list[torch.UntypedStorage] = []

    def pack(tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
            held.append(storage)  # or its place is given to another one, which would not be counted

    # The graph keeps this function and what it returns. A tensor in either keeps the graph, in a ring through torch's
    # own memory, where nobody looks for garbage: network and activations would stay for ever. Nothing is ever unpacked.
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda nothing: nothing), torch.enable_grad():
        net(sample)
    return sum(kept.values()) // len(sample)


def micro_batch(net: nn.Module, sample: Tensor, *, batch: int) -> int:
    """Give how many chips to pass at once so that memory stays bounded, whatever the batch.

    Parameters
    ----------
    net : nn.Module
    sample : Tensor, shape (2, 3, size, size)
        On the device that will train.
    batch : int
        Chips a step.

    Returns
    -------
    int
        2 at least, ``batch`` at most.
    """
    each = max(1, bytes_a_chip(net, sample))
    budget = float(CPU_BUDGET)
    if sample.device.type == "cuda":
        budget = GPU_SHARE * torch.cuda.mem_get_info(sample.device)[0]
    fit = int(budget / each)
    if fit >= 8:
        fit -= fit % 4
    return max(2, min(fit, batch, MOST))


def evenly(count: int, most: int, *, least: int = 1) -> list[int]:
    """Split a number of chips into parts of nearly the same size, none larger than ``most``.

    Parameters
    ----------
    count : int
    most : int
    least : int
        No part is smaller, even if one has to be larger than ``most`` for it; unless there are fewer chips at all.
    """
    parts = max(1, min(-(-count // most), count // least))
    return [count // parts + (1 if i < count % parts else 0) for i in range(parts)]
