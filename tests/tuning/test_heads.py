"""Each head's loss, worked out by hand in float64 as its paper says, and its gradients where formulas break."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from osfi_gui.tuning.heads import HEADS, head_choices

EMBEDDINGS = np.array(
    [[3.0, 4.0, 0.0], [0.0, -5.0, 12.0], [20.0, 0.0, -21.0], [-0.6, 0.0, 0.8]]
)  # lengths 5, 13, 29, 1
ROWS = np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8], [2.0, -2.0, 1.0]])
OWNERS = np.array([0, 1, 2, 0])
LENGTHS = np.array([5.0, 13.0, 29.0, 1.0])


def cosines():
    unit = EMBEDDINGS / LENGTHS[:, None]
    return unit @ (ROWS / np.array([[1.0], [1.0], [3.0]])).T


def cross_entropies(logits, owners=OWNERS):
    return np.array([math.log(sum(math.exp(z - row[o]) for z in row)) for row, o in zip(logits, owners, strict=True)])


def ours(name, embeddings=EMBEDDINGS, rows=ROWS, owners=OWNERS, **own):
    losses, likeness = HEADS[name](**own).loss(
        torch.tensor(embeddings, dtype=torch.float32),
        torch.tensor(rows, dtype=torch.float32),
        torch.as_tensor(owners, dtype=torch.int64),
    )
    return losses.numpy(), likeness.numpy()


def with_right(logits, change):
    changed = logits.copy()
    for row, owner in enumerate(OWNERS):
        changed[row, owner] = change(logits[row, owner], row)
    return changed


def turned(cosine, margin):
    """ArcFace: cos(angle + margin), and cos(angle) - margin sin(margin) where the angle would pass pi."""
    angle = math.acos(cosine)
    return math.cos(angle + margin) if angle + margin < math.pi else cosine - margin * math.sin(margin)


def test_cosface_takes_the_margin_off_the_right_cosine():
    expected = cross_entropies(32.0 * with_right(cosines(), lambda c, _: c - 0.4))
    np.testing.assert_allclose(ours("cosface")[0], expected, rtol=1e-5, atol=1e-6)
    # One of them by hand: the fourth chip is at -0.6 from its row, at 0.64 and (-1.2 + 0.8) / 3 from the others.
    by_hand = math.log(1.0 + math.exp(32 * (0.64 + 1.0)) + math.exp(32 * (-0.4 / 3 + 1.0)))
    assert ours("cosface")[0][3] == pytest.approx(by_hand, rel=1e-5)


def test_arcface_turns_the_right_angle_and_goes_on_falling_beyond_pi():
    expected = cross_entropies(32.0 * with_right(cosines(), lambda c, _: turned(c, 0.5)))
    np.testing.assert_allclose(ours("arcface")[0], expected, rtol=1e-5, atol=1e-5)
    # cos(pi - 0.5) = -0.8776: -0.9 lies beyond it, -0.8 does not.
    for cosine in (-0.9, -0.8):
        chip = [[cosine, math.sqrt(1.0 - cosine**2)]]
        logits = 32.0 * np.array([[turned(cosine, 0.5), chip[0][1]]])
        got = ours("arcface", chip, [[1.0, 0.0], [0.0, 1.0]], [0])[0]
        np.testing.assert_allclose(got, cross_entropies(logits, [0]), rtol=1e-5)
    # Beyond pi the formula reads -0.9 - 0.5 sin 0.5 = -1.1397.
    assert turned(-0.9, 0.5) == pytest.approx(-1.13971, abs=1e-5)


def test_magface_has_a_margin_and_a_regulariser_by_the_length():
    # Lengths 5 and 1 count as 10: margin 0.45. 13: 0.45 + 0.0035 * 3. 29: 0.45 + 0.0035 * 19.
    margins = [0.45, 0.4605, 0.5165, 0.45]
    # 35 (1/a + a/110^2) for a = 10, 13, 29, 10.
    regularisers = [35 * (1 / a + a / 12100) for a in (10.0, 13.0, 29.0, 10.0)]
    expected = cross_entropies(32.0 * with_right(cosines(), lambda c, row: turned(c, margins[row])))
    np.testing.assert_allclose(ours("magface")[0], expected + regularisers, rtol=1e-5, atol=1e-5)
    # The longest: everything beyond 110 counts as 110, whose margin is 0.8.
    long, longer = (ours("magface", [[a * 0.6, a * 0.8, 0.0]], ROWS, [0])[0] for a in (110.0, 500.0))
    np.testing.assert_allclose(long, longer, rtol=1e-6)
    logits = 32.0 * np.array([[turned(0.6, 0.8), 0.48, (1.2 - 1.6) / 3.0]])
    np.testing.assert_allclose(long, cross_entropies(logits, [0]) + 35.0 * 2.0 / 110.0, rtol=1e-5)


def test_normface_scales_cosines():
    np.testing.assert_allclose(ours("normface")[0], cross_entropies(32.0 * cosines()), rtol=1e-5, atol=1e-6)


def test_softmax_is_torch_s_cross_entropy_of_inner_products():
    expected = torch.nn.functional.cross_entropy(
        torch.tensor(EMBEDDINGS) @ torch.tensor(ROWS).T, torch.tensor(OWNERS), reduction="none"
    )
    np.testing.assert_allclose(ours("softmax")[0], expected.numpy(), rtol=1e-5, atol=1e-6)


def test_scale_and_margin_can_be_given():
    expected = cross_entropies(10.0 * with_right(cosines(), lambda c, _: c - 0.1))
    np.testing.assert_allclose(ours("cosface", scale=10.0, margin=0.1)[0], expected, rtol=1e-5, atol=1e-6)
    # Zero is a margin too, not “the head's own”.
    np.testing.assert_allclose(ours("cosface", margin=0.0)[0], ours("normface")[0], rtol=1e-6)
    np.testing.assert_allclose(ours("arcface", margin=0.0)[0], ours("normface")[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", HEADS)
def test_likeness_has_no_margin(name):
    expected = EMBEDDINGS @ ROWS.T if name == "softmax" else cosines()
    np.testing.assert_allclose(ours(name)[1], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cosine", [1.0, -1.0, 1.0 - 1e-7, -1.0 + 1e-7, math.cos(math.pi - 0.5), 0.0])
@pytest.mark.parametrize("length", [1.0, 1e-3, 10.0, 110.0, 1e4])
@pytest.mark.parametrize("name", HEADS)
def test_gradients_are_finite_where_formulas_break(name, cosine, length):
    side = math.sqrt(max(0.0, 1.0 - cosine**2))
    embeddings = torch.tensor([[length * cosine, length * side], [0.0, length]], requires_grad=True)
    rows = torch.tensor([[1.0, 0.0], [0.0, -1.0]], requires_grad=True)
    losses, _ = HEADS[name]().loss(embeddings, rows, torch.tensor([0, 1]))
    losses.sum().backward()
    assert torch.isfinite(losses).all()
    assert torch.isfinite(embeddings.grad).all()
    assert torch.isfinite(rows.grad).all()


@pytest.mark.parametrize("name", HEADS)
def test_gradients_are_those_of_the_loss(name):
    """Against finite differences, in float64 where the head leaves it and in float32 where it does not."""
    rows = torch.tensor(ROWS, dtype=torch.float32, requires_grad=True)
    embeddings = torch.tensor(EMBEDDINGS, dtype=torch.float32)
    head, owners = HEADS[name](scale=4.0), torch.tensor(OWNERS)
    head.loss(embeddings, rows, owners)[0].sum().backward()
    step = 1e-2
    for place in np.ndindex(*ROWS.shape):
        sides = []
        for sign in (1.0, -1.0):
            moved = ROWS.copy()
            moved[place] += sign * step
            sides.append(head.loss(embeddings, torch.tensor(moved, dtype=torch.float32), owners)[0].sum())
        slope = float(sides[0] - sides[1]) / (2.0 * step)
        assert float(rows.grad[place]) == pytest.approx(slope, rel=0.02, abs=0.05), place


def test_a_chip_of_length_zero_does_no_harm():
    for head in HEADS.values():
        embeddings = torch.zeros(1, 3, requires_grad=True)
        head().loss(embeddings, torch.tensor(ROWS, dtype=torch.float32), torch.tensor([0]))[0].sum().backward()
        assert torch.isfinite(embeddings.grad).all(), head


def test_the_operator_can_choose_every_head_the_paper_s_first():
    assert [choice.name for choice in head_choices()] == ["cosface", "arcface", "magface", "normface", "softmax"]
