"""The versions of the encoder: listed, promoted, rolled back, noted and removed."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from tunings import DESK, LISTING, done, version

from osfi_gui.core.desk import (
    GalleryState,
    NoteVersion,
    Promote,
)
from osfi_gui.views.marks import Mark
from osfi_gui.views.tune_versions_model import MARK_ROLE, Column
from osfi_gui.views.tune_words import recipe_text


@pytest.fixture
def versions(page):
    """Give the list of versions, open."""
    page.switch.choose(1)
    return page.versions


def cells(versions, row):
    return [versions.model.data(versions.model.index(row, column)) for column in Column]


def test_versions_are_listed_newest_first_with_the_pretrained_encoder_last(page, versions):
    assert page.switch.button(1).text() == "Versions (3)"
    assert [cells(versions, row)[0] for row in range(4)] == ["3", "2", "1, in use", "0"]
    number, _, recipe, standing, change, trained, size, note = cells(versions, 2)
    assert (number, recipe, standing) == ("1, in use", "WI, BN, CosFace, frozen, 20 epochs", "Better")
    assert (change, trained, size, note) == ("72.7 → 81.8 %", "12 people, 36 shots", "98 kB", "new lamp")
    assert cells(versions, 3)[Column.RECIPE] == "SFace (2021), as it came"


def test_how_a_version_stands_is_marked_as_well(versions):
    marks = [versions.model.data(versions.model.index(row, Column.STANDING), MARK_ROLE) for row in range(4)]
    assert marks == [Mark.BAD, Mark.SAME, Mark.GOOD, None]


def test_a_recipe_says_what_is_not_the_papers():
    assert recipe_text(DESK) == (
        "WI, BN, CosFace, frozen, 20 epochs, rate 0.0003, decay 0.001 toward pretrained, batch 32, through a camera"
    )


def test_a_version_is_promoted_from_the_list_by_the_same_rules(versions, page, qtbot):
    versions.select(3)
    assert versions.card.word.text() == "Worse"
    assert not versions.choice.promote.isEnabled()
    versions.choice.anyway.click()
    with qtbot.waitSignal(page.promote_requested) as asked:
        versions.choice.promote.click()
    assert asked.args == [Promote(3, anyway=True)]
    versions.select(1)
    assert versions.choice.reason.text() == "This is in use now."
    assert not versions.choice.promote.isVisible()
    versions.select(0)
    with qtbot.waitSignal(page.promote_requested) as asked:
        versions.choice.promote.click()
    assert asked.args == [Promote(0, anyway=False)]


@pytest.mark.parametrize(
    ("back_to", "words"), [(2, "Roll back to version 2"), (0, "Roll back to the pretrained encoder")]
)
def test_rolling_back_is_one_click_that_says_where_it_leads(versions, page, qtbot, back_to, words):
    page.show_versions(replace(LISTING, back_to=back_to))
    assert versions.roll_back.text() == words
    with qtbot.waitSignal(page.roll_back_requested):
        versions.roll_back.click()


def test_where_nothing_is_behind_there_is_no_way_back(versions, page):
    page.show_versions(replace(LISTING, back_to=None))
    assert not versions.roll_back.isVisible()


def test_removing_asks_first(versions, page, qtbot):
    versions.select(2)
    with qtbot.assertNotEmitted(page.remove_version_requested):
        versions.remove_button.click()
        assert versions.keep.hasFocus(), "Enter keeps it"
        versions.keep.click()
        versions.remove_button.click()
        versions.select(3)  # the question was about another one
    assert not versions.question.isVisible()
    versions.select(2)
    qtbot.keyClick(versions.table, Qt.Key.Key_Delete)
    with qtbot.waitSignal(page.remove_version_requested) as asked:
        versions.remove_now.click()
    assert asked.args == [2]


def test_the_pretrained_encoder_cannot_be_removed_or_noted(versions):
    versions.select(0)
    assert not versions.remove_button.isEnabled()
    assert not versions.note.isEnabled()


def test_a_note_is_written_in_its_row(versions, page, qtbot):
    versions.select(2)
    versions.table.setFocus()
    qtbot.keyClick(versions.table, Qt.Key.Key_F2)
    editor = versions.table.findChild(QLineEdit)
    qtbot.keyClicks(editor, " before the new lamp ")
    with qtbot.waitSignal(page.note_requested) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert asked.args == [NoteVersion(2, "before the new lamp")]


def test_a_note_that_is_being_written_is_not_interrupted(versions, page, qtbot):
    versions.select(2)
    versions.note.click()
    editor = versions.table.findChild(QLineEdit)
    qtbot.keyClicks(editor, "half a sen")
    page.show_versions(replace(LISTING, in_use=2))
    assert editor.text() == "half a sen"
    with qtbot.waitSignal(page.note_requested) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert asked.args == [NoteVersion(2, "half a sen")]
    qtbot.waitUntil(lambda: cells(versions, 1)[0] == "2, in use")


def test_the_selected_version_stays_selected_when_a_new_one_comes(versions, page):
    versions.select(2)
    page.show_versions(replace(LISTING, versions=(version(4), *LISTING.versions)))
    assert versions.model.version_id(versions.table.currentIndex().row()) == 2
    assert versions.card.title.text() == "Version 2"


def test_a_locked_gallery_leaves_no_versions_and_no_run_behind(window, page):
    page.show_run(done())
    window.show_gallery(GalleryState())
    assert page.versions.model.rowCount() == 0
    assert not page.run.comparison.isVisibleTo(page.run)
    page.show_versions(LISTING)
    assert page.versions.model.rowCount() == 0, "an answer from before it was locked"
