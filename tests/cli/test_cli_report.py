"""A report again, from the numbers that were filed with it: the same to the byte, and in a sentence why not."""

import json

import numpy as np
import pytest

from osfi_gui.core.calibration import Calibration, Provenance, Scored
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.threshold import dir_at_target
from osfi_gui.core.what_if import Comparisons
from osfi_gui.services.report import write_report

PEOPLE, STRANGERS = 5, 40


@pytest.fixture
def filed(tmp_path):
    """File a report of the cosine as HTML and as JSON."""
    rng = np.random.default_rng(2)
    cosines = rng.normal(0.2, 0.1, (STRANGERS, PEOPLE))
    mated = rng.normal(0.7, 0.1, 2 * PEOPLE)
    persons = Persons(np.repeat(np.arange(PEOPLE), 2), np.arange(STRANGERS))
    scores = Scores(mated, np.ones(len(mated), bool), cosines.max(axis=1).astype(np.float32).astype(np.float64))
    ranks = np.ones(len(mated), np.int64)
    scored = Scored("cosine", "cosine", 1, scores, -np.inf, ranks, dir_at_target(scores, persons, far=0.1, draws=50))
    where = Provenance(
        "leave-one-shot-out", "strangers", len(mated), PEOPLE, STRANGERS, STRANGERS, 0, 1 - 0.05 ** (1 / STRANGERS)
    )
    calibration = Calibration(
        "sface", "SFace", 3, PEOPLE, 0.1, where, persons, (scored,), "cosine", "", comparisons=Comparisons.of(cosines)
    )
    point = OperatingPoint("cosine", 1, 0.35, 0.35, "sface", 3, "Calibrated.", 0.1)
    for name in ("a.html", "a.json"):
        write_report(calibration, point, tmp_path / name, made_at="2026-03-01T09:30:15+00:00")
    return tmp_path / "a.json"


def test_the_report_comes_again_to_the_byte_and_as_pdf(osfi, filed, qapp):
    done = osfi("report", filed, filed.with_name("b.html"))
    assert (done.code, done.out) == (0, "")
    assert filed.with_name("b.html").read_bytes() == filed.with_name("a.html").read_bytes()
    assert "comparisons of a stranger with one person" in filed.with_name("b.html").read_text(encoding="utf-8")
    assert osfi("report", filed, filed.with_name("b.pdf")).code == 0
    assert filed.with_name("b.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("b.txt", "Let the name end in .html or .pdf."),
        ("a.json", "Let the name end in .html or .pdf."),
        ("missing/b.html", "There is no folder"),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_line(osfi, filed, out, words):
    before = filed.read_bytes()
    done = osfi("report", filed, filed.parent / out)
    assert done.code == 1
    assert words in " ".join(done.err.split())
    assert filed.read_bytes() == before
    assert not filed.with_name("b.txt").exists()


def test_a_file_of_something_else_is_no_report(osfi, filed):
    content = json.loads(filed.read_text(encoding="utf-8"))
    content["calibration"]["comparisons"]["nearest"] = "AAAA"
    filed.write_text(json.dumps(content), encoding="utf-8")
    done = osfi("report", filed, filed.with_name("b.html"))
    assert done.code == 1
    assert "is damaged" in done.err
    assert not filed.with_name("b.html").exists()
