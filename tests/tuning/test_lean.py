"""Lean layers: the same numbers as torch's own, with less kept."""

from __future__ import annotations

import copy

import pytest
import torch
from facenet_pytorch import InceptionResnetV1
from torch import nn

from osfi_gui.tuning.layers import open_layers
from osfi_gui.tuning.lean import LeanBatchNorm2d, LeanConv2d, LeanPReLU, make_lean, make_plain
from osfi_gui.tuning.statistics import set_statistics
from osfi_gui.vision.architectures import IMPORTABLE

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


FOLLOWED = {
    "plain": (lambda: nn.Conv2d(4, 6, 3, padding=1, bias=False), 6),
    "shifted": (lambda: nn.Conv2d(4, 6, 3, stride=2), 6),
    "depthwise": (lambda: nn.Conv2d(4, 4, 3, padding=1, groups=4, bias=False), 4),
    "1x1": (lambda: nn.Conv2d(4, 6, 1, bias=False), 6),
}


def followed(name):
    """A frozen convolution, a BatchNorm that trains and has factors of both signs, and a PReLU with various slopes."""
    torch.manual_seed(1)
    make, channels = FOLLOWED[name]
    norm = nn.BatchNorm2d(channels)
    with torch.no_grad():
        norm.weight.copy_(torch.linspace(-1.5, 2.0, channels))
        norm.weight[1] = 0.1
        norm.bias.uniform_(-1.0, 1.0)
        norm.running_mean.uniform_(-0.5, 0.5)
        norm.running_var.uniform_(0.2, 2.0)
    act = nn.PReLU(channels)
    with torch.no_grad():
        act.weight.copy_(torch.linspace(-0.5, 2.0, channels))
    net = nn.Sequential(make(), norm, act).eval().requires_grad_(False)
    norm.requires_grad_()
    return net.double()


def gradients(net, x):
    """Give the output, the gradient of the input, and those of what trains."""
    x = x.clone().requires_grad_()
    out = net(x)
    (out * torch.linspace(-1.0, 2.0, out.numel()).view(out.shape)).sum().backward()
    return [out.detach(), x.grad, *(p.grad for p in net.parameters() if p.requires_grad)]


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("name", FOLLOWED)
def test_a_convolution_does_the_work_of_the_frozen_norm_behind_it(name, memory):
    net = followed(name)
    x = torch.randn(3, 4, 9, 8).double().contiguous(memory_format=memory)
    expected = gradients(net, x)
    lean = copy.deepcopy(net)
    lean.zero_grad()
    make_lean(lean)
    seen = []
    lean[0].register_forward_hook(lambda *given: seen.append(given[2].detach()))
    found = gradients(lean, x)
    assert torch.allclose(seen[0], net[1](net[0](x)), atol=1e-12)  # the norm's output already
    assert len(found) == len(expected) == 4
    for ours, theirs in zip(found, expected, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-10)


def small_gamma(net):
    with torch.no_grad():
        net[1].weight[1] = 0.0


@pytest.mark.parametrize(
    "change",
    [small_gamma, lambda net: net[1].train(), lambda net: net[0].requires_grad_()],
    ids=["gamma", "adapts", "trains"],
)
def test_a_norm_does_its_own_work_where_its_gradients_could_not_be_told_from_its_output(change):
    net = followed("plain")
    change(net)
    x = torch.randn(3, 4, 9, 8).double()
    lean = copy.deepcopy(net)
    make_lean(lean)
    seen = []
    lean[0].register_forward_hook(lambda *given: seen.append(given[2].detach()))
    expected, found = gradients(net, x), gradients(lean, x)
    assert torch.allclose(seen[0], net[0](x), atol=1e-12)
    for ours, theirs in zip(found, expected, strict=True):
        assert torch.allclose(ours, theirs, atol=1e-10)
    assert torch.equal(lean[1].running_mean, net[1].running_mean)


def test_a_pass_that_was_given_up_between_the_two_does_not_spoil_the_next():
    net = followed("plain")
    make_lean(net)
    x = torch.randn(2, 4, 9, 8).double()
    expected = net(x).detach()
    hook = net[0].register_forward_hook(lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        net(x)
    hook.remove()
    with torch.no_grad():
        assert torch.allclose(net(x), expected, atol=1e-12)
    make_plain(net)
    assert torch.allclose(net(x), expected, atol=1e-12)


def as_trained(net):
    """Random weights, but statistics and affine parts as a trained network has them, none of them trivial."""
    torch.manual_seed(2)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-0.3, 0.3)
            module.running_mean.uniform_(-0.1, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return net


@pytest.mark.parametrize("name", ["sface", "mobilefacenet", "ir50", "vgg19bn", "inception"])
def test_a_lean_face_encoder_has_the_gradients_of_a_plain_one(name, sface, faces):
    """In double precision: in single, a PReLU whose input is about 0 takes one slope or the other by rounding."""
    if name == "sface":
        made, x = sface.net, sface.inputs(torch.from_numpy(faces[0][:2]))
    else:
        made = as_trained(InceptionResnetV1(pretrained=None) if name == "inception" else IMPORTABLE[name].build())
        x = torch.from_numpy(faces[0][:2]).permute(0, 3, 1, 2).float().sub(127.5).div(128)
    grads = []
    for lean in (False, True):
        net = copy.deepcopy(made).double()
        trains = open_layers(net, "bn")
        set_statistics(net, "frozen")
        if lean:
            make_lean(net)
            assert any(m.behind for m in net.modules() if isinstance(m, LeanConv2d))
        out = net(x.double())
        (out * torch.linspace(-1.0, 2.0, out.numel()).view(out.shape)).sum().backward()
        grads.append([parameter.grad for parameter in trains])
    largest = max(float(g.abs().max()) for g in grads[0])
    for plain, lean in zip(*grads, strict=True):
        assert float((plain - lean).abs().max()) < 1e-10 * largest


def test_every_convolution_of_sface_folds_the_norm_behind_it(sface, faces):
    net = copy.deepcopy(sface.net)
    open_layers(net, "bn")
    make_lean(net.eval())
    assert sum(isinstance(m, LeanConv2d) and bool(m.behind) for m in net.modules()) == 27
    assert sum(isinstance(m, LeanPReLU) for m in net.modules()) == 27
    calls = []
    for module in net.modules():
        if isinstance(module, LeanBatchNorm2d):
            module.register_forward_hook(lambda _, given, out: calls.append(out is given[0]))
    net(sface.inputs(torch.from_numpy(faces[0][:2])))
    assert calls == [True] * 27 + [False]  # the last stands before the linear layer


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
    assert not any({"behind", "folded"} & set(vars(module)) for module in net.modules())
