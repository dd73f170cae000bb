"""The registry: every matcher keeps the port's promises."""

from __future__ import annotations

import numpy as np
import pytest

from osfi_gui.core.decide import LABELS
from osfi_gui.core.enrolled import Prototypes
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import MATCHERS, Evidence, Reference, match, matcher_named


def world(n, c, d=16, seed=0):
    random = np.random.default_rng(seed)
    prototypes = normalise(random.normal(size=(n, d)))
    owners = np.repeat(np.arange(n), 3)
    shots = normalise(prototypes[owners] + 0.2 * random.normal(size=(3 * n, d)))
    return Reference(prototypes, shots, owners, normalise(random.normal(size=(c, d))))


def evidence(reference, probes):
    return Evidence(
        probes @ reference.prototypes.T, probes @ reference.cohort.T, probes @ reference.shots.T, reference.owners
    )


def test_every_matcher_is_known_by_its_name_with_a_title_and_a_line_of_help():
    assert list(MATCHERS) == ["cosine", "nac", "nac-cohort", "nnguide", "evm"]
    for name, entry in MATCHERS.items():
        made = matcher_named(name)
        assert (made.name, made.title, made.k) == (name, entry.title, entry.k)
        assert LABELS[name] == entry.title
        assert entry.help.endswith(".")
        assert "\n" not in entry.help
        assert matcher_named(name, k=5).k == (1 if name == "cosine" else 5)
    with pytest.raises(ValueError, match="magface"):
        matcher_named("magface")


@pytest.mark.parametrize("name", list(MATCHERS))
@pytest.mark.parametrize("n", [1, 2, 5, 16])
def test_a_matcher_that_can_be_used_prefers_a_person_s_own_shots_to_noise(name, n):
    reference = world(n, 20)
    matcher = matcher_named(name)
    why = matcher.unusable(n, cohort=20, shots=3 * n)
    if (name, n) == ("nac", 1):
        assert "only one person" in why
        return
    assert why is None
    fitted = matcher.fit(reference)
    random = np.random.default_rng(1)
    # Opposite to the gallery's mean, nobody is near.
    strangers = normalise(random.normal(size=(200, 16)))
    mated, others = (fitted.score(evidence(reference, probes)) for probes in (reference.shots, strangers))
    assert mated.dtype == others.dtype == np.float64
    assert mated.shape == (3 * n,)
    assert np.isfinite(mated).all()
    assert np.isfinite(others).all()
    assert np.median(mated) > np.quantile(others, 0.9)


@pytest.mark.parametrize("name", list(MATCHERS))
def test_a_probe_s_score_does_not_depend_on_the_probes_beside_it(name):
    reference = world(7, 20)
    fitted = matcher_named(name).fit(reference)
    probes = normalise(np.random.default_rng(2).normal(size=(11, 16)))
    together = fitted.score(evidence(reference, probes))
    alone = [fitted.score(evidence(reference, probes[i : i + 1]))[0] for i in range(11)]
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("name", list(MATCHERS))
def test_a_live_match_scores_what_the_matcher_scores(name):
    reference = world(7, 20)
    fitted = matcher_named(name).fit(reference)
    people = Prototypes("e", 1, tuple(range(7)), tuple("ABCDEFG"), reference.prototypes)
    probe = reference.shots[4]
    found = match(
        probe, people, matcher=fitted, cohort=reference.cohort, shots=reference.shots, owners=reference.owners
    )
    assert found.score == pytest.approx(float(fitted.score(evidence(reference, probe[None]))[0]), rel=1e-4)
    assert found.neighbours[0].name == "B"
    assert found.matcher == name
