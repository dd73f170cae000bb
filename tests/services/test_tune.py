"""Fine-tuning on a gallery of real faces: who is held out, what is kept, and the paper's algorithm derived anew."""

from __future__ import annotations

import math
import random
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from real_faces import mobile_encoder, people_of, strangers_of

from osfi_gui.core.enrolment import NewShot
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.core.match import Evidence, Nac
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.core.scores import Persons
from osfi_gui.core.tune import Measured, Recipe, Standing, Stepped
from osfi_gui.services.enrol import enrol_folder
from osfi_gui.services.strangers import import_strangers
from osfi_gui.services.tune import InUse, Tuned, gather, held_out, judged, mean_rows, readiness, tune, tune_choices
from osfi_gui.services.versions import promote
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.vision.delta import with_difference

PEOPLE, SHOTS, STRANGERS = 6, 3, 12
RECIPE = Recipe(epochs=2, batch=16)


@pytest.fixture(scope="module")
def mobile(shared_data, device, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSFI_DATA_DIR", str(tmp_path_factory.mktemp("mobile")))
        return mobile_encoder(shared_data, device)


@pytest.fixture(scope="module")
def made(shared_data, mobile, tmp_path_factory):
    """Make a closed gallery of six people, three chips each, and twelve strangers; it is copied, never opened."""
    place = tmp_path_factory.mktemp("gallery")
    for name, people, count in (
        ("known", people_of(shared_data, PEOPLE), SHOTS),
        ("strangers", strangers_of(shared_data, STRANGERS), 1),
    ):
        for person in people:
            (place / name / person.name).mkdir(parents=True)
            for file in sorted(person.iterdir())[:count]:
                shutil.copy(file, place / name / person.name)
    tools = {"detector": None, "encoder": mobile, "token": Token(), "aligned": True}
    with GalleryFile.open(place / "desk.osfi", "passphrase", create=True) as store:
        list(enrol_folder(place / "known", store=store, **tools))
        list(import_strangers(place / "strangers", store=store, **tools))
    return place / "desk.osfi"


@pytest.fixture
def gallery(made, tmp_path):
    with GalleryFile.open(shutil.copy(made, tmp_path / "copy.osfi"), "passphrase", create=False) as store:
        yield store


@pytest.fixture(scope="module")
def data(made, mobile, tmp_path_factory):
    path = shutil.copy(made, tmp_path_factory.mktemp("data") / "copy.osfi")
    with GalleryFile.open(path, "passphrase", create=False) as store:
        return gather(store, mobile, seed=0)


@pytest.fixture(scope="module")
def events(data, mobile):
    """Run the recipe once; several tests look at what it said."""
    return list(tune(data, mobile, recipe=RECIPE, token=Token()))


def test_a_third_of_each_person_s_shots_is_held_out_and_never_the_only_one():
    owners = np.repeat(np.arange(6), [1, 2, 3, 4, 6, 9])
    held = held_out(owners, seed=0)
    assert [int(held[owners == row].sum()) for row in range(6)] == [0, 1, 1, 1, 2, 3]
    assert np.array_equal(held, held_out(owners, seed=0))
    assert any(not np.array_equal(held, held_out(owners, seed=seed)) for seed in range(1, 4))


def test_the_data_are_the_gallery_s_chips(data, shared_data):
    assert data.counts.people == PEOPLE
    assert (data.counts.shots, data.counts.held_out, data.counts.held_out_people) == (12, 6, 6)
    assert (data.counts.strangers, data.counts.stranger_people) == (STRANGERS, STRANGERS)
    files = {
        np.asarray(Image.open(file).convert("RGB")).tobytes()
        for person in people_of(shared_data, PEOPLE)
        for file in sorted(person.iterdir())[:SHOTS]
    }
    # Cut from a stored aligned portrait by its own landmarks: the same picture but for rounding.
    originals = [np.frombuffer(raw, np.uint8).reshape(112, 112, 3).astype(int) for raw in files]
    for chip in data.chips:
        assert min(np.abs(chip.astype(int) - original).mean() for original in originals) < 1.0


def test_held_out_shots_are_not_trained_on(data, mobile, monkeypatch):
    from osfi_gui.tuning import train as training

    seen = []
    monkeypatch.setattr(
        training.AUGMENTATIONS["paper"], "apply", lambda chips, draw: (seen.extend(chips.numpy()), chips)[1]
    )
    list(tune(data, mobile, recipe=replace(RECIPE, epochs=1), token=Token()))
    trained = {chip.tobytes() for chip in seen}
    assert len(seen) == 12
    assert trained == {chip.tobytes() for chip in data.chips[~data.held]}
    assert not trained & {chip.tobytes() for chip in data.chips[data.held]}
    assert not trained & {chip.tobytes() for chip in data.strangers}


def test_a_run_says_what_it_does_and_ends_with_a_version(events, data, mobile):
    assert events[0] == Started("Tuning mobile on 12 shots of 6 people") or "12 shots of 6 people" in events[0].what
    assert [event.step for event in events if isinstance(event, Stepped)] == [1, 2]
    looks = [event for event in events if isinstance(event, Measured)]
    assert [(look.epoch, look.target_far) for look in looks] == [(1.0, 0.1), (2.0, 0.1)]
    # Before and after: 12 + 6 + 12 faces each.
    assert [event.done for event in events if isinstance(event, Progress)][-1] == 60
    tuned = events[-1].result
    assert isinstance(tuned, Tuned)
    version = tuned.version
    assert (version.encoder, version.parent, version.revision) == ("mobile", 0, data.revision)
    assert version.trained_on == data.identity_ids
    assert version.recipe == RECIPE
    assert version.comparison.counts == data.counts
    assert version.seconds > 0.0


def test_the_delta_is_the_tuned_encoder_that_was_judged(events, data, mobile):
    """The last look at the run and the judgement, by hand from the stored delta."""
    tuned = events[-1].result
    encoder = with_difference(mobile, tuned.delta, version=1)
    value = {}
    for name, each in (("before", mobile), ("after", encoder)):
        shots, held, others = (
            each.embed(list(chips)) for chips in (data.chips[~data.held], data.chips[data.held], data.strangers)
        )
        gallery = np.stack([shots[data.owners[~data.held] == row].sum(axis=0) for row in range(PEOPLE)])
        gallery /= np.linalg.norm(gallery, axis=1, keepdims=True)
        mated, stranger = held @ gallery.T, (others @ gallery.T).max(axis=1)
        right = mated.argmax(axis=1) == data.owners[data.held]
        threshold = sorted(stranger, reverse=True)[0]  # FAR 10 % of 12 strangers lets one in
        value[name] = (float(np.mean(right & (mated.max(axis=1) >= threshold))), float(right.mean()))
    (row, _) = tuned.version.comparison.rows  # cosine and NAC, at the one FAR that 12 strangers can measure
    assert (row.matcher, row.far) == ("cosine", 0.1)
    assert (row.before.value, row.rank1_before) == pytest.approx(value["before"])
    assert (row.after.value, row.rank1_after) == pytest.approx(value["after"])
    looks = [event for event in events if isinstance(event, Measured)]
    assert looks[-1].dir_at_far == pytest.approx(value["after"][0])


def test_cancelled_nothing_is_left(data, mobile, gallery):
    for when in (Stepped, Progress):
        token, last = Token(), None
        for event in tune(data, mobile, recipe=RECIPE, token=token):
            if isinstance(event, when):
                token.cancel()
            last = event
        assert last == Cancelled("Nothing was changed.")
    assert gallery.versions("mobile") == []


def test_cancelled_before_a_look_there_is_no_look(data, mobile):
    token, events = Token(), []
    for event in tune(data, mobile, recipe=RECIPE, token=token):
        events.append(event)
        if isinstance(event, Stepped) and event.step == 2:
            token.cancel()
    assert [event.epoch for event in events if isinstance(event, Measured)] == [1.0]
    assert events[-1] == Cancelled("Nothing was changed.")


def test_two_equal_encoders_are_no_different(data, mobile):
    *_, last = judged(data, mobile, mobile, token=Token())
    comparison = last.result
    assert comparison.standing is Standing.OPEN
    assert {(row.difference.low, row.difference.high) for row in comparison.rows} == {(0.0, 0.0)}


def test_an_encoder_that_forgot_is_worse(data, mobile):
    """Random weights against the real ones."""
    blind = blinded(mobile)
    *_, last = judged(data, mobile, blind, token=Token())
    assert last.result.standing is Standing.WORSE
    *_, back = judged(data, blind, mobile, token=Token())
    assert back.result.standing is Standing.BETTER


def in_use(data, encoder, *, version=1, unseen=None):
    """Give a run's data as if that version were in use; where nothing else is said, it has seen no held-out shot."""
    rival = encoder.with_net(encoder.net, version=version)
    return replace(data, in_use=InUse(rival, data.held if unseen is None else unseen))


def blinded(mobile):
    """Give random weights."""
    from osfi_gui.vision.nets.mobilefacenet import MobileFaceNet

    torch.manual_seed(0)
    return mobile.with_net(MobileFaceNet(width=96), version=0)


def test_what_is_no_worse_than_pretrained_may_be_worse_than_what_is_in_use(data, mobile):
    """Random weights before and after a run that did nothing, while the real ones are in use."""
    blind = blinded(mobile)
    *_, progress, last = judged(in_use(data, mobile, version=7), blind, blind, token=Token())
    assert (progress.done, progress.total) == (90, 90)  # three encoders, 30 faces each
    comparison = last.result
    assert (comparison.standing, comparison.against) == (Standing.OPEN, 0)
    against = comparison.in_use
    assert (against.standing, against.against, against.counts) == (Standing.WORSE, 7, data.counts)
    assert against.sentence.startswith("Worse than version 7, which was in use: DIR at FAR 10 % (cosine) went from ")
    assert "on 6 held-out shots of 6 people and 12 faces of 12 strangers, which neither was" in against.sentence
    # What the version in use reaches is what the same weights reach as a result, and the result is the same in both.
    *_, alone = judged(data, mobile, blind, token=Token())
    assert [row.before for row in against.rows] == [row.before for row in alone.result.rows]
    assert [row.after for row in against.rows] == [row.after for row in comparison.rows]
    *_, last = judged(in_use(data, blind), blind, mobile, token=Token())
    assert last.result.in_use.standing is Standing.BETTER
    *_, last = judged(in_use(data, mobile), blind, mobile, token=Token())
    assert last.result.in_use.standing is Standing.OPEN


def test_shots_that_the_version_in_use_was_trained_on_do_not_speak_for_it(data, mobile):
    """Of five of six people; numbers by hand."""
    blind = blinded(mobile)
    fair = data.held & (data.owners < 5)
    *_, last = judged(in_use(data, mobile, unseen=fair), blind, blind, token=Token())
    against = last.result.in_use
    assert (against.counts.held_out, against.counts.held_out_people) == (5, 5)
    assert last.result.counts == data.counts
    shots, held, others = (
        mobile.embed(list(chips)) for chips in (data.chips[~data.held], data.chips[fair], data.strangers)
    )
    gallery = np.stack([shots[data.owners[~data.held] == row].sum(axis=0) for row in range(PEOPLE)])
    gallery /= np.linalg.norm(gallery, axis=1, keepdims=True)
    mated, threshold = held @ gallery.T, (others @ gallery.T).max()  # FAR 10 % of 12 strangers lets one in
    right = mated.argmax(axis=1) == data.owners[fair]
    assert against.rows[0].matcher == "cosine"
    assert against.rows[0].before.value == pytest.approx(np.mean(right & (mated.max(axis=1) >= threshold)))
    assert against.rows[0].rank1_before == pytest.approx(right.mean())


def test_where_too_few_shots_are_new_to_both_the_version_in_use_is_not_compared_with(data, mobile):
    few = data.held & (data.owners < 4)
    *_, progress, last = judged(in_use(data, mobile, unseen=few), mobile, mobile, token=Token())
    assert (progress.done, progress.total) == (60, 60)
    assert last.result.standing is Standing.OPEN
    assert last.result.in_use.standing is Standing.UNJUDGED
    assert last.result.in_use.sentence == (
        "Not compared with version 1, which was in use: 4 people have a held-out shot that it was not trained on, 5 "
        "are needed. Enrol more shots of each."
    )
    unable = replace(in_use(data, mobile), strangers=data.strangers[:9], persons=data.persons[:9])
    *_, last = judged(unable, mobile, mobile, token=Token())
    assert last.result.in_use.sentence == (
        "Not compared with version 1, which was in use: there are 9 faces of strangers, and 10 are needed to measure "
        "false accepts. Add strangers first."
    )


def test_the_next_run_holds_out_what_the_version_in_use_has_not_seen(events, gallery, data, mobile):
    """A version is kept and promoted, one person gets more shots, one is new, one shot is gone; another seed."""
    tuned = events[-1].result
    assert len(tuned.version.comparison.held_out) == 6
    version = gallery.add_version(tuned.version, tuned.delta)
    list(promote(gallery, mobile, version.version_id, token=Token(), anyway=True))
    held = set(version.comparison.held_out)
    before = gallery.shots()
    first, second, third = (person.identity_id for person in gallery.identities()[:3])
    portrait = before[0].portrait
    again = [NewShot(portrait, f"again {i}", {"mobile": mobile.embed([mobile.chip(portrait)])[0]}) for i in range(3)]
    gallery.add_shots(first, again)
    newcomer = gallery.enrol("Zoe", again[:2]).identity_id
    gone = next(shot.shot_id for shot in before if shot.identity_id == third and shot.shot_id not in held)
    gallery.take_back([gone], identity_ids=[])
    made = gather(gallery, mobile, seed=5)
    owner = {shot.shot_id: shot.identity_id for shot in gallery.shots()}
    chosen = {shot for shot, out in zip(made.shot_ids, made.held, strict=True) if out}
    count = {person: sum(1 for shot in chosen if owner[shot] == person) for person in (first, second, third, newcomer)}
    assert count == {first: 2, second: 1, third: 1, newcomer: 1}  # of 6, 3, 2 and 2
    added = set(owner) - {shot.shot_id for shot in before}
    # Of nobody a shot that the version in use was trained on, though one of its shots is gone.
    assert chosen <= held | added
    assert {shot for shot in chosen if owner[shot] == second} == {shot for shot in held if owner[shot] == second}
    new = {shot for shot, out in zip(made.shot_ids, made.in_use.unseen, strict=True) if out}
    assert new == held | added
    assert (made.in_use.encoder.name, gather(gallery, mobile, seed=5).held.tolist()) == ("mobile@1", made.held.tolist())
    gallery.roll_back("mobile")
    assert gather(gallery, mobile, seed=5).in_use is None


def test_without_strangers_or_second_shots_nothing_is_judged(data, mobile):
    few = replace(data, strangers=data.strangers[:9], persons=data.persons[:9])
    single = replace(data, held=data.held & (data.owners < 4))
    for changed, words in ((few, "there are 9 faces of strangers, and 10"), (single, "4 people have a shot")):
        *_, last = judged(changed, mobile, mobile, token=Token())
        assert last == Finished(last.result)
        assert last.result.standing is Standing.UNJUDGED
        assert words in last.result.sentence


def test_readiness_says_what_is_missing(store, colours, shot_of):
    for colour in range(1, 40):
        colours.knows(colour, [1, colour])
    assert readiness(store).problem.startswith("Nobody is enrolled")
    store.enrol("Ada", [shot_of(1), shot_of(2)])
    assert "only one is enrolled" in readiness(store).problem
    with pytest.raises(DeskError, match="only one is enrolled"):
        gather(store, colours, seed=0)
    store.enrol("Bob", [shot_of(3)])
    ready = readiness(store)
    assert (ready.problem, ready.people, ready.shots, ready.held_out) == ("", 2, 3, 1)
    assert "only one person has a second shot" in ready.advice
    for i, name in enumerate(("Cleo", "Dora", "Eve", "Finn")):
        store.enrol(name, [shot_of(4 + 2 * i), shot_of(5 + 2 * i)])
    assert "no strangers are known, and 5 are needed" in readiness(store).advice
    store.add_strangers([shot_of(20 + i) for i in range(8)])
    assert "holds 8 faces of strangers, and 10 are needed" in readiness(store).advice
    store.add_strangers([shot_of(30), shot_of(31)])
    assert readiness(store).advice == (
        "With 10 faces of strangers a FAR of 10 % can be measured, not one of 1 %: that takes 100."
    )
    store.add_strangers([shot_of(32)] * 90)
    assert readiness(store).advice == ""


def test_every_choice_that_is_offered_can_be_trained():
    from osfi_gui.tuning.train import check_recipe

    choices = tune_choices()
    for field, offered in (
        ("start", choices.starts),
        ("layers", choices.layers),
        ("head", choices.heads),
        ("statistics", choices.statistics),
        ("toward", choices.toward),
        ("augment", choices.augment),
    ):
        assert getattr(Recipe(), field) in {choice.name for choice in offered}
        for choice in offered:
            check_recipe(replace(Recipe(), **{field: choice.name}))
    for _, recipe in choices.recipes:
        check_recipe(recipe)
    assert choices.recipes[0][0].name in {choice.name for choice, _ in choices.recipes}


# The released code's algorithm, derived anew, against ours on the same chips and people.


@pytest.fixture(scope="module")
def many(shared_data):
    """Give chips of 18 people (NAC wants 16 neighbours), three shots and two probes, and 20 strangers."""
    chips = [
        np.asarray(Image.open(file).convert("RGB"))
        for person in people_of(shared_data, 18)
        for file in sorted(person.iterdir())[:5]
    ]
    others = [np.asarray(Image.open(next(p.iterdir())).convert("RGB")) for p in strangers_of(shared_data, 20)]
    return np.stack(chips), np.tile([True, True, True, False, False], 18), np.stack(others)


@pytest.fixture(scope="module")
def theirs(many, mobile):
    """Embed as published: contiguous network, (f(x) + f(mirror x)) / 2, not normalised before it is summed."""
    chips, shot, others = many
    net = mobile.net

    def features(pixels):
        x = torch.from_numpy(np.ascontiguousarray(pixels[:, :, 8:104].transpose(0, 3, 1, 2))).double()
        x = ((x - 127.5) / 128.0).float()
        with torch.no_grad():
            return 0.5 * (net(x) + net(torch.flip(x, [3])))

    return features(chips[shot]), features(chips[~shot]), features(others)


def test_prototypes_of_normalised_embeddings_agree(theirs, many, mobile):
    """The paper sums unit vectors; the released code forgets to normalise, which is one of its known faults."""
    chips, shot, _ = many
    unit = torch.nn.functional.normalize(theirs[0], dim=1)
    imprinted = torch.stack([unit[3 * row : 3 * row + 3].sum(0) for row in range(18)])
    imprinted = torch.nn.functional.normalize(imprinted, dim=1).numpy()
    ours = mean_rows(mobile.embed(list(chips[shot])), np.repeat(np.arange(18), 3), n=18)
    assert np.abs(ours - imprinted).max() < 1e-5


def test_nac_and_what_it_decides_agree(theirs, mobile, many):
    unit = [torch.nn.functional.normalize(part, dim=1) for part in theirs]
    imprinted = torch.nn.functional.normalize(unit[0].view(18, 3, -1).sum(1), dim=1)
    cosines = [(part @ imprinted.T).clamp(-1, 1) for part in unit[1:]]
    for cosine in cosines:
        top = cosine.double().topk(16, dim=1).values
        theirs_nac = top.softmax(1)[:, 0].numpy()
        assert np.abs(Nac().score(Evidence.of_gallery(cosine.numpy())) - theirs_nac).max() < 1e-6
        by_hand = [math.exp(row[0]) / sum(math.exp(s) for s in row) for row in top.tolist()]
        assert theirs_nac == pytest.approx(by_hand, abs=1e-12)
    # The DIR of its plot at a FAR that exact thresholds reach: the same where its 1000 steps hit it.
    owners = torch.arange(18).repeat_interleave(2)
    known, unknown = (c.topk(16, dim=1).values.softmax(1)[:, 0] for c in cosines)
    right = cosines[0].argmax(1) == owners
    ours = dir_at_far(known.numpy(), right.numpy(), unknown.numpy(), far=0.1)
    steps = torch.linspace(float(unknown.min()), float(unknown.max()), 1000)
    # Two of 20 strangers are accepted.
    shown = [float((right & (known > t)).double().mean()) for t in steps if int((unknown > t).sum()) == 2]
    assert min(shown) <= ours <= max(shown)


def test_folds_are_the_same_people(shared_data):
    """People with more pictures than shots, by name, shuffled by the seed: derived without our code."""
    from osfi_gui.services.evaluate import Protocol, read_folds

    root = shared_data / "lfw112"
    listing = {p.name: sorted(f"{p.name}/{f.name}" for f in p.iterdir()) for p in root.iterdir()}
    able = sorted(name for name in listing if len(listing[name]) >= 4)
    unable = sorted(name for name in listing if len(listing[name]) < 4)
    draw = random.Random(5)
    draw.shuffle(able)
    draw.shuffle(unable)
    folds = read_folds(root, Protocol(known=40, unknown=60, seed=5))
    assert folds.shots == {name: tuple(listing[name][:3]) for name in sorted(able[:40])}
    assert folds.probes == {name: tuple(listing[name][3:8]) for name in sorted(able[:40])}
    assert folds.strangers == {name: tuple(listing[name][:5]) for name in sorted(unable[:60])}


def test_persons_of_strangers_without_a_name_are_each_their_own(store, tiny_shots, tiny):
    store.enrol("Ada", tiny_shots[:2])
    store.enrol("Bob", tiny_shots[2:4])
    store.add_strangers(tiny_shots[4:6])
    store.add_strangers(tiny_shots[6:8], person="Cleo")
    data = gather(store, tiny, seed=0)
    assert data.persons.tolist() == [0, 1, 2, 2]
    assert isinstance(Persons(data.owners, data.persons), Persons)
    assert data.counts.stranger_people == 3


@pytest.fixture(scope="module")
def tiny(device):
    from real_faces import tiny_encoder

    return tiny_encoder(device)


@pytest.fixture
def tiny_shots(shared_data):
    """Give shots of aligned chips without an embedding."""
    from osfi_gui.core.align import aligned_face
    from osfi_gui.core.enrolment import NewShot
    from osfi_gui.core.values import Portrait

    files = [file for person in people_of(shared_data, 2) for file in sorted(person.iterdir())[:4]]
    pixels = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    return [NewShot(Portrait(each, aligned_face(112)), str(i)) for i, each in enumerate(pixels)]
