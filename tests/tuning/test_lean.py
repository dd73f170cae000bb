"""Lean layers: the same numbers as torch's own, with less kept."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from osfi_gui.tuning.layers import open_layers
from osfi_gui.tuning.lean import LeanConv2d, LeanPReLU, make_lean, make_plain
from osfi_gui.tuning.statistics import set_statistics

LAYERS = {
    "plain": lambda: nn.Conv2d(4, 6, 3, padding=1, bias=False),
    "strided": lambda: nn.Conv2d(4, 6, 3, stride=2, padding=1),
    "uneven": lambda: nn.Conv2d(4, 6, (3, 1), stride=(2, 1), padding=(0, 1)),
    "grouped": lambda: nn.Conv2d(4, 8, 3, groups=2, bias=False),
    "depthwise": lambda: nn.Conv2d(4, 4, 3, stride=2, groups=4),
    "dilated": lambda: nn.Conv2d(4, 6, 3, dilation=2),
    "reflecting": lambda: nn.Conv2d(4, 6, 3, padding=1, padding_mode="reflect"),
    "same": lambda: nn.Conv2d(4, 6, 3, padding="same"),
    "1x1": lambda: nn.Conv2d(4, 6, 1),
    "prelu": lambda: nn.PReLU(4),
    "one slope": nn.PReLU,
}


def both(layer, x):
    """Give output and gradients of a layer and of its lean twin."""
    out = []
    for lean in (False, True):
        net, inside = nn.Sequential(copy.deepcopy(layer)), x.clone().requires_grad_()
        if lean:
            make_lean(net)
        result = net(inside)
        weight = torch.linspace(-1.0, 2.0, result.numel()).view(result.shape)
        (result * weight).sum().backward()
        out.append((result.detach(), inside.grad, [parameter.grad for parameter in net.parameters()]))
    return out


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("trains", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_output_and_gradients_are_torch_s(name, trains, memory):
    torch.manual_seed(0)
    layer = LAYERS[name]().requires_grad_(trains)
    x = torch.randn(3, 4, 9, 8).contiguous(memory_format=memory)
    x[0, :, 0, 0] = 0.0  # where a PReLU has two slopes
    plain, lean = both(layer, x)
    assert torch.allclose(lean[0], plain[0], atol=1e-6)
    assert torch.allclose(lean[1], plain[1], atol=1e-6, rtol=1e-6)
    for ours, theirs in zip(lean[2], plain[2], strict=True):
        assert (ours is None) == (theirs is None) == (not trains)
        assert ours is None or torch.allclose(ours, theirs, atol=1e-5, rtol=1e-5)


def test_a_lean_face_encoder_has_the_gradients_of_a_plain_one(sface, faces):
    grads = []
    for lean in (False, True):
        net = copy.deepcopy(sface.net)
        trains = open_layers(net, "bn")
        set_statistics(net, "frozen")
        if lean:
            make_lean(net)
            assert sum(isinstance(m, LeanConv2d) for m in net.modules()) == 27
            assert sum(isinstance(m, LeanPReLU) for m in net.modules()) == 27
        net(sface.inputs(torch.from_numpy(faces[0][:2]))).square().mean().backward()
        grads.append([parameter.grad for parameter in trains])
    largest = max(float(g.abs().max()) for g in grads[0])
    for plain, lean in zip(*grads, strict=True):
        assert float((plain - lean).abs().max()) < 1e-6 * max(1.0, largest)


def test_gradients_pass_in_half_precision():
    """As a GPU computes: the weights stay in float32, the activations do not."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.PReLU(4), nn.Conv2d(4, 4, 3, groups=2)).eval()
    x, grads = torch.randn(2, 3, 8, 8), []
    for lean in (False, True):
        copied = copy.deepcopy(net)
        open_layers(copied, "bn")
        if lean:
            make_lean(copied)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = copied(x)
        out.float().square().mean().backward()
        grads.append(copied[1].weight.grad)
    assert torch.allclose(*grads, rtol=0.05, atol=1e-3)


def test_make_plain_undoes(tiny):
    net = copy.deepcopy(tiny.net)
    before = [type(module) for module in net.modules()]
    names = list(net.state_dict())
    make_lean(net)
    assert list(net.state_dict()) == names
    assert LeanConv2d in {type(module) for module in net.modules()}
    make_plain(net)
    assert [type(module) for module in net.modules()] == before
