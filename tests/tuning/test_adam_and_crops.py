"""The optimiser and the crops are torch's and torchvision's, without their imports."""

import subprocess
import sys

import pytest
import torch

from osfi_gui.tuning.augment import CropAndMirror, crop_box
from osfi_gui.tuning.steps import Adam


@pytest.mark.parametrize("decay", [0.0, 1e-3, 0.5])
def test_adam_moves_as_torchs_own(decay):
    draw = torch.Generator().manual_seed(3)
    ours = [torch.randn(4, 3, generator=draw).requires_grad_(), torch.randn(5, generator=draw).requires_grad_()]
    theirs = [p.detach().clone().requires_grad_() for p in ours]
    mine, reference = (
        Adam([(ours[:1], decay), (ours[1:], 0.0)], 1e-2),
        torch.optim.Adam(
            [{"params": theirs[:1], "weight_decay": decay}, {"params": theirs[1:], "weight_decay": 0.0}], lr=1e-2
        ),
    )
    for step in range(20):
        rate = 1e-2 / (1 + step)
        mine.set_rate(rate)
        for group in reference.param_groups:
            group["lr"] = rate
        for parameters, optimiser in ((ours, mine), (theirs, reference)):
            optimiser.zero_grad()
            sum((p.sin() * (i + 1)).sum() for i, p in enumerate(parameters)).backward()
            optimiser.step()
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-7)


def test_a_crop_is_torchvisions_to_the_bit():
    from torchvision.transforms.v2.functional import resized_crop

    chips = torch.randint(0, 256, (8, 112, 112, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    given = CropAndMirror().apply(chips, torch.Generator().manual_seed(1))
    draw = torch.Generator().manual_seed(1)
    for chip, ours in zip(chips, given, strict=True):
        box = crop_box(112, draw, least=0.7, ratio=(3 / 4, 4 / 3))
        theirs = resized_crop(chip.permute(2, 0, 1), *box, [112, 112], antialias=True)
        if torch.rand(1, generator=draw) < 0.5:
            theirs = theirs.flip(2)
        assert torch.equal(ours, theirs.permute(1, 2, 0))


def test_crops_keep_to_their_share_and_shape():
    draw = torch.Generator().manual_seed(0)
    boxes = [crop_box(112, draw, least=0.7, ratio=(3 / 4, 4 / 3)) for _ in range(2000)]
    shares = torch.tensor([h * w / 112**2 for _, _, h, w in boxes])
    ratios = torch.tensor([w / h for _, _, h, w in boxes])
    assert 0.68 <= shares.min() < 0.75
    assert 0.95 < shares.max() <= 1.0
    assert ratios.min() >= 0.73
    assert ratios.max() <= 1.37
    assert all(top >= 0 and left >= 0 and top + h <= 112 and left + w <= 112 for top, left, h, w in boxes)


def test_a_run_does_not_load_torchs_compiler():
    """Its imports take five seconds and the interpreter's lock, while the live picture goes on."""
    code = """
import sys, numpy as np
from osfi_gui.core.events import Token
from osfi_gui.core.tune import Recipe
from osfi_gui.tuning.train import train
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import load_encoder
chips = np.random.default_rng(0).integers(0, 256, (4, 112, 112, 3), dtype=np.uint8)
encoder = load_encoder("sface", device=choose_device("cpu"))
events = list(train(encoder, chips, np.array([0, 0, 1, 1]), recipe=Recipe(epochs=1, start="lp"), token=Token()))
print(len(events), "torch._dynamo" in sys.modules, "torchvision" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "False", "False"]
