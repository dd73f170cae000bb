"""Operating points that hold until somebody calibrates."""

from __future__ import annotations

import numpy as np

from osfi_gui.core.match import PAPER_K
from osfi_gui.core.values import OperatingPoint

SMALLEST_FOR_NAC = PAPER_K
"""From this many identities on NAC decides; below, its scale follows their number and it loses to the cosine."""

# Threshold of the largest cosine at FAR 1 % by the number of identities n.
DEFAULT_COSINE: dict[str, tuple[tuple[int, float], ...]] = {
    "sface": ((1, 0.30), (2, 0.32), (5, 0.36), (16, 0.40), (100, 0.44), (1000, 0.48)),
}
DEFAULT_NAC: dict[str, tuple[tuple[int, float], ...]] = {
    "sface": ((16, 0.085), (100, 0.082), (1000, 0.08)),
}


def _at(table: tuple[tuple[int, float], ...], n: int) -> float:
    """Interpolate linearly in log n, flat beyond the ends."""
    sizes = [size for size, _ in table]
    return float(np.interp(np.log(max(n, 1)), np.log(sizes), [value for _, value in table]))


def default_operating_point(encoder: str, *, n: int) -> OperatingPoint | None:
    """Give the operating point for a gallery that nobody has calibrated yet.

    Parameters
    ----------
    encoder : str
    n : int
        Number of identities.

    Returns
    -------
    OperatingPoint or None
        None for an empty gallery.
    """
    if n == 0:
        return None
    cosine = _at(DEFAULT_COSINE.get(encoder, DEFAULT_COSINE["sface"]), n)
    return OperatingPoint("cosine", 1, cosine, cosine, encoder, source="default")
