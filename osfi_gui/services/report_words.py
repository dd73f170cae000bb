"""What a calibration report says in plain sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.intervals import strangers_needed, why_not_measurable
from osfi_gui.core.threshold import for_far

if TYPE_CHECKING:
    from osfi_gui.core.calibration import Calibration, ReadOut, Scored
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.tune import Estimate

PLACES = {
    "leave-one-shot-out": "each enrolled shot against the gallery without it",
    "held-out shots": "shots that the tuned encoder was not trained on",
    "strangers": "people who are known not to be enrolled",
    "leave-one-identity-out": "enrolled people, each against the gallery without them, in place of strangers",
}
"""How scores were made, for the operator."""


@dataclass(frozen=True, eq=False)
class Facts:
    """All that a report is made from.

    Attributes
    ----------
    calibration : Calibration
    point : OperatingPoint
    read_out : ReadOut
        Of the point, on the calibration's probes.
    made_at : str
        ISO 8601; empty where nobody said.
    program : str
        Version.
    """

    calibration: Calibration
    point: OperatingPoint
    read_out: ReadOut
    made_at: str
    program: str

    @property
    def deciding(self) -> Scored:
        """What decides."""
        return self.calibration.of(self.point.matcher)


def percent(share: float, *, digits: int = 1) -> str:
    """Give a share in per cent, 0.0123 as “1.2 %”."""
    return f"{100.0 * share:.{digits}f}\u00a0%"


def small(share: float) -> str:
    """Give a share in per cent with the two digits that tell small ones apart, 0.000123 as “0.012 %”."""
    return f"{100.0 * share:.2g}\u00a0%" if 0.0 < share < 0.01 else percent(share)


def target(share: float) -> str:
    """Give a rate that was aimed at in as few digits as it has."""
    return f"{100.0 * share:g}\u00a0%"


def span(share: Estimate, *, between: str = " ") -> str:
    """Give a share with its interval, “98.3 % (97.1 to 99.2)”."""
    return f"{percent(share.value)}{between}({100.0 * share.low:.1f} to {100.0 * share.high:.1f})"


def score(value: float) -> str:
    """Give a score or threshold in four decimals, otherwise where they would all be 0 or 9."""
    if value != 0.0 and abs(value) < 0.01:
        return f"{value:.4g}"
    return f"{value:.4f}" if abs(value) < 0.9995 else f"{value:.6g}"


def of_whole(share: Estimate, whole: int) -> tuple[str, str]:
    """Give a share as a number of so many, and its interval rounded outwards to whole numbers.

    Parameters
    ----------
    share : Estimate
    whole : int

    Returns
    -------
    about, interval : str
        “about 10” and “4 to 19”.
    """
    number = share.value * whole
    about = "fewer than 1" if number < 0.5 else f"about {number:,.0f}"
    # Outwards, but not for what rounding of doubles left over.
    low, high = math.floor(whole * share.low + 1e-9), math.ceil(whole * share.high - 1e-9)
    return about, f"{low:,} to {high:,}"


def what_decides(facts: Facts) -> str:
    """Say what decides, in a sentence."""
    point, deciding = facts.point, facts.deciding
    if point.matcher == "cosine":
        return (
            "Somebody is accepted as the nearest enrolled person when the cosine to that person reaches "
            f"{score(point.threshold)}, and is rejected as unknown otherwise."
        )
    floor = f" and the cosine reaches {score(point.cosine_floor)}" if math.isfinite(point.cosine_floor) else ""
    return (
        f"Somebody is accepted as the nearest enrolled person when the {deciding.title} score reaches "
        f"{score(point.threshold)}{floor}, and is rejected as unknown otherwise."
    )


def strangers_let_in(facts: Facts) -> str:
    """Say how many strangers of 1,000 would be let in."""
    out, where = facts.read_out, facts.calibration.provenance
    if not out.strangers:
        return "There were no strangers, so nobody knows how many of them would be let in."
    about, interval = of_whole(out.far, 1000)
    stand_in = ", enrolled people who stood in for them," if where.stands_in else ""
    if not out.accepted:
        # None of so few is no promise of none.
        most = interval.rpartition(" ")[2]
        return (
            f"None of {out.strangers:,} faces of {where.stranger_people:,} strangers{stand_in} was let in; of 1,000 "
            f"others as many as {most} might be (95\u00a0% interval)."
        )
    return (
        f"Of 1,000 strangers {about} would be let in (95\u00a0% interval: {interval}). {out.accepted:,} of "
        f"{out.strangers:,} faces of {where.stranger_people:,} strangers{stand_in} were."
    )


def enrolled_turned_away(facts: Facts) -> str:
    """Say how many looks of 100 of enrolled people would be turned away or mistaken."""
    out, where = facts.read_out, facts.calibration.provenance
    if not out.probes:
        return "No enrolled person has a second shot, so nobody knows how many of them would be turned away."
    missed = type(out.dir)(1.0 - out.dir.value, 1.0 - out.dir.high, 1.0 - out.dir.low)
    about, interval = of_whole(missed, 100)
    if out.found == out.probes:
        most = interval.rpartition(" ")[2]
        return (
            f"All {out.probes:,} shots of {where.probe_people:,} people were found; of 100 enrolled people who look "
            f"into the camera once, as many as {most} might not be (95\u00a0% interval)."
        )
    mistaken = mistaken_for_others(facts)
    of_these = (
        f" {mistaken:,} of these {'was' if mistaken == 1 else 'were'} accepted as somebody else." if mistaken else ""
    )
    return (
        f"Of 100 enrolled people who look into the camera once, {about} would not be found (95\u00a0% interval: "
        f"{interval}). {out.probes - out.found:,} of {out.probes:,} shots of {where.probe_people:,} people were "
        f"not.{of_these}"
    )


def mistaken_for_others(facts: Facts) -> int:
    """Count mated probes that are accepted as another enrolled person."""
    scores = facts.deciding.scores
    return int(np.sum(~scores.correct & (scores.mated.astype(np.float64) >= facts.point.threshold)))


def is_target_measurable(facts: Facts) -> str:
    """Say whether there are strangers enough to claim the FAR that is aimed at."""
    far, where = facts.calibration.target_far, facts.calibration.provenance
    people = where.stranger_people
    if facts.read_out.measurable:
        return (
            f"The target of FAR {target(far)} can be measured with {people:,} {where.who}; {strangers_needed(far):,} "
            "are needed."
        )
    return "The target cannot be claimed. " + (
        why_not_measurable(far, people, who=where.who) or "There are too few strangers."
    )


def next_steps(facts: Facts) -> list[str]:
    """Say what to do next, a sentence or two each, the most pressing first."""
    calibration, point, out = facts.calibration, facts.point, facts.read_out
    where, steps = calibration.provenance, []
    if point.revision != calibration.revision:
        steps.append("The operating point was made for another state of the gallery: choose it again.")
    if where.stands_in:
        steps.append("Record strangers at your own camera, or import a folder of them, and calibrate again.")
    if not out.measurable:
        lacking = strangers_needed(calibration.target_far) - where.stranger_people
        if lacking > 0:
            least = math.ceil(1e4 * where.least_far) / 1e4
            steps.append(
                f"Add {lacking:,} more strangers, or aim at FAR {target(least)}, the lowest that "
                f"{where.stranger_people:,} can show."
            )
    if out.strangers and out.far.value > calibration.target_far:
        at = for_far(calibration, point.matcher, calibration.target_far)
        steps.append(
            f"The threshold lets in more strangers than the target of {target(calibration.target_far)}: {score(at)} is "
            "the lowest that keeps it."
        )
    if not out.probes:
        steps.append("Enrol a second shot of people, so that it can be measured whether they are found.")
    elif out.found < out.probes:
        steps.append(
            "If too many enrolled people are turned away, enrol more shots of them, in other poses and in the light of "
            "your own camera, and calibrate again."
        )
    if point.matcher != calibration.proposed:
        steps.append(f"The calibration proposes another matcher. {calibration.why}")
    steps.append(
        "Calibrate again whenever people are enrolled or erased, the encoder is changed, or the camera or its light is "
        "another one."
    )
    return steps
