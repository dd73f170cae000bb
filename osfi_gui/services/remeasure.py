"""Measuring again after a small change: is there an occasion, and what would be offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from osfi_gui.core.calibration import Calibration
from osfi_gui.core.caution import caution
from osfi_gui.core.decide import LABELS
from osfi_gui.core.events import Finished
from osfi_gui.core.remeasure import MeasuredAgain, Offer, is_small, threshold_again
from osfi_gui.core.threshold import read_out
from osfi_gui.core.tune import version_name
from osfi_gui.services.calibrate import calibrated, operating_point
from osfi_gui.services.curve_bands import curve_bands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.events import Event
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.ports import CancelToken
    from osfi_gui.services.probes import Material
    from osfi_gui.services.session import Session
    from osfi_gui.store.gallery import GalleryFile


@dataclass(frozen=True)
class Occasion:
    """What is to be measured again.

    Attributes
    ----------
    stored : OperatingPoint
        The point that no longer is exact; of another version of the encoder where that was changed.
    deciding : OperatingPoint or None
        What decides now.
    """

    stored: OperatingPoint
    deciding: OperatingPoint | None


def occasion(store: GalleryFile, session: Session) -> Occasion | None:
    """Say what is to be measured again; None where nothing is, after a large change, and without strangers.

    Parameters
    ----------
    store : GalleryFile
    session : Session
        Of the gallery as it is now.
    """
    name = session.encoder.name
    if session.calibration == "valid" or not store.stranger_count():
        return None
    stored = store.operating_point(name) or _of_another_version(store, name)
    if stored is None or stored.measured is None or not stored.measured.people:
        return None
    came, went = moved(store, stored)
    if not is_small(came, went, people=stored.measured.people):
        return None
    return Occasion(stored, session.operating_point)


def moved(store: GalleryFile, stored: OperatingPoint) -> tuple[int, int]:
    """Give how many people came and went since an operating point was measured."""
    measured, people = stored.measured, [person for person in store.identities() if person.shots]
    assert measured is not None  # else nobody knows
    came = sum(1 for person in people if person.created_at > measured.made_at)
    return came, max(0, measured.people + came - len(people))


def measured_again(material: Material, found: Occasion, *, token: CancelToken) -> Iterator[Event]:
    """Calibrate as before, and say what that would change.

    The matcher stays the operator's where it can be used; the target is that of the point.

    Parameters
    ----------
    material : Material
        A copy of the gallery.
    found : Occasion
    token : CancelToken

    Yields
    ------
    Event
        As of a calibration; Finished has a :class:`~osfi_gui.core.remeasure.MeasuredAgain`.

    Raises
    ------
    DeskError
        As for a calibration.
    """
    stored = found.stored
    for event in calibrated(material, target_far=stored.target_far, token=token):
        if not isinstance(event, Finished):
            yield event
            continue
        assert isinstance(event.result, Calibration)
        offer = _offer(event.result, found)
        for step in curve_bands(event.result, token):
            if isinstance(step, Finished):
                assert isinstance(step.result, tuple)
                yield Finished(MeasuredAgain(offer, event.result, step.result))
            else:
                yield step


def _offer(calibration: Calibration, found: Occasion) -> Offer:
    stored = found.stored
    usable = {one.matcher for one in calibration.scored}
    matcher = stored.matcher if stored.matcher in usable else calibration.proposed
    same = stored if (stored.matcher, stored.encoder) == (matcher, calibration.encoder) else None
    threshold, stays = threshold_again(calibration, matcher, same)
    deciding = found.deciding
    return Offer(
        point=operating_point(calibration, matcher=matcher, threshold=threshold),
        before=deciding,
        title=calibration.of(matcher).title,
        title_before="" if deciding is None else LABELS.get(deciding.matcher, deciding.matcher),
        people=calibration.people,
        stays=stays,
        caution=caution(calibration, read_out(calibration, matcher, threshold)),
    )


def _of_another_version(store: GalleryFile, name: str) -> OperatingPoint | None:
    """Give the newest point that was measured with another version of the same encoder."""
    base = name.partition("@")[0]
    names = [version_name(base, number) for number in (0, *(one.version_id for one in store.versions(base)))]
    points = [point for other in names if other != name and (point := store.operating_point(other)) is not None]
    measured = [point for point in points if point.measured is not None]
    return max(measured, key=lambda point: point.measured.made_at if point.measured else "", default=None)
