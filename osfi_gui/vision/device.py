"""Where torch computes, and on how many threads.

Whatever is given up on the way is said: a GPU that is asked for and not there, one that is there and does not work, one
whose memory does not hold a network, and Apple's, which lacks some operations. The CPU does the same, more slowly.
"""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

Loaded = TypeVar("Loaded")

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
_KEPT_BYTES = 256 << 20
WANTED = ("auto", "cpu", "cuda", "mps")
_NAMES = {"cuda": "CUDA", "mps": "Apple"}


@dataclass(frozen=True)
class Device:
    """A place to compute.

    Attributes
    ----------
    kind : str
        ``cpu``, ``cuda`` or ``mps``.
    label : str
        For the operator: "CPU, 2 threads", "GPU: name".
    note : str
        Why a better one is not used; empty where nothing was given up.
    """

    kind: str
    label: str
    note: str = ""

    @property
    def torch(self) -> torch.device:
        """Give torch's own value."""
        return torch.device(self.kind)


def choose_device(wanted: str = "auto", *, threads: int | None = None) -> Device:
    """Choose where to compute and set the number of CPU threads.

    Parameters
    ----------
    wanted : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    threads : int, optional
        CPU threads of torch; at most two by default, more only steal time from the picture. Fewer where
        ``OMP_NUM_THREADS`` says so: on a busy computer threads that wait for each other are slower than one.

    Raises
    ------
    ValueError
        There is no such kind of device.
    """
    if wanted not in WANTED:
        msg = f"“{wanted}” is none of {', '.join(WANTED)}"
        raise ValueError(msg)
    count = threads or min(2, os.cpu_count() or 1, _threads_allowed())
    torch.set_num_threads(count)
    _keep_freed_memory()
    note = ""
    for kind in ("cuda", "mps"):
        if wanted not in ("auto", kind):
            continue
        if not _is_there(kind):
            note = note or ("" if wanted == "auto" else f"No {kind.upper()} device was found; the CPU is used.")
            continue
        try:
            # A driver that is too old, or a card that something else has filled, shows when it is first used.
            torch.zeros(1, device=kind).add_(1).item()
            label = torch.cuda.get_device_name(0) if kind == "cuda" else "Apple"
        except Exception as error:
            note = f"The {_NAMES[kind]} GPU could not be used ({_reason(error)}); the CPU is used."
            continue
        return Device(kind, f"GPU: {label}")
    return _cpu(count, note)


def load_on(device: Device, load: Callable[[Device], Loaded]) -> tuple[Loaded, Device]:
    """Load a network on a device and try it, or do so on the CPU and say why.

    Parameters
    ----------
    device : Device
    load : callable
        Loads on the device that it is given, and passes something through, because a GPU whose memory is full or that
        lacks an operation says so no sooner. Its errors on the CPU are the caller's.

    Returns
    -------
    tuple of (whatever ``load`` gives, Device)
        The device is the CPU with a note where the one given failed.
    """
    if device.kind == "cpu":
        return load(device), device
    try:
        return load(device), device
    except torch.OutOfMemoryError:
        why = "has too little free memory"
    except NotImplementedError:
        why = "lacks an operation that is needed"
    except RuntimeError as error:
        # MPS says both in plain RuntimeErrors; anything else is the network's own fault and will come up again.
        if "out of memory" in str(error):
            why = "has too little free memory"
        elif "not implemented" in str(error) or "not currently supported" in str(error):
            why = "lacks an operation that is needed"
        else:
            why = f"failed: {_reason(error)}"
    if device.kind == "cuda":
        torch.cuda.empty_cache()
    cpu = _cpu(torch.get_num_threads(), f"The {_NAMES[device.kind]} GPU {why}; the CPU is used.")
    return load(cpu), cpu


def threads_said() -> str:
    """Say how many CPU threads torch uses, of how many cores, and who said so: "1 of 8 cores (OMP_NUM_THREADS)"."""
    count, cores = torch.get_num_threads(), os.cpu_count() or 1
    limited = count == _threads_allowed() < min(2, cores)
    return f"{count} of {cores} core{'s' if cores != 1 else ''}{' (OMP_NUM_THREADS)' if limited else ''}"


def _is_there(kind: str) -> bool:
    return torch.cuda.is_available() if kind == "cuda" else torch.backends.mps.is_available()


def _cpu(threads: int, note: str) -> Device:
    return Device("cpu", f"CPU, {threads} thread{'s' if threads != 1 else ''}", note)


def _reason(error: Exception) -> str:
    """Give an error's first line, without its full stop."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _threads_allowed() -> int:
    """Give what the person who started the program allows libraries to use, as torch itself reads it."""
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) > 0 else sys.maxsize


def _keep_freed_memory() -> None:
    """Let glibc keep what torch frees: by default every large activation goes back to the kernel at every step."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and does not need it
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
