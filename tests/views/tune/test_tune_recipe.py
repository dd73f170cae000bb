"""The recipe's form: every field reaches the recipe, and nothing typed is lost."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from tunings import CHOICES, DESK, LISTING, READY, running

from osfi_gui.core.desk import (
    GalleryState,
    Phase,
    StartTuning,
    TuneState,
)
from osfi_gui.core.tune import (
    PAPER_RECIPE,
    Choice,
)


def test_the_default_recipe_is_filled_in_and_asked_for_as_it_is(page, qtbot):
    assert page.form.recipe_choice.combo.currentText() == "Desk"
    assert page.form.recipe_choice.help.text() == "Gentle."
    with qtbot.waitSignal(page.tune_requested) as asked:
        page.form.begin.click()
    assert asked.args == [StartTuning(DESK)]


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
    expected = replace(
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
    assert asked.args == [StartTuning(expected)]
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


def test_a_folder_of_other_people_reaches_the_run_until_it_is_left_out(page, qtbot, tmp_path):
    field = page.form.background
    assert (field.name.text(), field.leave_out.isVisible()) == ("", False)
    qtbot.mouseClick(field.choose, Qt.MouseButton.LeftButton)
    (dialog,) = page.window().findChildren(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.fileSelected.emit(str(tmp_path / "Other people"))
    dialog.close()
    assert (field.name.text(), field.name.toolTip()) == ("Other people", str(tmp_path / "Other people"))
    with qtbot.waitSignal(page.tune_requested) as asked:
        page.form.begin.click()
    assert asked.args == [StartTuning(DESK, str(tmp_path / "Other people"))]
    page.show_readiness(READY)  # as the desk answers a request that it refuses
    field.leave_out.click()
    assert (field.folder(), field.name.text(), field.leave_out.isVisible()) == ("", "", False)
    with qtbot.waitSignal(page.tune_requested) as asked:
        page.form.begin.click()
    assert asked.args == [StartTuning(DESK)]


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
