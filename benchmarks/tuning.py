"""Seconds a chip and peak memory of fine-tuning, beside the released code's loop on the same encoder and machine.

Usage: python -m benchmarks.tuning ../shared/data/lfw112 [--weights FILE] [--chips 128] [--steps 3] [--runs 3]

The other loop is written anew after the public code of Park, Park and Teoh (finetune.py, main.py, dataset.py,
model/fetch_encoder.py), for the row WI + BN with CosFace: each step reads its JPEGs from disk with Pillow, crops and
mirrors them with torchvision's transforms, passes the whole batch at once in torch's default layout, with torch's
default allocator, and steps Adam over all of the encoder's parameters, of which only the BatchNorm affine ones have
``requires_grad``; statistics are frozen, as they are there after weight imprinting. Two things differ from it: pictures
are read in the same process instead of by four workers, so that all memory is counted, and there is no autocast, which
that code has for CUDA only. Where the batch does not fit into half of the memory that is free, it is halved until it
does, and said.

Each loop runs in a process of its own, in turns; the first step of each warms up and does not count. Also printed: how
long 2000 bootstrap draws on 1000 mated and 1000 non-mated persons take.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

    from osfi_gui.vision.device import Device
    from osfi_gui.vision.encode import TorchEncoder

SHOTS = 3
BATCH = 128


def files_of(root: Path, chips: int) -> list[tuple[Path, int]]:
    """Give pictures and owners: three of each person who has three, sorted by name."""
    able = [folder for folder in sorted(root.iterdir()) if len(list(folder.glob("*.jpg"))) >= SHOTS]
    pairs = [(file, row) for row, folder in enumerate(able) for file in sorted(folder.glob("*.jpg"))[:SHOTS]]
    return pairs[:chips]


def load(weights: str, device: Device) -> TorchEncoder:
    """Load SFace, or what is imported from a file."""
    from osfi_gui.vision.encode import load_encoder
    from osfi_gui.vision.imports import import_encoder

    if not weights:
        return load_encoder("sface", device=device)
    return load_encoder(import_encoder(Path(weights)).name, device=device)


def ours(root: Path, weights: str, chips: int, steps: int) -> dict[str, Any]:
    """Run our loop; give the seconds of each step but the first."""
    from osfi_gui.core.events import Token
    from osfi_gui.core.tune import Recipe, Stepped
    from osfi_gui.tuning.train import train
    from osfi_gui.vision.device import choose_device
    from osfi_gui.vision.pictures import read_picture

    encoder = load(weights, choose_device("cpu"))
    pairs = files_of(root, chips)
    pixels = np.stack([read_picture(file) for file, _ in pairs])
    owners = np.array([row for _, row in pairs])
    recipe = Recipe(epochs=steps + 1, batch=len(pairs))
    micro, times, began = 0, [], 0.0
    for event in train(encoder, pixels, owners, recipe=recipe, token=Token()):
        now = time.perf_counter()
        if isinstance(event, Stepped):
            times.append(now - began)
            began = time.perf_counter()
        else:
            micro = event.result.micro  # type: ignore[attr-defined]
    return {"times": times[1:], "chips": len(pairs), "at_once": micro}


def released(root: Path, weights: str, chips: int, steps: int) -> dict[str, Any]:
    """Run the released code's loop; give the seconds of each step but the first."""
    import torch
    from PIL import Image
    from torch import nn
    from torch.nn.functional import cross_entropy, normalize
    from torchvision import transforms

    from osfi_gui.vision.device import Device

    encoder = load(weights, Device("cpu", "CPU"))
    net = encoder.net.to(memory_format=torch.contiguous_format)
    net.eval()
    net.requires_grad_(False)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.requires_grad_(True)
    pairs = files_of(root, chips)
    owners = torch.tensor([row for _, row in pairs])
    plain = transforms.ToTensor()
    changed = transforms.Compose(
        [transforms.RandomResizedCrop(112, scale=(0.7, 1.0)), transforms.RandomHorizontalFlip(), plain]
    )

    def inputs(numbers: torch.Tensor, change: Any) -> torch.Tensor:
        opened = (Image.open(pairs[int(i)][0]).resize((112, 112)) for i in numbers)
        x = 255.0 * torch.stack([change(picture) for picture in opened])
        return scaled(encoder, x)

    with torch.no_grad():
        parts = torch.arange(len(pairs)).split(16)
        known = torch.cat([net(inputs(part, plain)) for part in parts])
    rows = torch.zeros(int(owners.max()) + 1, known.shape[1]).index_add_(0, owners, known)
    classifier = nn.Parameter(normalize(rows).T.clone())
    optimiser = torch.optim.Adam(
        [{"params": net.parameters(), "lr": 1e-3}, {"params": [classifier], "lr": 1e-3}], weight_decay=1e-3
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=steps + 1)
    at_once = fitting(net, inputs(torch.arange(2), plain), len(pairs))
    times = []
    for _ in range(steps + 1):
        began = time.perf_counter()
        for numbers in torch.randperm(len(pairs)).split(at_once):
            x, right = inputs(numbers, changed), owners[numbers]
            cosines = torch.mm(normalize(net(x)), normalize(classifier, dim=0)).clamp(-1, 1)
            margin = torch.zeros_like(cosines).scatter_(1, right.view(-1, 1), 0.4)
            loss = cross_entropy(32.0 * (cosines - margin), right)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            loss.item()
        schedule.step()
        times.append(time.perf_counter() - began)
    return {"times": times[1:], "chips": len(pairs), "at_once": at_once}


def scaled(encoder: TorchEncoder, x: torch.Tensor) -> torch.Tensor:
    """Scale pixels of 0..255, shape (b, 3, 112, 112), to what the network takes."""
    preprocessing = encoder._entry.preprocessing
    if preprocessing.columns is not None:
        x = x[..., slice(*preprocessing.columns)].contiguous()
    if preprocessing.scaling == "none":
        return x
    return (x - 127.5) / (128.0 if preprocessing.scaling == "fixed" else 127.5)


def fitting(net: torch.nn.Module, sample: torch.Tensor, chips: int) -> int:
    """Halve the batch until what it keeps for the backward pass fits into half of the memory that is free."""
    from osfi_gui.tuning.memory import bytes_a_chip

    free = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemAvailable"))
    room = int(free.split()[1]) * 1024 // 2
    at_once, each = min(BATCH, chips), bytes_a_chip(net, sample)
    while at_once > 1 and at_once * each > room:
        at_once //= 2
    return at_once


def measured(loop: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run a loop in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "benchmarks.tuning", str(arguments.root), "--loop", loop]
        for name in ("weights", "chips", "steps"):
            command += [f"--{name}", str(getattr(arguments, name))]
        surroundings = {**os.environ, "OSFI_DATA_DIR": place, "CUDA_VISIBLE_DEVICES": ""}
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=surroundings)
    content: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return content


def draw_seconds() -> float:
    """Time the bootstrap of a comparison on 1000 mated and 1000 non-mated persons, three probes each."""
    from osfi_gui.core.bootstrap import DRAWS, dir_draws
    from osfi_gui.core.scores import Persons, Scores

    rng = np.random.default_rng(0)
    scores = Scores(rng.normal(1.5, 1, 3000), rng.random(3000) < 0.9, rng.normal(0, 1, 3000))
    persons = Persons(np.arange(3000) // 3, np.arange(3000) // 3)
    began = time.perf_counter()
    assert len(dir_draws(scores, persons, far=0.01)) == DRAWS
    return time.perf_counter() - began


def main() -> None:
    """Print medians over all steps of all runs, spreads, peak memory, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, help="aligned chips, ROOT/NAME/picture.jpg")
    parser.add_argument("--weights", default="", help="file of another encoder to import; SFace without")
    parser.add_argument("--chips", type=int, default=BATCH)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--loop", choices=["ours", "released"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.loop:
        run = {"ours": ours, "released": released}[arguments.loop]
        result = run(arguments.root, arguments.weights, arguments.chips, arguments.steps)
        result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(json.dumps(result))
        return
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "released": []}
    for _ in range(arguments.runs):
        for loop, results in found.items():
            results.append(measured(loop, arguments))
    medians = {}
    for loop, results in found.items():
        seconds = [step / result["chips"] for result in results for step in result["times"]]
        medians[loop] = statistics.median(seconds)
        peak = max(result["peak_mb"] for result in results)
        passed = "/".join(sorted({str(result["at_once"]) for result in results}, key=int))
        print(
            f"{loop:9} {1000 * medians[loop]:6.1f} ms a chip ({1000 * min(seconds):.1f} to {1000 * max(seconds):.1f}, "
            f"{len(seconds)} steps of {results[0]['chips']} chips, {passed} at once), peak memory {peak:.0f} MB"
        )
    print(f"ours takes {medians['ours'] / medians['released']:.2f} of the released loop's time")
    print(f"2000 draws on 1000 + 1000 persons: {draw_seconds():.2f} s")


if __name__ == "__main__":
    main()
