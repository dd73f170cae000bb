"""How long a match takes, beside a plain copy of the prototypes it has to read."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.enrolled import Prototypes
from osfi_gui.core.errors import DeskError
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import PAPER_K, Cosine, Nac, NacCohort, match_many, matcher_named
from osfi_gui.core.nearest import halved, nearest_rows
from osfi_gui.services.caches import Sweep, largest_cache, sweep_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.match import Matcher

DIM, LONGEST = 128, 1024
"""As long as the default encoder's embeddings; the paper's have 512."""
MOST = 2_000_000
"""More prototypes would take more than 2 GB, twice: the copy is as large."""
COHORT = 64
"""As large as a calibration makes it at most."""
SEARCH = "search"
"""Finding the nearest alone: the cosines to all prototypes and the largest of them, neither named nor scored."""
MATCHERS = (Cosine.name, Nac.name, NacCohort.name)
ROUNDS = 15
SHORT_ROUNDS, COLD_ROUNDS = 201, 51
SHORT = 10_000
"""Below so many prototypes there are more rounds: what takes microseconds is disturbed by everything."""


@dataclass(frozen=True)
class MatchSpeed:
    """What was measured with one matcher at one size.

    Attributes
    ----------
    size : int
        Number n of prototypes.
    matcher : str
        Or ``search``: finding the 16 nearest alone.
    faces : int
        Probes that were matched together.
    bytes : int
        Of the prototypes.
    match_ms, copy_ms : float
        Median milliseconds of matching all probes, and of copying the prototypes; taken in turns. Warm: what the caches
        can hold is in them.
    cold_match_ms, cold_copy_ms : float
        The same when the caches were swept before each. Then the interpreter and its data come from memory as well,
        which the copy hardly needs.
    swept_bytes : int
        Gone through to sweep them.
    """

    size: int
    matcher: str
    faces: int
    bytes: int
    match_ms: float
    copy_ms: float
    cold_match_ms: float
    cold_copy_ms: float
    swept_bytes: int

    @property
    def ratio(self) -> float:
        """How many copies a match takes, both warm."""
        return self.match_ms / self.copy_ms

    @property
    def cold_ratio(self) -> float:
        """How many copies a match takes, both cold."""
        return self.cold_match_ms / self.cold_copy_ms


def measure_match(
    size: int, *, faces: int = 1, half: bool = False, dim: int = DIM, rounds: int | None = None
) -> Iterator[MatchSpeed]:
    """Match random unit vectors (seed 0) against as many as asked, with each matcher that looks at the nearest.

    The first of what is given is the search alone.

    Parameters
    ----------
    size : int
        1 <= n <= 2 000 000.
    faces : int
        Probes that are matched together, 1 or more.
    half : bool
        Keep the prototypes as float16.
    dim : int
        Length d of a vector, 1..1024.
    rounds : int, optional
        How often each is done; one more that warms up does not count. 15, or 201 below 10 000 prototypes, 51 of them
        cold ones.

    Raises
    ------
    DeskError
        When a size is out of range.
    """
    if not 1 <= dim <= LONGEST:
        raise DeskError(f"Vectors of {dim} numbers cannot be measured.", f"Choose from 1 to {LONGEST}; 128 are usual.")
    if not 1 <= size <= MOST:
        raise DeskError(f"{size} prototypes cannot be measured.", f"Choose sizes from 1 to {MOST}.")
    rng = np.random.default_rng(0)
    ids = tuple(range(1, size + 1))
    matrix = normalise(rng.standard_normal((size, dim), dtype=np.float32))
    gallery = Prototypes("sface", 1, ids, tuple(map(str, ids)), matrix)
    if half:
        gallery = halved(gallery)
    cohort = normalise(rng.standard_normal((COHORT, dim), dtype=np.float32))
    target = np.empty_like(gallery.matrix)
    short = size < SHORT
    often, often_cold = (rounds or default for default in ((SHORT_ROUNDS, COLD_ROUNDS) if short else (ROUNDS, ROUNDS)))
    sweep = Sweep(sweep_bytes(largest_cache()))
    for name in (SEARCH, *MATCHERS):
        matcher = None if name == SEARCH else matcher_named(name)

        def match(matcher: Matcher | None = matcher) -> float:
            probes = normalise(rng.standard_normal((faces, dim), dtype=np.float32))
            if matcher is None:
                return _ms(lambda: list(nearest_rows(probes, gallery.matrix, PAPER_K)))
            return _ms(lambda: match_many(probes, gallery, matcher=matcher, cohort=cohort))

        def copy() -> float:
            return _ms(lambda: np.copyto(target, gallery.matrix))

        match_ms, copy_ms = _in_turns(match, copy, rounds=often)
        cold_match_ms, cold_copy_ms = _in_turns(match, copy, rounds=often_cold, before=sweep)
        yield MatchSpeed(
            size, name, faces, gallery.matrix.nbytes, match_ms, copy_ms, cold_match_ms, cold_copy_ms, sweep.size
        )


def _in_turns(*timed: Callable[[], float], rounds: int, before: Callable[[], None] | None = None) -> Iterator[float]:
    """Give the median of each of several times that are taken in turns, without those of the first round."""
    taken: list[list[float]] = [[] for _ in timed]
    for _ in range(rounds + 1):
        for times, take in zip(taken, timed, strict=True):
            if before is not None:
                before()
            times.append(take())
    return (statistics.median(times[1:]) for times in taken)


def _ms(work: Callable[[], object]) -> float:
    """Give the milliseconds that something takes."""
    began = time.perf_counter()
    work()
    return 1000.0 * (time.perf_counter() - began)
