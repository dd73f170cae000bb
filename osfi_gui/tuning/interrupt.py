"""Stopping in the middle of a pass: on one core the few chips of a pass can take a large network seconds."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class InterruptedPassError(Exception):
    """The pass was given up where it was; its gradients are of no use."""


@contextmanager
def interruptible(net: nn.Module, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Ask between any two layers, forward and back, whether to go on; what is computed stays the same.

    Parameters
    ----------
    net : nn.Module
        Must not compute in another thread meanwhile: its layers are given hooks, which are taken away at the end.
    cancelled : callable

    Raises
    ------
    InterruptedPassError
        Out of the forward or the backward pass, when ``cancelled`` said so.
    """

    def ask() -> None:
        if cancelled():
            raise InterruptedPassError

    def ask_on_the_way_back(_: Tensor) -> None:
        ask()

    def after(_: nn.Module, __: object, out: object) -> None:
        ask()
        if isinstance(out, Tensor) and out.requires_grad:
            out.register_hook(ask_on_the_way_back)  # type: ignore[no-untyped-call]

    layers = [module for module in net.modules() if not any(module.children())]
    hooks = [layer.register_forward_hook(after) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
