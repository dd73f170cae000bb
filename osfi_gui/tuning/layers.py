"""Which layers train: what of the encoder moves, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from torch import nn

from osfi_gui.core.errors import EncoderError
from osfi_gui.core.tune import Choice
from osfi_gui.vision.nets.adapters import add_adapters

if TYPE_CHECKING:
    from collections.abc import Iterable


class Layers(Protocol):
    """Chooses the parameters that train; may add some to the network."""

    name: str
    title: str
    help: str

    def choose(self, net: nn.Module) -> Iterable[nn.Parameter]:
        """Give the parameters that train."""
        ...


class BatchNormLayers:
    """Gamma and beta of every BatchNorm2d, nothing else: the paper's."""

    name = "bn"
    title = "BatchNorm"
    help = "Only scale and shift of the BatchNorm layers: few numbers, little to forget. The paper's choice."

    def choose(self, net: nn.Module) -> Iterable[nn.Parameter]:
        """Give the affine parameters."""
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d) and module.affine:
                yield from (module.weight, module.bias)


class AdapterLayers:
    """Parallel 1x1 adapters beside every 3x3 convolution, zero at the start."""

    name = "pa"
    title = "Parallel adapters"
    help = "New 1x1 convolutions beside every 3x3 one; what was there stays."

    def choose(self, net: nn.Module) -> Iterable[nn.Parameter]:
        """Add the adapters and give them."""
        return add_adapters(net)


class LastLayers:
    """The last two convolution layers."""

    name = "partial"
    title = "Partial"
    help = "The last two convolution layers."

    def choose(self, net: nn.Module) -> Iterable[nn.Parameter]:
        """Give the parameters of the last two convolutions, as the network lists them."""
        # A 1x1 convolution beside a residual block only carries the input on; the paper counts the block's own.
        convolutions = [m for name, m in net.named_modules() if isinstance(m, nn.Conv2d) and "shortcut" not in name]
        for convolution in convolutions[-2:]:
            yield from convolution.parameters()


class AllLayers:
    """Every parameter."""

    name = "full"
    title = "Full"
    help = "Everything. With few shots it forgets more than it learns."

    def choose(self, net: nn.Module) -> Iterable[nn.Parameter]:
        """Give all parameters."""
        return net.parameters()


class NoLayers:
    """The encoder stays as it is; only the classifier trains."""

    name = "none"
    title = "None"
    help = "The encoder stays as it is: to compare with."

    def choose(self, net: nn.Module) -> Iterable[nn.Parameter]:
        """Give nothing."""
        return ()


LAYERS: dict[str, Layers] = {
    layers.name: layers for layers in (BatchNormLayers(), AdapterLayers(), LastLayers(), AllLayers(), NoLayers())
}


def layer_choices() -> tuple[Choice, ...]:
    """Give the choices as the operator reads them."""
    return tuple(Choice(layers.name, layers.title, layers.help) for layers in LAYERS.values())


def open_layers(net: nn.Module, name: str) -> list[nn.Parameter]:
    """Let some parameters of a network train and keep all others from moving.

    Parameters
    ----------
    net : nn.Module
        Changed in place.
    name : str
        In :data:`LAYERS`.

    Returns
    -------
    list of Parameter
        Those that train.

    Raises
    ------
    EncoderError
        When the network has no such layers.
    """
    net.requires_grad_(False)
    chosen = list(LAYERS[name].choose(net))
    if not chosen and name != NoLayers.name:
        msg = f"This encoder has nothing that “{LAYERS[name].title}” could train."
        raise EncoderError(msg, "Choose other layers.")
    for parameter in chosen:
        parameter.requires_grad_()
    return chosen
