"""How long one match takes, beside a plain copy of the prototypes it has to read."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import numpy as np

from osfi_gui.core.errors import DeskError
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import default_matcher, match, matcher_named
from osfi_gui.core.values import Prototypes

DIM = 128
"""As long as the default encoder's embeddings."""
MOST = 2_000_000
"""More prototypes would take more than 2 GB, twice: the copy is as large."""
ROUNDS = 15


@dataclass(frozen=True)
class MatchSpeed:
    """What was measured at one size.

    Attributes
    ----------
    size : int
        Number n of prototypes.
    matcher : str
        That of a gallery of this size which is not calibrated.
    match_ms, copy_ms : float
        Median milliseconds of one probe, and of copying n x d float32; taken in turns.
    """

    size: int
    matcher: str
    match_ms: float
    copy_ms: float

    @property
    def ratio(self) -> float:
        """How many copies a match takes."""
        return self.match_ms / self.copy_ms


def measure_match(size: int, *, rounds: int = ROUNDS) -> MatchSpeed:
    """Match random unit vectors (seed 0) against as many as asked.

    Parameters
    ----------
    size : int
        1 <= n <= 2 000 000.
    rounds : int
        How often each is done; one more that warms up does not count.

    Raises
    ------
    DeskError
        When the size is out of range.
    """
    if not 1 <= size <= MOST:
        raise DeskError(f"{size} prototypes cannot be measured.", f"Choose sizes from 1 to {MOST}.")
    rng = np.random.default_rng(0)
    matrix = normalise(rng.standard_normal((size, DIM), dtype=np.float32))
    probes = normalise(rng.standard_normal((rounds + 1, DIM), dtype=np.float32))
    ids = tuple(range(1, size + 1))
    gallery = Prototypes("sface", 1, ids, tuple(map(str, ids)), matrix)
    matcher = matcher_named(default_matcher(size)[0])
    target = np.empty_like(matrix)
    matches, copies = [], []
    for probe in probes:
        began = time.perf_counter()
        match(probe, gallery, matcher=matcher)
        matched = time.perf_counter()
        np.copyto(target, matrix)
        copied = time.perf_counter()
        matches.append(matched - began)
        copies.append(copied - matched)
    return MatchSpeed(
        size, matcher.name, 1000.0 * statistics.median(matches[1:]), 1000.0 * statistics.median(copies[1:])
    )
