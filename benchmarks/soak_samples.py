"""What a program that runs for long may not gather: one sample of it all, its growth by a robust fit, and a verdict."""

from __future__ import annotations

import csv
import ctypes
import gc
import os
import sys
import threading
from collections import Counter
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from osfi_gui.services.memory import resident_mb

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_GROWTH = 0.02
"""Memory may grow by this share of what it was at the end of the warm-up."""
LEAST_SAMPLES = 3
"""Two samples after the warm-up are a line through two points: they say nothing about a slope."""


@dataclass(frozen=True)
class Sample:
    """Everything counted at one moment, between two cycles.

    Attributes
    ----------
    time_s : float
        Since the first cycle began.
    memory_mb : float
        Resident memory, in megabytes (10^6 bytes).
    malloc_mb, free_mb : float
        What the C library's allocator has given out, and what it holds without anybody using it, over all of its
        arenas and mappings. Memory that grows while ``malloc_mb`` does not is fragmentation, not a leak. 0 where the
        system does not say.
    blocks : int
        Small objects that Python's own allocator has given out.
    threads : int
        Of the process, as the system counts them; Python's where it does not say.
    python_threads : int
    descriptors : int
        Open files, pipes and sockets; 0 where the system does not say.
    qobjects : int
        Qt objects that Python knows and below the windows, after a search for garbage.
    widgets, windows : int
        ``QApplication.allWidgets()`` and ``topLevelWidgets()``.
    tensors : int
        Tensors of torch that Python holds.
    connections : int
        Descriptors of the gallery's file and of its journals.
    people : int
        In the gallery: what grows with it is no leak, so it has to be the same every time.
    """

    time_s: float
    memory_mb: float
    malloc_mb: float
    free_mb: float
    blocks: int
    threads: int
    python_threads: int
    descriptors: int
    qobjects: int
    widgets: int
    windows: int
    tensors: int
    connections: int
    people: int


COUNTS = (
    "threads",
    "python_threads",
    "descriptors",
    "qobjects",
    "widgets",
    "windows",
    "tensors",
    "connections",
    "people",
)
"""What has to stay as it is."""


def take_sample(time_s: float, *, gallery: Path, people: int) -> Sample:
    """Count everything now; call it on the GUI thread, while nothing is under way.

    Parameters
    ----------
    time_s : float
    gallery : Path
        File of the open gallery.
    people : int
        As the desk says.
    """
    gc.collect()
    kinds = count_kinds()
    opened = open_files()
    in_use, unused = malloc_mb()
    return Sample(
        time_s=time_s,
        memory_mb=resident_mb(),
        malloc_mb=in_use,
        free_mb=unused,
        blocks=sys.getallocatedblocks(),
        threads=_system_threads(),
        python_threads=threading.active_count(),
        descriptors=len(opened),
        qobjects=sum(n for kind, n in kinds.items() if issubclass(kind, QObject)) + _below_windows(),
        widgets=len(QApplication.allWidgets()),
        windows=len(QApplication.topLevelWidgets()),
        tensors=sum(n for kind, n in kinds.items() if _is_tensor(kind)),
        connections=sum(name.startswith(str(gallery)) for name in opened),
        people=people,
    )


def count_kinds() -> Counter[type]:
    """Count the objects that the search for garbage knows, by type.

    Those that were frozen (``gc.freeze``) are not among them, here as little as at the next time.
    """
    # By type and not by isinstance, which would ask proxies for a class that they pretend to be.
    return Counter(map(type, gc.get_objects()))


def _is_tensor(kind: type) -> bool:
    torch = sys.modules.get("torch")  # never imported for the sake of counting
    return torch is not None and issubclass(kind, torch.Tensor)


def _below_windows() -> int:
    """Count what Qt keeps below its windows, where Python may have nothing to do with it."""
    return sum(len(window.findChildren(QObject)) for window in QApplication.topLevelWidgets())


def open_files() -> list[str]:
    """Give what each open descriptor stands for; empty where the system does not say."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return []
    found = []
    for name in os.listdir(folder):
        try:
            found.append(os.readlink(folder / name))
        except OSError:  # the one that lists the folder is gone by now
            continue
    return found


def _system_threads() -> int:
    tasks = Path("/proc/self/task")
    return len(os.listdir(tasks)) if tasks.is_dir() else threading.active_count()


class _Mallinfo2(ctypes.Structure):
    """glibc's ``struct mallinfo2``, all fields in bytes or counts."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        )
    ]


def malloc_mb() -> tuple[float, float]:
    """Give what the C library's allocator has given out and what lies unused in it, in megabytes.

    Summed over all arenas, with what was mapped by itself; (0, 0) where there is no ``mallinfo2`` (before glibc 2.33,
    and everywhere else).
    """
    try:
        ask = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError, TypeError):  # TypeError: Windows
        return 0.0, 0.0
    ask.restype = _Mallinfo2
    said = ask()
    return (said.uordblks + said.hblkhd) / 1e6, said.fordblks / 1e6


# What the samples say


@dataclass(frozen=True)
class Verdict:
    """What became of one line of the samples after the warm-up.

    Attributes
    ----------
    name : str
    before, after : float
        Of the fitted line, at the end of the warm-up and at the end.
    passed : bool or None
        None where the line is evidence and has no limit.
    """

    name: str
    before: float
    after: float
    passed: bool | None

    @property
    def growth(self) -> float:
        """By which share of what it was it has grown; of 1 where it was 0."""
        return (self.after - self.before) / (self.before or 1.0)


def fit(times: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """Fit a line that a few wild values do not move.

    The slope is the median of those of all pairs of points, and the line goes through the median of what is left (Theil
    1950, Sen 1968): up to 29 % of the values may be anything.

    Parameters
    ----------
    times, values : sequence of float
        Two or more different times.

    Returns
    -------
    tuple of float
        Slope, and value at time 0.

    Raises
    ------
    ValueError
        With fewer than two times.
    """
    x, y = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    first, second = np.triu_indices(len(x), 1)
    apart = x[second] - x[first]
    if not apart.any():
        raise ValueError("a line needs two different times")
    slopes = (y[second] - y[first])[apart != 0.0] / apart[apart != 0.0]
    slope = float(np.median(slopes))
    return slope, float(np.median(y - slope * x))


def judge(samples: Sequence[Sample], *, warm_up_s: float) -> list[Verdict]:
    """Judge every line of the samples after the warm-up.

    Memory passes if its fitted line grows by less than 2 %. A count passes if its fitted line rises by less than one
    half over the whole time: one more thing every few cycles is found, a single step or a count that jumps is not taken
    for growth. Fewer is no failure.

    Parameters
    ----------
    samples : sequence of Sample
        Oldest first.
    warm_up_s : float
        Samples before this time are not looked at.

    Raises
    ------
    ValueError
        With fewer than three samples after the warm-up.
    """
    warm = [sample for sample in samples if sample.time_s >= warm_up_s]
    if len(warm) < LEAST_SAMPLES:
        raise ValueError(f"{len(warm)} samples after the warm-up are too few: a slope needs {LEAST_SAMPLES}")
    times = [sample.time_s for sample in warm]
    verdicts = []
    for field in fields(Sample):
        if field.name == "time_s":
            continue
        slope, at_zero = fit(times, [float(getattr(sample, field.name)) for sample in warm])
        before, after = at_zero + slope * times[0], at_zero + slope * times[-1]
        passed: bool | None = None
        if field.name == "memory_mb":
            passed = after - before < MOST_GROWTH * before
        elif field.name in COUNTS:
            passed = after - before < 0.5
        verdicts.append(Verdict(field.name, before, after, passed))
    return verdicts


def write_csv(samples: Sequence[Sample], file: Path) -> None:
    """Write the samples, a line each."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, [field.name for field in fields(Sample)])
        writer.writeheader()
        writer.writerows(asdict(sample) for sample in samples)


def draw(samples: Sequence[Sample], file: Path, *, warm_up_s: float) -> None:
    """Draw memory over time, with the line that was fitted after the warm-up."""
    from matplotlib.figure import Figure

    minutes = [sample.time_s / 60.0 for sample in samples]
    figure = Figure(figsize=(8.0, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot(minutes, [sample.memory_mb for sample in samples], ".-", label="resident")
    axes.plot(minutes, [sample.malloc_mb for sample in samples], ".-", label="given out by malloc")
    warm = [sample for sample in samples if sample.time_s >= warm_up_s]
    if len(warm) >= LEAST_SAMPLES:
        times = np.array([sample.time_s for sample in warm])
        slope, at_zero = fit(times.tolist(), [sample.memory_mb for sample in warm])
        axes.plot(times / 60.0, at_zero + slope * times, "--", label=f"fit: {60.0 * slope:+.2f} MB a minute")
    axes.axvline(warm_up_s / 60.0, color="0.7", linewidth=1.0)
    axes.set(xlabel="minutes", ylabel="MB", ylim=(0.0, None))
    axes.legend(loc="lower right")
    figure.savefig(file, dpi=120)
