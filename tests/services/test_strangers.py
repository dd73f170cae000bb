"""Strangers of a folder are kept once, and nobody who is enrolled is one."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from real_faces import people_of, strangers_of

from osfi_gui.core.enrolment import FileReport
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.services.enrol import Examiner, enrol_folder
from osfi_gui.services.session import make_session
from osfi_gui.services.strangers import import_strangers, keep_face
from osfi_gui.services.tune import gather, readiness


@pytest.fixture
def tools(tiny):
    return {"detector": None, "encoder": tiny, "token": Token(), "aligned": True}


@pytest.fixture(scope="module")
def tiny(device):
    from real_faces import tiny_encoder

    return tiny_encoder(device)


@pytest.fixture
def folder(tmp_path, shared_data):
    """Give two strangers with one chip and one with two."""
    root = tmp_path / "strangers"
    for person, count in zip([*strangers_of(shared_data, 2), *people_of(shared_data, 1)], (1, 1, 2), strict=True):
        (root / person.name).mkdir(parents=True)
        for file in sorted(person.iterdir())[:count]:
            shutil.copy(file, root / person.name)
    return root


def test_everybody_of_a_folder_is_kept_under_their_name(store, folder, tools):
    revision = store.revision
    first, *steps, last = import_strangers(folder, store=store, **tools)
    assert first == Started("Looking at 3 strangers in strangers")
    assert last == Finished(4)
    assert [step.done for step in steps if isinstance(step, Progress)] == [1, 2, 3, 4]
    assert (store.stranger_count(), store.stranger_people()) == (4, 3)
    names = sorted(person.name for person in folder.iterdir())
    assert sorted({stranger.person for stranger in store.strangers()}) == names
    assert store.revision == revision
    assert len(store.stranger_embeddings("tiny").matrix) == 4


def test_the_same_picture_is_kept_once(store, folder, tools):
    list(import_strangers(folder, store=store, **tools))
    reports = [e for e in import_strangers(folder, store=store, **tools) if isinstance(e, FileReport)]
    assert [(r.status, r.reason) for r in reports] == [("refused", "The same picture is kept already.")] * 4
    assert store.stranger_count() == 4


def test_somebody_who_is_enrolled_is_no_stranger(store, folder, tools):
    names = sorted(person.name for person in folder.iterdir())
    store.add_identity(names[0])
    *events, last = import_strangers(folder, store=store, **tools)
    refused = [e for e in events if isinstance(e, FileReport) and e.status == "refused"]
    assert {e.identity for e in refused} == {names[0]}
    assert "Somebody of this name is enrolled" in refused[0].reason
    assert last == Finished(4 - len(refused))
    assert names[0] not in {stranger.person for stranger in store.strangers()}


def test_a_damaged_picture_is_refused_and_the_others_are_kept(store, folder, tools):
    (folder / "Zed").mkdir()
    (folder / "Zed" / "0.jpg").write_bytes(b"no picture")
    *events, last = import_strangers(folder, store=store, **tools)
    (bad,) = [e for e in events if isinstance(e, FileReport) and e.status == "refused"]
    assert bad.file.endswith("0.jpg")
    assert bad.reason
    assert last == Finished(4)


def test_cancelled_it_keeps_whom_it_had(store, folder, tools):
    token = Token()
    events = import_strangers(folder, store=store, **{**tools, "token": token})
    for event in events:
        if isinstance(event, Progress) and event.done == 2:
            token.cancel()
            break
    assert isinstance(list(events)[-1], Cancelled)
    assert 1 <= store.stranger_count() <= 2


def test_a_folder_that_is_missing_is_said(store, tmp_path, tools):
    with pytest.raises(DeskError):
        list(import_strangers(tmp_path / "nowhere", store=store, **tools))


def test_who_was_enrolled_since_counts_as_stranger_no_more(store, folder, tools, tmp_path, tiny, shared_data):
    """Neither where a run is compared nor where the threshold of an encoder is measured."""
    list(import_strangers(folder, store=store, **tools))
    known = tmp_path / "known"
    for person in people_of(shared_data, 2):
        (known / person.name).mkdir(parents=True)
        for file in sorted(person.iterdir())[2:4]:
            shutil.copy(file, known / person.name)
    list(enrol_folder(known, store=store, **tools))
    both = people_of(shared_data, 1)[0].name
    assert both in {stranger.person for stranger in store.strangers()}
    data = gather(store, tiny, seed=0)
    assert (data.counts.strangers, data.counts.stranger_people) == (2, 2)
    session = make_session(store, tiny)
    vectors = store.stranger_embeddings("tiny")
    others = np.array([person != both for person in vectors.persons])
    best = (vectors.matrix @ session.gallery.matrix.T).max(axis=1)
    assert session.operating_point.threshold == np.nextafter(float(best[others].max()), np.inf)
    assert "2 faces of strangers" in session.operating_point.source


def test_readiness_counts_persons_not_faces(store, folder, tools, tmp_path, shared_data):
    root = tmp_path / "many"
    for person in people_of(shared_data, 9)[5:]:  # four strangers, six faces each
        shutil.copytree(person, root / person.name)
    list(import_strangers(root, store=store, **tools))
    known = tmp_path / "known"
    for person in people_of(shared_data, 5):
        (known / person.name).mkdir(parents=True)
        for file in sorted(person.iterdir())[:2]:
            shutil.copy(file, known / person.name)
    list(enrol_folder(known, store=store, **tools))
    ready = readiness(store)
    assert ready.strangers >= 24
    assert "only 4 strangers are known, and 5 are needed" in ready.advice
    list(import_strangers(folder, store=store, **tools))
    assert "could not be judged" not in readiness(store).advice


def test_somebody_who_comes_back_to_the_camera_is_one_person(store, shared_data, sface):
    """Real faces: two people twice each, interleaved; the same two folders imported by name stay who they are."""
    examiner = Examiner(None, sface, aligned=True)
    people = people_of(shared_data, 3)
    pictures = {person.name: [examiner.shot_of(f) for f in sorted(person.iterdir())[:3]] for person in people}
    vectors = {name: [shot.embeddings["sface"] for shot in shots] for name, shots in pictures.items()}
    first, second, named = pictures
    alike = [float(v[0] @ v[1]) for v in vectors.values()]
    unlike = max(
        float((np.stack(vectors[a]) @ np.stack(vectors[b]).T).max()) for a, b in ((first, second), (second, named))
    )
    assert min(alike) >= 0.5 > unlike, "or these people would show nothing"

    came = [(first, 0), (second, 0), (first, 1), (second, 1)]
    assert [keep_face(store, pictures[n][i], encoder="sface") for n, i in came] == [False, False, True, True]
    before = store.stranger_embeddings("sface")
    assert before.persons[0] == before.persons[2] != before.persons[1] == before.persons[3]
    assert (store.stranger_count(), store.stranger_people()) == (4, 2)

    # Whoever was imported by name is known by it when the camera sees them.
    store.add_strangers([pictures[named][0]], person=named)
    assert keep_face(store, pictures[named][1], encoder="sface")
    assert [one.person for one in store.strangers()][-2:] == [named, named]
    assert store.stranger_people() == 3


def test_the_key_of_a_face_is_the_same_after_its_person_came_back(store, shared_data, sface):
    """The division of strangers goes by the key, and nobody may change sides by being seen again."""
    examiner = Examiner(None, sface, aligned=True)
    shots = [examiner.shot_of(f) for f in sorted(people_of(shared_data, 1)[0].iterdir())[:2]]
    keep_face(store, shots[0], encoder="sface")
    (key,) = store.stranger_embeddings("sface").persons
    keep_face(store, shots[1], encoder="sface")
    assert store.stranger_embeddings("sface").persons == (key, key)
