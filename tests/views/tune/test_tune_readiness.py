"""What a run needs: counts, what is missing, and strangers from a folder."""

from dataclasses import replace

from PySide6.QtWidgets import QFileDialog
from tunings import READY

from osfi_gui.core.desk import (
    ImportStrangers,
    JobState,
    Phase,
)


def test_the_counts_of_the_gallery_are_shown(page):
    assert [label.text() for label in page.run.readiness.counts] == ["12", "58", "22", "1,310"]
    assert not page.run.readiness.advice.isVisible()


def test_a_problem_keeps_the_run_from_starting_and_says_why(page):
    page.show_readiness(replace(READY, problem="One person is too few: enrol a second one."))
    assert not page.form.begin.isEnabled()
    assert page.form.problem.text() == "One person is too few: enrol a second one."
    page.show_readiness(READY)
    assert page.form.begin.isEnabled()
    assert not page.form.problem.isVisible()


def test_missing_strangers_are_added_from_a_folder_without_blocking(page, qtbot, tmp_path):
    readiness = page.run.readiness
    page.show_readiness(replace(READY, strangers=0, advice="There are no strangers to compare with."))
    assert readiness.advice.text() == "There are no strangers to compare with."
    readiness.strangers.click()
    dialog = page.window().findChild(QFileDialog)
    assert dialog is not None
    dialog.close()
    with qtbot.waitSignal(page.strangers_requested) as asked:
        dialog.fileSelected.emit(str(tmp_path))
    assert asked.args == [ImportStrangers(str(tmp_path))]
    assert readiness.outcome.text().startswith("The pictures are being looked at")
    page.show_readiness(replace(READY, strangers=120))
    assert not readiness.outcome.isVisible()


def test_only_the_import_that_was_asked_for_here_is_followed_here(page, qtbot):
    readiness = page.run.readiness
    page.show_job(JobState(Phase.WAITING, "Importing", 1, 9, "files"))
    assert not readiness.progress.isVisible()
    readiness.import_strangers("/strangers")
    page.show_job(JobState(Phase.WAITING, "Importing", 4, 9, "files", "a.jpg"))
    assert readiness.progress.isVisible()
    assert readiness.current.text() == "4 of 9 · a.jpg"
    with qtbot.waitSignal(page.strangers_cancel_requested):
        readiness.cancel.click()
    page.show_job(JobState(Phase.ENDED, what="The import was cancelled.", remedy="4 faces stay."))
    assert not readiness.progress.isVisible()
    assert readiness.outcome.text() == "The import was cancelled. 4 faces stay."
    page.show_job(JobState(Phase.WAITING, "Importing", 1, 9, "files"))
    assert not readiness.progress.isVisible()
