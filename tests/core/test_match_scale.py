"""Matching at scale: many prototypes and many probes give what a plain float64 computation gives, ties included."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from osfi_gui.core import nearest as at_scale
from osfi_gui.core.enrolled import Prototypes
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Cosine, Evidence, Evm, Nac, NacCohort, NnGuide, Reference, match, match_many
from osfi_gui.core.nearest import cosines, halved, nearest, nearest_rows

SIZES = (1, 2, 15, 16, 10_000)
MATCHERS = (Cosine(), Nac(), NacCohort())


def people_of(matrix):
    n = len(matrix)
    return Prototypes("e", 1, tuple(range(100, 100 + n)), tuple(f"p{i}" for i in range(n)), matrix)


def unit_rows(n, *, seed, d=32):
    return normalise(np.random.default_rng(seed).standard_normal((n, d)))


def ranked(probe, matrix):
    """All rows, best first, and their cosines, in Python's float64; of equal cosines the first row's comes first."""
    exact = (matrix.astype(np.float64) @ probe.astype(np.float64)).tolist()
    order = sorted(range(len(exact)), key=lambda row: (-exact[row], row))
    return order, [exact[row] for row in order]


def expected_score(name, best, strangers):
    """METHOD's formulas, from cosines in falling order."""
    if name == "cosine":
        return best[0]
    others = best[1:16] if name == "nac" else sorted(best[1:] + strangers, reverse=True)[:15]
    return 1.0 / (1.0 + math.fsum(math.exp(other - best[0]) for other in others))


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("matcher", MATCHERS, ids=lambda matcher: matcher.name)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), strangers=st.sampled_from([1, 15, 64]))
def test_a_match_is_the_formula_s_in_float64_at_every_size(n, matcher, seed, strangers):
    matrix, cohort = unit_rows(n, seed=seed), unit_rows(strangers, seed=seed + 1)
    probe = normalise(matrix[seed % n] + 0.3 * unit_rows(1, seed=seed + 2)[0])
    order, best = ranked(probe, matrix)
    found = match(probe, people_of(matrix), matcher=matcher, cohort=cohort)
    score = expected_score(matcher.name, best, ranked(probe, cohort)[1])
    assert found.score == pytest.approx(score, abs=1e-6)
    assert found.cosine == pytest.approx(best[0], abs=1e-6)
    np.testing.assert_allclose([other.cosine for other in found.neighbours], best[:16], atol=1e-6)
    # Two that are nearer to each other than float32 can tell may change places.
    for rank, neighbour in enumerate(found.neighbours):
        if neighbour.identity_id != 100 + order[rank]:
            row = neighbour.identity_id - 100
            assert best[rank] - best[order.index(row)] == pytest.approx(0.0, abs=1e-6)


@given(
    st.sampled_from(SIZES),
    st.integers(1, 40),
    st.integers(1, 5),
    st.integers(0, 2**32 - 1),
)
def test_equal_people_come_in_the_gallery_s_order_wherever_they_stand(n, count, kinds, seed):
    """Few different prototypes, each many times: with those of a kind all cosines are equal to the last bit."""
    kind = np.random.default_rng(seed).integers(0, kinds, n)
    matrix = unit_rows(kinds, seed=seed)[kind]
    probe = unit_rows(1, seed=seed + 1)[0]
    exact = unit_rows(kinds, seed=seed).astype(np.float64) @ probe.astype(np.float64)
    expected = sorted(range(n), key=lambda row: (-exact[kind[row]], row))[:count]
    found = match(probe, people_of(matrix), matcher=Nac(), show=count)
    assert [neighbour.identity_id - 100 for neighbour in found.neighbours] == expected


@given(
    hnp.arrays(np.float32, st.integers(1, 700), elements=st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.5, 1.0])),
    st.integers(1, 40),
)
def test_the_largest_are_those_of_a_full_stable_sort(values, count):
    expected = sorted(range(len(values)), key=lambda place: (-values[place], place))[:count]
    assert nearest(values, count).tolist() == expected


@given(st.integers(1, 30_000), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_the_largest_of_many_are_those_of_a_full_sort(n, count, seed):
    values = np.random.default_rng(seed).standard_normal(n).astype(np.float32)
    expected = np.lexsort((np.arange(n), -values.astype(np.float64)))[:count]
    np.testing.assert_array_equal(nearest(values, count), expected)


@pytest.mark.parametrize("n", [20, 2_000, 20_000])
def test_a_broken_prototype_is_nobody_s_neighbour(n):
    values = np.linspace(-1, 1, n, dtype=np.float32)
    values[3::4] = np.nan
    expected = [place for place in range(n - 1, -1, -1) if place % 4 != 3][:5]
    assert nearest(values, 5).tolist() == expected


@pytest.mark.parametrize("matcher", MATCHERS, ids=lambda matcher: matcher.name)
@given(n=st.integers(1, 1_200), m=st.integers(0, 9), seed=st.integers(0, 2**32 - 1))
def test_the_faces_of_a_frame_are_matched_together_as_each_alone(matcher, n, m, seed):
    people, cohort = people_of(unit_rows(n, seed=seed)), unit_rows(20, seed=seed + 1)
    probes = unit_rows(m, seed=seed + 2)
    together = match_many(probes, people, matcher=matcher, cohort=cohort)
    assert together == [match(probe, people, matcher=matcher, cohort=cohort) for probe in probes]


def test_matchers_that_learned_the_gallery_score_together_as_alone():
    matrix = unit_rows(9, seed=0)
    owners = np.repeat(np.arange(9), 2)
    shots = normalise(matrix[owners] + 0.1 * unit_rows(18, seed=1))
    cohort, probes = unit_rows(20, seed=2), unit_rows(5, seed=3)
    for matcher in (NnGuide(), Evm()):
        fitted = matcher.fit(Reference(matrix, shots, owners, cohort))
        given_ = {"matcher": fitted, "cohort": cohort, "shots": shots, "owners": owners}
        together = match_many(probes, people_of(matrix), **given_)
        alone = [match(probe, people_of(matrix), **given_) for probe in probes]
        assert [found.neighbours for found in together] == [found.neighbours for found in alone]
        np.testing.assert_allclose([f.score for f in together], [f.score for f in alone], rtol=1e-12)


@given(st.integers(1, 300), st.integers(1, 20), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_a_gallery_that_is_read_in_spans_gives_what_one_span_gives(n, count, m, seed):
    # Whole numbers, so that there are ties and the products are exact.
    random = np.random.default_rng(seed)
    matrix = random.integers(-1, 2, (n, 4)).astype(np.float32) / np.float32(4)
    probes = random.integers(-1, 2, (m, 4)).astype(np.float32)
    whole = list(nearest_rows(probes, matrix, count))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(at_scale, "SPAN", 37)
        patch.setattr(at_scale, "BLOCK", 10)
        in_spans = list(nearest_rows(probes, matrix, count))
    assert in_spans == whole
    for probe, (rows, near) in zip(probes, in_spans, strict=True):
        order, best = ranked(probe, matrix)
        assert (rows, near) == (order[:count], best[:count])


def test_cosines_beyond_one_are_equal_to_one_in_every_span(monkeypatch):
    monkeypatch.setattr(at_scale, "SPAN", 4)
    matrix = np.array([[0.5], [1.0], [1.0000001], [-1.0000001], [-1.0], [1.0000002]], dtype=np.float32)
    ((rows, near),) = nearest_rows(np.ones((1, 1), np.float32), matrix, 6)
    assert rows == [1, 2, 5, 0, 3, 4]
    assert near == [1.0, 1.0, 1.0, 0.5, -1.0, -1.0]


@given(st.integers(1, 1_500), st.integers(1, 4), st.sampled_from([1, 2, 10, 128, 512]), st.integers(0, 2**32 - 1))
def test_cosines_are_the_product_and_do_not_depend_on_what_stands_beside(n, m, d, seed):
    matrix, probes = unit_rows(n, seed=seed, d=d), unit_rows(m, seed=seed + 1, d=d)
    found = cosines(probes, matrix)
    np.testing.assert_allclose(found, probes.astype(np.float64) @ matrix.astype(np.float64).T, atol=1e-6)
    np.testing.assert_array_equal(found, np.stack([cosines(p[None], matrix)[0] for p in probes]))
    np.testing.assert_array_equal(found[:, ::-1], cosines(probes, np.ascontiguousarray(matrix[::-1])))


@given(
    st.integers(1, 2_100),
    st.integers(1, 3),
    st.integers(1, 20),
    st.integers(1, 2_000),
    st.sampled_from([1, 2, 127, 128, 512]),
    st.integers(0, 2**32 - 1),
)
def test_the_quick_product_of_small_galleries_changes_nothing_to_the_last_bit(n, m, count, kinds, d, seed):
    """Ties among people enrolled twice, of whom the quick product may make unequal ones, included."""
    random = np.random.default_rng(seed)
    matrix = unit_rows(kinds, seed=seed, d=d)[random.integers(0, kinds, n)]
    probes = np.concatenate([unit_rows(m, seed=seed + 1, d=d), matrix[:1], -matrix[-1:]])
    found = list(nearest_rows(probes, matrix, count))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(at_scale, "SMALL", 0)
        assert found == list(nearest_rows(probes, matrix, count))


MATCH_AND_COUNT = """
import os, time
import numpy as np
from osfi_gui.core import nearest
matrix = np.ones((nearest.SMALL // 128, 128), np.float32) / np.float32(16)
def run_ns():
    tasks = os.listdir("/proc/self/task")
    times = {task: int(open(f"/proc/self/task/{task}/schedstat").read().split()[0]) for task in tasks}
    return times.pop(str(os.getpid())), sum(times.values())
before = run_ns()
while (time.sleep(0.2), now := run_ns())[1][1] != before[1]:
    before = now  # threads that BLAS has just made wait for work a while before they sleep
before = now
for _ in range(10_000):
    np.dot(matrix, matrix[0])
print(*(after - first for after, first in zip(run_ns(), before)))
"""


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the kernel does not count a thread's time")
def test_the_quick_product_of_small_galleries_starts_no_threads():
    """With as many threads as BLAS would take: those that it keeps for products of matrices stay asleep."""
    free = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    done = subprocess.run(
        [sys.executable, "-c", MATCH_AND_COUNT],
        env=free | {"OPENBLAS_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=True,
    )
    own, others = map(int, done.stdout.split())
    assert others < own / 10


@pytest.mark.parametrize("broken", ["prototype", "probe"])
def test_numbers_that_are_none_are_passed_over_in_a_small_gallery_as_in_a_large_one(monkeypatch, broken):
    matrix, probes = unit_rows(600, seed=0), unit_rows(2, seed=1)
    (matrix[5::7] if broken == "prototype" else probes[:1])[:] = np.nan
    found = list(nearest_rows(probes, matrix, 3))
    monkeypatch.setattr(at_scale, "SMALL", 0)
    np.testing.assert_equal(found, list(nearest_rows(probes, matrix, 3)))


@given(
    st.lists(st.floats(-1, 1), min_size=1, max_size=40),
    st.lists(st.floats(-1, 1), max_size=40),
    st.integers(1, 20),
)
def test_the_shares_of_one_probe_are_the_matcher_s_of_many(gallery, strangers, k):
    near, others = sorted(gallery, reverse=True), sorted(strangers, reverse=True)
    evidence = Evidence(np.array([gallery]), np.array([strangers]).reshape(1, -1))
    for matcher in (Nac(k=k), NacCohort(k=k)):
        np.testing.assert_allclose(matcher.shares_of(near, others), matcher.shares(evidence)[0], rtol=1e-12)


@given(st.integers(1, 1_500), st.integers(1, 4), st.sampled_from([1, 10, 128]), st.integers(0, 2**32 - 1))
def test_prototypes_of_half_the_size_give_the_cosines_of_their_float16_values(n, m, d, seed):
    people, probes = halved(people_of(unit_rows(n, seed=seed, d=d))), unit_rows(m, seed=seed + 1, d=d)
    assert people.matrix.dtype == np.float16
    expected = probes.astype(np.float64) @ people.matrix.astype(np.float64).T
    found = cosines(probes, people.matrix)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_every_float16_up_to_two_is_read_as_what_it_is():
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.abs(every.astype(np.float64)) <= 2.0]
    assert len(finite) == 2 * (16 * 1024 + 1)  # 0, the subnormals, 15 binades of 1024, and 2; of both signs
    found = cosines(np.ones((1, 1), np.float32), finite[:, None])[0]
    np.testing.assert_array_equal(found.astype(np.float64), finite.astype(np.float64))


def test_a_match_against_float16_differs_by_their_rounding_only():
    people, cohort = people_of(unit_rows(3_000, seed=0, d=128)), unit_rows(20, seed=1, d=128)
    probes = normalise(people.matrix[:50] + 0.5 * unit_rows(50, seed=2, d=128))
    for matcher in MATCHERS:
        full = match_many(probes, people, matcher=matcher, cohort=cohort)
        half = match_many(probes, halved(people), matcher=matcher, cohort=cohort)
        assert [found.neighbours[0].name for found in half] == [found.neighbours[0].name for found in full]
        # A component is off by 2^-11 of itself at most: the cosine of unit vectors by 2^-11 (Cauchy-Schwarz).
        np.testing.assert_allclose([f.cosine for f in half], [f.cosine for f in full], atol=2.0**-11 + 1e-6)
