"""Operating points: the defaults by size, and what a gallery's own strangers support."""

from __future__ import annotations

import math

import numpy as np
import pytest

from osfi_gui.core.calibrate import DEFAULTS, at_size, default_operating_point, measured_operating_point


def test_between_two_sizes_a_threshold_is_linear_in_the_logarithm():
    table = ((2, 0.3), (8, 0.5), (32, 0.6))
    assert at_size(table, 4) == pytest.approx(0.4)  # 4 is half way from 2 to 8
    assert at_size(table, 16) == pytest.approx(0.55)
    assert [at_size(table, n) for n in (1, 2, 8, 32)] == pytest.approx([0.3, 0.3, 0.5, 0.6])
    assert at_size(table, 128) == pytest.approx(0.7)  # the last piece goes on


def test_the_cosine_decides_below_16_people_and_nac_with_a_floor_from_there_on():
    few, many = (default_operating_point("sface", n=n) for n in (15, 16))
    assert (few.matcher, few.threshold, few.cosine_floor) == ("cosine", few.cosine_floor, few.threshold)
    assert dict(DEFAULTS["sface"].cosine)[5] < few.threshold < dict(DEFAULTS["sface"].cosine)[16]
    assert (many.matcher, many.k, many.threshold, many.cosine_floor) == ("nac", 16, 0.0832, 0.335)


def test_an_encoder_that_nobody_measured_and_an_empty_gallery_have_none():
    assert default_operating_point("sface@1", n=5) is None
    assert default_operating_point("sface", n=0) is None


def test_beyond_what_was_measured_it_says_so():
    assert "extrapolated" not in default_operating_point("sface", n=150).source
    assert "beyond 150 people it is extrapolated" in default_operating_point("sface", n=151).source


def measured(cosines, **given):
    asked = {"people": len(cosines), "encoder": "sface@1", "revision": 7, **given}
    return measured_operating_point(np.array(cosines, np.float32), **asked)


def test_a_threshold_on_the_gallery_s_own_strangers_by_hand():
    """Of 200 strangers at 0, 0.001 ... 0.199, two may reach it at FAR 1 %: the second highest is the threshold."""
    cosines = [[i / 1000, -0.5] for i in range(200)]
    point = measured(cosines)
    assert point.matcher == "cosine"
    assert point.threshold == point.cosine_floor == pytest.approx(0.198, abs=1e-6)
    assert sum(np.float32(row[0]) >= point.threshold for row in cosines) == 2
    assert (point.encoder, point.revision, point.target_far) == ("sface@1", 7, 0.01)
    assert point.source == "Measured on 200 faces of strangers in this gallery."


def test_with_too_few_strangers_the_threshold_lies_above_all_of_them_and_says_so():
    point = measured([[0.2, 0.1], [0.4, 0.3]], people=1)
    assert point.threshold > float(np.float32(0.4))
    assert point.threshold == pytest.approx(0.4, abs=1e-6)
    assert point.source == (
        "Measured on 2 faces of 1 stranger in this gallery. That is too few for a FAR of 1 %: it lies above the "
        "highest of them."
    )


def test_from_16_people_on_nac_decides_with_the_cosine_of_ten_times_the_far_as_floor():
    rng = np.random.default_rng(0)
    cosines = rng.uniform(-0.2, 0.5, (300, 20))
    point = measured(cosines)
    shares = []
    for row in cosines.astype(np.float32):
        top = sorted(row.tolist(), reverse=True)[:16]
        shares.append(math.exp(top[0]) / sum(math.exp(s) for s in top))
    assert (point.matcher, point.k) == ("nac", 16)
    assert point.threshold == pytest.approx(sorted(shares)[-3], abs=1e-9)  # three of 300
    assert point.cosine_floor == pytest.approx(sorted(cosines.astype(np.float32).max(axis=1))[-30], abs=1e-7)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_without_strangers_or_people_there_is_none(shape):
    assert measured(np.zeros(shape)) is None
