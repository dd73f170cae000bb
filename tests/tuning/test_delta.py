"""A version is stored as what differs from the pretrained encoder, and comes back to the bit."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from osfi_gui.core.errors import EncoderError
from osfi_gui.vision.delta import difference, with_difference

RUNS = {
    "bn": {"layers": "bn"},
    "pa": {"layers": "pa"},
    "full": {"layers": "full"},
    "partial": {"layers": "partial"},
    "adapting": {"layers": "bn", "statistics": "adapting"},
    "pa-adapting": {"layers": "pa", "statistics": "adapting"},
    "none": {"layers": "none"},
}


@pytest.mark.parametrize("name", RUNS)
def test_the_round_trip_gives_the_same_embeddings_to_the_bit(mobile, faces, run, name):
    made, _ = run(mobile, faces, epochs=1, **RUNS[name])
    expected = mobile.with_net(made.net, version=0).embed(list(faces[0]))
    delta = difference(made.net, mobile.net)
    tuned = with_difference(mobile, delta, version=3)
    assert np.array_equal(tuned.embed(list(faces[0])), expected)
    assert (tuned.name, tuned.base, tuned.version) == ("mobile@3", "mobile", 3)
    assert mobile.name == "mobile"
    apart = float(np.abs(expected - mobile.embed(list(faces[0]))).max())
    assert apart == 0.0 if name == "none" else apart > 1e-4
    names = set(load(delta))
    buffers = {key for key, _ in mobile.net.named_buffers()}
    assert names & buffers == (buffers if "adapting" in name else set())


def test_a_batchnorm_delta_is_small(mobile, faces, run):
    made, _ = run(mobile, faces, epochs=1)
    delta = difference(made.net, mobile.net)
    norms = sum(m.weight.numel() + m.bias.numel() for m in mobile.net.modules() if isinstance(m, torch.nn.BatchNorm2d))
    assert len(load(delta)) == 100
    assert 4 * norms <= len(delta) < 4 * norms + 20_000
    assert len(delta) < 0.1 * 4 * sum(p.numel() for p in mobile.net.parameters())


def test_what_did_not_change_is_not_in_it(tiny):
    assert load(difference(tiny.net, tiny.net)) == {}


@pytest.fixture
def delta(tiny, small_faces, run):
    """Give a delta of the tiny encoder with adapters."""
    made, _ = run(tiny, small_faces, epochs=1, layers="pa")
    return difference(made.net, tiny.net)


def refused(encoder, delta):
    before = {name: value.clone() for name, value in encoder.net.state_dict().items()}
    with pytest.raises(EncoderError, match=r"Version 7 does not fit the encoder \w+, or is damaged\. Go back"):
        with_difference(encoder, delta, version=7)
    assert encoder.net.state_dict().keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in encoder.net.state_dict().items())


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: b"",
        lambda d: d[:-1],
        lambda d: d[: len(d) // 2],
        lambda d: b"\xff" * 8 + d[8:],
        lambda d: d + b"x",
        lambda d: b"no safetensors at all",
        lambda d: save({name: value[:1] for name, value in load(d).items()}),
        lambda d: save({f"{name}x": value for name, value in load(d).items()}),
        lambda d: save(dict(list(load(d).items())[:1])),
        lambda d: save({**load(d), "more": torch.zeros(2)}),
    ],
)
def test_damaged_bytes_are_refused(tiny, delta, damage):
    with_difference(tiny, delta, version=7)
    refused(tiny, damage(delta))


def test_numbers_that_are_none_are_refused(tiny, delta):
    changed = load(delta)
    name = next(iter(changed))
    refused(tiny, save({**changed, name: changed[name] * torch.nan}))


def test_a_delta_of_another_encoder_is_refused(tiny, mobile, sface, faces, run):
    made, _ = run(mobile, faces, epochs=1)
    other = difference(made.net, mobile.net)
    refused(tiny, other)
    refused(sface, other)
