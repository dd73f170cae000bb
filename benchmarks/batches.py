"""How many chips an encoder embeds at once on a CPU: the processor's time for 32 chips, in passes of 1, 2, 4, 8 and 32.

Usage: uv run python -m benchmarks.batches [--encoders sface mobilefacenet] [--rounds 5]

One thread. All sizes take their turn in every round, forwards and backwards, so that what else the computer has to do
falls on each alike; the first round does not count. User and system time are medians of the rounds, and the difference
is the largest of any number of any embedding from those of one pass of 32.
"""

from __future__ import annotations

import argparse
import os
import statistics

import numpy as np
import torch

from osfi_gui.vision.device import choose_device
from osfi_gui.vision.encode import TorchEncoder, load_encoder

CHIPS = 32
SIZES = (1, 2, 4, 8, 32)


def measure(encoder: TorchEncoder, *, rounds: int) -> dict[int, tuple[float, float, float]]:
    """Give user seconds, system seconds and the difference, by chips a pass."""
    size = encoder.chip_size
    chips = list(np.random.default_rng(0).integers(0, 256, (CHIPS, size, size, 3), dtype=np.uint8))
    costs: dict[int, list[tuple[float, float]]] = {each: [] for each in SIZES}
    found = {}
    for number in range(rounds + 1):
        for each in SIZES if number % 2 else SIZES[::-1]:
            before = os.times()
            # No more than one pass takes, so that every call is one pass.
            found[each] = np.concatenate([encoder.pass_of(chips[i : i + each]) for i in range(0, CHIPS, each)])
            after = os.times()
            if number:
                costs[each].append((after.user - before.user, after.system - before.system))
    return {
        each: (
            statistics.median(user for user, _ in costs[each]),
            statistics.median(system for _, system in costs[each]),
            float(np.abs(found[each] - found[CHIPS]).max()),
        )
        for each in SIZES
    }


def main() -> None:
    """Print a row for each encoder and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoders", nargs="+", default=["sface"])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    print("| encoder | chips a pass | user s | system s | off by |\n|---|---|---|---|---|")
    for name in asked.encoders:
        encoder = load_encoder(name, device=choose_device("cpu"))
        for each, (user, system, off) in measure(encoder, rounds=asked.rounds).items():
            print(f"| {encoder.title} | {each} | {user:.2f} | {system:.2f} | {off:.1e} |")


if __name__ == "__main__":
    main()
