"""NNGuide, against the formula written as loops."""

from __future__ import annotations

import math

import numpy as np
import pytest

from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Evidence, NnGuide, Reference


def world(n=4, per=3, d=12, m=9, seed=0):
    random = np.random.default_rng(seed)
    prototypes = normalise(random.normal(size=(n, d)))
    owners = np.repeat(np.arange(n), per)
    shots = normalise(prototypes[owners] + 0.4 * random.normal(size=(n * per, d)))
    probes = normalise(prototypes[random.integers(n, size=m)] + 0.6 * random.normal(size=(m, d)))
    return Reference(prototypes, shots, owners, np.zeros((0, d), np.float32)), probes


def evidence(reference, probes):
    return Evidence(probes @ reference.prototypes.T, probes[:, :0], probes @ reference.shots.T, reference.owners)


def energy(vector, reference, scale):
    logits = [scale * float(np.dot(vector.astype(float), p.astype(float))) for p in reference.prototypes]
    return max(math.log(math.fsum(math.exp(value) for value in logits)) / scale, 0.0)


@pytest.mark.parametrize(("k", "scale"), [(1, 64.0), (3, 16.0), (5, 1.0), (100, 8.0)])
def test_the_score_is_the_energy_times_the_mean_of_the_nearest_scaled_shots(k, scale):
    reference, probes = world()
    score = NnGuide(k=k, scale=scale).fit(reference).score(evidence(reference, probes))
    for probe, found in zip(probes, score, strict=True):
        bank = [energy(shot, reference, scale) * shot.astype(float) for shot in reference.shots]
        inner = sorted((float(np.dot(probe, shot)) for shot in bank), reverse=True)[:k]
        assert found == pytest.approx(
            energy(probe, reference, scale) * max(math.fsum(inner) / len(inner), 0.0), rel=1e-5
        )


def test_an_ignored_shot_is_as_if_it_were_not_there():
    reference, probes = world()
    fitted = NnGuide(k=100).fit(reference)
    all_there = evidence(reference, probes)
    shots = np.array(all_there.shots)
    shots[:, 5] = -np.inf
    score = fitted.score(Evidence(all_there.cosines, all_there.cohort, shots, reference.owners))
    inner = np.delete(np.asarray(all_there.shots) * fitted.confidence, 5, axis=1).mean(axis=1)
    expected = [energy(p, reference, fitted.scale) for p in probes] * np.maximum(inner, 0.0)
    np.testing.assert_allclose(score, expected, rtol=1e-5)


@pytest.mark.filterwarnings("error")
def test_two_negative_factors_make_no_high_score_and_no_shot_makes_no_nan():
    axis = np.eye(2, dtype=np.float32)[:1]
    reference = Reference(axis, axis, np.array([0]), axis[:0])
    fitted = NnGuide().fit(reference)
    assert fitted.score(evidence(reference, -axis)).tolist() == [0.0]
    assert fitted.score(evidence(reference, axis)) == pytest.approx([1.0])
    nothing = Evidence(np.ones((1, 1)), np.zeros((1, 0)), np.array([[-np.inf]]), np.array([0]))
    assert fitted.score(nothing).tolist() == [0.0]


def test_it_says_what_it_needs():
    assert NnGuide().unusable(0) == "Nobody is enrolled."
    assert "there are none" in NnGuide().unusable(3)
    assert NnGuide().unusable(1, shots=1) is None
    reference, probes = world()
    with pytest.raises(ValueError, match="fitted"):
        NnGuide().score(evidence(reference, probes))
    with pytest.raises(ValueError, match="fitted"):
        NnGuide().fit(reference).score(Evidence.of_gallery(probes @ reference.prototypes.T))
