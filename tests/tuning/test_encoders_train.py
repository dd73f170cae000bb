"""Every encoder takes a step of training, with random weights: what is named moves, and nothing else does."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from PIL import Image

from osfi_gui.tuning import lean
from osfi_gui.vision.architectures import IMPORTABLE
from osfi_gui.vision.encode import TorchEncoder
from osfi_gui.vision.manifest import EncoderEntry, WeightsEntry, encoder_entry


def random_encoder(name, device):
    """Give the real network and preprocessing of an encoder; no weights are needed to see what moves."""
    torch.manual_seed(0)
    if name in IMPORTABLE:
        known = IMPORTABLE[name]
        entry = EncoderEntry(
            name=name,
            title=known.title,
            architecture=known.name,
            dim=known.dim,
            licence="",
            origin="",
            preprocessing=known.preprocessing,
            weights=WeightsEntry(""),
        )
        net = known.build()
        for layer in net.modules():
            # With torch's own start all faces get the same embedding after a dozen of layers: nothing to learn from.
            if isinstance(layer, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        return TorchEncoder(entry, net=net, device=device)
    from facenet_pytorch import InceptionResnetV1

    return TorchEncoder(encoder_entry(name), net=InceptionResnetV1(pretrained=None), device=device)


def named(net, kind, *parts):
    """Give the names of all layers of a kind, each with these parts of it."""
    return {f"{name}.{part}" for name, module in net.named_modules() if isinstance(module, kind) for part in parts}


# Batch normalisations: two in each of IR-50's 24 blocks, one at either end, and three where a block widens; one behind
# each of VGG-19's 16 convolutions, and one behind the last map. Convolutions of 3x3: two a block and the first; all 16.
@pytest.mark.parametrize(
    ("name", "layers", "count"),
    [
        ("facenet-casia-webface", "bn", None),
        ("facenet-vggface2", "bn", None),
        ("ir50", "bn", 53),
        ("ir50", "pa", 49),
        ("vgg19bn", "bn", 17),
        ("vgg19bn", "pa", 16),
    ],
)
def test_a_step_moves_the_named_layers_of_every_encoder_and_nothing_else(name, layers, count, faces, device, run):
    encoder = random_encoder(name, device)
    size = encoder.chip_size
    chips = np.stack([np.asarray(Image.fromarray(chip).resize((size, size))) for chip in faces[0][:4]])
    before = {key: value.clone() for key, value in encoder.net.state_dict().items()}
    made, steps = run(encoder, (chips, faces[1][:4]), epochs=1, layers=layers, augment="none")
    assert len(steps) == 1
    assert 0.0 < steps[0].loss < float("inf")
    after = made.net.state_dict()
    assert all(bool(torch.isfinite(value).all()) for value in after.values())
    moved = {key for key, value in after.items() if key not in before or not torch.equal(value, before[key])}
    if layers == "pa":
        threes = {
            key.removesuffix(".weight")
            for key, value in before.items()
            if value.dim() == 4 and tuple(value.shape[2:]) == (3, 3)
        }
        assert moved == {f"{key}.adapter" for key in threes}
        assert len(threes) == count
        assert after.keys() == before.keys() | moved
        return
    assert moved == named(encoder.net, torch.nn.BatchNorm2d, "weight", "bias")
    assert after.keys() == before.keys()
    if count is not None:
        assert len(moved) == 2 * count
    else:  # facenet-pytorch calls them all “bn”, but for the one behind its last layer, which has no map to scale
        assert moved == {key for key in before if key.endswith((".bn.weight", ".bn.bias"))}


# At its own margin these faces are told apart already: the loss is 5e-5, and where a gradient is no more than the
# rounding of single precision, Adam makes a whole step of it. At 0.9 every one of the 20,096 numbers is compared. Where
# BatchNorm is folded, which rounds otherwise, a PReLU given about 0 may take its other slope, and all layers before it
# go another way by some thousandths; that folding itself is exact is shown in double precision (test_lean.py).
@pytest.mark.parametrize(
    ("margin", "share", "tolerance", "folds"),
    [(0.4, 0.99, 1e-5, False), (0.9, 1.0, 2e-6, False), (0.4, 0.99, 1e-5, True), (0.9, 0.95, 2e-5, True)],
)
def test_two_steps_on_a_real_network_are_what_plain_arithmetic_makes(
    mobile, faces, run, monkeypatch, margin, share, tolerance, folds
):
    """WI + BN with frozen statistics, in double precision, every formula written out.

    Imprinted rows; CosFace with scale 32; Adam with the decay in its gradient; half a cosine from 0.001 over two steps.
    """
    chips, owners = faces
    if not folds:
        monkeypatch.setattr(lean, "LEAST_GAMMA", float("inf"))
    made, steps = run(mobile, faces, epochs=2, augment="none", margin=margin)
    net = copy.deepcopy(mobile.net).double().to(memory_format=torch.contiguous_format).eval().requires_grad_(False)
    x = (torch.from_numpy(chips[:, :, 8:104].copy()).permute(0, 3, 1, 2).double() - 127.5) / 128.0
    right = torch.from_numpy(np.eye(4)[owners])
    known = 0.5 * (net(x) + net(x.flip(3)))
    known = known / known.norm(dim=1, keepdim=True)
    rows = right.T @ known
    rows = rows / rows.norm(dim=1, keepdim=True)
    moving = {key: value for key, value in net.named_parameters() if value.dim() == 1}
    moving = {key: value for key, value in moving.items() if key in named(net, torch.nn.BatchNorm2d, "weight", "bias")}
    moving["rows"] = rows
    first, second = ({key: torch.zeros_like(value) for key, value in moving.items()} for _ in range(2))
    losses, start = [], {key: value.clone() for key, value in moving.items()}
    for number, rate in enumerate((0.001, 0.0005), start=1):
        for value in moving.values():
            value.requires_grad_(True)
        out = net(x)
        cosines = (out / out.norm(dim=1, keepdim=True)) @ (rows / rows.norm(dim=1, keepdim=True)).T
        logits = 32.0 * (cosines - margin * right)
        loss = (logits.exp().sum(dim=1).log() - (logits * right).sum(dim=1)).mean()
        gradients = torch.autograd.grad(loss, list(moving.values()))
        losses.append(loss.item())
        for (key, value), gradient in zip(moving.items(), gradients, strict=True):
            value.requires_grad_(False)
            pull = gradient + 0.001 * value
            first[key] = 0.9 * first[key] + 0.1 * pull
            second[key] = 0.999 * second[key] + 0.001 * pull**2
            mean, square = first[key] / (1 - 0.9**number), second[key] / (1 - 0.999**number)
            value.sub_(rate * mean / (square.sqrt() + 1e-8))
    assert [step.loss for step in steps] == pytest.approx(losses, rel=1e-3)
    ours = {**made.net.state_dict(), "rows": torch.from_numpy(made.rows)}
    apart = torch.cat([(ours[key].double() - value).abs().flatten() for key, value in moving.items()])
    way = torch.cat([(value - start[key]).abs().flatten() for key, value in moving.items()])
    assert len(apart) == 20096
    assert float(way.median()) > 1e-3
    assert float(apart.quantile(share)) < tolerance


def test_everything_of_sface_at_the_papers_rate_overshoots_in_its_first_step_as_torch_s_own_adam_does(
    sface, faces, run
):
    """What docs/experiments.md says of WI + Full: it is the recipe that does it, not this program's loop."""
    chips, owners = faces
    _, steps = run(sface, faces, epochs=2, layers="full", augment="none")
    net = copy.deepcopy(sface.net).eval().requires_grad_(True)
    x = torch.from_numpy(chips.copy()).permute(0, 3, 1, 2).float()
    right = torch.from_numpy(owners)
    normalise = torch.nn.functional.normalize
    with torch.no_grad():
        known = normalise(normalise(net(x) + net(x.flip(3))).unflatten(0, (4, 2)).sum(dim=1))
    rows = torch.nn.Parameter(known)
    adam, losses = torch.optim.Adam([*net.parameters(), rows], lr=0.001, weight_decay=0.001), []
    for _ in range(2):
        cosines = normalise(net(x)) @ normalise(rows).T
        margin = 0.4 * torch.nn.functional.one_hot(right, 4)
        loss = torch.nn.functional.cross_entropy(32.0 * (cosines - margin), right)
        losses.append(loss.item())
        adam.zero_grad()
        loss.backward()
        adam.step()
    assert steps[0].loss == pytest.approx(losses[0], rel=1e-3)
    assert steps[1].loss > 2 * steps[0].loss
    assert losses[1] > 2 * losses[0]
