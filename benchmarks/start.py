"""How long until the window is painted and recognition is ready, beside what an empty program takes, and the load.

Usage: python -m benchmarks.start [--runs 5]

The floors are measured in the same run, in turns: a PySide6 window with nothing in it, and the import of torch alone.
A ratio is one round's; what is printed is the median over the rounds, with the smallest and the largest.
"""

from __future__ import annotations

import argparse
import os
import statistics

from osfi_gui.services.starting import start_beside_floors


def main() -> None:
    """Print medians, smallest and largest of seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    start_beside_floors()  # warms the file cache and does not count
    done = [start_beside_floors() for _ in range(runs)]
    print("| | median | smallest | largest |\n|---|---|---|---|")
    for name in done[0]:
        values = [run[name] for run in done]
        unit = "x" if name.endswith("ratio") else "s"
        print(f"| {name} | {statistics.median(values):.2f} {unit} | {min(values):.2f} | {max(values):.2f} |")
    if hasattr(os, "getloadavg"):
        print(f"\n{runs} rounds, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} (of others and of this)")


if __name__ == "__main__":
    main()
