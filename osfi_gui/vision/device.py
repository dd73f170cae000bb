"""Where torch computes, and on how many threads."""

from __future__ import annotations

import ctypes
import os
import sys
from dataclasses import dataclass

import torch

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
_KEPT_BYTES = 256 << 20


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
    """
    count = threads or min(2, os.cpu_count() or 1, _threads_allowed())
    torch.set_num_threads(count)
    _keep_freed_memory()
    cpu_label = f"CPU, {count} thread{'s' if count != 1 else ''}"
    if wanted in ("auto", "cuda") and torch.cuda.is_available():
        try:
            torch.zeros(1, device="cuda").add_(1).item()
        except RuntimeError as error:
            return Device("cpu", cpu_label, f"The GPU could not be used: {str(error).splitlines()[0]}")
        return Device("cuda", f"GPU: {torch.cuda.get_device_name(0)}")
    if wanted in ("auto", "mps") and torch.backends.mps.is_available():
        return Device("mps", "GPU: Apple")
    note = "" if wanted in ("auto", "cpu") else f"No {wanted.upper()} device was found; the CPU is used."
    return Device("cpu", cpu_label, note)


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
