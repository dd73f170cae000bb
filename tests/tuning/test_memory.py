"""Memory stays bounded, whatever the batch."""

from __future__ import annotations

import copy
import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from osfi_gui.tuning import memory
from osfi_gui.tuning.layers import open_layers
from osfi_gui.tuning.lean import make_lean
from osfi_gui.tuning.memory import bytes_a_chip, evenly, micro_batch

RUN = """
import sys
from pathlib import Path
from osfi_gui.core.events import Token
from osfi_gui.core.tune import Recipe
from osfi_gui.tuning.train import train
from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import load_encoder
import numpy as np
faces = np.load(sys.argv[1])
encoder = load_encoder("sface", device=choose_device("cpu"))
chips = np.concatenate([faces["chips"]] * 16)
owners = np.concatenate([faces["owners"]] * 16)
assert len(chips) == 128
*steps, last = train(encoder, chips, owners, recipe=Recipe(epochs=1), token=Token())
assert [step.steps for step in steps] == [1], steps
# Not getrusage: a child begins there with the peak of the process that started it.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(last.result.micro, int(peak.split()[1]))
"""


def test_what_is_kept_of_a_chip_by_hand():
    """A convolution that trains keeps its input, a sigmoid its output; a channel of 4 x 4 floats is 64 bytes."""
    net = nn.Sequential(nn.Conv2d(3, 5, 1), nn.Sigmoid())
    assert bytes_a_chip(net, torch.zeros(2, 3, 4, 4)) == 64 * (3 + 5)


def test_a_lean_sface_keeps_less_than_four_fifths(sface, faces):
    x = sface.inputs(torch.from_numpy(faces[0][:2]))
    plain = copy.deepcopy(sface.net)
    open_layers(plain, "bn")
    lean = copy.deepcopy(plain)
    make_lean(lean)
    assert 0 < bytes_a_chip(lean, x) < 0.8 * bytes_a_chip(plain, x)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts peak memory in kilobytes, as Linux does")
def test_a_batch_of_128_on_sface_stays_below_2_gb(faces, tmp_path):
    import numpy as np

    np.savez(tmp_path / "faces.npz", chips=faces[0], owners=faces[1])
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path / "faces.npz")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(memory.__file__).parents[2],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
    )
    micro, kilobytes = map(int, done.stdout.split())
    assert micro < 128
    assert 100_000 < kilobytes < 2_000_000


def test_the_micro_batch_fits_the_budget(monkeypatch):
    net, sample = nn.Conv2d(3, 5, 1), torch.zeros(2, 3, 4, 4)  # keeps 192 bytes a chip
    cases = {192 * 23: 20, 192 * 7: 7, 192: 2, 1: 2, 192 * 1000: 128, 192 * 64 + 191: 64}
    for budget, expected in cases.items():
        monkeypatch.setattr(memory, "CPU_BUDGET", budget)
        assert micro_batch(net, sample, batch=128) == expected, budget
    monkeypatch.setattr(memory, "CPU_BUDGET", 1 << 40)
    assert micro_batch(net, sample, batch=5) == 5
    assert micro_batch(net, sample, batch=1 << 20) == 1024


@pytest.mark.parametrize(
    ("count", "most", "parts"),
    [
        (128, 128, [128]),
        (129, 128, [65, 64]),
        (300, 128, [100, 100, 100]),
        (7, 3, [3, 2, 2]),
        (1, 4, [1]),
        (5, 1, [1] * 5),
    ],
)
def test_parts_are_nearly_the_same_size(count, most, parts):
    assert evenly(count, most) == parts


@pytest.mark.parametrize(
    ("count", "most", "parts"), [(3, 2, [3]), (5, 2, [3, 2]), (4, 2, [2, 2]), (2, 1, [2]), (9, 4, [3, 3, 3])]
)
def test_parts_may_have_a_least_size_which_goes_first(count, most, parts):
    assert evenly(count, most, least=2) == parts


@pytest.mark.parametrize("activation", [nn.PReLU, nn.ReLU, nn.Sigmoid])
def test_measuring_leaves_no_network_behind(activation):
    """Functions that keep what they give (ReLU, sigmoid) tie another knot than those that keep what they get."""

    def tensors():
        gc.collect()
        return sum(issubclass(kind, torch.Tensor) for kind in map(type, gc.get_objects()))

    def look():
        net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), activation(), nn.Conv2d(4, 4, 3), activation())
        make_lean(net.eval())
        assert bytes_a_chip(net, torch.zeros(2, 3, 16, 16)) > 0

    look()
    before = tensors()
    for _ in range(3):
        look()
    assert tensors() == before
