"""A calibration in values, for the page: scores that are drawn once, so that every number can be worked out again."""

from dataclasses import replace

import numpy as np

from osfi_gui.core.bootstrap import dir_far_band
from osfi_gui.core.calibration import Calibration, CalibrationView, Provenance, Scored
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.threshold import dir_at_target

PEOPLE, EACH, STRANGERS = 40, 3, 400
TARGET = 0.01


def make(*, revision=7, target=TARGET, strangers=STRANGERS, probes=EACH, unusable=()):
    """Make a calibration of 40 people with three probes each, and of strangers with one."""
    rng = np.random.default_rng(5)
    mated = rng.normal(0.62, 0.11, PEOPLE * probes)
    others = rng.normal(0.28, 0.08, strangers)
    correct = rng.random(len(mated)) > 0.05
    persons = Persons(np.repeat(np.arange(PEOPLE), probes), np.arange(strangers))
    ranks = np.where(correct, 1, 2 + rng.integers(0, 5, len(mated)))
    # NAC of these cosines among fifteen neighbours at 0.1, where the cosine reaches its floor.
    floor = 0.36
    scored = []
    for name, title, k, under in (("cosine", "Cosine", 1, -np.inf), ("nac", "NAC", 16, floor)):
        pair = [one if k == 1 else np.exp(one) / (np.exp(one) + 15 * np.exp(0.1)) for one in (mated, others)]
        kept = [np.where(cosine >= under, score, -np.inf) for cosine, score in zip((mated, others), pair, strict=True)]
        scores = Scores(kept[0], correct, kept[1])
        at = dir_at_target(scores, persons, far=target, draws=200) if strangers and probes else None
        at = at or dir_at_target(Scores(np.zeros(0), np.zeros(0, bool), np.zeros(1)), persons_of_nobody(), far=target)
        scored.append(Scored(name, title, k, scores, under, ranks, at))
    where = Provenance(
        "leave-one-shot-out" if probes else "",
        "strangers",
        len(mated),
        PEOPLE if probes else 0,
        strangers,
        strangers,
        0,
        1 - 0.05 ** (1 / strangers) if strangers else 1.0,
        ("With more strangers, lower rates could be shown.",),
    )
    return Calibration(
        "sface",
        "SFace",
        revision,
        PEOPLE,
        target,
        where,
        persons,
        tuple(scored),
        "nac",
        "NAC: DIR is as good as with any other.",
        unusable=unusable,
    )


def persons_of_nobody():
    """Give whose no mated probe and a single stranger's are."""
    return Persons(np.zeros(0, np.int64), np.zeros(1, np.int64))


def view_of(calibration, point=None, state="none", *, bands=True):
    """Give what the page is told of it."""
    drawn = ()
    if bands:
        drawn = tuple(
            (one.matcher, dir_far_band(one.scores, calibration.persons, fars=[0.005, 0.01, 0.1, 0.9], draws=100))
            for one in calibration.scored
        )
    return CalibrationView(calibration, point, state, bands=drawn)


def at(calibration, matcher, threshold):
    """Count what a threshold does: share of strangers accepted, share of mated probes found."""
    scores = calibration.of(matcher).scores
    far = float(np.mean(scores.non_mated >= threshold))
    return far, float(np.mean(scores.correct & (scores.mated >= threshold)))


def of_three_strangers(calibration):
    """Give a calibration by the cosine on three strangers, all of them below 0.2."""
    scores = Scores(np.array([0.7, 0.8]), np.array([True, True]), np.array([0.05, 0.17, 0.18]))
    scored = replace(calibration.of("cosine"), scores=scores, ranks=np.array([1, 1]))
    where = replace(calibration.provenance, strangers=3, stranger_people=3, least_far=0.63)
    return replace(
        calibration,
        encoder="sface",
        people=5,
        target_far=0.01,
        provenance=where,
        persons=Persons(np.arange(2), np.arange(3)),
        scored=(scored,),
        proposed="cosine",
    )
