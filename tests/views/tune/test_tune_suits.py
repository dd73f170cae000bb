"""Unless the operator chooses, the form follows the recipe that suits the shots, and says by what."""

from dataclasses import replace

import pytest
from tunings import CHOICES, READY, running

from osfi_gui.core.desk import GalleryState, StartTuning, TuneReadiness
from osfi_gui.core.detail import CameraDetail, ShotsLook
from osfi_gui.core.tune import PAPER_RECIPE, Choice

POOR = replace(PAPER_RECIPE, augment="camera", rate=3e-3, batch=16)
OFFERED = replace(
    CHOICES,
    recipes=(
        (Choice("paper", "The paper's", "Park et al."), PAPER_RECIPE),
        (Choice("poor-camera", "For a poor camera", "Dark chips."), POOR),
    ),
    auto=Choice("auto", "Suits the shots", "Whichever suits."),
)
DIM, SHARP = ShotsLook(CameraDetail(26.0, 18)), ShotsLook(CameraDetail(54.0, 18))


@pytest.fixture
def page(window):
    """Give what is on the page, open, with recipes but without a look at the shots."""
    window.show_page("tune")
    window.tune.show_choices(OFFERED)
    window.tune.show_readiness(READY)
    return window.tune.body


def shown(page):
    field = page.form.recipe_choice
    return field.combo.currentText(), field.help.text()


def listed(page):
    combo = page.form.recipe_choice.combo
    return [combo.itemText(row) for row in range(combo.count())]


def test_what_suits_the_shots_is_filled_in_said_and_asked_for(page, window, qtbot):
    for look, recipe, title, sentence in (
        (DIM, POOR, "for a poor camera", "about 26 pixels across a face, so the recipe for poor cameras is used."),
        (SHARP, PAPER_RECIPE, "the paper's", "about 54 pixels across a face, so the paper's recipe is used."),
    ):
        window.tune.show_look(look)
        assert shown(page) == (f"Suits the shots: {title}", f"The shots carry detail of {sentence}")
        advised = page.form.background.words.text().startswith("Through a camera like this a run learns far more")
        assert advised == (recipe == POOR)
        assert page.form.background.choose.accessibleDescription() == page.form.background.words.text()
        assert page.form.recipe_choice.combo.accessibleDescription() == shown(page)[1]
        assert (page.form.rate.value(), page.form.batch.value()) == (recipe.rate, recipe.batch)
        with qtbot.waitSignal(page.tune_requested) as asked:
            page.form.begin.click()
        assert asked.args == [StartTuning(recipe)]
        page.show_readiness(READY)  # as the desk answers a request that it refuses


def test_until_the_shots_were_seen_it_says_so_and_starts_only_what_was_chosen(page, window):
    assert shown(page) == ("Suits the shots", "Whichever suits. The shots are being looked at.")
    assert (page.form.begin.isEnabled(), page.form.problem.text()) == (False, "The shots are being looked at.")
    page.form.recipe_choice.choose("poor-camera")
    assert page.form.begin.isEnabled()
    page.form.recipe_choice.choose("auto")
    assert not page.form.begin.isEnabled()
    window.tune.show_look(DIM)
    assert page.form.begin.isEnabled()


@pytest.mark.parametrize("name", ["paper", "poor-camera"])
def test_a_recipe_that_was_chosen_stays_whatever_the_shots_say(page, window, opened, name):
    window.tune.show_look(SHARP)
    page.form.recipe_choice.choose(name)
    chosen = page.form.recipe()
    for look in (DIM, SHARP, DIM):
        window.tune.show_look(look)
        assert page.form.recipe() == chosen
    window.show_gallery(GalleryState())
    window.show_gallery(opened)
    window.tune.show_look(SHARP)
    assert page.form.recipe() == chosen
    assert page.form.recipe_choice.value() == name
    # The list still says what would be taken, one click away.
    assert listed(page) == ["Suits the shots: the paper's", "The paper's", "For a poor camera", "Custom"]
    page.form.recipe_choice.choose("auto")
    assert page.form.recipe() == PAPER_RECIPE


def test_a_changed_setting_is_a_choice_but_the_seed_is_of_a_run(page, window):
    window.tune.show_look(SHARP)
    page.form.seed.setValue(5)
    assert page.form.recipe_choice.value() == "auto"
    window.tune.show_look(DIM)
    assert page.form.recipe() == replace(POOR, seed=5)
    page.form.epochs.setValue(7)
    assert shown(page)[0] == "Custom"
    window.tune.show_look(SHARP)
    assert page.form.recipe() == replace(POOR, seed=5, epochs=7)


def test_a_setting_that_is_being_typed_is_not_overwritten(page, window):
    window.tune.show_look(SHARP)
    page.form.rate.setText("1e-")
    window.tune.show_look(DIM)
    assert page.form.rate.text() == "1e-"


def test_a_locked_gallery_leaves_no_number_behind(page, window, opened):
    window.tune.show_look(DIM)
    window.show_gallery(GalleryState())
    assert shown(page) == ("Suits the shots", "Whichever suits. No gallery is open.")
    window.tune.show_look(DIM)  # an answer from before it was locked
    assert shown(page)[0] == "Suits the shots"
    window.show_gallery(opened)
    assert shown(page)[1] == "Whichever suits. The shots are being looked at."


def test_an_empty_gallery_is_named_as_the_reason(page, window):
    window.tune.show_readiness(TuneReadiness(problem="Nobody is enrolled: enrol people first."))
    window.tune.show_look(ShotsLook(why_not="Nobody is enrolled yet."))
    assert shown(page) == ("Suits the shots", "Whichever suits. Nobody is enrolled yet.")
    assert page.form.problem.text() == "Nobody is enrolled: enrol people first."


def test_shots_that_cannot_be_looked_at_leave_the_other_recipes(page, window):
    window.tune.show_look(ShotsLook(why_not="The shots could not be looked at. The disk is gone."))
    assert page.form.problem.text() == (
        "The shots could not be looked at. The disk is gone. Choose one of the other recipes, or try again."
    )
    page.form.recipe_choice.choose("paper")
    assert page.form.begin.isEnabled()


def test_a_look_before_the_page_is_made_is_shown_when_it_is(window):
    window.tune.show_choices(OFFERED)
    window.tune.show_readiness(READY)
    window.tune.show_look(DIM)
    window.show_page("tune")
    assert window.tune.body.form.recipe() == POOR


def test_while_a_run_goes_on_the_form_keeps_its_words(page, window):
    window.tune.show_look(DIM)
    page.show_run(running(3))
    assert shown(page)[0] == "Suits the shots: for a poor camera"
