"""What the Calibrate page writes: pictures and numbers of its plots, and the report."""

import numpy as np
import pytest
from calibrations import EACH, PEOPLE, STRANGERS
from threshold_lines import drag

from osfi_gui.core.calibration import WriteReport
from osfi_gui.core.desk import JobState, Phase
from osfi_gui.views.calibrate_export import export_plot

# Files


def test_pictures_and_numbers_of_every_plot_are_written(point, calibration, tmp_path):
    point.choose_matcher("cosine")
    plots = point.plots
    for name, plot in (("scores", plots.histogram), ("curve", plots.dir_far), ("ranks", plots.ranks)):
        for kind, begins in (("png", b"\x89PNG"), ("svg", b"<?xml")):
            file = tmp_path / f"{name}.{kind}"
            export_plot(plot, str(file), kind, title=name)
            assert file.read_bytes().startswith(begins)
            assert file.stat().st_size > 2000
        export_plot(plot, str(tmp_path / f"{name}.csv"), "csv", title=name)
    rows = [line.split(",") for line in (tmp_path / "scores.csv").read_text().splitlines()]
    assert rows[0] == ["from", "to", "mated", "non_mated"]
    assert sum(int(row[2]) for row in rows[1:]) == PEOPLE * EACH
    assert sum(int(row[3]) for row in rows[1:]) == STRANGERS
    ranks = [line.split(",") for line in (tmp_path / "ranks.csv").read_text().splitlines()]
    assert float(ranks[1][1]) == np.mean(calibration.of("cosine").ranks == 1)
    curve = [line.split(",") for line in (tmp_path / "curve.csv").read_text().splitlines()]
    others, scores = calibration.of("cosine").scores.non_mated, calibration.of("cosine").scores
    for _, kind, far, found, *_ in curve[1:]:
        if kind == "curve" and 0 < float(far) < 1:
            threshold = min(t for t in others if np.mean(others >= t) <= float(far) + 1e-9)
            assert float(found) == pytest.approx(np.mean(scores.correct & (scores.mated >= threshold)))


def test_a_file_that_cannot_be_written_is_said(window, point, tmp_path):
    point.plots.exports[0].export(str(tmp_path / "missing" / "a.png"), "png")
    assert "could not be written" in window.notices.notices[-1].what


def test_a_report_is_asked_for_with_what_is_chosen(page, point, qtbot):
    drag(point.plots.dir_far, np.log10(0.1))
    with qtbot.waitSignal(page.report_requested) as asked:
        page.body.report.chosen.emit("/reports/a.pdf")
    assert asked.args == [WriteReport("/reports/a.pdf", "nac", point.choices.now.threshold)]


# The report


def test_a_report_that_is_written_shows_how_far_it_is_and_is_cancelled(window, page, point, qtbot):
    assert page.body.writing.isHidden()
    page.show_report(JobState(Phase.WAITING, "", 3, 17, "parts", "Comparing the matchers"))
    row = page.body.writing
    assert (row.label.text(), row.bar.value(), row.bar.maximum()) == (
        "Writing the report: Comparing the matchers…",
        3,
        17,
    )
    assert not point.report.isEnabled()
    assert page.unsaved() == "The report is not written yet."
    with qtbot.waitSignal(page.report_cancel_requested):
        row.cancel.click()
    page.show_report(JobState(Phase.ENDED, what="Stopped."))
    assert row.isHidden()
    assert point.report.isEnabled()
    assert page.unsaved() == ""
