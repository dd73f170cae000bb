"""The networks have the layers, names and numbers of their public checkpoints, and compute as those were trained."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as fn

from osfi_gui.core.gallery import normalise
from osfi_gui.core.metrics import detection_identification_rate, threshold_at_far
from osfi_gui.vision.nets.ir50 import IR50, ImprovedResidual
from osfi_gui.vision.nets.mobilefacenet import Bottleneck, MobileFaceNet
from osfi_gui.vision.nets.vgg19bn import VGG19BN


def made_of_shapes(net):
    """Make a network without memory for its weights."""
    with torch.device("meta"):
        return net()


def batchnorms(net):
    return [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]


def affine_count(net):
    return sum(p.numel() for m in batchnorms(net) for p in m.parameters())


def count(net):
    return sum(p.numel() for p in net.parameters())


def test_ir50_has_the_batchnorm_and_parameter_counts_of_the_paper():
    net = made_of_shapes(IR50)
    assert len(batchnorms(net)) == 53
    assert affine_count(net) == 25_344
    assert round(count(net) / 1e6, 2) == 43.57


def test_ir50_names_its_weights_like_the_authors_checkpoint():
    shapes = {k: tuple(v.shape) for k, v in made_of_shapes(IR50).state_dict().items()}
    # 24 units: BatchNorm (5 entries), convolution, PReLU, convolution, BatchNorm; three projections of 1 + 5; input
    # 1 + 5 + 1; output BatchNorm2d 5, linear 2, BatchNorm1d 5.
    assert len(shapes) == 24 * (5 + 1 + 1 + 1 + 5) + 3 * 6 + 7 + 12
    assert shapes["input_layer.0.weight"] == (64, 3, 3, 3)
    assert shapes["input_layer.2.weight"] == (64,)
    # Units 0-2, 3-6, 7-20 and 21-23 are the stages; only a change of channels needs a projection.
    assert [k for k in shapes if k.endswith("shortcut_layer.0.weight")] == [
        f"body.{unit}.shortcut_layer.0.weight" for unit in (3, 7, 21)
    ]
    assert shapes["body.7.shortcut_layer.0.weight"] == (256, 128, 1, 1)
    assert shapes["body.21.res_layer.0.running_mean"] == (256,)
    assert shapes["body.21.res_layer.1.weight"] == (512, 256, 3, 3)
    assert shapes["body.23.res_layer.3.weight"] == (512, 512, 3, 3)
    assert shapes["output_layer.3.weight"] == (512, 512 * 7 * 7)
    assert shapes["output_layer.4.running_var"] == (512,)


def test_vgg19bn_has_the_layers_of_vgg19_without_the_last_pooling():
    net = made_of_shapes(VGG19BN)
    assert len(batchnorms(net)) == 17
    channels = [3, 64, 64, 128, 128, 256, 256, 256, 256, *[512] * 8]
    convolutions = sum(9 * a * b + b for a, b in pairwise(channels))
    output = 2 * 512 + (512 * 7 * 7 * 512 + 512) + 2 * 512
    assert count(net) == convolutions + 2 * sum(channels[1:]) + output
    assert net.features(torch.zeros(1, 3, 112, 112, device="meta")).shape == (1, 512, 7, 7)


def test_vgg19bn_names_its_weights_like_the_authors_checkpoint():
    shapes = {k: tuple(v.shape) for k, v in made_of_shapes(VGG19BN).state_dict().items()}
    convolutions = [int(k.split(".")[1]) for k, shape in shapes.items() if len(shape) == 4]
    # Pooling takes the places 6, 13, 26 and 39.
    assert convolutions == [0, 3, 7, 10, 14, 17, 20, 23, 27, 30, 33, 36, 40, 43, 46, 49]
    assert shapes["features.0.bias"] == (64,)
    assert shapes["features.50.running_var"] == (512,)
    assert shapes["output_layer.3.weight"] == (512, 512 * 7 * 7)


def test_mobilefacenet_has_fifty_batchnorms_and_a_million_parameters():
    net = MobileFaceNet(width=96)
    assert len(batchnorms(net)) == 50
    assert round(count(net) / 1e6, 1) == 1.0
    assert net.linear7.conv.weight.shape == (512, 1, 7, 6)
    assert MobileFaceNet().linear7.conv.weight.shape == (512, 1, 7, 7)


@pytest.mark.parametrize(
    ("build", "width", "dim"),
    [(IR50, 112, 512), (VGG19BN, 112, 512), (MobileFaceNet, 112, 128), (lambda: MobileFaceNet(width=96), 96, 128)],
)
def test_a_chip_becomes_one_row_of_numbers(build, width, dim):
    net = made_of_shapes(build).eval()
    assert net(torch.zeros(3, 3, 112, width, device="meta")).shape == (3, dim)


def with_random_statistics(module, seed=0):
    """Give BatchNorm layers statistics and factors that change something."""
    generator = torch.Generator().manual_seed(seed)
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d | nn.BatchNorm1d):
            for values in (layer.weight.data, layer.running_var):
                values.copy_(0.5 + torch.rand(values.shape, generator=generator))
            for values in (layer.bias.data, layer.running_mean):
                values.copy_(torch.rand(values.shape, generator=generator) - 0.5)
    return module.eval()


def bn(x, state, name):
    names = ("running_mean", "running_var", "weight", "bias")
    return fn.batch_norm(x, *(state[f"{name}.{n}"] for n in names), eps=1e-5)


@pytest.mark.parametrize(("channels", "stride"), [((6, 6), 1), ((6, 6), 2), ((6, 8), 2)])
def test_a_unit_of_ir50_computes_in_the_order_of_its_names(channels, stride):
    torch.manual_seed(1)
    unit = with_random_statistics(ImprovedResidual(*channels, stride=stride))
    state, x = unit.state_dict(), torch.randn(2, channels[0], 8, 8)
    y = fn.conv2d(bn(x, state, "res_layer.0"), state["res_layer.1.weight"], padding=1)
    y = fn.conv2d(fn.prelu(y, state["res_layer.2.weight"]), state["res_layer.3.weight"], stride=stride, padding=1)
    y = bn(y, state, "res_layer.4")
    shortcut = x[:, :, ::stride, ::stride]
    if channels[0] != channels[1]:
        shortcut = bn(fn.conv2d(shortcut, state["shortcut_layer.0.weight"]), state, "shortcut_layer.1")
    with torch.inference_mode():
        assert torch.allclose(unit(x), shortcut + y, atol=1e-5)


@pytest.mark.parametrize(("channels_out", "stride", "kept"), [(6, 1, True), (6, 2, False), (8, 1, False)])
def test_a_bottleneck_adds_its_input_only_where_the_shape_stays(channels_out, stride, kept):
    block = Bottleneck(6, channels_out, widening=2, stride=stride).eval()
    nn.init.zeros_(block.conv[7].weight)
    x = torch.randn(2, 6, 8, 8)
    with torch.inference_mode():
        out = block(x)
    assert out.shape == (2, channels_out, 8 // stride, 8 // stride)
    assert torch.equal(out, x if kept else torch.zeros_like(out))


@pytest.fixture(scope="module")
def lfw_embeddings(shared_data, device, tmp_path_factory):
    """Import the real MobileFaceNet and embed a part of LFW: 100 known people, and strangers."""
    from osfi_gui.vision.encode import load_encoder
    from osfi_gui.vision.imports import import_encoder
    from osfi_gui.vision.pictures import list_pictures, read_picture

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSFI_DATA_DIR", str(tmp_path_factory.mktemp("imported")))
        import_encoder(shared_data / "weights" / "mobilefacenet_casia_112x96.safetensors", name="mfn")
        encoder = load_encoder("mfn", device=device)
    people = {f.name: list_pictures(f) for f in sorted((shared_data / "lfw112").iterdir())}
    known = [files for files in people.values() if len(files) >= 4][:100]
    strangers = [files[0] for files in people.values() if len(files) < 4][:500]
    embed = [encoder.embed([read_picture(f) for f in files[:8]]) for files in known]
    return embed, encoder.embed([read_picture(f) for f in strangers])


def test_the_public_mobilefacenet_identifies_real_faces_as_well_as_measured_elsewhere(lfw_embeddings):
    """An independent implementation has DIR 92.0 % at FAR 1 % (cosine, 50 people, mean of 30 random galleries)."""
    known, strangers = lfw_embeddings
    rng = np.random.default_rng(0)
    rates, ranks = [], []
    for _ in range(30):
        rows = rng.choice(len(known), size=50, replace=False)
        gallery = normalise(np.stack([known[r][:3].sum(axis=0) for r in rows]))
        cosines = np.concatenate([known[r][3:] for r in rows]) @ gallery.T
        right = cosines.argmax(axis=1) == np.repeat(np.arange(50), [len(known[r]) - 3 for r in rows])
        threshold = threshold_at_far((strangers @ gallery.T).max(axis=1), 0.01)
        rates.append(detection_identification_rate(cosines.max(axis=1), right, threshold))
        ranks.append(right.mean())
    assert np.mean(rates) == pytest.approx(0.920, abs=0.02)
    assert np.mean(ranks) > 0.98
