"""The band around a curve, against a plain loop over drawn persons."""

import numpy as np
from scipy.stats import betabinom

from osfi_gui.core.bands import PARTS, band_draws, band_of
from osfi_gui.core.calibration import Calibration, Provenance, Scored
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.tune import Estimate

FARS = [0.02, 0.1, 0.5]
PEOPLE, EACH, STRANGERS = 12, 3, 60


def made(*, apart=0.25):
    rng = np.random.default_rng(1)
    scores = Scores(
        rng.normal(0.3 + apart, 0.1, PEOPLE * EACH), np.ones(PEOPLE * EACH, bool), rng.normal(0.3, 0.1, STRANGERS)
    )
    persons = Persons(np.repeat(np.arange(PEOPLE), EACH), np.arange(STRANGERS))
    where = Provenance("leave-one-shot-out", "strangers", PEOPLE * EACH, PEOPLE, STRANGERS, STRANGERS, 0, 0.05)
    scored = Scored("cosine", "Cosine", 1, scores, -np.inf, np.ones(PEOPLE * EACH, int), Estimate(0.0, 0.0, 0.0))
    return Calibration("sface", "SFace", 1, PEOPLE, 0.1, where, persons, (scored,), "cosine", "")


def test_parts_are_different_draws_and_the_same_again():
    first, again = (list(band_draws(made(), "cosine", fars=FARS, draws=160)) for _ in range(2))
    assert [part.shape for part in first] == [(10, 3)] * PARTS
    assert not np.array_equal(first[0], first[1])
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_the_band_is_the_interval_of_drawn_persons():
    calibration = made()
    scores = calibration.scored[0].scores
    band = band_of(
        calibration, "cosine", fars=FARS, drawn=list(band_draws(calibration, "cosine", fars=FARS, draws=4000))
    )
    rng = np.random.default_rng(99)
    plain = []
    for _ in range(2000):
        who = rng.integers(0, PEOPLE, PEOPLE)
        mated = np.concatenate([scores.mated[EACH * p : EACH * p + EACH] for p in who])
        others = scores.non_mated[rng.integers(0, STRANGERS, STRANGERS)]
        plain.append([dir_at_far(mated, np.ones(len(mated), bool), others, far=far) for far in FARS])
    low, high = np.quantile(plain, [0.025, 0.975], axis=0)
    # Two bootstraps with other draws; the band may be wider, but never narrower than the threshold's own interval.
    assert (band.low <= low + 0.04).all()
    assert (band.high >= high - 0.04).all()
    for far, value in zip(FARS, band.dir, strict=True):
        assert value == dir_at_far(scores.mated, scores.correct, scores.non_mated, far=far)


def test_where_everybody_is_found_the_band_does_not_promise_it():
    calibration = made(apart=3.0)
    band = band_of(calibration, "cosine", fars=FARS, drawn=list(band_draws(calibration, "cosine", fars=FARS, draws=80)))
    assert band.dir.tolist() == [1.0, 1.0, 1.0]
    # What as many other pictures show after n of n were found is beta-binomial with Beta(n, 1); n is somewhere from
    # twelve persons, whose pictures are found together, to 36 pictures that have nothing to do with each other.
    least, most = (betabinom(n, n, 1).ppf(0.025) / n for n in (PEOPLE, PEOPLE * EACH))
    assert 0.6 < least < most < 0.95
    assert ((least <= band.low) & (band.low <= most)).all()
    assert band.high.tolist() == [1.0, 1.0, 1.0]
