"""How a step moves the weights."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from osfi_gui.tuning.steps import Adam, DecayToward, WeightMean, rate_at


def test_the_rate_falls_along_half_a_cosine():
    # 0.5 * 0.2 * (1 + cos(pi i / 4)): 0.2, 0.17071, 0.1, 0.02929
    assert [rate_at(i, 4, 0.2) for i in range(4)] == pytest.approx([0.2, 0.170711, 0.1, 0.029289], abs=1e-6)
    assert rate_at(0, 1, 1e-3) == 1e-3


def test_the_rate_is_torch_s_cosine_annealing():
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=20)
    for step in range(20):
        assert rate_at(step, 20, 0.3) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-6)
        optimiser.step()
        schedule.step()


def test_a_run_steps_along_the_schedule(tiny, small_faces, run):
    _, steps = run(tiny, small_faces, epochs=2, batch=5, rate=0.01)
    assert [step.step for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step.epoch for step in steps] == pytest.approx([1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2])
    assert [step.rate for step in steps] == pytest.approx(
        [0.005 * (1 + math.cos(math.pi * i / 6)) for i in range(6)], rel=1e-9
    )


def test_the_pull_is_the_decay_times_the_way_from_home():
    moved, still = nn.Parameter(torch.tensor([1.0, 2.0])), nn.Parameter(torch.tensor([5.0]))
    pull = DecayToward([moved, still], 0.5)
    with torch.no_grad():
        moved.add_(torch.tensor([0.4, -1.0]))
    moved.grad = torch.tensor([10.0, 10.0])
    pull.add()
    assert moved.grad.tolist() == pytest.approx([10.2, 9.5])
    assert still.grad is None


def test_adam_is_torch_s():
    """Two groups with decays of their own, a rate that changes, and a parameter that has no gradient now and then."""
    draw = torch.Generator().manual_seed(0)
    ours = [nn.Parameter(torch.randn(shape, generator=draw)) for shape in ((3, 4), (5,), (2, 2))]
    theirs = [nn.Parameter(parameter.detach().clone()) for parameter in ours]
    optimiser = Adam([(ours[:1], 0.1), (ours[1:], 0.0)], 0.01)
    groups = [{"params": theirs[:1], "weight_decay": 0.1}, {"params": theirs[1:], "weight_decay": 0.0}]
    reference = torch.optim.Adam(groups, lr=0.01)
    for step in range(25):
        optimiser.zero_grad()
        reference.zero_grad()
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = torch.randn(mine.shape, generator=draw) * 10.0 ** (step % 5 - 3)
            other.grad = mine.grad.clone()
        optimiser.set_rate(0.01 / (1 + step))
        for group in reference.param_groups:
            group["lr"] = 0.01 / (1 + step)
        optimiser.step()
        reference.step()
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.allclose(mine, other, rtol=1e-5, atol=1e-7)


def far(net, other):
    pairs = zip(net.parameters(), other.parameters(), strict=True)
    return max(float((ours.detach() - theirs.detach()).abs().max()) for ours, theirs in pairs)


def test_decay_toward_pretrained_holds_the_weights_at_home(tiny, small_faces, run):
    """Adam's steps are as long as the rate allows, so home is a place to return to: with a huge decay they do."""
    recipe = {"epochs": 40, "rate": 1e-3, "layers": "bn", "augment": "none"}
    free, _ = run(tiny, small_faces, decay=0.0, **recipe)
    held, _ = run(tiny, small_faces, decay=1e6, toward="pretrained", **recipe)
    to_zero, _ = run(tiny, small_faces, decay=1e6, toward="zero", **recipe)
    assert far(free.net, tiny.net) > 5e-3
    assert far(held.net, tiny.net) < 2e-3
    gammas = [dict(net.named_parameters())["bn1.weight"].detach() for net in (tiny.net, held.net, to_zero.net)]
    assert bool((gammas[2].abs() < gammas[0].abs() - 0.01).all())
    assert float((gammas[1] - gammas[0]).abs().max()) < 2e-3


def test_the_first_step_of_either_decay_is_adam_s_by_hand(tiny, small_faces, run):
    """Adam's first step is rate * sign(gradient) (but for epsilon): a huge decay to zero turns every sign to -w's."""
    made, _ = run(tiny, small_faces, epochs=1, rate=0.01, decay=1e8, toward="zero", augment="none")
    before, after = tiny.net.bn2.weight.detach(), made.net.bn2.weight
    assert torch.allclose(after, before - 0.01 * before.sign(), atol=1e-6)


def test_weights_are_averaged_over_the_last_epochs():
    net = nn.BatchNorm2d(1)
    mean = WeightMean(net, last=2, epochs=4)
    for epoch, value in enumerate([100.0, 50.0, 3.0, 6.0]):
        with torch.no_grad():
            net.weight.fill_(value)
            net.running_mean.fill_(value / 10)
        net.num_batches_tracked.fill_(epoch)
        mean.take(epoch)
    mean.put()
    assert (net.weight.item(), net.running_mean.item()) == pytest.approx((4.5, 0.45))
    assert int(net.num_batches_tracked) == 3


def test_a_run_s_average_is_the_mean_of_its_epochs(tiny, small_faces, run):
    """The weights after each epoch are seen by the look that a run allows; their mean by hand is what it ends with."""
    from osfi_gui.core.events import Finished, Token
    from osfi_gui.core.tune import Measured, Recipe
    from osfi_gui.tuning.train import train

    seen = []

    def look(encoder, epoch):
        seen.append({name: value.double().clone() for name, value in encoder.net.state_dict().items()})
        return Measured(epoch, 0.0, 0.01)

    recipe = Recipe(epochs=4, average=3, rate=0.01, statistics="adapting")
    *_, last = train(tiny, *small_faces, recipe=recipe, token=Token(), measure=look)
    assert isinstance(last, Finished)
    assert len(seen) == 4
    for name, value in last.result.net.state_dict().items():
        if value.is_floating_point():
            expected = (seen[1][name] + seen[2][name] + seen[3][name]) / 3.0
            assert torch.allclose(value.double(), expected, atol=1e-7), name
    plain, _ = run(tiny, small_faces, epochs=4, rate=0.01, statistics="adapting")
    assert torch.equal(plain.net.bn1.weight.double(), seen[3]["bn1.weight"])
    assert not torch.allclose(plain.net.bn1.weight, last.result.net.bn1.weight, atol=1e-6)
