"""Both themes can be read by everybody."""

import pytest
from PySide6.QtGui import QColor
from yardsticks import CONTROL, TEXT, contrast

from osfi_gui.views import face_boxes
from osfi_gui.views.theme import DARK, LIGHT, apply_theme, palette, theme_name


def test_the_formula_is_wcags():
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("#ffffff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "panel", "field"])
@pytest.mark.parametrize("text", ["text", "muted", "accent", "accept", "reject", "undecided", "warning"])
def test_writing_passes_aa_on_every_ground(colours, ground, text):
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= TEXT


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["accent", "accept", "reject", "undecided", "warning"])
def test_tints_carry_their_colour_and_text(colours, name):
    tint = getattr(colours, f"{name}_soft")
    assert contrast(getattr(colours, name), tint) >= TEXT
    assert contrast(colours.text, tint) >= TEXT


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_fills_carry_their_writing(colours):
    for fill in (colours.accent, colours.accent_hover):
        assert contrast(colours.on_accent, fill) >= TEXT
    for fill in (colours.accept, colours.reject, colours.undecided, colours.warning):
        assert contrast(colours.on_status, fill) >= TEXT
    assert contrast(colours.on_stage, colours.stage) >= TEXT


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["window", "panel", "field"])
@pytest.mark.parametrize("outline", ["edge", "focus"])
def test_outlines_of_controls_are_seen(colours, ground, outline):
    assert contrast(getattr(colours, outline), getattr(colours, ground)) >= CONTROL


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["text", "muted", "warning", "accept"])
def test_a_selected_row_can_be_read(colours, text):
    assert contrast(getattr(colours, text), colours.accent_soft) >= TEXT


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_small_words_in_a_question_can_be_read(colours):
    assert contrast(colours.muted, colours.warning_soft) >= TEXT


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_keyboards_place_is_seen_on_pictures_tints_and_filled_buttons(colours):
    for ground in (colours.accent_soft, colours.warning_soft):
        assert contrast(colours.focus, ground) >= CONTROL
    # Around the live picture there are two lines, see the tests of the live picture.
    assert contrast(colours.on_stage, colours.stage) >= CONTROL
    # A filled button gets a line in the colour of text around it.
    for ground in (colours.window, colours.panel):
        assert contrast(colours.text, ground) >= CONTROL


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_bars_are_told_from_their_ground(colours):
    assert contrast(colours.accent, colours.line) >= CONTROL
    assert contrast(colours.text, colours.line) >= CONTROL


@pytest.mark.parametrize("verdict", list(face_boxes.GROUNDS))
def test_labels_in_the_picture_can_be_read(verdict):
    assert contrast(face_boxes.ON_GROUND, face_boxes.GROUNDS[verdict]) >= TEXT


def test_a_theme_is_taken_and_named(qapp):
    apply_theme(qapp, "dark")
    assert palette() is DARK
    assert theme_name() == "dark"
    apply_theme(qapp, "light")
    assert palette() is LIGHT
    apply_theme(qapp, "")
    assert theme_name() == ""


def test_type_follows_the_size_of_the_systems_font(qapp):
    font = qapp.font()
    larger = qapp.font()
    larger.setPointSizeF(20.0)
    qapp.setFont(larger)
    apply_theme(qapp, "light")
    try:
        assert "font-size: 32.0pt" in qapp.styleSheet()
    finally:
        qapp.setFont(font)
        apply_theme(qapp, "")
