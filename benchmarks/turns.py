"""Taking turns: sides that are compared, each a process of its own, asked one after the other in every round.

What else the computer has to do falls on each side alike, and the waiting threads of one do not disturb another.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Side:
    """One side: ``python -m MODULE --serve NAME ...``, which answers a line with a line of JSON."""

    def __init__(self, module: str, name: str, *arguments: str, threads: int) -> None:
        command = [sys.executable, "-W", "ignore", "-m", module, "--serve", name, *arguments]
        self.name, self.failed = name, ""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        )
        self._answer()

    def turn(self, asked: str) -> dict[str, Any]:
        """Ask for something; empty once the side has failed."""
        if self.failed or self._process.stdin is None:
            return {}
        self._process.stdin.write(asked + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        answer: dict[str, Any] = json.loads(line) if line.startswith("{") else {"failed": "its process ended"}
        self.failed = answer.get("failed", "")
        return {} if self.failed else answer

    def end(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)


def serve(answer: Callable[[str], dict[str, Any]]) -> None:
    """Be a side: answer each line of standard input, until it ends."""
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        try:
            print(json.dumps(answer(line.strip())), flush=True)
        except Exception as error:
            print(json.dumps({"failed": f"{type(error).__name__}: {str(error).strip()[:200]}"}), flush=True)


def rounds_of(sides: list[Side], asked: str, *, rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Let all sides answer in every round, each round begun by another; the answers by the sides' names."""
    turns: dict[str, list[dict[str, Any]]] = {side.name: [] for side in sides}
    for number in range(rounds):
        first = number % len(sides)
        for side in sides[first:] + sides[:first]:
            turns[side.name].append(side.turn(asked))
    return turns


def spread(values: list[float]) -> dict[str, float]:
    """Give median and quartiles; of fewer than four values the least and the most."""
    low, middle, high = (
        statistics.quantiles(values, n=4) if len(values) > 3 else (min(values), statistics.median(values), max(values))
    )
    return {"median": round(middle, 2), "low": round(low, 2), "high": round(high, 2)}


def said(values: dict[str, float], digits: int = 1) -> str:
    """Write a median and its quartiles."""
    return f"{values['median']:.{digits}f} ({values['low']:.{digits}f} - {values['high']:.{digits}f})"
