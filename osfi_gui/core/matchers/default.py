"""Which matcher decides unless a calibration shows that another one is better."""

from __future__ import annotations

from osfi_gui.core.matchers.cosine import Cosine
from osfi_gui.core.matchers.nac import Nac
from osfi_gui.core.matchers.nac_cohort import NacCohort
from osfi_gui.core.matchers.port import PAPER_K

LEAST_COHORT = PAPER_K
"""With so many strangers the neighbourhood is full even around one person alone."""

SMALLEST_FOR_NAC = PAPER_K
"""From this many identities on NAC decides; below, its scale follows their number and it loses to the cosine."""


def default_matcher(n: int, *, cohort: int = 0) -> tuple[str, str]:
    """Name the matcher for a gallery, and say why.

    Measured by ``benchmarks/small_galleries.py`` (docs/experiments.md, "Small galleries").

    Parameters
    ----------
    n : int
        Number of identities.
    cohort : int
        Strangers of the cohort, from the same camera as the gallery.

    Returns
    -------
    name, why : str
        Why is a sentence for the operator.
    """
    if n and cohort >= LEAST_COHORT:
        return NacCohort.name, f"{cohort} strangers fill the neighbourhood, so that NAC works with {_people(n)} too."
    few = f"with fewer than {LEAST_COHORT} strangers the neighbourhood is not full"
    if n >= SMALLEST_FOR_NAC:
        return Nac.name, f"{n} people are neighbours enough for NAC; {few}, and no cohort is needed."
    return Cosine.name, f"NAC needs {SMALLEST_FOR_NAC} people or strangers, and {few}: the cosine decides."


def _people(n: int) -> str:
    return "one person" if n == 1 else f"{n} people"
