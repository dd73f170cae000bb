"""Operating points that hold until somebody calibrates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from osfi_gui.core.match import PAPER_K, Cosine, Evidence, Nac
from osfi_gui.core.matchers.default import SMALLEST_FOR_NAC
from osfi_gui.core.metrics import threshold_at_far
from osfi_gui.core.operating_point import OperatingPoint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TARGET_FAR = 0.01
FLOOR_TIMES = 10.0
"""The cosine floor is the threshold of the plain cosine at this many times the target FAR."""


@dataclass(frozen=True)
class Default:
    """Thresholds of one encoder at FAR 1 %, by the number n of identities.

    Attributes
    ----------
    cosine, floor, nac : tuple of (int, float)
        (n, threshold), n ascending: the largest cosine alone; and NAC together with the floor under its cosine,
        which is the cosine alone at ten times the target FAR.
    source : str
        What they were measured on, in a sentence.
    """

    cosine: tuple[tuple[int, float], ...]
    floor: tuple[tuple[int, float], ...]
    nac: tuple[tuple[int, float], ...]
    source: str


# Printed by: python -m benchmarks.defaults ../shared/data/lfw112 (docs/experiments.md has the whole table).
DEFAULTS: dict[str, Default] = {
    "sface": Default(
        cosine=((1, 0.311), (2, 0.342), (5, 0.373), (16, 0.409), (50, 0.440), (100, 0.461), (150, 0.469)),
        floor=((16, 0.335), (50, 0.373), (100, 0.392), (150, 0.404)),
        nac=((16, 0.0832), (50, 0.0776), (100, 0.0762), (150, 0.0757)),
        source="measured for FAR 1 % on LFW with galleries of 1 to 150 of 168 people, three shots each, and 1,572 "
        "strangers; on 185 and 1,487 others the FAR was 0.8 to 1.3 %",
    ),
}


def default_operating_point(encoder: str, *, n: int) -> OperatingPoint | None:
    """Give the operating point for a gallery that nobody has calibrated yet.

    The cosine decides below 16 identities, NAC with k = 16 and a floor under the cosine from there on.

    Parameters
    ----------
    encoder : str
    n : int
        Number of identities.

    Returns
    -------
    OperatingPoint or None
        None for an empty gallery, and for an encoder whose scores nobody has measured: another encoder's threshold
        would be a guess.
    """
    default = DEFAULTS.get(encoder)
    if n == 0 or default is None:
        return None
    largest = default.cosine[-1][0]
    beyond = f"; beyond {largest} people it is extrapolated" if n > largest else ""
    source = f"Default threshold, {default.source}{beyond}. Calibrate for your own camera."
    if n < SMALLEST_FOR_NAC:
        cosine = at_size(default.cosine, n)
        return OperatingPoint("cosine", 1, cosine, cosine, encoder, source=source, target_far=TARGET_FAR)
    nac, floor = at_size(default.nac, n), at_size(default.floor, n)
    return OperatingPoint("nac", PAPER_K, nac, floor, encoder, source=source, target_far=TARGET_FAR)


def measured_operating_point(
    cosines: NDArray[np.float32], *, people: int, encoder: str, revision: int, target_far: float = TARGET_FAR
) -> OperatingPoint | None:
    """Give the operating point that the strangers of a gallery support.

    The matcher is the one of :func:`default_operating_point`; the threshold is exact, from the order statistics.

    Parameters
    ----------
    cosines : ndarray of float32, shape (m, n)
        Of the strangers' faces to the prototypes.
    people : int
        How many persons these faces are of.
    encoder : str
    revision : int
        The gallery's.
    target_far : float
        0..1.

    Returns
    -------
    OperatingPoint or None
        None without strangers or without identities.
    """
    m, n = cosines.shape
    if m == 0 or n == 0:
        return None
    evidence = Evidence.of_gallery(cosines)
    best = Cosine().score(evidence)
    cosine = threshold_at_far(best, target_far)
    faces = "1 face" if m == 1 else f"{m} faces"
    counted = f"{faces} of strangers" if people == m else f"{faces} of {people} stranger{'s' if people != 1 else ''}"
    source = f"Measured on {counted} in this gallery."
    if target_far * m < 1.0:
        source += f" That is too few for a FAR of {100 * target_far:g} %: it lies above the highest of them."
    if n < SMALLEST_FOR_NAC:
        return OperatingPoint("cosine", 1, cosine, cosine, encoder, revision, source, target_far)
    nac = threshold_at_far(Nac().score(evidence), target_far)
    floor = threshold_at_far(best, min(1.0, FLOOR_TIMES * target_far))
    return OperatingPoint("nac", PAPER_K, nac, floor, encoder, revision, source, target_far)


def at_size(table: tuple[tuple[int, float], ...], n: int) -> float:
    """Read a threshold for n identities, linear in log n.

    The largest of n independent scores grows about linearly in log n. Beyond the end the last piece goes on; before
    the beginning the first value holds.

    Parameters
    ----------
    table : tuple of (int, float)
        (size, threshold), sizes ascending, two at least.
    n : int
    """
    if n <= table[0][0]:
        return table[0][1]
    upper = next((i for i, (size, _) in enumerate(table) if size >= n), len(table) - 1)
    (n0, t0), (n1, t1) = table[upper - 1], table[upper]
    return t0 + (t1 - t0) * math.log(n / n0) / math.log(n1 / n0)
