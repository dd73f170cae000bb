"""The match: one probe against a gallery, with the matcher of the operating point."""

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
from osfi_gui.core.values import Match, Neighbour

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.values import Prototypes, Vector

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
    "matcher_named",
]


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
    n = len(gallery)
    if n == 0:
        return None
    probes = probe[None, :]
    cosines = np.clip(probes @ gallery.matrix.T, -1.0, 1.0)
    evidence = Evidence(
        cosines,
        cosines[:, :0] if cohort is None or not len(cohort) else np.clip(probes @ cohort.T, -1.0, 1.0),
        None if shots is None else np.clip(probes @ shots.T, -1.0, 1.0),
        owners,
    )
    sharing = matcher if isinstance(matcher, NacCohort | Nac) else Nac()
    strangers = evidence.cohort.shape[1]
    shares = None if sharing.unusable(n, cohort=strangers) else sharing.shares(evidence)[0]
    order = np.argsort(-cosines[0], kind="stable")[:show]
    neighbours = tuple(
        Neighbour(
            identity_id=gallery.identity_ids[row],
            name=gallery.names[row],
            cosine=float(cosines[0, row]),
            nac=float(shares[rank]) if shares is not None and rank < len(shares) and shares[rank] > 0.0 else None,
        )
        for rank, row in enumerate(order)
    )
    return Match(
        matcher=matcher.name,
        k=matcher.neighbourhood(n, cohort=strangers),
        score=float(matcher.score(evidence)[0]),
        cosine=float(cosines.max()),
        neighbours=neighbours,
    )
