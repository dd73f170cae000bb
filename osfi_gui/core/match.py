"""The match: probes against a gallery, with the matcher of the operating point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.matchers.cosine import Cosine
from osfi_gui.core.matchers.default import default_matcher
from osfi_gui.core.matchers.evm import Evm
from osfi_gui.core.matchers.nac import Nac
from osfi_gui.core.matchers.nac_cohort import NacCohort
from osfi_gui.core.matchers.nnguide import NnGuide
from osfi_gui.core.matchers.port import PAPER_K, Evidence, Matcher, Reference
from osfi_gui.core.matchers.registry import MATCHERS, matcher_named
from osfi_gui.core.nearest import cosines, nearest_rows
from osfi_gui.core.values import Match, Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.enrolled import Prototypes
    from osfi_gui.core.values import Vector

__all__ = [
    "MATCHERS",
    "PAPER_K",
    "Cosine",
    "Evidence",
    "Evm",
    "Matcher",
    "Nac",
    "NacCohort",
    "NnGuide",
    "Reference",
    "default_matcher",
    "match",
    "match_many",
    "matcher_named",
]


_SHARING = (NacCohort, Nac)
"""Matchers whose score is the nearest identity's share of the neighbourhood."""
_NAC = Nac()
"""What is shown beside a matcher that has no neighbourhood of its own."""


def match(
    probe: Vector,
    gallery: Prototypes,
    *,
    matcher: Matcher,
    cohort: NDArray[np.float32] | None = None,
    shots: NDArray[np.float32] | None = None,
    owners: NDArray[np.integer] | None = None,
    show: int = PAPER_K,
) -> Match | None:
    """Rank the identities of a gallery for one probe.

    Parameters
    ----------
    probe : ndarray of float32, shape (d,)
        Unit length.
    gallery : Prototypes
    matcher : Matcher
        Fitted to the gallery, where it learns.
    cohort : ndarray of float32, shape (c, d), optional
        Prototypes of strangers.
    shots : ndarray of float32, shape (s, d), optional
        The gallery's shots, for matchers that compare with them.
    owners : ndarray of int, shape (s,), optional
        Row of the prototype that each shot belongs to.
    show : int
        How many neighbours to name at most.

    Returns
    -------
    Match or None
        None where nobody is enrolled. The neighbours' NAC is their share of the matcher's neighbourhood (of the filled
        one where it is NAC with a cohort), or of the min(16, n) nearest identities where the matcher has none; None
        outside of the neighbourhood and where NAC means nothing.
    """
    return match_many(probe[None, :], gallery, matcher=matcher, cohort=cohort, shots=shots, owners=owners, show=show)[0]


def match_many(
    probes: NDArray[np.float32],
    gallery: Prototypes,
    *,
    matcher: Matcher,
    cohort: NDArray[np.float32] | None = None,
    shots: NDArray[np.float32] | None = None,
    owners: NDArray[np.integer] | None = None,
    show: int = PAPER_K,
) -> list[Match | None]:
    """Rank the identities of a gallery for several probes, as the faces of one frame, reading the gallery once.

    Parameters
    ----------
    probes : ndarray of float32, shape (m, d)
        Unit rows, or means of such, which are shorter.
    gallery, matcher, cohort, shots, owners, show
        As of :func:`match`.

    Returns
    -------
    list of Match or None, length m
        What :func:`match` gives for each of them.
    """
    n = len(gallery)
    if n == 0:
        return [None] * len(probes)
    sharing = matcher if isinstance(matcher, _SHARING) else _NAC
    against = None if cohort is None or not len(cohort) else cohort
    strangers = 0 if against is None else len(against)
    # These look no further than the nearest; others are given the cosines to everybody.
    scores: list[float] | None = None
    if not isinstance(matcher, Cosine) and sharing is not matcher:
        scores = _scores(probes, gallery, matcher, against, shots, owners)
    nearby = nearest_rows(probes, gallery.matrix, max(show, sharing.k, 1))
    rivals = against if isinstance(sharing, NacCohort) else None
    others = None if rivals is None else _nearest_strangers(probes, rivals, sharing.k - 1)
    name, k = matcher.name, matcher.neighbourhood(n, cohort=strangers)
    meaningless = sharing.unusable(n, cohort=strangers) is not None
    ids, names = gallery.identity_ids, gallery.names
    found: list[Match | None] = []
    for number, (rows, near) in enumerate(nearby):
        shares = sharing.shares_of(near, others[number] if others is not None else [])
        own = shares[0] if sharing is matcher else near[0]
        score = own if scores is None else scores[number]
        shown: list[float | None] = [] if meaningless else [share if share > 0.0 else None for share in shares]
        shown += [None] * (len(rows) - len(shown))
        first = rows[:show]
        neighbours = map(Neighbour, [ids[row] for row in first], [names[row] for row in first], near, shown)
        found.append(Match(name, k, score, near[0], tuple(neighbours)))
    return found


def _nearest_strangers(probes: NDArray[np.float32], cohort: NDArray[np.float32], count: int) -> list[list[float]]:
    """Give the largest cosines of each probe to a cohort, falling, at most so many."""
    if count == 0:
        return [[] for _ in probes]
    return [near for _, near in nearest_rows(probes, cohort, count)]


def _scores(
    probes: NDArray[np.float32],
    gallery: Prototypes,
    matcher: Matcher,
    cohort: NDArray[np.float32] | None,
    shots: NDArray[np.float32] | None,
    owners: NDArray[np.integer] | None,
) -> list[float]:
    """Score probes with a matcher that looks at more than the nearest."""
    to_all = [
        None if matrix is None else np.clip(cosines(probes, matrix), -1.0, 1.0)
        for matrix in (gallery.matrix, cohort, shots)
    ]
    to_gallery, to_cohort, to_shots = to_all
    assert to_gallery is not None
    evidence = Evidence(to_gallery, to_gallery[:, :0] if to_cohort is None else to_cohort, to_shots, owners)
    return [float(score) for score in matcher.score(evidence)]
