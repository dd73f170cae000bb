"""The mean of a track weighs its chips by quality, and a threshold of single pictures still holds for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osfi_gui.core.evidence import LEAST_WEIGHT, TrackEvidence, weight_of
from osfi_gui.core.values import Quality

GOOD = Quality(
    size_px=120.0, sharpness=90.0, brightness=120.0, contrast=40.0, yaw=0.1, pitch=0.0, roll=2.0, failures=()
)


def unit(*values):
    row = np.array(values, dtype=np.float32)
    return row / np.linalg.norm(row)


def test_the_mean_is_that_of_the_chips_by_weight():
    evidence = TrackEvidence()
    evidence.add(unit(1, 0), weight=1.0)
    evidence.add(unit(0, 1), weight=0.25)
    # (1 * (1, 0) + 0.25 * (0, 1)) / 1.25
    np.testing.assert_allclose(evidence.mean, [0.8, 0.2], atol=1e-7)
    assert evidence.mean.dtype == np.float32


def test_only_the_last_of_them_count_but_all_are_counted():
    evidence = TrackEvidence(window=2)
    for row in (unit(1, 0), unit(0, 1), unit(0, 1)):
        evidence.add(row, weight=1.0)
    np.testing.assert_allclose(evidence.mean, [0.0, 1.0], atol=1e-7)
    assert evidence.count == 3


@given(st.lists(st.floats(0.05, 1.0), min_size=1, max_size=9), st.integers(0, 2**31))
def test_its_cosine_is_the_weighted_mean_of_the_chips_cosines(weights, seed):
    random = np.random.default_rng(seed)
    rows = random.standard_normal((len(weights), 16))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    prototype = random.standard_normal(16)
    prototype /= np.linalg.norm(prototype)
    evidence = TrackEvidence()
    for row, weight in zip(rows.astype(np.float32), weights, strict=True):
        evidence.add(row, weight=weight)
    expected = sum(w * float(r @ prototype) for w, r in zip(weights, rows, strict=True)) / sum(weights)
    assert float(evidence.mean @ prototype) == pytest.approx(expected, abs=1e-5)
    # So a stranger's track never scores more than the best of its chips, which a mean of unit length may.
    assert float(evidence.mean @ prototype) <= float((rows @ prototype).max()) + 1e-5


def test_a_good_chip_weighs_one_and_nothing_is_gained_beyond_the_gate():
    assert weight_of(GOOD, score=0.99) == 1.0
    assert weight_of(replace(GOOD, size_px=400.0, sharpness=900.0), score=1.0) == 1.0
    assert weight_of(replace(GOOD, yaw=-0.85), score=1.0) == 1.0


def test_below_the_gate_each_lack_takes_its_share():
    # Half of 48 px; half of a sharpness of 20; turned to 1 where 0.85 is the gate.
    assert weight_of(replace(GOOD, size_px=24.0), score=1.0) == pytest.approx(0.5)
    assert weight_of(replace(GOOD, sharpness=10.0), score=1.0) == pytest.approx(0.5)
    assert weight_of(replace(GOOD, yaw=-1.0), score=1.0) == pytest.approx(0.85)
    assert weight_of(replace(GOOD, size_px=24.0, sharpness=10.0), score=0.475) == pytest.approx(0.125)
    assert weight_of(replace(GOOD, size_px=1.0, sharpness=0.0), score=0.1) == LEAST_WEIGHT


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        TrackEvidence(window=0)
    with pytest.raises(ValueError, match="weighs nothing"):
        TrackEvidence().add(unit(1, 0), weight=0.0)
    with pytest.raises(ValueError, match="no mean"):
        _ = TrackEvidence().mean
