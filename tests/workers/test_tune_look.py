"""Shots are looked at on the desk's thread, a few at a time, once a revision, and never of a gallery that is gone."""

import pytest
from desk_states import PASSPHRASE, is_open, people

from osfi_gui.core.desk import OpenGallery, Phase
from osfi_gui.services import camera_detail
from osfi_gui.workers.tune_desk import TuneDesk


@pytest.fixture
def begun(monkeypatch):
    """Count how often looking begins."""
    looks, real = [], camera_detail.look_at_shots
    monkeypatch.setattr(camera_detail, "look_at_shots", lambda *args, **more: looks.append(args) or real(*args, **more))
    return looks


@pytest.fixture
def tuning(opened, hear, begun):
    """Give the desk of fine-tuning on the thread of the gallery's."""
    made = TuneDesk(opened)
    made.said = hear(made, "readiness_read", "shots_seen")
    made.moveToThread(opened.thread())
    return made


def looks(tuning):
    return tuning.said.of("shots_seen")


def test_a_gallery_is_looked_at_once_a_revision(tuning, peopled, begun, ask, qtbot):
    ask(tuning.show)
    qtbot.waitUntil(lambda: len(looks(tuning)) == 1)
    (look,) = looks(tuning)
    assert (look.seen.recipe, look.seen.shots, look.why_not) == ("paper", 6, "")
    # What is there at once is told before what takes a while.
    assert [name for name, _ in tuning.said] == ["readiness_read", "shots_seen"]
    ask(tuning.show)
    qtbot.waitUntil(lambda: len(looks(tuning)) == 2)
    assert looks(tuning) == [look, look]
    assert len(begun) == 1

    one = peopled.opened().identities()[0]
    ask(peopled.erase, one.identity_id)
    qtbot.waitUntil(lambda: people(peopled) == 3)
    ask(tuning.show)
    qtbot.waitUntil(lambda: len(looks(tuning)) == 3)
    assert looks(tuning)[-1].seen.shots == 6 - one.shots
    assert len(begun) == 2


def test_asked_twice_in_a_row_it_looks_once(tuning, peopled, begun, ask, qtbot):
    ask(tuning.show)
    ask(tuning.show)
    qtbot.waitUntil(lambda: len(looks(tuning)) == 1)
    assert len(tuning.said.of("readiness_read")) == 2
    assert len(begun) == 1


def test_an_empty_gallery_has_nothing_to_look_at(tuning, ask, qtbot):
    ask(tuning.show)
    qtbot.waitUntil(lambda: len(looks(tuning)) == 1)
    assert [(look.seen, look.why_not) for look in looks(tuning)] == [(None, "Nobody is enrolled yet.")]


def test_nothing_is_said_of_a_gallery_that_was_locked_meanwhile(tuning, peopled, path, begun, ask, qtbot):
    ask(tuning.show)
    ask(peopled.lock)  # before the first shot is read
    qtbot.waitUntil(lambda: peopled.heard.last("gallery_changed").phase is Phase.NONE)
    ask(peopled.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: is_open(peopled))
    assert looks(tuning) == []
    ask(tuning.show)
    qtbot.waitUntil(lambda: len(looks(tuning)) == 1)
    assert looks(tuning)[-1].seen.shots == 6
    assert len(begun) == 1
