"""The Fine-tune page as a whole: made when it is looked at, asking for what it shows, leading to what is missing."""

import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QAbstractButton
from tunings import CHOICES, DESK, LISTING, READY, done, running

from osfi_gui.core.desk import (
    EngineState,
    GalleryState,
    ImportStrangers,
    NoteVersion,
    Phase,
    Promote,
    StartTuning,
)
from osfi_gui.core.tune import (
    PAPER_RECIPE,
)


def said(page):
    """Give what stands where the page is not of use yet: title and button."""
    return page.empty.title.text(), page.empty.action.text() if page.empty.action.isVisible() else ""


# The start of the window


def test_pyqtgraph_is_not_loaded_before_curves_are_seen():
    code = """
import sys
import osfi_gui.app
from PySide6.QtWidgets import QApplication
from osfi_gui.core.desk import EngineState, GalleryState, Phase, TuneState
from osfi_gui.core.tune import PAPER_RECIPE
from osfi_gui.views.window import MainWindow

class Feed:
    frame = recognition = draft = lambda self: None

app = QApplication([])
window = MainWindow(Feed())
window.show()
window.show_gallery(GalleryState(Phase.READY, "g", people=3))
window.show_engine(EngineState(Phase.READY))
run = TuneState(Phase.WAITING, "Training", PAPER_RECIPE)
window.tune.show_run(run)
app.processEvents()
print("pyqtgraph" in sys.modules)
window.show_page("tune")
app.processEvents()
print("pyqtgraph" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["False", "True"]


def test_the_page_is_made_when_it_is_first_looked_at_with_what_came_before(window, qtbot):
    page = window.tune
    page.show_versions(LISTING)
    page.show_choices(CHOICES)
    page.show_readiness(READY)
    page.show_run(done())
    assert not page.findChildren(QAbstractButton)
    with qtbot.waitSignal(page.tune_view_requested):
        window.show_page("tune")
    assert page.body.isVisible()
    assert page.body.form.recipe() == DESK
    assert page.body.form.begin.isEnabled()
    assert page.body.versions.model.rowCount() == 4
    assert page.body.run.comparison.word.text() == "Better"


def test_what_a_locked_gallery_left_is_not_shown_in_the_next_one(window, opened):
    window.tune.show_versions(LISTING)
    window.tune.show_run(done())
    window.show_gallery(GalleryState())
    window.show_gallery(opened)
    window.show_page("tune")
    assert window.tune.body.versions.model.rowCount() == 0
    assert not window.tune.body.run.comparison.isVisible()


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        ("tune_requested", (StartTuning(PAPER_RECIPE, "/x"),)),
        ("tune_cancel_requested", ()),
        ("promote_requested", (Promote(3, anyway=True),)),
        ("roll_back_requested", ()),
        ("note_requested", (NoteVersion(3, "x"),)),
        ("remove_version_requested", (3,)),
        ("strangers_requested", (ImportStrangers("/x"),)),
        ("strangers_cancel_requested", ()),
        ("tune_view_requested", ()),
        ("unlock_requested", ()),
        ("enrol_page_requested", ()),
    ],
)
def test_every_intent_leaves_the_page(window, qtbot, signal, value):
    with qtbot.waitSignal(getattr(window.tune, signal)) as sent:
        getattr(window.tune.body, signal).emit(*value)
    assert tuple(sent.args) == value


# What to do first


def test_a_locked_gallery_is_unlocked_from_here(window, page, qtbot):
    window.show_gallery(GalleryState())
    assert said(page) == ("No gallery is open", "Unlock…")
    with qtbot.waitSignal(window.tune.unlock_requested):
        page.empty.action.click()


def test_while_something_is_loaded_it_says_what(window, page):
    window.show_gallery(GalleryState(Phase.WAITING))
    assert said(page) == ("The gallery is being opened", "")
    window.show_gallery(GalleryState(Phase.READY, "g", people=3))
    window.show_engine(EngineState(Phase.WAITING))
    assert said(page) == ("Loading the face models…", "")
    window.show_engine(EngineState(Phase.FAILED, what="The weights are damaged.", remedy="Fetch them again."))
    assert said(page) == ("The weights are damaged.", "")
    assert page.empty.text.text() == "Fetch them again."


def test_with_nobody_enrolled_it_leads_to_enrolling(window, page):
    window.show_gallery(GalleryState(Phase.READY, "g", people=0))
    assert page.nobody.isVisible()
    assert not page.form.isVisible()
    page.nobody.action.click()
    assert window.page == "enrol"


# What it asks for when it is looked at


def test_what_it_shows_is_asked_for_when_it_is_looked_at_and_when_the_gallery_changes(window, opened, qtbot):
    asked = []
    window.tune.tune_view_requested.connect(lambda: asked.append(window.page))
    window.show_gallery(replace(opened, revision=8))
    assert asked == []
    window.show_page("tune")
    assert len(asked) == 1
    window.show_gallery(replace(opened, revision=9))
    assert len(asked) == 2
    window.show_gallery(replace(opened, revision=9))
    assert len(asked) == 2, "the same state again is no change"
    window.show_gallery(GalleryState())
    assert len(asked) == 2, "a locked gallery has nothing to give"
    window.show_gallery(opened)
    assert len(asked) == 3


def test_the_end_of_a_run_asks_anew(page, qtbot):
    page.show_run(running(10))
    with qtbot.waitSignal(page.tune_view_requested):
        page.show_run(done())
