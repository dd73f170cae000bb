"""The run: the same to the bit, cancelled at once, and it learns."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Token
from osfi_gui.core.tune import Measured, Recipe, Stepped
from osfi_gui.tuning import memory
from osfi_gui.tuning.heads import HEADS
from osfi_gui.tuning.layers import LAYERS
from osfi_gui.tuning.train import check_recipe, train


def weights(trained):
    return {**trained.net.state_dict(), "rows": torch.from_numpy(trained.rows)}


def same(one, other, tolerance=0.0):
    """Whether two runs made the same weights, to the bit by default."""
    first, second = weights(one), weights(other)
    assert first.keys() == second.keys()
    return all(float((first[name].double() - second[name].double()).abs().max()) <= tolerance for name in first)


@pytest.mark.parametrize("statistics", ["frozen", "adapting"])
def test_the_same_seed_gives_the_same_weights_to_the_bit_and_another_does_not(mobile, faces, run, statistics):
    recipe = {"epochs": 1, "batch": 4, "statistics": statistics}
    first, _ = run(mobile, faces, **recipe)
    torch.manual_seed(99)  # what the rest of the program draws does not matter
    again, _ = run(mobile, faces, **recipe)
    assert same(first, again)
    other, _ = run(mobile, faces, **recipe, seed=1)
    assert not same(first, other, 1e-4)


def test_the_camera_s_augmentation_is_seeded_too(tiny, small_faces, run):
    first, again = (run(tiny, small_faces, epochs=2, augment="camera")[0] for _ in range(2))
    assert same(first, again)
    assert not same(first, run(tiny, small_faces, epochs=2, augment="paper")[0], 1e-5)


def test_micro_batches_do_not_change_a_frozen_run(mobile, faces, run, monkeypatch):
    recipe = {"epochs": 2, "margin": 0.9, "augment": "none"}  # a loss that is far from zero
    large, _ = run(mobile, faces, **recipe)
    monkeypatch.setattr(memory, "CPU_BUDGET", 1)
    small, _ = run(mobile, faces, **recipe)
    assert large.micro >= 8 > small.micro == 2
    apart = torch.cat(
        [(weights(large)[name].double() - value).abs().flatten() for name, value in weights(small).items()]
    )
    # Adam divides by the gradient's size: where that is all but zero, its rounding decides.
    assert float(apart.quantile(0.999)) < 1e-5
    assert float(apart.max()) < 1e-4


def test_micro_batches_do_not_change_loss_and_gradient(tiny, small_faces, run, monkeypatch):
    recipe = {"epochs": 6, "batch": 9, "rate": 0.003}
    large, steps = run(tiny, small_faces, **recipe)
    monkeypatch.setattr(memory, "CPU_BUDGET", 1)
    small, parts = run(tiny, small_faces, **recipe)
    assert (large.micro, small.micro) == (9, 2)
    assert same(large, small, 1e-5)
    assert [step.loss for step in steps] == pytest.approx([part.loss for part in parts], rel=1e-5)
    assert [step.accuracy for step in steps] == [part.accuracy for part in parts]


class StopsAfter:
    """A token that is set after it was asked some times."""

    def __init__(self, calls):
        self.left = calls

    def cancelled(self):
        self.left -= 1
        return self.left < 0


class Counts(torch.nn.Module):
    """A network that counts its passes."""

    passes = 0

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        Counts.passes += 1
        return self.net(x)


@pytest.mark.parametrize("asked", [0, 1, 2, 3, 7])
def test_cancelled_between_two_passes_it_ends_before_the_next(tiny, small_faces, monkeypatch, asked):
    monkeypatch.setattr(memory, "CPU_BUDGET", 1)
    encoder = tiny.with_net(Counts(copy.deepcopy(tiny.net)), version=0)
    before = {name: value.clone() for name, value in encoder.net.state_dict().items()}
    Counts.passes = 0
    token = StopsAfter(asked)
    *steps, last = train(encoder, *small_faces, recipe=Recipe(epochs=5), token=token)
    assert last == Cancelled("Nothing was changed.")
    # Before the first question nothing passes; the embedding and the look at the memory pass once each.
    assert Counts.passes <= asked + 1
    assert token.left == -1
    assert not steps
    assert all(torch.equal(value, before[name]) for name, value in encoder.net.state_dict().items())


def test_the_encoder_passed_in_is_unchanged_to_the_bit(mobile, faces, run):
    before = copy.deepcopy(mobile.net.state_dict())
    kinds = [type(module) for module in mobile.net.modules()]
    flags = [parameter.requires_grad for parameter in mobile.net.parameters()]
    made, _ = run(mobile, faces, epochs=1, layers="pa", statistics="adapting", batch=4)
    assert [type(module) for module in mobile.net.modules()] == kinds
    assert [parameter.requires_grad for parameter in mobile.net.parameters()] == flags
    assert not mobile.net.training
    assert mobile.net.state_dict().keys() == before.keys()
    assert all(torch.equal(value, before[name]) for name, value in mobile.net.state_dict().items())
    assert not made.net.training
    assert not any(parameter.requires_grad for parameter in made.net.parameters())


def test_frozen_statistics_leave_every_buffer_and_adapting_ones_move_them(mobile, faces, run):
    before = dict(mobile.net.named_buffers())
    assert len(before) == 150
    frozen, _ = run(mobile, faces, epochs=1)
    assert all(torch.equal(value, before[name]) for name, value in frozen.net.named_buffers())
    adapting, _ = run(mobile, faces, epochs=1, statistics="adapting")
    assert not any(torch.equal(value, before[name]) for name, value in adapting.net.named_buffers())


def test_one_identity_is_refused_with_what_to_do(tiny, small_faces):
    chips, owners = small_faces
    with pytest.raises(DeskError, match=r"there is only one\. Enrol a second"):
        list(train(tiny, chips[:3], owners[:3], recipe=Recipe(), token=Token()))
    with pytest.raises(DeskError, match="only one"):
        list(train(tiny, chips[:0], owners[:0], recipe=Recipe(), token=Token()))


@pytest.mark.parametrize("statistics", ["frozen", "adapting"])
@pytest.mark.parametrize("people", [2, 3, 5])
def test_one_shot_each_is_enough(tiny, small_faces, run, people, statistics):
    chips, owners = small_faces
    made, steps = run(tiny, (chips[: 3 * people : 3], owners[: 3 * people : 3]), epochs=2, statistics=statistics)
    assert made.rows.shape == (people, 10)
    assert all(np.isfinite(step.loss) for step in steps)
    assert all(bool(torch.isfinite(value).all()) for value in made.net.state_dict().values())


class OneValue(torch.nn.Module):
    """BatchNorm behind the last map, as in MobileFaceNet: a batch of one has one value a channel."""

    def __init__(self, net):
        super().__init__()
        self.net, self.bn = net, torch.nn.BatchNorm1d(10)

    def forward(self, x):
        return self.bn(self.net(x))


@pytest.mark.parametrize("statistics", ["frozen", "adapting"])
@pytest.mark.parametrize(
    ("batch", "budget"), [(14, 1 << 30), (7, 1 << 30), (2, 1 << 30), (1, 1 << 30), (15, 1), (3, 1)]
)
def test_a_remainder_of_one_works(tiny, small_faces, run, batch, budget, statistics, monkeypatch):
    """Fifteen chips in batches of 14, 7, 2 or 1, or passed two at a time."""
    monkeypatch.setattr(memory, "CPU_BUDGET", budget)
    encoder = tiny.with_net(OneValue(copy.deepcopy(tiny.net)), version=0)
    _, steps = run(encoder, small_faces, epochs=1, batch=batch, statistics=statistics)
    assert all(np.isfinite(step.loss) for step in steps)
    # None is left out: with one chip a step there are fifteen, or seven where each needs two.
    if batch in (1, 2):
        assert (
            len(steps)
            == {("frozen", 1): 15, ("frozen", 2): 8, ("adapting", 1): 7, ("adapting", 2): 7}[statistics, batch]
        )


def test_a_loss_that_is_no_number_is_said_in_a_sentence(tiny, small_faces):
    with pytest.raises(DeskError, match=r"The loss is no longer a number\. Choose a smaller learning rate"):
        list(train(tiny, *small_faces, recipe=Recipe(head="softmax", rate=1e30, layers="full"), token=Token()))


def test_weights_that_are_no_numbers_after_the_last_step_are_not_given_out(tiny, small_faces):
    recipe = Recipe(epochs=1, decay=3e38, layers="full")
    with pytest.raises(DeskError, match="no longer a number"):
        list(train(tiny, *small_faces, recipe=recipe, token=Token()))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"head": "circle"}, "There is no head named “circle”. Choose one of: cosface, arcface"),
        ({"start": "x"}, "no start named"),
        ({"layers": "x"}, "no layers named"),
        ({"statistics": "x"}, "no statistics named"),
        ({"toward": "x"}, "no toward named"),
        ({"augment": "x"}, "no augmentation named"),
        ({"precision": "x"}, "no precision named"),
        ({"epochs": 0}, "Epochs, batch"),
        ({"batch": 0}, "Epochs, batch"),
        ({"average": 21}, "no more are averaged"),
        ({"average": 0}, "averaged epochs are 1 or more"),
        ({"rate": 0.0}, "learning rate is above 0"),
        ({"rate": float("nan")}, "learning rate is above 0"),
        ({"decay": -1.0}, "weight decay 0 or more"),
        ({"rate": 1e39}, "learning rate is above 0"),
        ({"decay": float("inf")}, "weight decay 0 or more"),
        ({"decay": float("nan")}, "weight decay 0 or more"),
        ({"scale": float("inf")}, "scale"),
        ({"scale": 0.0}, "scale"),
        ({"margin": float("nan")}, "margin"),
        ({"margin": -0.1}, "margin"),
        ({"seed": -1}, "The seed is 0 or more"),
        ({"seed": 2**63}, "below 2 to the power of 63"),
    ],
)
def test_a_recipe_that_means_nothing_is_refused(wrong, words):
    with pytest.raises(DeskError) as refused:
        check_recipe(Recipe(**wrong))
    assert words in str(refused.value)
    check_recipe(Recipe())
    check_recipe(Recipe(seed=2**63 - 1))


LEARNS = [
    # At their own scales some have nothing left to learn in float32: these faces are easily told apart.
    *({"head": head, "scale": 0.1 if head == "softmax" else 8.0} for head in HEADS),
    *({"start": start} for start in ("lp", "random")),
    *({"layers": layers, "rate": 1e-4} for layers in LAYERS if layers != "bn"),
    {"statistics": "adapting"},
    {"toward": "pretrained"},
]


@pytest.mark.parametrize("recipe", LEARNS, ids=lambda r: "-".join(map(str, r.values())))
def test_it_learns_real_faces(mobile, faces, run, recipe):
    """Without crops, so that every epoch sees the same chips: the loss of the last is below the first's."""
    _, steps = run(mobile, faces, epochs=4, augment="none", **recipe)
    assert len(steps) == 4
    assert steps[-1].loss < steps[0].loss


def test_what_it_says_first_is_the_pretrained_encoder_s_loss(mobile, faces, run):
    """The first step's loss and accuracy, by hand from the network's own embeddings without augmentation."""
    chips, owners = faces
    _, steps = run(mobile, faces, epochs=1, augment="none", margin=0.9)
    known = mobile.embed(list(chips))
    gallery = np.stack([known[owners == row].sum(axis=0) for row in range(4)])
    gallery /= np.linalg.norm(gallery, axis=1, keepdims=True)
    with torch.no_grad():
        out = mobile.net((torch.from_numpy(chips[:, :, 8:104]).permute(0, 3, 1, 2).float() - 127.5) / 128.0).numpy()
    cosines = out / np.linalg.norm(out, axis=1, keepdims=True) @ gallery.T
    logits = 32.0 * (cosines - 0.9 * np.eye(4)[owners])
    losses = np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(8), owners]
    assert steps[0].loss == pytest.approx(float(losses.mean()), rel=1e-4)
    assert steps[0].accuracy == np.mean(cosines.argmax(axis=1) == owners)


@pytest.mark.parametrize(
    ("layers", "statistics"), [("bn", "frozen"), ("bn", "adapting"), ("full", "frozen"), ("full", "adapting")]
)
def test_a_run_is_what_a_plain_torch_loop_makes(tiny, small_faces, run, layers, statistics):
    """The same by torch's own layers, Adam, cosine annealing and cross entropy, with whole batches."""
    chips, owners = small_faces
    made, steps = run(tiny, small_faces, epochs=8, augment="none", layers=layers, statistics=statistics, decay=0.01)
    net = copy.deepcopy(tiny.net).eval()
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.train(statistics == "adapting")
    x = (torch.from_numpy(chips).permute(0, 3, 1, 2).float() - 127.5) / 127.5
    known, right = torch.from_numpy(tiny.embed(list(chips))), torch.from_numpy(owners)
    rows = torch.nn.Parameter(torch.nn.functional.normalize(known.view(5, 3, 10).sum(1)))
    trains = net.parameters() if layers == "full" else [p for norm in norms for p in norm.parameters()]
    optimiser = torch.optim.Adam([*trains, rows], lr=1e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=8)
    losses = []
    for _ in range(8):
        cosines = torch.nn.functional.normalize(net(x)) @ torch.nn.functional.normalize(rows).T
        loss = torch.nn.functional.cross_entropy(32.0 * (cosines - 0.4 * torch.eye(5)[right]), right)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
    assert [step.loss for step in steps] == pytest.approx(losses, rel=1e-4)
    # Biases before a BatchNorm that normalises by the batch have no gradient but rounding, which Adam makes large.
    idle = {"conv2.bias", "conv3.bias"} if (layers, statistics) == ("full", "adapting") else set()
    expected = net.state_dict()
    for name, value in made.net.state_dict().items():
        if name not in idle and not (idle and name.endswith("running_mean")):
            assert torch.allclose(value.double(), expected[name].double(), atol=2e-5), name
    assert np.abs(made.rows - rows.detach().numpy()).max() < 2e-5


def test_a_run_can_be_looked_at_in_the_middle(tiny, small_faces):
    def look(encoder, epoch):
        assert encoder.embed(list(small_faces[0][:2])).shape == (2, 10)
        return Measured(epoch, 0.5, 0.01)

    recipe = Recipe(epochs=5)
    *events, last = train(tiny, *small_faces, recipe=recipe, token=Token(), measure=look, measure_every=2)
    assert isinstance(last, Finished)
    assert [event.epoch for event in events if isinstance(event, Measured)] == [2.0, 4.0]
    assert sum(isinstance(event, Stepped) for event in events) == 5


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_half_precision_learns_what_single_precision_learns(tiny, small_faces, run, monkeypatch, kind):
    """On the CPU, which computes in both; a GPU takes the same path with ``precision="auto"``."""
    recipe = {"epochs": 20, "batch": 15, "rate": 0.003, "augment": "none"}  # every step sees all chips
    whole, steps = run(tiny, small_faces, **recipe)
    monkeypatch.setattr("osfi_gui.tuning.train._precision", lambda recipe, device: kind)
    half, others = run(tiny, small_faces, **recipe)
    assert others[-1].loss < others[0].loss
    assert others[-1].loss == pytest.approx(steps[-1].loss, rel=0.05)
    assert all(value.dtype == weights(whole)[name].dtype for name, value in weights(half).items())


def test_a_step_whose_gradients_overflow_is_left_out_and_the_next_is_taken_with_a_smaller_scale(
    tiny, small_faces, run, monkeypatch
):
    monkeypatch.setattr("osfi_gui.tuning.train._precision", lambda recipe, device: torch.float16)
    scaler, scales = torch.amp.GradScaler, []

    class Far(scaler):
        """Begins with a scale at which half precision overflows."""

        def __init__(self, device, *, enabled):
            super().__init__(device, init_scale=2.0**40, enabled=enabled)

        def update(self, *arguments):
            super().update(*arguments)
            scales.append(self.get_scale())

    monkeypatch.setattr(torch.amp, "GradScaler", Far)
    made, steps = run(tiny, small_faces, epochs=40, batch=15, rate=0.003, augment="none")
    assert scales[0] == 2.0**39  # the first step was left out
    assert scales[-1] < 2.0**30  # until some were taken
    assert steps[-1].loss < steps[0].loss
    assert all(bool(torch.isfinite(value).all()) for value in weights(made).values())
