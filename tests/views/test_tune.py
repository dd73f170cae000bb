"""The Fine-tune page in the real window: what it asks for, what it shows, and nothing lost on the way."""

import gc
import subprocess
import sys
import weakref
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QFileDialog, QLineEdit

from osfi_gui.core.compare import judge
from osfi_gui.core.decide import LABELS
from osfi_gui.core.desk import (
    EngineState,
    GalleryState,
    ImportStrangers,
    JobState,
    NoteVersion,
    Phase,
    Promote,
    TuneReadiness,
    TuneState,
)
from osfi_gui.core.tune import (
    PAPER_RECIPE,
    Choice,
    Compared,
    Comparison,
    Estimate,
    Measured,
    RecipeChoices,
    Standing,
    Stepped,
    TuneCounts,
    Version,
    VersionListing,
)
from osfi_gui.views import tune_curves
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import DARK, LIGHT
from osfi_gui.views.tune_comparison_table import Column as ComparedColumn
from osfi_gui.views.tune_comparison_table import reach
from osfi_gui.views.tune_series import MOST_POINTS, Series
from osfi_gui.views.tune_versions_model import MARK_ROLE, Column
from osfi_gui.views.tune_words import left_text, points_text, recipe_text
from osfi_gui.views.window import MainWindow

DESK = replace(PAPER_RECIPE, augment="camera", toward="pretrained", rate=3e-4, batch=32)
CHOICES = RecipeChoices(
    starts=(Choice("wi", "Weight imprinting (WI)", "Starts at the prototypes."), Choice("lp", "LP", "Trained alone.")),
    layers=(Choice("bn", "BatchNorm (BN)", "Few numbers."), Choice("full", "Full", "Everything.")),
    heads=(Choice("cosface", "CosFace", "A margin."), Choice("softmax", "Softmax", "No margin.")),
    statistics=(Choice("frozen", "Frozen", "They stay."), Choice("adapting", "Adapting", "They follow.")),
    toward=(Choice("zero", "Zero", "Ordinary."), Choice("pretrained", "Pretrained", "L2-SP.")),
    augment=(
        Choice("paper", "As in the paper", "Crops."),
        Choice("camera", "Camera", "Blur."),
        Choice("none", "No", ""),
    ),
    recipes=((Choice("desk", "Desk", "Gentle."), DESK), (Choice("paper", "Paper", "Park et al."), PAPER_RECIPE)),
)
READY = TuneReadiness(12, 58, 22, 1310)
COUNTS = TuneCounts(12, 36, 22, 11, 310, 118)


def compared(matcher, far, before, after, difference):
    return Compared(matcher, far, Estimate(*before), Estimate(*after), Estimate(*difference), 0.955, 0.977)


ROWS = (
    compared("cosine", 0.01, (0.727, 0.545, 0.886), (0.818, 0.659, 0.955), (0.091, 0.023, 0.182)),
    compared("nac", 0.01, (0.75, 0.568, 0.909), (0.795, 0.636, 0.932), (0.045, -0.023, 0.136)),
    compared("nac", 0.1, (0.886, 0.75, 1.0), (0.864, 0.727, 0.977), (-0.022, -0.068, -0.001)),
)
COMPARISONS = {
    Standing.BETTER: Comparison(Standing.BETTER, "9.1 points more than before.", ROWS, COUNTS),
    Standing.WORSE: Comparison(Standing.WORSE, "2.2 points fewer than before.", ROWS[::-1], COUNTS),
    Standing.OPEN: Comparison(Standing.OPEN, "The interval holds zero.", ROWS[1:2], COUNTS),
    Standing.UNJUDGED: Comparison(Standing.UNJUDGED, "There were no strangers.", (), TuneCounts(12, 58, 0, 0, 0, 0)),
}


def version(number, standing=Standing.BETTER, **changes):
    made = Version(
        number, "sface", 0, f"2026-03-0{number}T10:00:00Z", PAPER_RECIPE, COMPARISONS[standing], 7, (1, 2), 98304
    )
    return replace(made, **changes)


LISTING = VersionListing(
    "sface", "SFace (2021)", 1, 0, (version(3, Standing.WORSE), version(2, Standing.OPEN), version(1, note="new lamp"))
)


def steps(count, total=400, epochs=20):
    """Give the first steps of a run whose loss falls by one a step, and whose accuracy rises to 1."""
    return tuple(
        Stepped(i, total, epochs * i / total, float(total - i), i / total, 1e-3, 0.9 * (total - i))
        for i in range(1, count + 1)
    )


def running(count, total=400, measured=()):
    return TuneState(Phase.WAITING, "Training", PAPER_RECIPE, steps(count, total), measured)


def done(standing=Standing.BETTER, number=4):
    return TuneState(Phase.READY, "", PAPER_RECIPE, steps(400), (), version(number, standing))


@pytest.fixture
def window(qapp, feed, opened, loaded):
    made = MainWindow(feed)
    made.show()
    made.show_engine(loaded)
    made.show_gallery(opened)
    yield made
    made.close()
    made.deleteLater()
    # At once: a theme that is put on later would dress every window that is still there.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def page(window):
    """Give what is on the page, open and filled as the desk fills it."""
    window.show_page("tune")
    window.tune.show_choices(CHOICES)
    window.tune.show_readiness(READY)
    window.tune.show_versions(LISTING)
    return window.tune.body


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
        ("tune_requested", (PAPER_RECIPE,)),
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


# The recipe


def test_the_default_recipe_is_filled_in_and_asked_for_as_it_is(page, qtbot):
    assert page.form.recipe_choice.combo.currentText() == "Desk"
    assert page.form.recipe_choice.help.text() == "Gentle."
    with qtbot.waitSignal(page.tune_requested) as asked:
        page.form.begin.click()
    assert asked.args == [DESK]


def test_every_field_reaches_the_recipe(page, qtbot):
    form = page.form
    form.recipe_choice.choose("paper")
    for field, name in (
        (form.start, "lp"),
        (form.layers, "full"),
        (form.head, "softmax"),
        (form.statistics, "adapting"),
        (form.toward, "pretrained"),
        (form.augment, "camera"),
    ):
        field.choose(name)
    form.fold.button.click()
    for spin, typed in ((form.epochs, "7"), (form.batch, "16"), (form.average, "3"), (form.seed, "41")):
        spin.selectAll()
        qtbot.keyClicks(spin, typed)
    for number, typed in ((form.rate, "5e-4"), (form.decay, "0")):
        number.selectAll()
        qtbot.keyClicks(number, typed)
    with qtbot.waitSignal(page.tune_requested) as asked:
        form.begin.click()
    assert asked.args == [
        replace(
            PAPER_RECIPE,
            start="lp",
            layers="full",
            head="softmax",
            statistics="adapting",
            toward="pretrained",
            augment="camera",
            epochs=7,
            batch=16,
            average=3,
            seed=41,
            rate=5e-4,
            decay=0.0,
        )
    ]
    assert form.recipe_choice.combo.currentText() == "Custom"


def test_a_changed_field_makes_the_recipe_custom_and_changing_it_back_names_it_again(page):
    form = page.form
    form.epochs.setValue(7)
    assert form.recipe_choice.combo.currentText() == "Custom"
    form.epochs.setValue(20)
    assert form.recipe_choice.combo.currentText() == "Desk"
    form.seed.setValue(5)
    assert form.recipe_choice.combo.currentText() == "Desk", "the seed is of a run"


def test_an_own_recipe_comes_back_after_a_look_at_another(page):
    form = page.form
    form.epochs.setValue(7)
    form.recipe_choice.choose("paper")
    assert form.recipe() == PAPER_RECIPE
    form.recipe_choice.choose("")
    assert form.recipe() == replace(DESK, epochs=7)


def test_another_head_drops_the_scale_and_margin_of_the_first(window, page):
    own = replace(PAPER_RECIPE, scale=24.0, margin=0.2)
    page.show_choices(replace(CHOICES, recipes=((Choice("own", "Own", ""), own),)))
    page.form.recipe_choice.choose("own")
    assert page.form.recipe() == own
    page.form.head.choose("softmax")
    assert page.form.recipe() == replace(own, head="softmax", scale=None, margin=None)


def test_the_help_follows_the_choice(page):
    page.form.layers.choose("full")
    assert page.form.layers.help.text() == "Everything."
    assert page.form.layers.combo.accessibleDescription() == "Everything."


def test_nothing_typed_is_lost_while_states_come_in_and_pages_change(window, page, opened, loaded):
    form = page.form
    form.rate.setText("1e-")
    form.epochs.setValue(33)
    page.show_choices(CHOICES)
    page.show_choices(replace(CHOICES, starts=(*CHOICES.starts, Choice("random", "Random", ""))))
    page.show_readiness(replace(READY, strangers=1))
    page.show_versions(LISTING)
    window.show_page("gallery")
    window.show_gallery(GalleryState())
    window.show_gallery(opened)
    window.show_engine(loaded)
    window.show_page("tune")
    page.show_run(running(3))
    page.show_run(TuneState(Phase.ENDED, what="Cancelled."))
    assert form.rate.text() == "1e-"
    assert form.epochs.value() == 33
    assert form.start.value() == "wi"


@pytest.mark.parametrize("typed", ["", "fast", "nan", "inf", "0", "-1", "2", "1e-9"])
def test_a_rate_that_is_none_is_said_and_kept(page, typed):
    page.form.rate.setText(typed)
    assert not page.form.begin.isEnabled()
    assert page.form.problem.text() == ("The learning rate has to be a number from 1e-7 to 1, such as 0.001 or 1e-3.")
    assert page.form.rate.property("invalid") == "true"
    page.form.rate.setText("0,001")
    assert page.form.begin.isEnabled()
    assert page.form.recipe().rate == 0.001
    assert page.form.rate.property("invalid") == "false"


def test_no_more_epochs_are_averaged_than_trained(page):
    page.form.average.setValue(21)
    assert page.form.problem.text() == "No more epochs can be averaged than are trained: 20."
    page.form.epochs.setValue(21)
    assert page.form.begin.isEnabled()


def test_the_wheel_scrolls_the_form_and_turns_no_setting(page, qtbot):
    page.form.rate.setFocus()
    for field in (page.form.head.combo, page.form.epochs):
        before = page.form.recipe()
        turn = QWheelEvent(
            QPointF(5, 5),
            field.mapToGlobal(QPointF(5, 5)),
            QPointF(0, -120).toPoint(),
            QPointF(0, -120).toPoint(),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, turn)
        assert page.form.recipe() == before


def test_rare_settings_are_folded_away(page):
    assert not page.form.statistics.isVisible()
    page.form.fold.button.click()
    assert page.form.statistics.isVisible()


def test_a_second_press_before_the_answer_asks_for_nothing(page):
    asked = []
    page.tune_requested.connect(asked.append)
    page.form.begin.click()
    page.form.begin.click()
    assert len(asked) == 1
    page.show_readiness(READY)
    page.form.begin.click()
    assert len(asked) == 2, "a refusal lets the operator try again"


# Readiness


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


# A run


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


# The curves


def curve(item):
    x, y = item.getData()
    return list(x), list(y)


def test_the_curves_show_what_came_in(page, qtbot):
    looks = (Measured(0.0, 0.7, 0.01), Measured(1.0, 0.75, 0.01))
    page.show_run(running(4, 4, looks))
    plots = page.run.curves.plots
    assert curve(plots.loss) == ([5.0, 10.0, 15.0, 20.0], [3.0, 2.0, 1.0, 0.0])
    assert curve(plots.accuracy) == ([5.0, 10.0, 15.0, 20.0], [25.0, 50.0, 75.0, 100.0])
    assert curve(plots.dir) == ([0.0, 1.0], [70.0, 75.0])
    legend = page.run.curves.legend
    assert legend["loss"].text() == "Loss 0.000"
    assert legend["accuracy"].text() == "Train accuracy 100.0 %"
    assert legend["dir"].text() == "DIR 75.0 % at FAR 1 %, on held-out shots and strangers"
    assert "DIR 75.0 % at FAR 1 %" in page.run.curves.accessibleName()


def test_both_plots_share_one_axis_of_epochs(page):
    page.show_run(running(4, 4))
    plots = page.run.curves.plots
    assert plots.upper.viewRange()[0] == plots.lower.viewRange()[0]
    low, high = plots.lower.viewRange()[0]
    assert low < 0
    assert high > 20
    assert plots.upper.sceneBoundingRect().left() == plots.lower.sceneBoundingRect().left()


def test_the_lines_are_told_apart_without_colour(page, theme):
    page.show_run(running(4, 4, (Measured(0.0, 0.7, 0.01),)))
    plots, colours = page.run.curves.plots, {"light": LIGHT, "dark": DARK}[theme]
    assert plots.accuracy.opts["pen"].style() == Qt.PenStyle.SolidLine
    assert plots.dir.opts["pen"].style() == Qt.PenStyle.CustomDashLine
    assert plots.dir.opts["symbol"] == "o"
    assert plots.accuracy.opts["pen"].color() == colours.accent
    assert plots.backgroundBrush().color() == colours.panel


def test_a_thousand_states_a_second_are_drawn_ten_times(page, monkeypatch, qtbot):
    """With time standing still between them, any number of states are one drawing, and one more for the last."""
    curves = page.run.curves
    page.show_run(running(1))
    before = curves.drawn
    curves._timer.setInterval(3600_000)
    curves._timer.start()
    all_steps = steps(400)
    for count in range(2, 401):
        page.show_run(replace(running(1), steps=all_steps[:count]))
    assert curves.drawn == before
    curves._timer.setInterval(1)
    curves._timer.start()
    qtbot.waitUntil(lambda: curves.drawn == before + 1)
    assert len(curve(curves.plots.loss)[0]) == 400
    assert tune_curves.EVERY_MS == 100


def test_only_new_steps_are_taken(page, monkeypatch):
    curves = page.run.curves
    taken = []
    monkeypatch.setattr(curves.loss, "add", lambda x, y: taken.append(y))
    all_steps = steps(400)
    for count in (100, 250, 400):
        curves.show_run(replace(running(1), steps=all_steps[:count]))
        curves._draw()
    assert taken == [step.loss for step in all_steps]


def test_nothing_is_drawn_while_nobody_looks_and_everything_is_there_afterwards(window, page):
    page.show_run(running(10))
    drawn = page.run.curves.drawn
    window.show_page("identify")
    page.show_run(running(300))
    assert page.run.curves.drawn == drawn
    window.show_page("tune")
    assert len(curve(page.run.curves.plots.loss)[0]) == 300


def test_a_second_run_begins_with_empty_curves(page):
    page.show_run(running(300))
    page.show_run(done())
    again = tuple(replace(step, loss=1000.0) for step in steps(400))
    page.show_run(replace(running(1), steps=again))
    page.run.curves.finish()
    assert set(curve(page.run.curves.plots.loss)[1]) == {1000.0}


@pytest.mark.parametrize("count", [1, MOST_POINTS, MOST_POINTS + 1, 10 * MOST_POINTS + 3, 16 * MOST_POINTS])
def test_a_long_run_stays_a_short_curve_with_the_same_mean_and_ends(count):
    series = Series()
    for number in range(count):
        series.add(float(number), 2.0 * number)
    x, y = series.points()
    each = 1
    while each * MOST_POINTS < count:
        each *= 2
    assert len(x) == -(-count // each) <= MOST_POINTS
    assert x[0] == pytest.approx((min(each, count) - 1) / 2)
    rest = count % each or each
    assert x[-1] == pytest.approx(count - 1 - (rest - 1) / 2)
    assert list(y) == pytest.approx([2 * value for value in x])


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


# Versions


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


# For everybody


def reached(window, qtbot, presses):
    found = set()
    for _ in range(presses):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        found.add(window.focusWidget())
    return found


def test_the_keyboard_alone_reaches_the_form(window, page, qtbot):
    page.form.fold.button.click()
    form = page.form
    wanted = {form.begin, page.run.readiness.strangers, page.switch.button(0), form.fold.button, form.rate, form.decay}
    wanted |= {c.combo for c in (form.recipe_choice, form.start, form.layers, form.head, form.statistics, form.toward)}
    wanted |= {form.augment.combo, form.epochs, form.batch, form.average, form.seed}
    assert wanted <= reached(window, qtbot, 45)


def test_the_keyboard_alone_reaches_the_choice_and_the_versions(window, page, qtbot):
    page.show_run(done(Standing.WORSE))
    page.run.choice.anyway.click()
    choice, versions = page.run.choice, page.versions
    assert {choice.anyway, choice.leave, choice.promote, page.run.comparison.table} <= reached(window, qtbot, 45)
    page.switch.choose(1)
    versions.select(3)
    wanted = {versions.table, versions.note, versions.remove_button, versions.roll_back, versions.choice.anyway}
    assert wanted <= reached(window, qtbot, 45)


def test_everything_has_a_name(page):
    page.show_run(done(Standing.WORSE))
    page.form.fold.button.click()
    for kind in (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit):
        for widget in page.findChildren(kind):
            if widget.objectName().startswith("qt_"):
                continue  # Qt's own, inside of the others
            name = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
            assert name or widget.isHidden() or not widget.isVisible(), widget


@pytest.mark.parametrize("state", [TuneState(), running(100), *(done(standing) for standing in Standing)])
def test_it_fits_a_small_screen_with_its_main_buttons_in_sight(window, page, state):
    window.resize(1280, 720)
    page.show_run(state)
    page.form.fold.button.click()
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 720
    shown = [page.form.begin]
    shown += [page.run.progress.cancel] if state.phase is Phase.WAITING else []
    shown += [page.run.choice.promote, page.run.choice.leave] if state.phase is Phase.READY else []
    for button in shown:
        assert button.isVisible()
        assert button.visibleRegion().boundingRect().size() == button.size()


def test_a_page_that_was_used_goes_when_its_window_goes(qtbot, feed, opened, loaded):
    window = MainWindow(feed)
    window.show()
    window.show_engine(loaded)
    window.show_gallery(opened)
    window.show_page("tune")
    window.tune.show_choices(CHOICES)
    window.tune.show_versions(LISTING)
    window.tune.show_run(running(50))
    window.tune.show_run(done())
    gone = []
    for part in (window.tune, window.tune.body.run.curves.plots):
        part.destroyed.connect(lambda: gone.append(True))
    alive = weakref.ref(window.tune.body.run.curves.plots.loss)
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del window, part
    qtbot.waitUntil(lambda: len(gone) == 2)
    gc.collect()
    assert alive() is None
