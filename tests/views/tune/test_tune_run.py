"""A run on the Fine-tune page: how far it is, how it is cancelled, and how it fails."""

from dataclasses import replace

import pytest
from tunings import DESK, done, running

from osfi_gui.core.desk import (
    Phase,
    TuneState,
)
from osfi_gui.views.tune_words import left_text


def test_a_run_shows_how_far_it_is_and_keeps_the_form_off(page):
    page.show_run(running(0))
    progress = page.run.progress
    assert progress.isVisible()
    assert (progress.bar.minimum(), progress.bar.maximum()) == (0, 0)
    page.show_run(running(100))
    assert (progress.bar.value(), progress.bar.maximum()) == (100, 400)
    assert progress.left.text() == "about 4 minutes left"  # 300 steps of 0.9 s are 270 s
    assert not page.form.epochs.isEnabled()
    assert not page.form.begin.isEnabled()
    assert page.form.recipe() == DESK
    page.show_run(done())
    assert page.form.epochs.isEnabled()
    assert page.form.begin.isEnabled()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "a few seconds left"),
        (7, "a few seconds left"),
        (12, "about 10 seconds left"),
        (54, "about 55 seconds left"),
        (60, "about 1 minute left"),
        (118, "about 2 minutes left"),
        (59 * 60, "about 59 minutes left"),
        (60 * 60, "about 1 hour left"),
        (98 * 60, "about 1 hour 40 minutes left"),
        (119 * 60, "about 2 hours left"),
    ],
)
def test_the_time_left_is_said_as_people_say_it(seconds, words):
    assert left_text(seconds) == words


def test_cancel_asks_once_and_says_that_nothing_was_changed(page, qtbot):
    page.show_run(running(100))
    cancel = page.run.progress.cancel
    with qtbot.waitSignal(page.tune_cancel_requested):
        cancel.click()
    assert not cancel.isEnabled()
    page.show_run(replace(running(101), phase=Phase.ENDED))
    assert page.run.outcome.text() == "The run was cancelled. Nothing was changed."
    assert page.run.curves.isVisible(), "how far it came can still be seen"
    page.show_run(running(1))
    assert cancel.isEnabled()


def test_a_failed_run_says_what_to_do(page):
    page.show_run(running(100))
    page.show_run(TuneState(Phase.FAILED, what="The memory ran out.", remedy="Choose a smaller batch."))
    assert page.run.outcome.text() == "The memory ran out. Choose a smaller batch."
    assert page.form.begin.isEnabled()


def test_leaving_the_program_during_a_run_asks(window, page):
    page.show_run(running(100))
    assert window.unsaved() == ("A fine-tuning run goes on; leaving ends it, and nothing is changed.",)
    page.show_run(done())
    assert window.unsaved() == ()
