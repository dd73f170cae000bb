"""The gallery page shows who is enrolled, asks before anything is lost, and drops what is outdated."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from yardsticks import COSINE

from osfi_gui.core.desk import FacePicture, GalleryState, Merge, PersonDetail, Phase, Rename
from osfi_gui.core.enrolled import Consent, Identity, Shot
from osfi_gui.core.enrolment import GalleryListing, Lookalike, PersonRow
from osfi_gui.core.values import Face, Portrait
from osfi_gui.views.gallery import GalleryPage
from osfi_gui.views.gallery_table import Column

CONSENT = Consent("I agree.", "Max", "2026-03-01T12:00:00.000Z")
ADA, BOB, CEM, DORA = 1, 2, 3, 4


def people():
    """Four people: Bob and Ada look alike, one shot of Bob is closer to somebody else, Cem has no shot left."""
    return (
        PersonRow(
            Identity(ADA, "Ada", "E-1", "night shift", CONSENT, 4, "2026-03-01T12:00:00Z"), Lookalike(BOB, "Bob", 0.41)
        ),
        PersonRow(Identity(BOB, "bob", "", "", None, 2, "2026-01-01T12:00:00Z"), Lookalike(ADA, "Ada", 0.41), (21,)),
        PersonRow(Identity(CEM, "Cem", "E-3", "Ada's brother", None, 0, "2026-02-01T12:00:00Z")),
        PersonRow(Identity(DORA, "Dóra", "", "", CONSENT, 1, "2026-04-01T12:00:00Z"), Lookalike(ADA, "Ada", 0.1)),
    )


def state(revision=7, **changes):
    return replace(GalleryState(Phase.READY, "gallery.osfi", "/g.osfi", 4, revision, COSINE), **changes)


@pytest.fixture
def page(qtbot):
    widget = GalleryPage()
    qtbot.addWidget(widget)
    widget.resize(1100, 660)
    widget.show()
    widget.show_gallery(state())
    widget.show_listing(GalleryListing(7, people()))
    return widget


@pytest.fixture
def detail(scene):
    face = Face((10.0, 10.0, 80.0, 90.0), np.zeros((5, 2), np.float32), 0.99)

    def make(identity_id, *shot_ids):
        portrait = Portrait(scene.chip, face)
        shots = tuple(Shot(i, identity_id, portrait, f"{i}.jpg", "2026-03-01T12:00:00Z") for i in shot_ids)
        return PersonDetail(next(row.identity for row in people() if row.identity.identity_id == identity_id), shots)

    return make


def choose(page, identity_id):
    index = page._found.index_of(identity_id)
    assert index.isValid()
    page.lists.table.setCurrentIndex(index)


def names(page):
    model = page.lists.table.model()
    return [model.data(model.index(row, Column.NAME)) for row in range(model.rowCount())]


def selected(page):
    rows = page.lists.table.selectionModel().selectedRows(Column.NAME)
    return [row.data() for row in rows]


# Who is enrolled


def test_everybody_is_listed_by_name_whatever_the_capitals(page):
    assert names(page) == ["Ada", "bob", "Cem", "Dóra"]
    assert page.count.text() == "4 people"


@pytest.mark.parametrize(
    ("column", "down", "expected"),
    [
        (Column.SHOTS, True, ["Ada", "bob", "Dóra", "Cem"]),
        (Column.ENROLLED, False, ["bob", "Cem", "Ada", "Dóra"]),
        (Column.LOOKALIKE, True, ["Ada", "bob", "Dóra", "Cem"]),
        (Column.FLAGGED, True, ["bob", "Ada", "Cem", "Dóra"]),
        (Column.CONSENT, False, ["bob", "Cem", "Ada", "Dóra"]),
        (Column.NAME, True, ["Dóra", "Cem", "bob", "Ada"]),
    ],
)
def test_every_column_sorts_and_the_order_outlives_a_new_listing(page, column, down, expected):
    order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
    page.lists.table.sortByColumn(column, order)
    assert names(page) == expected
    page.show_gallery(state(8))
    page.show_listing(GalleryListing(8, people()))
    assert names(page) == expected


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ada", ["Ada", "Cem"]),
        ("e-3", ["Cem"]),
        ("SHIFT night", ["Ada"]),
        ("dóra", ["Dóra"]),
        ("do\u0301ra", ["Dóra"]),
        ("", ["Ada", "bob", "Cem", "Dóra"]),
    ],
)
def test_the_search_finds_every_word_in_name_id_or_note(page, qtbot, typed, found):
    qtbot.keyClicks(page.search, typed) if typed.isascii() else page.search.setText(typed)
    assert names(page) == found


def test_a_search_without_hits_says_so_and_leads_back(page, qtbot):
    page.search.setText("zoe")
    assert page.no_hits.isVisible()
    assert page.no_hits.title.text() == "Nobody matches “zoe”"
    assert page.count.text() == "0 of 4"
    page.no_hits.action.click()
    assert page.search.text() == ""
    assert len(names(page)) == 4


def test_table_and_grid_show_the_same_selection(page):
    choose(page, BOB)
    page.switch.choose(1)
    assert page.lists.currentWidget() is page.lists.grid
    assert page.lists.grid.currentIndex().data() == "bob"
    page.lists.grid.setCurrentIndex(page._found.index_of(ADA))
    page.switch.choose(0)
    assert selected(page) == ["Ada"]
    assert page.panel.title.text() == "Ada"


@pytest.mark.parametrize("width", [820, 1100, 1333, 1900])
def test_the_cards_of_the_grid_fill_its_width(page, qtbot, width):
    many = tuple(PersonRow(Identity(number, f"Person {number:03}", shots=1)) for number in range(1, 200))
    page.resize(width, 660)
    page.switch.choose(1)
    page.show_gallery(state(8))
    page.show_listing(GalleryListing(8, many))
    grid = page.lists.grid
    qtbot.waitUntil(lambda: grid.verticalScrollBar().maximum() > 0)
    tops = [grid.visualRect(page._found.index(row, Column.NAME)) for row in range(40)]
    first_row = [rect for rect in tops if rect.top() == tops[0].top()]
    left_over = grid.viewport().width() - first_row[-1].right()
    assert len(first_row) > 2
    assert left_over < first_row[0].width() / 2


def test_who_may_be_taken_for_somebody_else_is_marked_from_the_floor_on(page):
    cells = page.lists.table.itemDelegate()
    rows = {row.identity.identity_id: row for row in people()}
    # The floor is 0.36; Ada and Bob have 0.41, Dóra and Ada 0.10.
    assert cells.alike(rows[ADA])
    assert not cells.alike(rows[DORA])
    assert not cells.alike(rows[CEM])
    page.show_gallery(state(operating_point=None))
    assert not cells.alike(rows[ADA])


def test_pictures_are_asked_for_once_and_only_for_those_in_sight(page, qtbot, scene):
    asked = []
    page.portrait_requested.connect(asked.append)
    many = tuple(PersonRow(Identity(number, f"Person {number:04}", shots=1)) for number in range(1, 2001))
    page.show_gallery(state(8))
    page.show_listing(GalleryListing(8, many))
    qtbot.waitUntil(lambda: len(asked) > 5)
    assert asked[:3] == [1, 2, 3]
    assert len(asked) < 40
    before = len(asked)
    page.show_portrait(FacePicture(1, 8, scene.chip))
    page.lists.look()
    qtbot.wait(120)
    assert len(asked) == before
    page.lists.table.scrollToBottom()
    qtbot.waitUntil(lambda: 2000 in asked)
    assert 1000 not in asked


# Outdated answers


def test_answers_from_before_it_was_locked_are_dropped(page, scene, detail):
    page.show_gallery(GalleryState(Phase.NONE, "gallery.osfi"))
    page.show_listing(GalleryListing(7, people()))
    page.show_portrait(FacePicture(ADA, 7, scene.chip))
    page.show_person(detail(ADA, 11))
    assert names(page) == []
    assert page.empty.title.text() == "The gallery is locked"
    assert page.panel.detail is None


def test_portraits_of_another_revision_are_dropped(page, scene):
    page.show_portrait(FacePicture(ADA, 6, scene.chip))
    assert page._portraits.get(ADA) is None
    page.show_portrait(FacePicture(ADA, 7, scene.chip))
    assert page._portraits.get(ADA) is not None


def test_shots_of_somebody_who_is_not_shown_any_longer_are_dropped(page, detail):
    choose(page, BOB)
    choose(page, ADA)
    page.show_person(detail(BOB, 21, 22))
    assert page.panel.detail is None
    page.show_person(detail(ADA, 11))
    assert page.panel.detail.shots[0].shot_id == 11


def test_the_listing_is_asked_for_once_a_revision_and_only_while_somebody_looks(qtbot):
    page = GalleryPage()
    qtbot.addWidget(page)
    asked = []
    page.listing_requested.connect(lambda: asked.append(1))
    page.show_gallery(state(1))
    page.show_gallery(state(2))
    assert asked == []
    page.show()
    assert len(asked) == 1
    page.show_gallery(state(2))
    assert len(asked) == 1
    page.show_gallery(state(3))
    assert len(asked) == 2


# One person


def test_the_panel_tells_who_it_is_and_what_was_agreed(page, detail):
    choose(page, ADA)
    page.show_person(detail(ADA, 11, 12))
    assert page.panel.title.text() == "Ada"
    assert page.panel.summary.text().startswith("4 shots · enrolled ")
    assert page.panel.consent.text().endswith("recorded by Max: “I agree.”")
    choose(page, BOB)
    assert page.panel.consent.text() == "No consent is recorded."


def test_flagged_shots_are_told_and_marked(page, detail):
    choose(page, BOB)
    page.show_person(detail(BOB, 21, 22))
    shots = page.panel.shots
    assert shots.flagged.isVisible()
    model = shots.list.model()
    spoken = [model.data(model.index(row, 0)) for row in range(2)]
    assert "flagged" in spoken[0]
    assert "flagged" not in spoken[1]
    choose(page, ADA)
    page.show_person(detail(ADA, 11))
    assert not shots.flagged.isVisible()


def test_a_shot_is_removed_after_a_question(page, detail, qtbot):
    choose(page, BOB)
    page.show_person(detail(BOB, 21, 22))
    shots = page.panel.shots
    shots.list.setCurrentIndex(shots.list.model().index(1, 0))
    shots.list.setFocus()
    with qtbot.assertNotEmitted(page.remove_shot_requested):
        qtbot.keyClick(shots.list, Qt.Key.Key_Delete)
    assert shots.question.text() == "Remove shot 2 of bob? This cannot be undone."
    shots.keep.click()
    assert not shots.question.isVisible()
    shots.remove_button.click()
    with qtbot.waitSignal(page.remove_shot_requested) as asked:
        shots.remove_now.click()
    assert asked.args == [22]


def test_the_last_shot_says_what_losing_it_means(page, detail):
    choose(page, DORA)
    page.show_person(detail(DORA, 41))
    page.panel.shots.list.setCurrentIndex(page.panel.shots.list.model().index(0, 0))
    page.panel.shots.remove_button.click()
    assert page.panel.shots.question.text().startswith("This is the last shot of Dóra.")


# Renaming


def test_renaming_asks_for_all_three_fields(page, qtbot):
    choose(page, ADA)
    fields = page.panel.fields
    assert not fields.save.isEnabled()
    fields.name.setText("Ada L.")
    assert page.unsaved() == "What you typed about Ada is not saved yet."
    with qtbot.waitSignal(page.rename_requested) as asked:
        qtbot.keyClick(fields.name, Qt.Key.Key_Return)
    assert asked.args == [Rename(ADA, "Ada L.", "E-1", "night shift")]


@pytest.mark.parametrize(("typed", "said"), [("Cem", "Somebody else is called Cem"), ("  ", "A person needs a name.")])
def test_a_name_that_is_taken_or_missing_is_told_before_it_is_saved(page, qtbot, typed, said):
    choose(page, ADA)
    page.panel.fields.name.setText(typed)
    assert page.panel.fields.problem.text().startswith(said)
    assert not page.panel.fields.save.isEnabled()
    with qtbot.assertNotEmitted(page.rename_requested):
        qtbot.keyClick(page.panel.fields.name, Qt.Key.Key_Return)
    page.panel.fields.revert.click()
    assert page.unsaved() == ""


def test_choosing_somebody_else_asks_first_and_keeps_the_row(page, qtbot):
    choose(page, ADA)
    page.panel.fields.note.setPlainText("day shift")
    table = page.lists.table
    where = table.visualRect(page._found.index_of(BOB)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(where))
    assert page.panel.question.isVisible()
    assert page.panel.title.text() == "Ada"
    qtbot.waitUntil(lambda: selected(page) == ["Ada"])
    page.panel.stay.click()
    assert not page.panel.question.isVisible()
    assert page.panel.fields.note.toPlainText() == "day shift"


def test_after_discarding_the_other_person_is_shown(page):
    choose(page, ADA)
    page.panel.fields.note.setPlainText("day shift")
    choose(page, BOB)
    page.panel.discard.click()
    assert page.panel.title.text() == "bob"
    assert selected(page) == ["bob"]
    assert page.unsaved() == ""


def test_after_saving_the_other_person_is_shown_with_name_fields_and_all(page, qtbot):
    choose(page, ADA)
    page.panel.fields.name.setText("Ada L.")
    choose(page, BOB)
    with qtbot.waitSignal(page.rename_requested):
        page.panel.save_first.click()
    assert page.panel.title.text() == "Ada"  # not before it is stored
    ada, *others = people()
    page.show_gallery(state(8))
    page.show_listing(GalleryListing(8, (replace(ada, identity=replace(ada.identity, name="Ada L.")), *others)))
    assert page.panel.title.text() == "bob"
    assert page.panel.summary.text().startswith("2 shots")
    assert page.panel.fields.name.text() == "bob"
    assert selected(page) == ["bob"]


def test_what_is_typed_outlives_a_new_listing(page):
    choose(page, ADA)
    page.panel.fields.note.setPlainText("day shift")
    page.show_gallery(state(8))
    page.show_listing(GalleryListing(8, people()))
    assert page.panel.fields.note.toPlainText() == "day shift"
    assert selected(page) == ["Ada"]


def test_the_question_fits_the_panel(page):
    choose(page, ADA)
    page.panel.fields.note.setPlainText("day shift")
    choose(page, BOB)
    for button in page.panel.question.findChildren(QPushButton):
        right = button.mapTo(page.panel, button.rect().topRight()).x()
        assert right < page.panel.width() - 12, button.text()


# Merging


@pytest.fixture
def merging(page, detail, qtbot):
    choose(page, BOB)
    page.show_person(detail(BOB, 21, 22))
    page.panel.merge.click()
    return page._merge_dialog


def test_merging_shows_both_side_by_side_first(page, merging, detail):
    # The most alike is proposed.
    assert merging.left.name.text() == "bob"
    assert merging.right.name.text() == "Ada"
    page.show_person(detail(ADA, 11, 12, 13, 14))
    assert merging.left.shots.count() == 2
    assert merging.right.shots.count() == 4
    assert merging.merge.text() == "Merge into Ada"
    # 2 shots of Bob and 4 of Ada are 6.
    assert "has 6 shots afterwards" in merging.consequence.text()


def test_nobody_is_merged_into_themselves(merging):
    model = merging.list.model()
    assert [model.data(model.index(row, Column.NAME)) for row in range(model.rowCount())] == ["Ada", "Cem", "Dóra"]


def test_merging_is_asked_for_only_with_its_button(page, merging, qtbot):
    with qtbot.assertNotEmitted(page.merge_requested):
        qtbot.keyClick(merging.search, Qt.Key.Key_Return)
    merging.search.setText("cem")
    merging.list.setCurrentIndex(merging.list.model().index(0, Column.NAME))
    with qtbot.waitSignal(page.merge_requested) as asked:
        merging.merge.click()
    assert asked.args == [Merge(BOB, CEM)]
    assert not merging.isVisible()


def test_a_dialog_about_somebody_who_changed_meanwhile_closes(page, merging):
    ada, bob, *others = people()
    page.show_gallery(state(8))
    page.show_listing(GalleryListing(8, (ada, replace(bob, identity=replace(bob.identity, shots=3)), *others)))
    assert page._merge_dialog is None


# Erasing


@pytest.fixture
def erasing(page):
    choose(page, ADA)
    page.panel.erase.click()
    return page._erase_dialog


def test_erasing_names_everything_that_goes(erasing):
    assert erasing.removed == (
        "4 pictures",
        "The embeddings made from them",
        "The prototype by which Ada is recognised",
        "The name Ada, the external id E-1, the note, the recorded consent",
        "The last decisions for Ada on the Identify page",
    )
    assert "backups" in erasing.warning.text()


def test_erasing_has_to_be_meant(page, erasing, qtbot):
    assert not erasing.erase.isEnabled()
    assert erasing.cancel.isDefault()
    erasing.meant.setChecked(True)
    with qtbot.waitSignal(page.erase_requested) as asked:
        erasing.erase.click()
    assert asked.args == [ADA]


def test_enter_erases_nobody(page, erasing, qtbot):
    erasing.meant.setChecked(True)
    with qtbot.assertNotEmitted(page.erase_requested):
        qtbot.keyClick(erasing, Qt.Key.Key_Return)
    assert not erasing.isVisible()


def test_after_erasing_nobody_is_shown(page):
    choose(page, ADA)
    page.show_gallery(state(8, people=3))
    page.show_listing(GalleryListing(8, people()[1:]))
    assert page.nobody.isVisible()
    assert selected(page) == []


# What stands in the way


def test_empty_locked_and_opening_say_what_to_do(page, qtbot):
    page.show_gallery(state(0, people=0))
    page.show_listing(GalleryListing(0, ()))
    assert page.empty.title.text() == "Nobody is enrolled yet"
    with qtbot.waitSignal(page.enrol_page_requested):
        page.empty.action.click()
    page.show_gallery(GalleryState(Phase.WAITING, "g.osfi"))
    assert page.empty.title.text() == "The gallery is being opened"
    assert not page.empty.action.isVisible()
    page.show_gallery(GalleryState(Phase.NONE, "g.osfi"))
    with qtbot.waitSignal(page.unlock_requested):
        page.empty.action.click()


def test_locking_leaves_nothing_on_the_screen_and_closes_what_is_asked(page, merging):
    page.search.setText("ada")
    page.show_gallery(GalleryState(Phase.NONE, "g.osfi"))
    assert page._merge_dialog is None
    assert page.search.text() == ""
    assert page.panel.row is None
    assert page.panel.title.text() == ""
    assert len(page._portraits) == 0


def test_ctrl_f_goes_to_the_search(page, qtbot):
    page.lists.table.setFocus()
    qtbot.keyClick(page.lists.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.search.hasFocus()
