"""Before and after a run: the verdict, its intervals, and the choice between both."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from tunings import COMPARISONS, COUNTS, LISTING, ROWS, against, compared, done, running, version

from osfi_gui.core.compare import judge
from osfi_gui.core.decide import LABELS
from osfi_gui.core.desk import (
    Promote,
)
from osfi_gui.core.tune import (
    Standing,
    TuneCounts,
)
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import DARK, LIGHT
from osfi_gui.views.tune_comparison_table import Column as ComparedColumn
from osfi_gui.views.tune_comparison_table import reach
from osfi_gui.views.tune_versions_model import MARK_ROLE
from osfi_gui.views.tune_versions_model import Column as VersionColumn
from osfi_gui.views.tune_words import points_text

# Before and after


@pytest.mark.parametrize(
    ("standing", "word", "mark"),
    [
        (Standing.BETTER, "Better", Mark.GOOD),
        (Standing.WORSE, "Worse", Mark.BAD),
        (Standing.OPEN, "No difference shown", Mark.SAME),
        (Standing.UNJUDGED, "Not judged", Mark.INFO),
    ],
)
def test_the_verdict_is_a_word_a_mark_and_its_reason(page, standing, word, mark):
    page.show_run(done(standing))
    card = page.run.comparison
    assert card.word.text() == word
    assert card.verdict._mark is mark
    assert card.verdict.text() == COMPARISONS[standing].sentence
    assert card.verdict.accessibleName() == f"{word}: {COMPARISONS[standing].sentence}"
    assert card.table.isVisible() is bool(COMPARISONS[standing].rows)


@pytest.mark.parametrize("counts", [COUNTS, TuneCounts(12, 36, 0, 0, 0, 0)])
@pytest.mark.parametrize("rows", [ROWS[:1], ROWS[1:2], ROWS[2:], ()])
def test_the_cores_sentence_does_not_say_the_word_twice(page, rows, counts):
    page.show_run(replace(done(), version=version(4, comparison=judge(rows, counts, names=LABELS))))
    card = page.run.comparison
    assert card.verdict.text()
    assert not card.verdict.text().startswith((card.word.text(), "No difference"))
    assert not card.verdict.text()[0].islower()


def test_before_and_after_stand_side_by_side_with_their_intervals(page):
    page.show_run(done())
    model = page.run.comparison.table.compared
    said = [[model.data(model.index(row, column)) for column in ComparedColumn] for row in range(model.rowCount())]
    assert said == [
        [
            "Cosine, at FAR 1 %, decides",
            "72.7 %, 54.5 to 88.6",
            "–",
            "81.8 %, 65.9 to 95.5",
            "+9.1, +2.3 to +18.2",
            "",
            "97.7 %, before 95.5 %",
        ],
        [
            "NAC, at FAR 1 %",
            "75.0 %, 56.8 to 90.9",
            "–",
            "79.5 %, 63.6 to 93.2",
            "+4.5, −2.3 to +13.6",
            "",
            "97.7 %, before 95.5 %",
        ],
        [
            "NAC, at FAR 10 %",
            "88.6 %, 75.0 to 100.0",
            "–",
            "86.4 %, 72.7 to 97.7",
            "−2.2, −6.8 to −0.1",
            "",
            "97.7 %, before 95.5 %",
        ],
    ]
    assert page.run.comparison.table.isColumnHidden(ComparedColumn.IN_USE)
    assert not page.run.comparison.in_use.isVisible()
    words = [model.data(model.index(row, ComparedColumn.DRAWN), Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert words == [
        "The whole interval is right of zero: better.",
        "The interval holds zero: no difference shown.",
        "The whole interval is left of zero: worse.",
    ]


def shown(standing, *, in_use=1, **more):
    """Give a run's end with a version that is better than pretrained and stands like this against version 1."""
    return replace(done(), version=version(4, comparison=against(in_use, standing, **more)))


def test_a_version_that_is_in_use_has_a_column_and_a_sentence_of_its_own(page):
    rows = (compared("cosine", 0.01, (0.864, 0.75, 0.977), (0.818, 0.659, 0.955), (-0.046, -0.091, -0.01)),)
    page.show_run(shown(Standing.WORSE, rows=rows, held_out=19))
    card = page.run.comparison
    model = card.table.compared
    assert not card.table.isColumnHidden(ComparedColumn.IN_USE)
    # Measured with the cosine at 1 %, not with what the other rows show.
    cells = [model.data(model.index(row, ComparedColumn.IN_USE)) for row in range(3)]
    assert cells == ["86.4 %, 75.0 to 97.7", "–", "–"]
    heads = [model.headerData(column, Qt.Orientation.Horizontal) for column in ComparedColumn]
    assert heads[1:4] == ["DIR before", "DIR in use", "DIR after"]
    hint = model.headerData(ComparedColumn.IN_USE, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "version 1, which was in use, on the 19 held-out shots that it was not trained on" in hint
    assert card.word.text() == "Better"  # than the pretrained encoder
    assert card.in_use.isVisible()
    assert card.in_use._mark is Mark.BAD
    assert card.in_use.text() == COMPARISONS[Standing.WORSE].sentence
    page.show_run(running(1))
    page.show_run(done())
    assert card.table.isColumnHidden(ComparedColumn.IN_USE)
    assert not card.in_use.isVisible()


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    assert [points_text(value) for value in (0.0004, -0.0004, 0.0006, -0.0006)] == ["0.0", "0.0", "+0.1", "−0.1"]


def test_the_interval_is_drawn_where_it_lies(page, theme, qtbot):
    """The coloured pixels of the first row reach from its low to its high end."""
    page.show_run(done())
    table = page.run.comparison.table
    page.run._area.ensureWidgetVisible(table)
    model = table.compared
    assert model.reach == 0.2 == reach(ROWS)  # 18.2 points are the widest
    rect = table.visualRect(model.index(0, ComparedColumn.DRAWN))
    image = table.viewport().grab().toImage()
    colour = {"light": LIGHT, "dark": DARK}[theme].accept
    ratio = image.devicePixelRatio()
    line = round(rect.center().y() * ratio)
    found = [
        x / ratio
        for x in range(round(rect.left() * ratio), round(rect.right() * ratio))
        if image.pixelColor(x, line) == colour
    ]
    left, width = rect.left() + 14, rect.width() - 28
    assert min(found) == pytest.approx(left + width * (0.023 / 0.2 + 1) / 2, abs=2.5)
    assert max(found) == pytest.approx(left + width * (0.182 / 0.2 + 1) / 2, abs=2.5)


# The choice


def test_promoting_what_is_better_is_the_main_button(page, qtbot):
    page.show_run(done())
    choice = page.run.choice
    assert choice.promote.property("role") == "primary"
    assert not choice.anyway.isVisible()
    assert page.form.begin.property("role") == ""
    with qtbot.waitSignal(page.promote_requested) as asked:
        choice.promote.click()
    assert asked.args == [Promote(4, anyway=False)]


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing.WORSE, "Better not: it recognised worse"),
        (Standing.OPEN, "No difference was shown"),
        (Standing.UNJUDGED, "Nobody knows whether it is better"),
    ],
)
def test_promoting_anything_else_needs_a_tick_and_is_told_why(page, qtbot, standing, reason):
    page.show_run(done(standing))
    choice = page.run.choice
    assert not choice.promote.isEnabled()
    assert choice.leave.property("role") == "primary"
    assert choice.reason.text().startswith(reason)
    choice.anyway.click()
    with qtbot.waitSignal(page.promote_requested) as asked:
        choice.promote.click()
    assert asked.args == [Promote(4, anyway=True)]


def test_what_is_worse_than_the_version_in_use_needs_a_tick_though_it_is_better_than_pretrained(page, qtbot):
    page.show_versions(LISTING)  # version 1 is in use
    page.show_run(shown(Standing.WORSE))
    choice = page.run.choice
    assert choice.reason.text() == "Better not: it recognised worse than the version that is in use."
    assert not choice.promote.isEnabled()
    choice.anyway.click()
    with qtbot.waitSignal(page.promote_requested) as asked:
        choice.promote.click()
    assert asked.args == [Promote(4, anyway=True)]


@pytest.mark.parametrize("standing", [Standing.BETTER, Standing.OPEN, Standing.UNJUDGED])
def test_what_is_not_shown_to_be_worse_than_the_version_in_use_needs_none(page, standing):
    page.show_versions(LISTING)
    page.show_run(shown(standing))
    choice = page.run.choice
    assert choice.promote.isEnabled()
    assert not choice.anyway.isVisible()
    assert choice.reason.text() == (COMPARISONS[standing].sentence if standing is Standing.UNJUDGED else "")


def test_what_was_never_compared_with_the_version_in_use_says_so(page):
    page.show_versions(LISTING)
    page.show_run(shown(Standing.WORSE, in_use=2))
    assert page.run.choice.promote.isEnabled()
    assert page.run.choice.reason.text() == (
        "Version 4 was not compared with version 1, which is in use: whether it is better is unknown."
    )


def test_the_list_of_versions_says_what_is_worse_than_what_was_in_use(page):
    made = version(4, comparison=against(1, Standing.WORSE))
    page.show_versions(replace(LISTING, versions=(made, *LISTING.versions)))
    model = page.versions.model
    index = model.index(0, VersionColumn.STANDING)
    assert model.data(index) == "Worse than version 1"
    assert model.data(index, MARK_ROLE) is Mark.BAD
    assert model.data(index, Qt.ItemDataRole.ToolTipRole) == "\n".join(
        COMPARISONS[standing].sentence for standing in (Standing.BETTER, Standing.WORSE)
    )


def test_a_tick_does_not_outlive_its_version(page):
    page.show_run(done(Standing.WORSE))
    page.run.choice.anyway.click()
    page.show_run(running(1))
    page.show_run(done(Standing.WORSE, number=5))
    assert not page.run.choice.anyway.isChecked()
    assert not page.run.choice.promote.isEnabled()


def test_leaving_it_asks_for_nothing_and_says_so(page, qtbot):
    page.show_run(done())
    with qtbot.assertNotEmitted(page.promote_requested):
        page.run.choice.leave.click()
    assert page.run.outcome.text() == "Nothing was changed. Version 4 is kept under Versions."
    assert not page.run.choice.isVisible()
    assert page.form.begin.property("role") == "primary"


def test_what_was_promoted_is_said_to_be_in_use(page):
    page.show_run(done())
    page.show_versions(replace(LISTING, in_use=4, versions=(version(4), *LISTING.versions)))
    assert page.run.outcome.text() == "Version 4 is in use now."
    assert not page.run.choice.isVisible()
