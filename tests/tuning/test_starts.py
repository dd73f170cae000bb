"""Where the classifier starts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from osfi_gui.core.gallery import prototypes
from osfi_gui.tuning.heads import HEADS
from osfi_gui.tuning.starts import STARTS, start_choices


def rows(name, embeddings, owners, n, *, head="cosface", seed=0):
    draw = torch.Generator().manual_seed(seed)
    start = STARTS[name]
    return start.rows(torch.tensor(embeddings), torch.tensor(owners), n, head=HEADS[head](), draw=draw).numpy()


@pytest.fixture(scope="module")
def known(mobile, faces):
    """Give real embeddings and their owners."""
    return mobile.embed(list(faces[0])), faces[1]


def test_imprinted_rows_are_the_normalised_sums(known):
    vectors, owners = known
    sums = np.stack([vectors[owners == row].astype(np.float64).sum(axis=0) for row in range(4)])
    expected = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    np.testing.assert_allclose(rows("wi", vectors, owners, 4), expected, atol=1e-6)


def test_imprinted_rows_by_hand():
    # (1, 0) + (0.6, 0.8) = (1.6, 0.8), of length sqrt(3.2); the other identity has one shot.
    got = rows("wi", np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]], np.float32), np.array([0, 1, 0]), 2)
    np.testing.assert_allclose(got, [[0.894427, 0.447214], [0.0, 1.0]], atol=1e-6)


def test_imprinted_rows_are_the_prototypes_that_recognition_works_with(known):
    vectors, owners = known
    names = {row: f"person {row}" for row in range(4)}
    gallery = prototypes(vectors, owners.tolist(), names=names, encoder="mobile", revision=1)
    assert np.abs(rows("wi", vectors, owners, 4) - gallery.matrix).max() < 1e-5


def test_random_rows_are_unit_and_seeded(known):
    first, again, other = (rows("random", *known, 4, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1.0, atol=1e-6)
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 0.05


@pytest.mark.parametrize("head", HEADS)
def test_probing_stops_above_95_percent(known, head):
    """Every step before the last had fewer right, so a start that is good enough is left alone."""
    vectors, owners = known
    probed = rows("lp", vectors, owners, 4, head=head)
    assert np.mean((vectors @ probed.T).argmax(axis=1) == owners) > 0.95
    at_random = rows("random", vectors, owners, 4)
    assert np.mean((vectors @ at_random.T).argmax(axis=1) == owners) <= 0.95  # or this test would show nothing
    assert np.abs(probed - at_random).max() > 1e-3


def test_probing_takes_adam_s_steps_until_then(known):
    """The same by a loop of its own: Adam 1e-3, weight decay 5e-4."""
    vectors, owners = (torch.tensor(part) for part in known)
    draw = torch.Generator().manual_seed(0)
    weight = torch.nn.functional.normalize(torch.randn(4, 128, generator=draw)).requires_grad_()
    optimiser = torch.optim.Adam([weight], lr=1e-3, weight_decay=5e-4)
    steps = 0
    while True:
        cosines = torch.nn.functional.normalize(vectors) @ torch.nn.functional.normalize(weight).T
        if (cosines.argmax(1) == owners).sum() > 0.95 * len(owners):
            break
        logits = 32.0 * (cosines - 0.4 * torch.nn.functional.one_hot(owners, 4))
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(logits, owners).backward()
        optimiser.step()
        steps += 1
    assert steps > 3
    np.testing.assert_allclose(rows("lp", *known, 4), weight.detach().numpy(), atol=1e-5)


def test_probing_gives_up_on_what_cannot_be_told_apart():
    same = np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)
    assert np.isfinite(rows("lp", same, np.array([0, 1]), 2)).all()


def test_probing_stops_when_it_is_cancelled():
    same = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    asked = []

    def cancelled():
        asked.append(1)
        return len(asked) > 3

    draw = torch.Generator().manual_seed(0)
    STARTS["lp"].rows(same, torch.tensor([0, 1]), 2, head=HEADS["cosface"](), draw=draw, cancelled=cancelled)
    assert len(asked) == 4


def test_probing_touches_neither_the_encoder_nor_its_statistics(tiny, small_faces, run):
    before = {name: value.clone() for name, value in tiny.net.state_dict().items()}
    trained, _ = run(tiny, small_faces, start="lp", layers="none", epochs=1)
    for name, value in trained.net.state_dict().items():
        assert torch.equal(value, before[name]), name
        assert torch.equal(tiny.net.state_dict()[name], before[name]), name


def test_the_operator_can_choose_every_start_imprinting_first():
    assert [choice.name for choice in start_choices()] == ["wi", "lp", "random"]
