"""When an operating point that expired is measured again by itself, and which threshold is offered then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from osfi_gui.core.threshold import for_far

if TYPE_CHECKING:
    from osfi_gui.core.bootstrap import Band
    from osfi_gui.core.calibration import Calibration
    from osfi_gui.core.operating_point import OperatingPoint

SMALL_SHARE = 0.25
"""Up to this share of the people may have come or gone for a change to be a small one."""
SMALL_COUNT = 3
"""So many may in any case."""


@dataclass(frozen=True)
class Offer:
    """An operating point that was measured again and is not in use.

    Attributes
    ----------
    point : OperatingPoint
        With what it did to the probes.
    before : OperatingPoint or None
        What decides until it is used; None where nothing does.
    title, title_before : str
        Of the matchers; empty where nothing decides.
    people : int
        Enrolled.
    stays : bool
        Whether it is the threshold that the operator had set by hand, measured again.
    caution : str
        Why it should not be used yet; empty where nothing speaks against it.
    """

    point: OperatingPoint
    before: OperatingPoint | None
    title: str
    title_before: str
    people: int
    stays: bool
    caution: str = ""


@dataclass(frozen=True, eq=False)
class MeasuredAgain:
    """An offer with the calibration that it was made from, and the bands of its curves."""

    offer: Offer
    calibration: Calibration
    bands: tuple[tuple[str, Band], ...]


def is_small(came: int, went: int, *, people: int) -> bool:
    """Say whether a change of the gallery is so small that measuring again by itself is of use.

    A larger one is for the operator to look at: most of the people are others than those that were calibrated.

    Parameters
    ----------
    came, went : int
        People since the point was measured.
    people : int
        Enrolled when it was.
    """
    return came + went <= max(SMALL_COUNT, int(SMALL_SHARE * people))


def threshold_again(calibration: Calibration, matcher: str, stored: OperatingPoint | None) -> tuple[float, bool]:
    """Give the threshold to offer for a matcher, and whether it is the one that the operator had set by hand.

    A threshold that was the one of its target is found anew. One that was set by hand stays as it is and is only
    measured again: nobody else knows why it was set. Where the strangers were too few for a single one to be accepted,
    nobody can tell the two apart; then the higher one is offered.

    Parameters
    ----------
    calibration : Calibration
        Of the gallery as it is now, aiming at the point's target.
    matcher : str
        One that it scored.
    stored : OperatingPoint or None
        The point in the scores of the same matcher and encoder; None where there is none.
    """
    exact = for_far(calibration, matcher, calibration.target_far)
    if stored is None or stored.measured is None or not stored.measured.strangers:
        return exact, False
    step = 1.0 / stored.measured.strangers
    short = stored.target_far - stored.measured.far[0]
    if stored.measured.far[0] == 0.0 and short < step:
        return max(exact, stored.threshold), stored.threshold > exact
    # As near to the target as whole strangers come.
    if -1e-9 <= short < step:
        return exact, False
    return stored.threshold, True
