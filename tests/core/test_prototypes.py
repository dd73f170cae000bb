"""Prototypes are normalised sums of unit embeddings (weight imprinting)."""

from __future__ import annotations

import math

import numpy as np

from osfi_gui.core.gallery import normalise, prototypes


def made(rows, owners, names):
    return prototypes(np.array(rows, dtype=np.float32), owners, names=names, encoder="e", revision=7)


def test_a_prototype_is_the_normalised_sum_of_its_shots():
    # Ada: (1, 0) + (0.6, 0.8) = (1.6, 0.8), length sqrt(3.2) = 1.788854 -> (0.894427, 0.447214).
    # Bea: her one shot.
    people = made([[1, 0], [0, 1], [0.6, 0.8]], [10, 20, 10], {10: "Ada", 20: "Bea"})
    assert people.names == ("Ada", "Bea")
    assert people.identity_ids == (10, 20)
    assert (people.encoder, people.revision, len(people)) == ("e", 7, 2)
    np.testing.assert_allclose(people.matrix, [[0.894427, 0.447214], [0, 1]], atol=1e-6)


def test_every_shot_weighs_the_same():
    # Three shots at (1, 0) and one at (0, 1): (3, 1) / sqrt(10).
    people = made([[1, 0], [1, 0], [0, 1], [1, 0]], [1] * 4, {1: "Ada"})
    np.testing.assert_allclose(people.matrix, [[3 / math.sqrt(10), 1 / math.sqrt(10)]], rtol=1e-6)


def test_rows_come_in_the_order_of_the_names():
    people = made([[1, 0], [0, 1]], [5, 3], {3: "Ada", 5: "Bea"})
    assert people.names == ("Ada", "Bea")
    np.testing.assert_array_equal(people.matrix, [[0, 1], [1, 0]])


def test_identities_without_a_shot_are_left_out():
    people = made([[1, 0]], [2], {1: "Ada", 2: "Bea", 3: "Cem"})
    assert people.names == ("Bea",)
    assert people.identity_ids == (2,)
    assert people.matrix.shape == (1, 2)


def test_shots_of_nobody_known_change_no_prototype():
    people = made([[1, 0], [0, 1], [0, 1]], [1, 99, 99], {1: "Ada"})
    np.testing.assert_array_equal(people.matrix, [[1, 0]])


def test_an_empty_gallery_has_no_prototypes():
    people = prototypes(np.zeros((0, 0), dtype=np.float32), (), names={1: "Ada"}, encoder="e", revision=0)
    assert len(people) == 0
    assert people.names == ()
    assert len(people.matrix) == 0


def test_many_shots_are_summed_in_double():
    # 200,000 equal shots: their mean is the shot itself. Single-precision sums drift by 1e-3 on the way.
    rows = np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (200_000, 1))
    people = prototypes(rows, [1] * len(rows), names={1: "Ada"}, encoder="e", revision=1)
    np.testing.assert_allclose(people.matrix, [[0.6, 0.8]], rtol=1e-6)
    assert people.matrix.dtype == np.float32


def test_a_zero_vector_stays_zero_and_warns_nobody(recwarn):
    np.testing.assert_allclose(normalise(np.array([[3.0, 4.0], [0.0, 0.0]])), [[0.6, 0.8], [0.0, 0.0]], rtol=1e-6)
    opposite = made([[1, 0], [-1, 0]], [1, 1], {1: "Ada"})
    np.testing.assert_array_equal(opposite.matrix, [[0, 0]])
    assert not recwarn
