"""What a calibration is put into words with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from osfi_gui.core.decide import LABELS
from osfi_gui.core.desk import GalleryState, Phase

if TYPE_CHECKING:
    from osfi_gui.core.calibration import Provenance
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.tune import Estimate


def _tr(text: str) -> str:
    return QCoreApplication.translate("calibrate", text)


def _counted(count: int, one: str, many: str) -> str:
    return (one if count == 1 else many).format(count=f"{count:,}")


def share_text(share: float) -> str:
    """Give a share as "97.1 %", with more digits where it is small: "0.23 %", "0.004 %"."""
    value = 100.0 * share
    if value == 0.0 or value >= 1.0:
        return f"{value:.1f} %"
    return f"{value:.2f} %" if value >= 0.01 else f"{value:.1g} %"


def least_text(share: float) -> str:
    """Give the lowest rate that can be shown, rounded up: a lower one cannot."""
    return f"{math.ceil(1e4 * share - 1e-9) / 1e2:g} %"


def interval_text(estimate: Estimate) -> str:
    """Give both ends of an interval: "95.2 to 98.4 %"."""
    low, high = share_text(estimate.low), share_text(estimate.high)
    return _tr("{low} to {high}").format(low=low.removesuffix(" %"), high=high)


def threshold_text(threshold: float) -> str:
    """Give a threshold with the digits that tell decisions apart."""
    # Scores of NAC lie close together, around 1/16.
    return f"{threshold:.5f}" if abs(threshold) < 0.2 else f"{threshold:.4f}"


def probes_text(where: Provenance) -> str:
    """Say how mated scores were made, and how many there are: "410 of 100 people, leave-one-shot-out"."""
    if not where.probes:
        return _tr("none: nobody has a second shot")
    how = {
        "leave-one-shot-out": _tr("each shot against the others"),
        "held-out shots": _tr("shots held out of training"),
    }.get(where.mated, where.mated)
    people = _counted(where.probe_people, _tr("1 person"), _tr("{count} people"))
    return _tr("of {people}; {how}").format(people=people, how=how)


def strangers_text(where: Provenance) -> str:
    """Say whose non-mated probes are, and what FAR so many can claim."""
    if where.non_mated != "strangers":
        return _tr("of enrolled people against the others; no strangers are kept")
    people = _counted(where.stranger_people, _tr("1 stranger"), _tr("{count} strangers"))
    return _tr("of {people}").format(people=people)


def whose_text(where: Provenance) -> str:
    """Say how many people the non-mated faces are of, and whether they are strangers."""
    if where.non_mated != "strangers":
        return _counted(
            where.stranger_people,
            _tr("1 enrolled person in place of strangers"),
            _tr("{count} enrolled people in place of strangers"),
        )
    return _counted(where.stranger_people, _tr("1 stranger"), _tr("{count} strangers"))


def least_far_text(where: Provenance) -> str:
    """Say from which FAR on the strangers can claim anything."""
    if where.least_far >= 1.0:
        return _tr("no FAR can be shown")
    return _tr("show FAR from {far} on").format(far=least_text(where.least_far))


def deciding_text(point: OperatingPoint | None, gallery: GalleryState) -> str:
    """Say in a sentence what decides now."""
    if gallery.phase is not Phase.READY:
        return _tr("No gallery is open.")
    if point is None and gallery.people == 0:
        return _tr("Nobody is enrolled, so nothing is decided yet.")
    if point is None:
        return _tr("No threshold is known for this encoder yet: everybody stays undecided.")
    if point.matcher == "cosine":
        return _tr("The cosine decides, from {threshold} on.").format(threshold=threshold_text(point.threshold))
    return _tr("{matcher} decides, from {threshold} on, where the cosine reaches {floor}.").format(
        matcher=LABELS.get(point.matcher, point.matcher),
        threshold=threshold_text(point.threshold),
        floor=f"{point.cosine_floor:.3f}",
    )


def state_text(state: str) -> str:
    """Say whether what decides now was calibrated for this gallery."""
    return {
        "valid": _tr("Calibrated for this gallery."),
        "expired": _tr("The calibration expired: the gallery changed since."),
    }.get(state, _tr("Not calibrated."))
