"""Calibration: who probes the gallery, what every matcher gives, and keeping the operating point that is chosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.bootstrap import DRAWS
from osfi_gui.core.calibrate import FLOOR_TIMES
from osfi_gui.core.calibration import (
    LEAVE_ONE_IDENTITY,
    STRANGERS,
    Calibration,
    Provenance,
    Scored,
    who_are_strangers,
)
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.core.intervals import why_not_measurable
from osfi_gui.core.match import MATCHERS, Cosine, NacCohort
from osfi_gui.core.matchers.default import LEAST_COHORT, default_matcher
from osfi_gui.core.metrics import least_measurable_far
from osfi_gui.core.operating_point import Measurement, OperatingPoint
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.strangers import COHORT_SHARE, in_cohort
from osfi_gui.core.threshold import curve_of, dir_at_target, propose, read_out, threshold_on
from osfi_gui.core.what_if import Comparisons
from osfi_gui.services.probes import Work, gather, ranks_of
from osfi_gui.services.reembed import reembed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from osfi_gui.core.events import Event
    from osfi_gui.core.match import Matcher
    from osfi_gui.core.ports import CancelToken, Encoder
    from osfi_gui.services.probes import Material
    from osfi_gui.store.gallery import GalleryFile

LEAVE_ONE_SHOT, HELD_OUT = "leave-one-shot-out", "held-out shots"
UNCHANGED = "Nothing was changed."
COHORT_MATCHERS = frozenset({NacCohort().name, "evm"})
"""Matchers in whose scores the cohort has part."""
LEARN_NEGATIVES = frozenset({"evm"})
"""Matchers that learn from everybody enrolled what a negative is."""


def calibrate(
    store: GalleryFile, encoder: Encoder, *, target_far: float, token: CancelToken, draws: int = DRAWS
) -> Iterator[Event]:
    """Score the gallery's own shots and its strangers with every matcher; nothing is decided or kept.

    Parameters
    ----------
    store : GalleryFile
        Shots and strangers that the encoder has not seen are embedded first, and those embeddings are kept.
    encoder : Encoder
        The one in use.
    target_far : float
        Between 0 and 1.
    token : CancelToken
    draws : int
        Of the bootstrap.

    Yields
    ------
    Event
        Started, Progress, then Finished with a :class:`~osfi_gui.core.calibration.Calibration`, or Cancelled.

    Raises
    ------
    DeskError
        Nobody is enrolled, or there is nothing that could stand for a stranger.
    """
    if not 0.0 < target_far < 1.0:
        raise DeskError("The false accept rate to aim at lies between 0 and 1.", "Give 0.01 for 1 %.")
    yield Started(f"Calibrating {getattr(encoder, 'title', encoder.name)}")
    for event in reembed(store, encoder):
        if isinstance(event, Progress):
            yield event
        if token.cancelled():
            yield Cancelled("Embeddings that were made are kept; nothing else was changed.")
            return
    yield from calibrated(gather(store, encoder), target_far=target_far, token=token, draws=draws)


def calibrated(material: Material, *, target_far: float, token: CancelToken, draws: int = DRAWS) -> Iterator[Event]:
    """Do what :func:`calibrate` does, on embeddings.

    Yields
    ------
    Event
        Progress in faces, then Finished with a Calibration, or Cancelled.

    Raises
    ------
    DeskError
        As :func:`calibrate`.
    """
    n = len(material.identity_ids)
    if n == 0:
        raise DeskError("Nobody is enrolled, so there is nothing to calibrate.", "Enrol people first.")
    in_place = len(material.strangers) == 0
    if in_place and material.trained_on:
        raise DeskError(
            "There are no strangers, and this encoder was trained on the people of the gallery: they cannot stand in.",
            "Add strangers: a folder of people who are not enrolled.",
        )
    if in_place and n == 1:
        raise DeskError(
            "There are no strangers, and with one person enrolled nobody can stand in for them.",
            "Add strangers: a folder of people who are not enrolled.",
        )
    cohort_rows = in_cohort(material.persons)
    work = Work(material, cohort_rows)
    usable, unusable = _matchers(work, in_place=in_place)
    fitted: list[Matcher] = []
    for matcher in usable:
        if token.cancelled():
            yield Cancelled(UNCHANGED)
            return
        yield Progress(len(fitted), len(usable), "matchers", "Learning the gallery")
        fitted.append(matcher.fit(work.reference))
    mated_rows = np.flatnonzero(material.honest & (work.counts[material.owners] > 1))
    mated: list[list[NDArray[np.float64]]] = [[] for _ in fitted]
    non_mated: list[list[NDArray[np.float64]]] = [[] for _ in fitted]
    ranks: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    single: list[Comparisons] = []
    done, total = 0, len(mated_rows) + (len(material.owners) if in_place else int((~cohort_rows).sum()))
    for kind, rows, evidence in work.probes(mated_rows, in_place=in_place):
        if token.cancelled():
            yield Cancelled(UNCHANGED)
            return
        for found, matcher in zip(mated if kind == "mated" else non_mated, fitted, strict=True):
            found.append(matcher.score(evidence))
        if kind == "non_mated":
            single.append(Comparisons.of(evidence.cosines))
        if kind == "mated":
            ranks.append(ranks_of(evidence.cosines, material.owners[rows]))
        done += len(rows)
        yield Progress(done, total, "faces", "Comparing with the gallery")
    persons = Persons(material.owners[mated_rows], work.non_mated_persons(in_place=in_place))
    rank = np.concatenate(ranks)
    scored: list[Scored] = []
    empty = np.zeros(0)
    all_scores = [
        (np.concatenate([empty, *a]), np.concatenate([empty, *b])) for a, b in zip(mated, non_mated, strict=True)
    ]
    cosine_mated, cosine_non_mated = all_scores[[matcher.name for matcher in fitted].index(Cosine().name)]
    at_floor = Scores(cosine_mated, rank == 1, cosine_non_mated)
    floor = threshold_on(curve_of(at_floor, persons), min(1.0, FLOOR_TIMES * target_far))
    for matcher, (of_mated, of_non_mated) in zip(fitted, all_scores, strict=True):
        if token.cancelled():
            yield Cancelled(UNCHANGED)
            return
        yield Progress(len(scored), len(fitted), "matchers", "Drawing other people, for the intervals")
        under = -math.inf if matcher.name == Cosine().name else floor
        scores = Scores(
            np.where(cosine_mated >= under, of_mated, -np.inf),
            rank == 1,
            np.where(cosine_non_mated >= under, of_non_mated, -np.inf),
        )
        scored.append(
            Scored(
                matcher=matcher.name,
                title=matcher.title,
                k=matcher.k,
                scores=scores,
                cosine_floor=under,
                ranks=rank,
                dir_at_target=dir_at_target(scores, persons, far=target_far, draws=draws),
            )
        )
    proposed, why = propose(
        scored,
        persons,
        default=default_matcher(n, cohort=len(work.reference.cohort))[0],
        target_far=target_far,
        draws=draws,
    )
    yield Finished(
        Calibration(
            encoder=material.encoder,
            title=material.title,
            revision=material.revision,
            people=n,
            target_far=target_far,
            provenance=_provenance(work, persons, in_place=in_place, target_far=target_far),
            persons=persons,
            scored=tuple(scored),
            proposed=proposed,
            why=why,
            cohort_ids=tuple(i for i, inside in zip(material.stranger_ids, cohort_rows, strict=True) if inside),
            unusable=unusable,
            comparisons=Comparisons(np.concatenate([one.nearest for one in single]), single[0].against)
            if single
            else None,
        )
    )


def apply(
    store: GalleryFile, encoder: Encoder, calibration: Calibration, *, matcher: str, threshold: float
) -> OperatingPoint:
    """Keep an operating point in the gallery; sessions that are made from then on decide with it.

    Parameters
    ----------
    store : GalleryFile
    encoder : Encoder
        The one in use.
    calibration : Calibration
        Of the gallery as it is now.
    matcher : str
        One that the calibration scored.
    threshold : float
        In its scores.

    Raises
    ------
    DeskError
        The gallery or the encoder is another one by now, or the matcher was not scored.
    """
    if calibration.encoder != encoder.name:
        raise DeskError(
            f"The calibration was made with {calibration.title}, and another encoder is in use.", "Calibrate again."
        )
    if calibration.revision != store.revision:
        raise DeskError("The gallery has changed since it was calibrated.", "Calibrate again.")
    point = operating_point(calibration, matcher=matcher, threshold=threshold)
    store.put_operating_point(point)
    kept = store.operating_point(encoder.name)
    assert kept is not None  # it was just put there
    return kept


def operating_point(calibration: Calibration, *, matcher: str, threshold: float) -> OperatingPoint:
    """Give the operating point that a matcher and a threshold make, with what it did to the probes.

    Raises
    ------
    DeskError
        When the matcher was not scored, or the threshold is no number.
    """
    try:
        scored = calibration.of(matcher)
    except KeyError:
        why = next(
            (why for title, why in calibration.unusable if title == _title(matcher)), "There is none of that name."
        )
        names = ", ".join(one.matcher for one in calibration.scored)
        raise DeskError(f"The matcher “{matcher}” cannot be used here. {why}", f"Choose one of: {names}.") from None
    if not math.isfinite(threshold):
        raise DeskError("The threshold is not a finite number.", "Give a number in the scores of the matcher.")
    read = read_out(calibration, matcher, threshold)
    where = calibration.provenance
    measured = Measurement(
        far=(read.far.value, read.far.low, read.far.high),
        dir=(read.dir.value, read.dir.low, read.dir.high),
        probes=where.probes,
        probe_people=where.probe_people,
        strangers=where.strangers,
        stranger_people=where.stranger_people,
        measurable=read.measurable,
        people=calibration.people,
    )
    cosine = matcher == Cosine().name
    return OperatingPoint(
        matcher=matcher,
        k=scored.k,
        threshold=threshold,
        cosine_floor=threshold if cosine else scored.cosine_floor,
        encoder=calibration.encoder,
        revision=calibration.revision,
        source=_source(calibration, scored),
        target_far=calibration.target_far,
        measured=measured,
        cohort_ids=calibration.cohort_ids if uses_cohort(matcher) else (),
    )


def uses_cohort(matcher: str) -> bool:
    """Say whether strangers of the cohort have part in a matcher's scores."""
    return matcher in COHORT_MATCHERS


def _matchers(work: Work, *, in_place: bool) -> tuple[list[Matcher], tuple[tuple[str, str], ...]]:
    n = len(work.counts) - in_place
    usable: list[Matcher] = []
    unusable: list[tuple[str, str]] = []
    for entry in MATCHERS.values():
        matcher = entry.make(entry.k)
        cohort, shots = len(work.reference.cohort), len(work.material.shots)
        why = matcher.unusable(n, cohort=cohort, shots=shots)
        if why is not None and in_place and matcher.unusable(n + 1, cohort=cohort, shots=shots) is None:
            why = "Without strangers everybody is compared with the others alone, and these are too few for it."
        if why is None and in_place and matcher.name in LEARN_NEGATIVES:
            why = "It has learned everybody enrolled as somebody else, so that they cannot stand in for strangers."
        if why is None:
            usable.append(matcher)
        else:
            unusable.append((matcher.title, why))
    return usable, tuple(unusable)


def _provenance(work: Work, persons: Persons, *, in_place: bool, target_far: float) -> Provenance:
    material = work.material
    probes, strangers = len(persons.mated), len(persons.non_mated)
    stranger_people, cohort = len(np.unique(persons.non_mated)), len(work.reference.cohort)
    notes = []
    if in_place:
        notes.append(
            "There are no strangers: everybody enrolled stands in, against the gallery without them. Strangers in "
            "front of your own camera would tell more."
        )
    if material.trained_on:
        notes.append(
            f"The encoder was trained on {_count(len(material.trained_on), 'person', 'people')} of this gallery: only "
            f"the {_count(probes, 'shot', 'shots')} that it has not seen can be probes."
        )
    if single := int((work.counts == 1).sum()):
        notes.append(
            f"{_count(single, 'person has', 'people have')} a single shot, which cannot be compared with others of "
            "theirs: enrol a second one."
        )
    if material.enrolled_since:
        notes.append(
            f"{_count(material.enrolled_since, 'face', 'faces')} of strangers were left out: a person of that name is "
            "enrolled."
        )
    if not in_place and not cohort:
        notes.append(
            f"All strangers calibrate and none is in a cohort, which takes {LEAST_COHORT}: about "
            f"{COHORT_SHARE * LEAST_COHORT} strangers give one, and with it a better matcher."
        )
    non_mated = LEAVE_ONE_IDENTITY if in_place else STRANGERS
    if why := why_not_measurable(target_far, stranger_people, who=who_are_strangers(non_mated)):
        notes.append(why)
    mated = (HELD_OUT if material.trained_on else LEAVE_ONE_SHOT) if probes else ""
    return Provenance(
        mated=mated,
        non_mated=non_mated,
        probes=probes,
        probe_people=len(np.unique(persons.mated)),
        strangers=strangers,
        stranger_people=stranger_people,
        cohort=cohort,
        least_far=least_measurable_far(stranger_people),
        notes=tuple(notes),
    )


def _source(calibration: Calibration, scored: Scored) -> str:
    where = calibration.provenance
    faces = _count(where.strangers, "face", "faces")
    people = _count(where.stranger_people, "stranger", "strangers")
    if where.stands_in:
        people = _count(where.stranger_people, "enrolled person", "enrolled people") + " who stand in for strangers"
    text = f"Calibrated on {faces} of {people}"
    if where.probes:
        text += f" and {_count(where.probes, 'shot', 'shots')} of {_count(where.probe_people, 'person', 'people')}"
    text += f": {scored.title}, aiming at FAR {100 * calibration.target_far:g} %."
    why = why_not_measurable(calibration.target_far, where.stranger_people, who=where.who)
    return f"{text} {why}".strip()


def _title(matcher: str) -> str:
    return MATCHERS[matcher].title if matcher in MATCHERS else ""


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"
