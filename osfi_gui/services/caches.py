"""How large the processor's caches are, and emptying them of what was there."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
"""Where Linux lists the caches of the first core."""
LEAST = 64 * 2**20
"""So many bytes are swept where the caches are smaller, or nobody knows how large they are."""
MOST = 2**30
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}


def largest_cache(folder: Path = CACHES) -> int | None:
    """Give the bytes of the largest cache that a core reads through; None where the system does not say.

    Parameters
    ----------
    folder : Path
        Holds ``index*/size``, such as ``32768K``. Where there is none, the C library is asked.
    """
    found = [_bytes_of(file) for file in folder.glob("index*/size")]
    # The C library's figure is the whole socket's, of which a core may reach a part only.
    names = [name for name in getattr(os, "sysconf_names", {}) if name.endswith("CACHE_SIZE")] if not found else []
    found += [os.sysconf(name) for name in names]
    return max(found, default=0) or None


def sweep_bytes(cache: int | None) -> int:
    """Give how much has to be gone through until nothing else is left in a cache: twice its size, 64 MiB to 1 GiB."""
    return min(max(LEAST, 2 * (cache or 0)), MOST)


class Sweep:
    """Memory that is gone through, so that whatever else was in the caches has to come from memory again.

    Parameters
    ----------
    size : int
        Bytes.
    """

    def __init__(self, size: int) -> None:
        self._memory = np.zeros(size // 4, np.float32)

    @property
    def size(self) -> int:
        """Its bytes."""
        return self._memory.nbytes

    def __call__(self) -> None:
        """Read and write all of it."""
        np.add(self._memory, 1.0, out=self._memory)


def _bytes_of(file: Path) -> int:
    try:
        text = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return 0
    number, unit = (text[:-1], UNITS[text[-1]]) if text[-1:] in UNITS else (text, 1)
    return int(number) * unit if number.isascii() and number.isdigit() else 0
