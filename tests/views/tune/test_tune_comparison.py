"""Before and after a run: the verdict, its intervals, and the choice between both."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from tunings import COMPARISONS, COUNTS, LISTING, ROWS, done, running, version

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
            "81.8 %, 65.9 to 95.5",
            "+9.1, +2.3 to +18.2",
            "",
            "97.7 %, before 95.5 %",
        ],
        [
            "NAC, at FAR 1 %",
            "75.0 %, 56.8 to 90.9",
            "79.5 %, 63.6 to 93.2",
            "+4.5, −2.3 to +13.6",
            "",
            "97.7 %, before 95.5 %",
        ],
        [
            "NAC, at FAR 10 %",
            "88.6 %, 75.0 to 100.0",
            "86.4 %, 72.7 to 97.7",
            "−2.2, −6.8 to −0.1",
            "",
            "97.7 %, before 95.5 %",
        ],
    ]
    words = [model.data(model.index(row, ComparedColumn.DRAWN), Qt.ItemDataRole.AccessibleTextRole) for row in range(3)]
    assert words == [
        "The whole interval is right of zero: better.",
        "The interval holds zero: no difference shown.",
        "The whole interval is left of zero: worse.",
    ]


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
