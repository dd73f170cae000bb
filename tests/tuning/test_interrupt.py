"""A pass that nobody waits for any more ends between two of its layers."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from osfi_gui.core.events import Cancelled, Token
from osfi_gui.core.tune import Recipe
from osfi_gui.tuning.interrupt import InterruptedPassError, interruptible
from osfi_gui.tuning.train import train
from osfi_gui.vision.encode import TorchEncoder

LAYERS = 4


class _Mark(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, seen, number):
        ctx.seen, ctx.number = seen, number
        seen(f"forward {number}")
        return x.clone()

    @staticmethod
    def backward(ctx, gradient):
        ctx.seen(f"backward {ctx.number}")
        return gradient.clone(), None, None


class Marked(nn.Module):
    """A layer that says when it computes."""

    def __init__(self, number, seen):
        super().__init__()
        self.number, self.seen = number, seen
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return _Mark.apply(x * self.weight, self.seen, self.number)


ORDER = [*(f"forward {i}" for i in range(LAYERS)), *(f"backward {i}" for i in reversed(range(LAYERS)))]


@pytest.mark.parametrize("last", ORDER)
def test_no_layer_computes_after_the_one_in_which_it_was_cancelled(last):
    done, token = [], Token()

    def seen(what):
        done.append(what)
        if what == last:
            token.cancel()

    net = nn.Sequential(*(Marked(number, seen) for number in range(LAYERS)))

    def a_pass():
        with interruptible(net, token.cancelled):
            net(torch.ones(2, 3)).sum().backward()

    if last == ORDER[-1]:
        a_pass()  # nothing is left to be given up
    else:
        with pytest.raises(InterruptedPassError):
            a_pass()
    assert done == ORDER[: ORDER.index(last) + 1]


def test_gradients_are_the_same_to_the_bit_and_no_hook_stays(sface, faces):
    x = torch.from_numpy(faces[0]).permute(0, 3, 1, 2).float()
    found = []
    for asks in (False, True):
        net = copy.deepcopy(sface.net).requires_grad_()
        if asks:
            with interruptible(net, lambda: False):
                net(x).square().sum().backward()
        else:
            net(x).square().sum().backward()
        found.append([parameter.grad for parameter in net.parameters()])
        assert not any(module._forward_hooks for module in net.modules())
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


def test_a_run_asks_after_every_few_chips_that_it_embeds(tiny, small_faces, monkeypatch):
    """The few that one core embeds within a second, SFace and IR-50 alike."""
    sizes, embed = [], TorchEncoder.embed
    monkeypatch.setattr(TorchEncoder, "embed", lambda encoder, chips: sizes.append(len(chips)) or embed(encoder, chips))
    list(train(tiny, *small_faces, recipe=Recipe(epochs=1), token=Token()))
    assert sizes == [4, 4, 4, 3]


def test_a_run_ends_in_the_middle_of_a_pass_and_leaves_the_encoder(tiny, small_faces):
    token = Token()
    encoder = tiny.with_net(nn.Sequential(copy.deepcopy(tiny.net), _canceller(token)), version=0)
    before = {name: value.clone() for name, value in encoder.net.state_dict().items()}
    events = list(train(encoder, *small_faces, recipe=Recipe(epochs=3), token=token))
    assert events == [Cancelled("Nothing was changed.")]
    assert all(torch.equal(value, before[name]) for name, value in encoder.net.state_dict().items())


def _canceller(token):
    class Canceller(nn.Module):
        def __deepcopy__(self, memo):
            return self

        def forward(self, x):
            if x.requires_grad:
                x.register_hook(lambda _: token.cancel())
            return x * 1.0

    return Canceller()
