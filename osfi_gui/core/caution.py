"""When a threshold that was measured here should not be used yet: too few strangers, and laxer than the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.calibrate import DEFAULTS, TARGET_FAR, at_size
from osfi_gui.core.match import Cosine, Nac
from osfi_gui.core.matchers.default import SMALLEST_FOR_NAC

if TYPE_CHECKING:
    from osfi_gui.core.calibration import Calibration, ReadOut


def caution(calibration: Calibration, read: ReadOut) -> str:
    """Say why a threshold should not be used yet; empty where nothing speaks against it.

    A handful of strangers whose scores happen to be low would lower the threshold far below the default, which was
    measured on thousands. That is a reason where they cannot show the FAR that is aimed at, and no reason where they
    can: then they know this desk better than the default does.

    Parameters
    ----------
    calibration : Calibration
    read : ReadOut
        Of the threshold that is about to be used.

    Returns
    -------
    str
        Two sentences, or nothing: always nothing for an encoder without defaults, above the FAR they were measured
        for, and for matchers that have none.
    """
    default = DEFAULTS.get(calibration.encoder)
    n = calibration.people
    if read.measurable or default is None or not n or calibration.target_far > TARGET_FAR:
        return ""
    if read.matcher == Cosine().name:
        title, usual = Cosine().title, at_size(default.cosine, n)
    elif read.matcher == Nac().name and n >= SMALLEST_FOR_NAC:
        title, usual = Nac().title, at_size(default.nac, n)
    else:
        return ""
    if read.threshold >= usual:
        return ""
    people = calibration.provenance.stranger_people
    who = "1 person" if people == 1 else f"{people:,} people"
    return (
        f"{who} cannot show a FAR of {100 * calibration.target_far:g} %, and this threshold lets in more than the "
        f"default, which was measured on many: {title} {read.threshold:.4f} instead of {usual:.4f}. Add strangers "
        "first."
    )
