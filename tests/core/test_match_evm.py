"""EVM, against scipy's Weibull used directly, and by hand."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import weibull_min

from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Evidence, Evm, Reference
from osfi_gui.core.matchers.evm import covering, weibull


def world(n=4, per=3, c=20, d=12, m=9, seed=0):
    random = np.random.default_rng(seed)
    prototypes = normalise(random.normal(size=(n, d)))
    owners = np.repeat(np.arange(n), per)
    shots = normalise(prototypes[owners] + 0.3 * random.normal(size=(n * per, d)))
    probes = normalise(prototypes[random.integers(n, size=m)] + 0.3 * random.normal(size=(m, d)))
    cohort = normalise(random.normal(size=(c, d)))
    return Reference(prototypes, shots, owners, cohort), probes


def evidence(reference, probes):
    return Evidence(
        probes @ reference.prototypes.T, probes @ reference.cohort.T, probes @ reference.shots.T, reference.owners
    )


@pytest.mark.parametrize(("tail", "n", "c"), [(10, 4, 20), (256, 4, 20), (10, 1, 20), (9, 4, 0)])
def test_the_score_is_scipy_s_survival_function_at_the_nearest_identity_s_shots(tail, n, c):
    reference, probes = world(n=n, c=c)
    score = Evm(k=tail, cover=1.1).fit(reference).score(evidence(reference, probes))
    for probe, found in zip(probes, score, strict=True):
        best = int((reference.prototypes @ probe).argmax())
        inclusion = []
        for shot, owner in zip(reference.shots, reference.owners, strict=True):
            if owner != best:
                continue
            negatives = np.concatenate([reference.shots[reference.owners != owner], reference.cohort])
            halves = sorted((1.0 - float(np.dot(shot.astype(float), other))) / 2.0 for other in negatives)[:tail]
            shape, _, scale = weibull_min.fit(halves, floc=0.0)
            distance = 1.0 - float(np.dot(probe.astype(float), shot))
            inclusion.append(weibull_min.sf(distance, shape, scale=scale))
        assert found == pytest.approx(max(inclusion), rel=2e-3, abs=1e-9)


def test_the_fit_is_the_maximum_of_the_likelihood():
    margins = weibull_min.rvs(6.0, scale=0.4, size=200, random_state=1)
    shape, scale = weibull(margins)
    # Where the derivatives of the log-likelihood vanish: scale^shape = mean x^shape, and the profile equation.
    powers = margins**shape
    assert scale == pytest.approx(powers.mean() ** (1.0 / shape), rel=1e-3)
    profile = (powers * np.log(margins)).sum() / powers.sum() - np.log(margins).mean()
    assert profile == pytest.approx(1.0 / shape, rel=1e-3)
    assert shape == pytest.approx(6.0, rel=0.2)


@pytest.mark.filterwarnings("error")
def test_equal_and_zero_distances_have_a_fit():
    shape, scale = weibull(np.full(5, 0.3))
    assert (shape, scale) == (1000.0, pytest.approx(0.3))
    shape, scale = weibull(np.array([0.0, 0.2, 0.3, 0.4]))
    assert 0.0 < shape < 10.0
    assert 0.0 < scale < 1.0
    with pytest.raises(ValueError, match="3 distances"):
        weibull(np.array([0.1, 0.2]))


def test_the_fewest_shots_that_cover_all_are_chosen_greedily():
    # The second includes three of four, the last only itself.
    includes = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0]], dtype=bool)
    assert covering(includes) == [1, 3]
    assert covering(np.zeros((3, 3), dtype=bool)) == [0, 1, 2]
    assert covering(np.ones((3, 3), dtype=bool)) == [0]


def test_extreme_vectors_are_fewer_and_score_no_higher():
    reference, probes = world(per=6)
    every, few = (Evm(cover=cover).fit(reference) for cover in (1.1, 0.5))
    assert every.weibulls.extreme.all()
    assert 4 <= few.weibulls.extreme.sum() < 24
    assert {0, 1, 2, 3} == set(reference.owners[few.weibulls.extreme])
    for owner in range(4):
        own = np.flatnonzero(reference.owners == owner)
        for shot in own:
            included = [
                weibull_min.sf(
                    1.0 - float(reference.shots[shot] @ reference.shots[kept]),
                    few.weibulls.shape[kept],
                    scale=few.weibulls.scale[kept],
                )
                for kept in own
                if few.weibulls.extreme[kept]
            ]
            assert few.weibulls.extreme[shot] or max(included) >= 0.5 - 1e-6
    assert (few.score(evidence(reference, probes)) <= every.score(evidence(reference, probes)) + 1e-12).all()


@pytest.mark.filterwarnings("error")
def test_where_every_extreme_vector_is_ignored_the_other_shots_stand_in():
    reference, probes = world(per=3)
    fitted = Evm(cover=0.0).fit(reference)  # one extreme vector an identity
    assert fitted.weibulls.extreme.sum() == 4
    full = evidence(reference, probes)
    shots = np.array(full.shots)
    shots[:, fitted.weibulls.extreme] = -np.inf
    score = fitted.score(Evidence(full.cosines, full.cohort, shots, reference.owners))
    for row, found in enumerate(score):
        best = int(full.cosines[row].argmax())
        others = np.flatnonzero((reference.owners == best) & ~fitted.weibulls.extreme)
        expected = max(
            math.exp(-(((1.0 - float(full.shots[row, j])) / fitted.weibulls.scale[j]) ** fitted.weibulls.shape[j]))
            for j in others
        )
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-12)
    shots[:] = -np.inf
    assert not fitted.score(Evidence(full.cosines, full.cohort, shots, reference.owners)).any()


def test_one_identity_needs_a_cohort():
    assert Evm().unusable(0, shots=3) == "Nobody is enrolled."
    assert "there are none" in Evm().unusable(5)
    assert "there are none" in Evm().unusable(1, shots=3)
    assert "there is 1" in Evm().unusable(2, shots=6)
    assert Evm().unusable(1, cohort=3, shots=3) is None
    assert Evm().unusable(4, shots=4) is None
    reference, probes = world(n=1, c=3)
    score = Evm().fit(reference).score(evidence(reference, probes))
    assert ((score >= 0.0) & (score <= 1.0)).all()
    assert np.argmax(score) == np.argmax([(reference.shots @ p).max() for p in probes])
    with pytest.raises(ValueError, match="fitted"):
        Evm().score(evidence(reference, probes))


def test_scipy_is_imported_by_the_fit_only():
    code = "import sys, osfi_gui.core.match; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
