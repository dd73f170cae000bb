"""Which layers train: exactly those, and nothing else moves."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from osfi_gui.core.errors import EncoderError
from osfi_gui.tuning.layers import LAYERS, layer_choices, open_layers
from osfi_gui.vision.nets.ir50 import IR50
from osfi_gui.vision.nets.mobilefacenet import MobileFaceNet
from osfi_gui.vision.nets.sface import SFace
from osfi_gui.vision.nets.vgg19bn import VGG19BN


def build(network):
    with torch.device("meta"):
        return network()


def opened(net, layers):
    """Open layers; give the names of what trains, and check that both ways to see it agree."""
    chosen = open_layers(net, layers)
    training = {name for name, parameter in net.named_parameters() if parameter.requires_grad}
    assert {id(parameter) for parameter in chosen} == {
        id(parameter) for name, parameter in net.named_parameters() if name in training
    }
    assert len(chosen) == len(training)
    return training


# SFace: 28 BatchNorm2d (and a BatchNorm1d, which stays). IR-50: 53, METHOD's count of 25,344 parameters.
@pytest.mark.parametrize(
    ("network", "layers", "parameters"),
    [
        # 32, thirteen blocks of two layers (channels in and out), and 1024 behind them.
        (SFace, 28, 2 * (32 + 96 + 192 + 256 + 384 + 512 + 768 + 5 * 1024 + 1536 + 2048 + 1024)),
        (IR50, 53, 25344),
        (MobileFaceNet, 50, None),
        (VGG19BN, 17, 2 * (64 * 2 + 128 * 2 + 256 * 4 + 512 * 8 + 512)),
    ],
)
def test_bn_opens_gamma_and_beta_of_every_batchnorm2d(network, layers, parameters):
    net = build(network)
    norms = {name for name, module in net.named_modules() if isinstance(module, nn.BatchNorm2d)}
    assert len(norms) == layers
    assert opened(net, "bn") == {f"{name}.{part}" for name in norms for part in ("weight", "bias")}
    if parameters is not None:
        assert sum(p.numel() for p in net.parameters() if p.requires_grad) == parameters


def test_adapters_are_zero_beside_every_3x3_convolution():
    net = build(SFace)
    wide = {
        name for name, module in net.named_modules() if isinstance(module, nn.Conv2d) and module.kernel_size[0] == 3
    }
    assert len(wide) == 14  # the first layer, and one depthwise convolution in each of thirteen blocks
    assert opened(net, "pa") == {f"{name}.adapter" for name in wide}
    for name in wide:
        convolution = net.get_submodule(name)
        assert convolution.adapter.shape == (*convolution.weight.shape[:2], 1, 1)


def test_with_adapters_a_network_computes_the_same_at_the_start(mobile, faces):
    net, x = copy.deepcopy(mobile.net), mobile.inputs(torch.from_numpy(faces[0][:3]))
    open_layers(net, "pa")
    with torch.no_grad():
        assert torch.equal(net(x), mobile.net(x))


def test_an_adapter_is_a_1x1_convolution_beside(tiny):
    """Of the same stride and groups: as if its weights were added in the middle of the 3x3 ones."""
    net, x = copy.deepcopy(tiny.net).eval(), torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    adapters = open_layers(net, "pa")
    plain = copy.deepcopy(tiny.net).eval()
    with torch.no_grad():
        for adapter, convolution in zip(adapters, (plain.conv1, plain.conv2), strict=True):
            adapter.copy_(torch.randn(adapter.shape, generator=torch.Generator().manual_seed(1)))
            convolution.weight[:, :, 1:2, 1:2] += adapter
        assert torch.allclose(net(x), plain(x), atol=1e-5)
        assert not torch.allclose(net(x), tiny.net(x), atol=1e-2)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (SFace, {"body.25.conv.weight", "body.26.conv.weight"}),
        (MobileFaceNet, {"linear7.conv.weight", "linear1.conv.weight"}),
    ],
)
def test_partial_opens_the_last_two_convolutions(network, expected):
    assert opened(build(network), "partial") == expected


def test_partial_of_ir50_opens_the_last_block_s_two_3x3_convolutions():
    net = build(IR50)
    shapes = [tuple(net.get_parameter(name).shape) for name in opened(net, "partial")]
    assert shapes == [(512, 512, 3, 3)] * 2


def test_full_opens_everything_and_none_nothing(tiny):
    net = copy.deepcopy(tiny.net)
    assert opened(net, "full") == {name for name, _ in net.named_parameters()}
    assert opened(net, "none") == set()


@pytest.mark.parametrize("layers", ["bn", "partial", "pa"])
def test_a_network_without_such_layers_is_refused(layers):
    with pytest.raises(EncoderError, match="nothing that"):
        open_layers(nn.Linear(3, 3), layers)


@pytest.mark.parametrize("statistics", ["frozen", "adapting"])
@pytest.mark.parametrize("layers", LAYERS)
def test_a_run_moves_what_is_open_and_only_with_adapting_statistics_a_buffer(
    tiny, small_faces, run, layers, statistics
):
    trained, _ = run(tiny, small_faces, layers=layers, statistics=statistics, epochs=1, rate=0.01)
    before = tiny.net.state_dict()
    moved = {
        name
        for name, value in trained.net.state_dict().items()
        if not torch.equal(value, before.get(name, torch.zeros_like(value)))
    }
    net = copy.deepcopy(tiny.net)
    expected = opened(net, layers)
    # conv3's bias, and what lies before a BatchNorm that normalises by the batch, have no gradient but rounding.
    buffers = {name for name, _ in net.named_buffers()}
    assert moved & buffers == (buffers if statistics == "adapting" else set())
    assert moved - buffers == expected


def test_the_operator_can_choose_every_kind_of_layers_the_paper_s_first():
    assert [choice.name for choice in layer_choices()] == ["bn", "pa", "partial", "full", "none"]
