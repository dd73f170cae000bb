"""People of a folder whom a run learns from: one chip each, nobody who is enrolled or judges, and kept nowhere."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image
from real_faces import people_of, strangers_of, tiny_encoder

from osfi_gui.core.enrolment import FileReport
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.services import background
from osfi_gui.services.background import kept_in, look_at_background
from osfi_gui.services.enrol import enrol_folder
from osfi_gui.services.strangers import import_strangers
from osfi_gui.services.tune import Tuned, gather, tune
from osfi_gui.vision.delta import with_difference


@pytest.fixture(scope="module")
def tiny(device):
    return tiny_encoder(device)


@pytest.fixture
def tools(tiny):
    return {"detector": None, "encoder": tiny, "token": Token(), "aligned": True}


def folder_of(root, people, *, first=0, count=1):
    for person in people:
        (root / person.name).mkdir(parents=True)
        for file in sorted(person.iterdir())[first : first + count]:
            shutil.copy(file, root / person.name)
    return root


@pytest.fixture
def others(tmp_path, shared_data):
    return folder_of(tmp_path / "others", strangers_of(shared_data, 4))


@pytest.fixture
def filled(store, tools, tmp_path, shared_data):
    """Three people with three shots, three strangers with one."""
    people = people_of(shared_data, 6)
    list(enrol_folder(folder_of(tmp_path / "known", people[:3], count=3), store=store, **tools))
    list(import_strangers(folder_of(tmp_path / "judges", people[3:]), store=store, **tools))
    return store


def test_each_person_gives_the_chip_of_one_picture(filled, others, tools, shared_data, sface):
    extra = people_of(shared_data, 7)[6]
    folder_of(others, [extra], count=4)
    first, *steps, last = look_at_background(others, kept=kept_in(filled), **{**tools, "encoder": sface})
    assert first == Started("Looking at 5 people in others")
    assert [(step.done, step.total) for step in steps] == [(done, 5) for done in range(1, 6)]
    assert last.result.shape == (5, 112, 112, 3)
    names = sorted(person.name for person in others.iterdir())
    for chip, name in zip(last.result, names, strict=True):
        original = np.asarray(Image.open(sorted((others / name).iterdir())[0]).convert("RGB"))
        assert np.abs(chip.astype(int) - original.astype(int)).mean() < 1.0


def test_nothing_of_them_is_kept(filled, others, tools):
    before = filled.revision, filled.stranger_count(), len(filled.shots())
    list(look_at_background(others, kept=kept_in(filled), **tools))
    assert (filled.revision, filled.stranger_count(), len(filled.shots())) == before


def test_who_is_enrolled_or_judges_is_left_out_by_name_and_by_picture(filled, others, tools, shared_data):
    enrolled, *_, judge = people_of(shared_data, 6)
    folder_of(others, [enrolled], first=3, count=2)
    shutil.copytree(others.parent / "known" / people_of(shared_data, 2)[1].name, others / "Somebody Else")
    shutil.copytree(others.parent / "judges" / judge.name, others / "Nobody")
    *events, last = look_at_background(others, kept=kept_in(filled), **tools)
    refused = {}
    for event in events:
        if isinstance(event, FileReport):
            refused.setdefault(event.identity, []).append(event.reason)
    assert {name: len(reasons) for name, reasons in refused.items()} == {
        enrolled.name: 2,
        "Somebody Else": 3,
        "Nobody": 1,
    }
    assert set(refused[enrolled.name]) == {"Somebody of this name is enrolled, or a stranger who judges."}
    same = "The same picture is kept of somebody who is enrolled, or of a stranger who judges."
    assert set(refused["Somebody Else"] + refused["Nobody"]) == {same}
    assert len(last.result) == 4


def test_a_damaged_picture_gives_way_to_the_next_one(filled, others, tools):
    person = sorted(others.iterdir())[0]
    (person / "0.jpg").write_bytes(b"no picture")
    Image.new("RGB", (112, 80)).save(person / "1.png")
    *events, last = look_at_background(others, kept=kept_in(filled), **tools)
    reasons = [event.reason for event in events if isinstance(event, FileReport)]
    assert len(reasons) == 2
    assert "not square" in reasons[1]
    assert len(last.result) == 4


def test_of_many_people_some_spread_over_the_names_take_part(filled, others, tools, monkeypatch):
    *_, everybody = look_at_background(others, kept=kept_in(filled), **tools)
    monkeypatch.setattr(background, "MOST_PEOPLE", 2)
    *events, last = look_at_background(others, kept=kept_in(filled), **tools)
    assert events[-1] == Progress(2, 2, "people", "Looking at others")
    np.testing.assert_array_equal(last.result, everybody.result[[0, 2]])


def test_a_folder_without_anybody_to_learn_from_is_said(filled, others, tools, tmp_path):
    with pytest.raises(DeskError, match="There is no folder"):
        list(look_at_background(tmp_path / "nowhere", kept=kept_in(filled), **tools))
    with pytest.raises(DeskError, match="Nobody in judges can be learned from"):
        list(look_at_background(tmp_path / "judges", kept=kept_in(filled), **tools))


def test_it_can_be_cancelled(filled, others, tools):
    events = look_at_background(others, kept=kept_in(filled), **tools)
    next(events)
    tools["token"].cancel()
    assert list(events) == [Cancelled("Nothing was changed.")]


def test_whole_pictures_are_searched_for_the_face(filled, tmp_path, shared_data, sface, mtcnn):
    root = folder_of(tmp_path / "whole", sorted((shared_data / "lfw250").iterdir())[:2])
    *_, last = look_at_background(root, kept=kept_in(filled), detector=mtcnn, encoder=sface, token=Token())
    assert last.result.shape == (2, 112, 112, 3)
    # The same people's aligned chips look alike, and the other's do not.
    chips = [next(iter(sorted((shared_data / "lfw112" / person.name).iterdir()))) for person in sorted(root.iterdir())]
    cosines = sface.embed(list(last.result)) @ sface.embed([np.asarray(Image.open(chip)) for chip in chips]).T
    assert cosines.diagonal().min() > 0.6
    assert max(cosines[0, 1], cosines[1, 0]) < 0.4


def test_a_run_learns_from_them_and_is_judged_without_them(filled, others, tools, tiny, monkeypatch):
    from dataclasses import replace

    from osfi_gui.core.tune import Recipe
    from osfi_gui.tuning import train as training

    (*_, last) = look_at_background(others, kept=kept_in(filled), **tools)
    data = gather(filled, tiny, seed=0)
    with_others = replace(data, background=last.result)
    chips, owners = with_others.training_set
    assert owners.tolist() == [*data.owners[~data.held].tolist(), 3, 4, 5, 6]
    np.testing.assert_array_equal(chips[-4:], last.result)
    assert (data.counts.background, with_others.counts.background) == (0, 4)
    assert replace(with_others.counts, background=0) == data.counts
    seen = []
    augmentation = training.AUGMENTATIONS["paper"]
    monkeypatch.setattr(augmentation, "apply", lambda chips, draw: (seen.extend(chips.numpy()), chips)[1])
    started, *_, finished = tune(with_others, tiny, recipe=Recipe(epochs=1), token=Token())
    assert started.what.endswith("on 6 shots of 3 people and 4 others")
    assert {chip.tobytes() for chip in last.result} <= {chip.tobytes() for chip in seen}
    assert isinstance(finished, Finished)
    assert isinstance(finished.result, Tuned)
    version = filled.add_version(finished.result.version, finished.result.delta)
    assert version.trained_on == data.identity_ids
    assert version.comparison.counts.background == 4
    assert filled.version(version.version_id).comparison.counts.background == 4
    # What was learned is not what the shots alone would have taught.
    *_, alone = tune(data, tiny, recipe=Recipe(epochs=1), token=Token())
    nets = [with_difference(tiny, result.delta, version=1).net for result in (finished.result, alone.result)]
    states = [net.state_dict() for net in nets]
    assert any(not np.array_equal(states[0][key], states[1][key]) for key in states[0])
