"""BatchNorm's running statistics while a network trains: frozen or adapting. Two different methods, not a detail."""

from __future__ import annotations

from torch import nn

from osfi_gui.core.tune import Choice

FROZEN, ADAPTING = "frozen", "adapting"

STATISTICS = (
    Choice(FROZEN, "Frozen", "Mean and variance stay the pretrained ones. Safe: nothing depends on the batch."),
    Choice(
        ADAPTING, "Adapting", "Mean and variance follow the batches. Can help a weak encoder, can wreck a good one."
    ),
)


def set_statistics(net: nn.Module, policy: str) -> None:
    """Put a network into the mode it trains in.

    Everything is in evaluation mode, dropout too: with the few shots of a gallery it only adds noise, and a run that
    draws no random numbers inside the network is the same to the bit. With ``adapting`` the BatchNorm layers normalise
    by their batch and move their running statistics.

    Parameters
    ----------
    net : nn.Module
        Changed in place.
    policy : str
        ``frozen`` or ``adapting``.
    """
    net.eval()
    if policy == ADAPTING:
        for module in net.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.train()
