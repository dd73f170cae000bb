"""The Calibrate page has room on a small screen, with large letters, in both themes."""

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from yardsticks import CONTROL, contrast

from osfi_gui.views.calibrate_lines import pen_of
from osfi_gui.views.theme import apply_theme, palette

# Room and colours


def test_everything_has_room_at_1280_by_720(window, page):
    assert window.size().width() == 1280
    assert window.minimumSizeHint().width() <= 1280
    inside = page.body._area.widget()
    assert inside.minimumSizeHint().width() <= page.body._area.viewport().width()
    foot = page.body.point.use
    assert foot.mapTo(window, foot.rect().bottomRight()).y() <= 720
    right = page.body._right.currentWidget()
    assert not right.verticalScrollBar().isVisible(), "the usual size of letters needs no scrolling"
    assert page.body.point.minimumSizeHint().width() <= right.viewport().width()


def test_lines_are_seen_in_both_themes(theme):
    for name in ("mated", "non-mated", "chosen", "cosine", "now"):
        assert contrast(pen_of(name).color(), palette().panel) >= CONTROL


def test_the_plots_say_what_they_show(point):
    QApplication.processEvents()
    threshold = f"{point.choices.now.threshold:.5f}"
    assert point.plots.histogram.accessibleName() == f"Score histogram, threshold {threshold}"
    assert point.plots.dir_far.accessibleName() == "DIR over FAR, FAR 1.0 %"
    assert point.numbers.accessibleDescription() == point.read.sentence


# Large letters


@pytest.fixture
def large_letters(qapp):
    """Let the system's letters be a quarter larger than usual."""
    usual = QApplication.font()
    larger = QApplication.font()
    larger.setPointSizeF(1.25 * usual.pointSizeF())
    QApplication.setFont(larger)
    apply_theme(qapp, "light")  # the program's own sizes follow the font when the theme is taken
    yield
    QApplication.setFont(usual)
    apply_theme(qapp, "light")


@pytest.mark.usefixtures("large_letters")
def test_with_letters_a_quarter_larger_the_page_fits_a_small_screen(window, page, point):
    """1280 x 720: nothing is cut off at the sides, and up and down it scrolls."""
    assert window.minimumSizeHint().width() <= 1280
    assert (window.width(), window.height()) == (1280, 720)
    for inside in (point.plots, point.numbers, point.what_if, point.use, point.undo, *point.numbers.numbers.values()):
        begin = inside.mapTo(window, QPoint(0, 0)).x()
        assert begin >= 0
        assert begin + inside.width() <= 1280
    # The numbers stand below the fields, not over them.
    fields = point.numbers.far.mapTo(window, QPoint(0, point.numbers.far.height())).y()
    assert point.numbers.numbers["dir"].mapTo(window, QPoint(0, 0)).y() >= fields


def test_with_usual_letters_numbers_stand_beside_the_fields(window, point):
    top = point.numbers.threshold.mapTo(window, QPoint(0, 0)).y()
    bottom = point.numbers.far.mapTo(window, QPoint(0, point.numbers.far.height())).y()
    assert top <= point.numbers.numbers["dir"].mapTo(window, QPoint(0, 0)).y() < bottom
