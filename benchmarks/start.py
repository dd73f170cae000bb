"""How long until the window is there, and until the first decision of the demo; beside what an empty program takes.

Usage: python -m benchmarks.start [--runs 5]

The limits are measured in the same run: a Qt window with nothing in it, and the import of torch and facenet-pytorch.
"""

from __future__ import annotations

import argparse
import statistics

from osfi_gui.services.starting import seconds_until, start_seconds

EMPTY_WINDOW = """
import time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.show()
def shown():
    print("window", time.time())
    window.close()
QTimer.singleShot(0, shown)
app.exec()
"""
IMPORTS = "import time, torch, facenet_pytorch; print('imports', time.time())"


def main() -> None:
    """Print medians, the fastest and slowest run, and the ratios to the limits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    rows: dict[str, list[float]] = {"empty window": [], "imports": [], "window": [], "decision": []}
    for _ in range(runs + 1):
        rows["empty window"].append(seconds_until(EMPTY_WINDOW)["window"])
        rows["imports"].append(seconds_until(IMPORTS)["imports"])
        ours = start_seconds()
        rows["window"].append(ours["window"])
        rows["decision"].append(ours["decision"])
    # The first round warms the file cache and does not count.
    rows = {name: values[1:] for name, values in rows.items()}
    for name, values in rows.items():
        print(f"{name:13} {statistics.median(values):5.2f} s   ({min(values):.2f} to {max(values):.2f}, {runs} runs)")
    ratio = {name: statistics.median(values) for name, values in rows.items()}
    print(f"window is {ratio['window'] / ratio['empty window']:.1f} x an empty one")
    print(f"first decision is {ratio['decision'] / ratio['imports']:.1f} x the imports alone")


if __name__ == "__main__":
    main()
