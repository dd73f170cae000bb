"""The desk's thread: one gallery, changed as the operator asks, on real faces and a real encrypted file."""

from dataclasses import replace

import numpy as np
import pytest
from desk_states import PASSPHRASE, PEOPLE, is_open, people, stored
from PySide6.QtCore import QThread

from osfi_gui.core.desk import (
    GalleryPrompt,
    Merge,
    Notice,
    OpenGallery,
    Phase,
    Rename,
    SeenFace,
    Tone,
)
from osfi_gui.core.enrolled import Consent
from osfi_gui.core.enrolment import Enrolment
from osfi_gui.core.values import Frame
from osfi_gui.services.enrol import examine
from osfi_gui.services.recognise import Recogniser
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.vision.device import Device
from osfi_gui.vision.runtime import OpenCvEncoder


def number_of(desk, name):
    session = desk.heard.last("session_changed")
    return session.gallery.identity_ids[session.gallery.names.index(name)]


# The file


def test_a_gallery_that_is_not_there_yet_is_asked_for(desk, path, ask, qtbot):
    ask(desk.begin, str(path))
    qtbot.waitUntil(lambda: bool(desk.heard))
    assert desk.heard == [("prompted", GalleryPrompt(str(path), exists=False, keyring=False))]
    assert not path.exists()


def test_a_new_gallery_is_open_and_empty(desk, path, ask, qtbot):
    ask(desk.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: is_open(desk))
    state = desk.heard.last("gallery_changed")
    assert (state.name, state.path, state.people, state.temporary) == ("gallery.osfi", str(path), 0, False)
    assert desk.heard.last("names_changed") == ()


def test_a_wrong_passphrase_is_asked_for_again(desk, path, ask, qtbot):
    GalleryFile.open(path, PASSPHRASE, create=True).close()
    ask(desk.begin, str(path))
    ask(desk.open, OpenGallery(str(path), "something else"))
    qtbot.waitUntil(lambda: len(desk.heard.of("prompted")) == 2)
    first, second = desk.heard.of("prompted")
    assert first == GalleryPrompt(str(path), exists=True, keyring=False)
    assert second.exists
    assert "passphrase" in second.error
    assert [state.phase for state in desk.heard.of("gallery_changed")] == [Phase.WAITING, Phase.NONE]
    ask(desk.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: is_open(desk))


def test_the_session_follows_the_engine_and_the_gallery(peopled):
    session = peopled.heard.last("session_changed")
    assert session.gallery.names == tuple(PEOPLE)
    assert session.gallery.matrix.shape == (4, 128)
    assert session.operating_point.matcher == "cosine"
    assert peopled.heard.last("gallery_changed").operating_point is session.operating_point
    assert peopled.heard.last("names_changed") == tuple(PEOPLE)


def test_a_locked_gallery_gives_nothing(peopled, ask, qtbot):
    grace = number_of(peopled, "Grace Hopper")
    ask(peopled.lock)
    qtbot.waitUntil(lambda: not is_open(peopled))
    assert peopled.heard.last("session_changed") is None
    peopled.heard.clear()
    ask(peopled.read_portrait, grace)
    ask(peopled.read_person, grace)
    ask(peopled.list_people)
    qtbot.waitUntil(lambda: len(peopled.heard) == 2)
    no = Notice("No gallery is open.", "Open one first.", Tone.BAD)
    assert peopled.heard == [("noticed", no), ("noticed", no)]


def test_what_was_enrolled_is_there_when_it_is_opened_again(peopled, path, ask, qtbot):
    ask(peopled.lock)
    qtbot.waitUntil(lambda: not is_open(peopled))
    ask(peopled.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: is_open(peopled))
    assert peopled.heard.last("session_changed").gallery.names == tuple(PEOPLE)


# People


def test_a_person_is_enrolled(opened, path, engine, mtcnn, portrait, ask, qtbot):
    seen = examine(Frame(portrait("enrol/Grace Hopper/1983.jpg")), detector=mtcnn, encoder=engine.encoder)
    consent = Consent("I agree.", "Ada", "2026-01-02T03:04:05.000Z")
    ask(opened.enrol, Enrolment("Grace Hopper", "7", "a note", consent, (seen.shot, seen.shot)))
    qtbot.waitUntil(lambda: opened.heard.last("enrolled") is not None)
    enrolled = opened.heard.last("enrolled")
    assert (enrolled.identity.name, enrolled.identity.shots, enrolled.added) == ("Grace Hopper", 2, 2)
    assert enrolled.identity.consent == consent
    assert opened.heard.last("session_changed").gallery.names == ("Grace Hopper",)
    assert stored(path) == {"Grace Hopper": 2}


def test_an_enrolment_that_is_refused_says_so_and_changes_nothing(opened, path, ask, qtbot):
    ask(opened.enrol, Enrolment("  "))
    qtbot.waitUntil(lambda: bool(opened.heard.of("noticed")))
    assert len(opened.heard.of("enrol_refused")) == 1
    assert opened.heard.last("noticed").tone is Tone.BAD
    assert opened.heard.of("enrolled") == []
    assert stored(path) == {}


def test_a_new_name(peopled, path, ask, qtbot):
    ask(peopled.rename, Rename(number_of(peopled, "Grace Hopper"), "Grace B. Hopper", "42", "Rear admiral"))
    qtbot.waitUntil(lambda: "Grace B. Hopper" in peopled.heard.last("names_changed"))
    assert "Grace B. Hopper" in peopled.heard.last("session_changed").gallery.names
    with GalleryFile.open(path, PASSPHRASE) as store:
        grace = store.find("Grace B. Hopper")
    assert (grace.external_id, grace.note, grace.shots) == ("42", "Rear admiral", 1)


def test_a_name_that_is_taken_is_refused(peopled, path, ask, qtbot):
    ask(peopled.rename, Rename(number_of(peopled, "Grace Hopper"), "Jacinda Ardern", "", ""))
    qtbot.waitUntil(lambda: peopled.heard.last("noticed") is not None)
    assert peopled.heard.last("noticed").tone is Tone.BAD
    assert stored(path) == PEOPLE


def test_two_identities_become_one(peopled, path, ask, qtbot):
    ask(peopled.merge, Merge(number_of(peopled, "Grace Hopper"), number_of(peopled, "Jacinda Ardern")))
    qtbot.waitUntil(lambda: people(peopled) == 3)
    qtbot.waitUntil(lambda: peopled.heard.last("noticed") is not None)
    assert peopled.heard.last("noticed") == Notice("Merged: Jacinda Ardern has 3 shots now.", tone=Tone.GOOD)
    assert stored(path) == {"Eileen Collins": 1, "Emmanuel Macron": 2, "Jacinda Ardern": 3}


def test_an_erased_person_is_gone(peopled, path, ask, qtbot):
    macron = number_of(peopled, "Emmanuel Macron")
    ask(peopled.erase, macron)
    qtbot.waitUntil(lambda: peopled.heard.last("noticed") is not None)
    assert peopled.heard.last("noticed").what == ("Emmanuel Macron was erased: 2 shots and their embeddings are gone.")
    session = peopled.heard.last("session_changed")
    assert session.gallery.names == ("Eileen Collins", "Grace Hopper", "Jacinda Ardern")
    with GalleryFile.open(path, PASSPHRASE) as store:
        assert macron not in store.embeddings("sface").identity_ids


def test_a_shot_is_read_and_removed(peopled, path, ask, qtbot):
    ask(peopled.read_person, number_of(peopled, "Jacinda Ardern"))
    qtbot.waitUntil(lambda: peopled.heard.last("person_read") is not None)
    detail = peopled.heard.last("person_read")
    assert (detail.identity.name, len(detail.shots)) == ("Jacinda Ardern", 2)
    before = peopled.heard.last("gallery_changed").revision
    ask(peopled.remove_shot, detail.shots[0].shot_id)
    qtbot.waitUntil(lambda: peopled.heard.last("gallery_changed").revision == before + 1)
    assert stored(path) == PEOPLE | {"Jacinda Ardern": 1}


def test_the_list_says_who_looks_like_whom(peopled, ask, qtbot):
    ask(peopled.list_people)
    qtbot.waitUntil(lambda: peopled.heard.last("listed") is not None)
    listing = peopled.heard.last("listed")
    assert {row.identity.name: row.identity.shots for row in listing.rows} == PEOPLE
    session = peopled.heard.last("session_changed")
    assert listing.revision == session.gallery.revision
    cosines = session.gallery.matrix @ session.gallery.matrix.T
    for place, row in enumerate(listing.rows):
        others = [float(c) for at, c in enumerate(cosines[place]) if at != place]
        assert row.lookalike.cosine == pytest.approx(max(others), abs=1e-6)


def test_a_wrongly_recognised_face_is_kept_as_a_stranger(peopled, mtcnn, portrait, path, ask, qtbot):
    frame = Frame(portrait("strangers/obama.jpg"))
    recogniser = Recogniser(mtcnn, video=False)
    (sighting,) = recogniser.recognise(frame, peopled.heard.last("session_changed")).sightings
    ask(peopled.keep_stranger, SeenFace(frame, sighting))
    qtbot.waitUntil(lambda: peopled.heard.last("noticed") is not None)
    assert peopled.heard.last("noticed").what == "Noted: this face is kept as a stranger (1 so far)."
    assert stored(path) == PEOPLE


def test_shots_of_another_time_are_embedded_when_the_engine_comes(desk, path, engine, mtcnn, portrait, ask, qtbot):
    seen = examine(Frame(portrait("enrol/Grace Hopper/1983.jpg")), detector=mtcnn, encoder=engine.encoder)
    vector = seen.shot.embeddings["sface"]
    with GalleryFile.open(path, PASSPHRASE, create=True) as store:
        store.enrol("Grace Hopper", [type(seen.shot)(seen.shot.portrait, "1983.jpg")])
        assert len(store.shots_without("sface")) == 1
    ask(desk.open, OpenGallery(str(path), PASSPHRASE))
    ask(desk.use_engine, engine)
    qtbot.waitUntil(lambda: desk.heard.last("session_changed") is not None)
    gallery = desk.heard.last("session_changed").gallery
    assert gallery.matrix[0] == pytest.approx(vector, abs=1e-5)


def test_what_pairs_faces_is_loaded_by_the_desk_once_the_engine_is_there(desk, engine, ask, monkeypatch, qtbot):
    threads = []
    monkeypatch.setattr("osfi_gui.vision.track.load_pairing", lambda: threads.append(QThread.currentThread()))
    ask(desk.use_engine, engine)
    qtbot.waitUntil(lambda: bool(threads))
    assert threads == [desk.thread()]


# The demo


def test_the_demo_enrols_who_it_does_not_show(desk, path, engine, ask, qtbot):
    ask(desk.begin_demo, str(path), PASSPHRASE)
    ask(desk.use_engine, engine)
    qtbot.waitUntil(lambda: people(desk) == 4)
    state = desk.heard.last("gallery_changed")
    assert state.temporary
    assert state.path == ""
    assert stored(path) == {"Eileen Collins": 1, "Emmanuel Macron": 1, "Grace Hopper": 1, "Jacinda Ardern": 1}


# Runtimes


def test_what_looks_at_faces_uses_the_runtime_and_what_is_stored_keeps_to_torch(desk, path, engine, ask, qtbot):
    ask(desk.use_engine, replace(engine, runtime="opencv"))
    ask(desk.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: desk.heard.last("session_changed") is not None)
    session = desk.heard.last("session_changed")
    assert isinstance(session.encoder, OpenCvEncoder)
    chip = np.random.default_rng(3).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    np.testing.assert_allclose(session.encoder.embed([chip]), engine.encoder.embed([chip]), atol=1e-4)
    ask(desk.refresh)
    qtbot.waitUntil(lambda: len(desk.heard.of("session_changed")) > 1)
    # The same one: another would end every track.
    assert desk.heard.last("session_changed").encoder is session.encoder
    assert desk.tools()[0] is engine.encoder
    assert desk.heard.of("noticed") == []


def test_a_runtime_that_cannot_is_said_once_and_torch_goes_on(desk, path, engine, ask, qtbot):
    on_gpu = engine.encoder.with_net(engine.encoder.net, version=0)
    on_gpu.device = Device("mps", "GPU: Apple")
    ask(desk.use_engine, replace(engine, encoder=on_gpu, runtime="opencv"))
    ask(desk.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: desk.heard.last("session_changed") is not None)
    ask(desk.refresh)
    qtbot.waitUntil(lambda: len(desk.heard.of("session_changed")) > 1)
    assert desk.heard.last("session_changed").encoder is on_gpu
    (notice,) = desk.heard.of("noticed")
    assert notice.what == "OpenCV computes on the CPU, and the encoder is on the GPU: Apple. Torch is used."
