"""What the Calibrate page shows is all there: no word cut off, no axis without its ends, no number better than true."""

from dataclasses import replace

import numpy as np
import pytest
from calibrations import make, view_of
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from threshold_lines import READY
from yardsticks import COSINE

from osfi_gui.core.desk import JobState, Phase
from osfi_gui.core.intervals import is_measurable
from osfi_gui.core.operating_point import Measurement
from osfi_gui.core.remeasure import Offer
from osfi_gui.views.calibrate_export import SCALE, export_plot
from osfi_gui.views.calibrate_words import least_text
from osfi_gui.views.theme import palette


@pytest.fixture
def body(window):
    window.calibrate.show_calibration(view_of(make()))
    QTest.qWait(20)  # the view boxes take their size at the next turn of the loop
    return window.calibrate.body


def inside(widget, outer):
    """Whether a widget lies within another one's rectangle, both on the screen."""
    corner = widget.mapTo(outer.window(), QPoint(0, 0))
    room = QRect(outer.mapTo(outer.window(), QPoint(0, 0)), outer.size())
    return room.contains(QRect(corner, widget.size()))


@pytest.mark.parametrize("name", ["ann_0001.jpg", "Maximiliane-Alexandra_" * 12 + "0001.jpg"])
def test_an_import_is_cancelled_however_long_the_names_of_files_are(body, name):
    imports, column = body.sources.imports, body._area.viewport()
    imports.import_strangers("/faces")
    imports.show_job(JobState(Phase.WAITING, "", 6, 35, "files", name))
    QTest.qWait(20)
    assert imports.cancel.isVisible()
    assert inside(imports.cancel, column)
    assert inside(body.sources.measure, column)
    assert imports.current.text() == imports.current.toolTip() == f"6 of 35 · {name}"
    shown = imports.current.shown
    assert (shown == imports.current.text()) is (len(name) < 20), shown
    assert imports.current.fontMetrics().horizontalAdvance(shown) <= imports.current.width()


def test_strangers_that_were_added_count_when_it_is_measured_and_that_is_said(body):
    imports = body.sources.imports
    imports.import_strangers("/faces")
    imports.show_job(JobState(Phase.READY))
    assert imports.outcome.text() == "The strangers were added. Measure to count them."
    body.sources.measure.click()
    assert imports.outcome.isHidden(), "now they are counted"


def test_an_import_that_could_not_begin_says_why_and_one_that_runs_goes_on(body):
    imports, busy = body.sources.imports, "Something else is still being worked on."
    refused = JobState(Phase.FAILED, what=busy, remedy="Wait for it, or cancel it.")
    imports.import_strangers("/faces")
    imports.show_job(refused)
    assert imports.outcome.text() == f"{busy} Wait for it, or cancel it."
    assert imports.strangers.isEnabled()
    imports.import_strangers("/faces")
    imports.show_job(JobState(Phase.WAITING, "Importing strangers", 3, 35))
    imports.show_job(refused)  # another page asked for one
    assert imports.cancel.isVisible()
    assert imports.outcome.isHidden()
    imports.show_job(JobState(Phase.FAILED, "Importing strangers", what="The folder is gone."))
    assert imports.outcome.text() == "The folder is gone."


@pytest.mark.parametrize("width", [1024, 1280, 1365])
def test_what_has_to_be_done_first_is_read_to_its_end(window, width):
    window.resize(width, 720)
    window.show_gallery(replace(READY, people=0, operating_point=None))
    QTest.qWait(20)
    empty = window.calibrate.body.empty
    assert empty.text.text().endswith("enrol them first, with two shots or more.")
    assert empty.text.height() >= empty.text.heightForWidth(empty.text.width())
    assert not empty.text.geometry().intersects(empty.action.geometry())


def test_both_ends_of_the_false_accept_rate_are_named(body):
    axis = body.point.plots.dir_far.below
    image = QImage(600, 600, QImage.Format.Format_ARGB32)
    from PySide6.QtGui import QPainter

    painter = QPainter(image)
    _, _, written = axis.generateDrawSpecs(painter)
    painter.end()
    # 400 strangers: one of them is 0.25 %, so the axis begins at 0.1 %.
    assert [words for _, _, words in written] == ["0.1 %", "1 %", "10 %", "100 %"]


@pytest.mark.parametrize("strangers", [7, 23, 29, 100, 256, 298, 400, 2000])
def test_the_lowest_rate_that_can_be_shown_is_never_said_to_be_lower(strangers):
    least = 1.0 - 0.05 ** (1.0 / strangers)
    said = float(least_text(least).removesuffix(" %")) / 100.0
    assert least <= said <= least + 1e-4
    assert is_measurable(said, strangers), "whoever aims at it is not told that it is not measurable"


def test_people_who_stand_in_are_not_called_strangers(window):
    calibration = make(strangers=100)
    where = replace(calibration.provenance, non_mated="leave-one-identity-out", strangers=100, stranger_people=100)
    window.calibrate.show_calibration(view_of(replace(calibration, provenance=where), bands=False))
    claim = window.calibrate.body.point.numbers.claim.text()
    # 1 - 0.05^(1/100) = 0.029513
    assert claim == (
        "FAR 1.0 % is not measurable with 100 enrolled people in place of strangers; 2.96 % is the lowest that is."
    )


def test_a_bound_that_says_nothing_is_not_told_as_a_number(body):
    what_if = body.point.what_if
    assert body.point.choices.now.matcher == "nac"
    what_if.slider.setValue(500)
    assert what_if.people.value() == 100_000
    assert what_if.predicted.text().startswith("For so many people no bound is known; measure again to know. FAR ")


def test_lines_in_a_picture_are_as_thick_as_everything_else(body, tmp_path):
    """The threshold's line is two pixels wide on the screen, so six in a picture with three for each."""
    plot = body.point.plots.histogram
    export_plot(plot, str(tmp_path / "a.png"), "png", title="scores")
    image = QImage(str(tmp_path / "a.png"))
    place = plot.place_of(plot.line.value())
    line, row = palette().text, image.pixelColor
    dark = [x for x in range(SCALE * (place.x() - 6), SCALE * (place.x() + 6)) if _alike(row(x, SCALE * 80), line)]
    assert 2 * SCALE - 1 <= len(dark) <= 2 * SCALE + 1
    assert plot.line.pen.widthF() == 2.0, "on the screen it is as before"
    assert image.size() == plot.viewport().size() * SCALE


def _alike(one, other):
    return max(abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)) < 60


@pytest.mark.parametrize(("place", "ending"), [(0, "pdf"), (1, "html"), (2, "json")])
def test_a_report_is_written_as_pdf_html_or_all_its_numbers(body, qtbot, tmp_path, place, ending):
    body.report.ask()
    dialog = next(one for one in body.window().findChildren(QFileDialog) if one.isVisible())
    words = dialog.nameFilters()
    assert len(words) == 3
    assert f"*.{ending}" in words[place]
    dialog.filterSelected.emit(words[place])
    assert dialog.defaultSuffix() == ending
    dialog.reject()
    qtbot.waitUntil(lambda: not any(one.isVisible() for one in body.window().findChildren(QFileDialog)))


def test_the_keyboard_is_not_lost_with_an_offer_that_was_answered(window, body):
    measured = Measurement((0.01, 0.0, 0.02), (0.9, 0.8, 1.0), 69, 23, 400, 400, True, people=23)
    window.calibrate.show_offer(Offer(replace(COSINE, measured=measured), COSINE, "cosine", "cosine", 23, False))
    body.offer.use.setFocus()
    window.calibrate.show_offer(None)
    assert window.focusWidget() is body.sources.measure
    assert body.offer.isHidden()


def test_what_is_measured_is_still_shown_when_nobody_reaches_a_threshold(body):
    """A threshold above every score: nobody is accepted, and the interval does not say that nobody ever will be."""
    point = body.point
    point.choose_matcher("cosine")
    point.numbers.threshold.setValue(point.numbers.threshold.maximum())
    scores = point.calibration.of("cosine").scores
    assert point.read.threshold > max(np.max(scores.mated), np.max(scores.non_mated))
    assert [point.numbers.counts[name].text() for name in ("dir", "far")] == ["0 of 120", "0 of 400"]
    assert not point.numbers.intervals["far"].text().endswith(" 0.0 %")
