"""Which matcher decides by default: the rule of docs/experiments.md, "Small galleries"."""

from __future__ import annotations

import pytest

from osfi_gui.core.match import MATCHERS, default_matcher, matcher_named


@pytest.mark.parametrize(
    ("n", "cohort", "name"),
    [
        (0, 0, "cosine"),
        (0, 99, "cosine"),
        (1, 0, "cosine"),
        (1, 15, "cosine"),
        (1, 16, "nac-cohort"),
        (2, 16, "nac-cohort"),
        (15, 0, "cosine"),
        (15, 15, "cosine"),
        (16, 0, "nac"),
        (16, 15, "nac"),
        (16, 16, "nac-cohort"),
        (10_000, 0, "nac"),
        (10_000, 256, "nac-cohort"),
    ],
)
def test_a_full_cohort_comes_first_then_a_full_gallery_then_the_cosine(n, cohort, name):
    found, why = default_matcher(n, cohort=cohort)
    assert found == name
    assert why.endswith(".")


def test_the_default_can_always_be_used():
    for n in (1, 2, 5, 15, 16, 17, 300):
        for cohort in (0, 1, 15, 16, 300):
            name, _ = default_matcher(n, cohort=cohort)
            assert name in MATCHERS
            assert matcher_named(name).unusable(n, cohort=cohort) is None


def test_the_reason_names_the_numbers():
    assert (
        default_matcher(1, cohort=20)[1]
        == "20 strangers fill the neighbourhood, so that NAC works with one person too."
    )
    assert "40 people" in default_matcher(40)[1]
    assert "16" in default_matcher(3, cohort=4)[1]
