"""The five-point alignment gives the least-squares similarity transform, whatever the points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osfi_gui.core.align import TEMPLATE_112, aligned_face, similarity_transform


def moved(points, *, scale, degrees, shift):
    """Rotate, scale and shift points without numpy's matrix product: one formula a coordinate."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([(scale * (c * x - s * y) + shift[0], scale * (s * x + c * y) + shift[1]) for x, y in points])


def least_squares(points, template):
    """Solve for a, b, tx, ty of x' = a x - b y + tx, y' = b x + a y + ty, linear in the four unknowns."""
    rows, right = [], []
    for (x, y), (u, v) in zip(points, template, strict=True):
        rows += [[x, -y, 1, 0], [y, x, 0, 1]]
        right += [u, v]
    a, b, tx, ty = np.linalg.lstsq(np.array(rows, dtype=float), np.array(right, dtype=float), rcond=None)[0]
    return np.array([[a, -b, tx], [b, a, ty]])


def test_template_maps_to_itself():
    np.testing.assert_allclose(similarity_transform(TEMPLATE_112, TEMPLATE_112), [[1, 0, 0], [0, 1, 0]], atol=1e-12)


def test_quarter_turn_doubled_and_shifted_is_found_exactly():
    # (x, y) -> 2 * (-y, x) + (10, -3): (0, 0) -> (10, -3); (1, 0) -> (10, -1); (0, 1) -> (8, -3).
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    template = np.array([[10.0, -3.0], [10.0, -1.0], [8.0, -3.0]])
    np.testing.assert_allclose(similarity_transform(points, template), [[0, -2, 10], [2, 0, -3]], atol=1e-12)


@given(
    scale=st.floats(0.05, 20),
    degrees=st.floats(-180, 180),
    shift=st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
)
def test_any_rotation_scale_and_shift_is_undone(scale, degrees, shift):
    points = moved(TEMPLATE_112, scale=scale, degrees=degrees, shift=shift)
    matrix = similarity_transform(points, TEMPLATE_112)
    np.testing.assert_allclose(points @ matrix[:, :2].T + matrix[:, 2], TEMPLATE_112, atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(matrix[:, :2]), 1 / scale**2, rtol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_noisy_landmarks_give_the_least_squares_answer(seed):
    random = np.random.default_rng(seed)
    points = moved(TEMPLATE_112, scale=1.7, degrees=random.uniform(-180, 180), shift=(40, -7))
    points += random.normal(0, 6, points.shape)
    np.testing.assert_allclose(
        similarity_transform(points, TEMPLATE_112), least_squares(points, TEMPLATE_112), atol=1e-9
    )


def test_a_mirrored_face_is_never_mirrored_back():
    mirrored = TEMPLATE_112 * [-1.0, 1.0] + [112.0, 0.0]
    matrix = similarity_transform(mirrored, TEMPLATE_112)
    assert np.linalg.det(matrix[:, :2]) > 0
    np.testing.assert_allclose(matrix, least_squares(mirrored, TEMPLATE_112), atol=1e-9)


def test_float32_landmarks_are_solved_in_double():
    points = moved(TEMPLATE_112, scale=3.0, degrees=10, shift=(1500, 900)).astype(np.float32)
    matrix = similarity_transform(points, TEMPLATE_112)
    assert matrix.dtype == np.float64
    np.testing.assert_allclose(points @ matrix[:, :2].T + matrix[:, 2], TEMPLATE_112, atol=1e-3)


def test_coinciding_landmarks_are_refused():
    with pytest.raises(ValueError, match="coincide"):
        similarity_transform(np.full((5, 2), 7.0), TEMPLATE_112)


def test_an_aligned_chip_needs_no_transform():
    np.testing.assert_allclose(
        similarity_transform(aligned_face(112).landmarks, TEMPLATE_112), [[1, 0, 0], [0, 1, 0]], atol=1e-5
    )


def test_an_aligned_face_grows_with_its_chip():
    small, large = aligned_face(112), aligned_face(224)
    np.testing.assert_allclose(large.landmarks, 2 * small.landmarks, rtol=1e-6)
    np.testing.assert_allclose(large.box, [2 * value for value in small.box])
