"""The calibration report: its numbers, what it says in words, and that it can be filed and made again."""

from __future__ import annotations

import base64
import html
import io
import json
import math
import os
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
from PIL import Image

from osfi_gui.core.calibration import Calibration, Provenance, Scored
from osfi_gui.core.errors import DeskError
from osfi_gui.core.metrics import least_measurable_far
from osfi_gui.core.operating_point import Measurement, OperatingPoint
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.threshold import dir_at_target, read_out
from osfi_gui.core.tune import Estimate
from osfi_gui.core.what_if import Comparisons
from osfi_gui.services.report import html_report, report_from_json, write_report
from osfi_gui.services.report_plots import band_of
from osfi_gui.services.report_words import of_whole
from osfi_gui.store.calibration_codec import (
    calibration_from_dict,
    calibration_to_dict,
    point_from_dict,
    point_to_dict,
    read_out_from_dict,
    read_out_to_dict,
)

WHEN = "2026-03-01T09:30:15+00:00"
NONE = Estimate(0.0, 0.0, 1.0)


def made(*, strangers=400, probes=40, target=0.01, notes=(), **changed):
    """Scores that can be counted by hand: strangers at 0.001, 0.002, ...; one mated probe in ten at 0.2, the rest 0.9.

    The first of the mated probes at 0.9 is somebody else's.
    """
    others = np.arange(1, strangers + 1) / 1000.0
    mated = np.where(np.arange(probes) % 10 == 9, 0.2, 0.9)
    correct = np.arange(probes) != 0
    persons = Persons(np.arange(probes) // 2, np.arange(strangers))
    scores = Scores(mated, correct, others)
    # A second matcher: half the score, and everybody below 0.1 is under its floor.
    half = Scores(mated / 2, correct, np.where(others < 0.1, -np.inf, others / 2))
    ranks = np.where(correct, 1, 3)
    scored = tuple(
        Scored(name, title, k, s, floor, ranks, dir_at_target(s, persons, far=target, draws=100) if strangers else NONE)
        for name, title, k, s, floor in (
            ("cosine", "cosine", 1, scores, -np.inf),
            ("nac", "NAC", 16, half, 0.1),
        )
    )
    people = (probes + 1) // 2
    where = Provenance(
        "leave-one-shot-out" if probes else "",
        "strangers",
        probes,
        people,
        strangers,
        strangers,
        0,
        least_measurable_far(strangers),
        tuple(notes),
    )
    calibration = Calibration(
        "sface", "SFace", 7, max(people, 1), target, where, persons, scored, "cosine", "cosine: it is ahead."
    )
    return replace(calibration, **changed) if changed else calibration


def point_of(calibration, matcher="cosine", threshold=0.397, **changed):
    floor = threshold if matcher == "cosine" else calibration.of(matcher).cosine_floor
    point = OperatingPoint(matcher, 1 if matcher == "cosine" else 16, threshold, floor, "sface", 7, "Calibrated.")
    return replace(point, **changed)


def words(page):
    """What a reader reads, in one line."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def cells(page, first):
    """The cells of the row that begins with a text."""
    for row in re.findall(r"<tr>(.*?)</tr>", page, flags=re.DOTALL):
        found = [words(cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, flags=re.DOTALL)]
        if found and found[0] == first:
            return found
    raise AssertionError(f"there is no row {first!r}")


@pytest.fixture(scope="module")
def calibration():
    return made()


@pytest.fixture(scope="module")
def report(calibration):
    return html_report(calibration, point_of(calibration), made_at=WHEN)


def test_the_numbers_are_those_counted_by_hand(report):
    """0.397 to 0.400 of 400 strangers: 4. Of 40 probes 4 score 0.2 and 1 is another person: 35 are found."""
    assert cells(report, "FAR measured")[1].startswith("1.0 % (")
    assert cells(report, "FAR measured")[1].endswith("): 4 of 400")
    assert cells(report, "DIR measured")[1].startswith("87.5 % (")
    assert cells(report, "DIR measured")[1].endswith("): 35 of 40")
    assert cells(report, "FNIR, which is 1 - DIR")[1] == "12.5 %"
    assert cells(report, "Enrolled people (mated)")[2:] == ["40", "20"]
    assert cells(report, "Strangers (non-mated)")[2:] == ["400", "400"]
    # 1 - 0.05^(1/400) = 0.0074613
    assert "The lowest FAR that 400 strangers can show at 95 % is 0.75 %." in words(report)


def test_the_summary_says_it_of_a_thousand_strangers_and_a_hundred_people(calibration, report):
    said = words(report)
    out = read_out(calibration, "cosine", 0.397)
    low, high = np.floor(1000 * out.far.low + 1e-9), np.ceil(1000 * out.far.high - 1e-9)
    assert f"Of 1,000 strangers about 10 would be let in (95 % interval: {low:.0f} to {high:.0f})." in said
    assert "4 of 400 faces of 400 strangers were." in said
    low, high = np.floor(100 * (1 - out.dir.high) + 1e-9), np.ceil(100 * (1 - out.dir.low) - 1e-9)
    assert f"about 12 would not be found (95 % interval: {low:.0f} to {high:.0f})" in said
    assert "5 of 40 shots of 20 people were not. 1 of these was accepted as somebody else." in said
    assert "The target of FAR 1 % can be measured with 400 strangers; 299 are needed." in said


def test_matchers_are_compared_only_where_the_strangers_can_show_it(report):
    """2,995 strangers are needed for 0.1 %, 299 for 1 %, 29 for 10 %."""
    for title in ("cosine (decides, proposed)", "NAC"):
        row = cells(report, title)
        assert row[2] == "not measurable with n = 400"
        # At 1 % as above. At 10 % the threshold is 0.361, above 0.2: the same are found.
        assert row[3].startswith("87.5 % (")
        assert row[4].startswith("87.5 % (")
    # The 4th and, at half the score, the same stranger.
    assert cells(report, "cosine (decides, proposed)")[1] == "0.3970"
    assert cells(report, "NAC")[1] == "0.1985"
    assert "Rank-1, without a threshold: 97.5 %." in words(report)


def test_too_few_strangers_are_said_with_how_many_are_missing():
    few = made(strangers=40)
    said = words(html_report(few, point_of(few, threshold=0.0405)))
    assert "The target cannot be claimed. FAR 1 % is not measurable with n = 40 strangers" in said
    # 299 - 40; 1 - 0.05^(1/40) = 0.072158
    assert "Add 259 more strangers, or aim at FAR 7.22 %, the lowest that 40 can show." in said


def test_none_of_a_few_is_no_promise_of_none():
    """Of 8 others 5 or more are missed with probability C(11, 8) / C(16, 8) = 0.0128, 4 with 0.0385: up to half."""
    few = made(strangers=20, probes=16)
    sure = few.of("cosine").scores
    sure = replace(sure, mated=np.full(16, 0.9), correct=np.ones(16, bool))
    few = replace(few, scored=(replace(few.of("cosine"), scores=sure, ranks=np.ones(16, np.int64)),))
    said = words(html_report(few, point_of(few, threshold=0.5)))
    most = np.ceil(1000 * read_out(few, "cosine", 0.5).far.high - 1e-9)
    assert most >= 100
    assert f"None of 20 faces of 20 strangers was let in; of 1,000 others as many as {most:.0f} might be" in said
    assert "All 16 shots of 8 people were found;" in said
    assert "as many as 50 might not be" in said


def test_the_band_is_the_interval_of_the_table(calibration):
    """At FAR 1 % and 10 %, and where everybody is found."""
    found = calibration.of("cosine")
    band = band_of(calibration, found, [0.01, 0.1, 1.0])
    for at, far in enumerate((0.01, 0.1)):
        table = dir_at_target(found.scores, calibration.persons, far=far)
        assert (band.dir[at], band.low[at], band.high[at]) == (table.value, table.low, table.high)
    assert band.dir[2] == pytest.approx(39 / 40)
    everybody = replace(found, scores=replace(found.scores, correct=np.ones(40, bool)))
    sure = replace(calibration, scored=(everybody,))
    # Forty shots of 20 people are worth 29 here, of which at most 5 others are missed: C(53, 29) / C(58, 29) = 0.0257.
    assert math.comb(52, 29) / math.comb(58, 29) < 0.025 < math.comb(53, 29) / math.comb(58, 29)
    assert band_of(sure, everybody, [1.0]).low[0] == 24 / 29


def test_a_threshold_that_lets_in_too_many_is_answered_with_the_lowest_that_does_not(calibration):
    said = words(html_report(calibration, point_of(calibration, threshold=0.301)))
    assert "Of 1,000 strangers about 250 would be let in" in said  # 0.301 to 0.400: 100 of 400
    assert "lets in more strangers than the target of 1 %: 0.3970 is the lowest that keeps it" in said


def test_without_probes_or_strangers_nothing_is_invented():
    none = made(probes=0)
    said = words(html_report(none, point_of(none)))
    assert "nobody knows how many of them would be turned away" in said
    assert "Not drawn: it needs scores of enrolled people and of strangers." in said
    assert "nan" not in said.lower().split()
    alone = made(strangers=0)
    said = words(html_report(alone, point_of(alone)))
    assert "There were no strangers, so nobody knows how many of them would be let in." in said
    assert "not measurable with n = 0" in said


def test_people_who_stand_in_for_strangers_are_called_so(calibration):
    where = replace(calibration.provenance, non_mated="leave-one-identity-out")
    stand_in = replace(calibration, provenance=where)
    said = words(html_report(stand_in, point_of(stand_in)))
    assert "4 of 400 faces of 400 strangers, enrolled people who stood in for them, were." in said
    assert "can be measured with 400 people who stand in for strangers; 299 are needed" in said.replace("\u00a0", " ")
    assert "Record strangers at your own camera" in said


def test_a_floor_belongs_to_what_decides_and_who_is_under_it_is_counted(calibration):
    page = html_report(calibration, point_of(calibration, "nac", 0.1985))
    assert "when the NAC score reaches 0.1985 and the cosine reaches 0.1000," in words(page)
    assert cells(page, "FAR measured")[1].endswith("4 of 400")
    assert "The calibration proposes another matcher. cosine: it is ahead." in words(page)
    assert page.count("<img ") == 4


def test_whatever_comes_from_outside_is_escaped():
    evil = "<script>alert('x')</script> & \"Söhne\""
    marked = made(notes=(evil,), title=evil, why=evil, unusable=((evil, evil),))
    marked = replace(marked, scored=tuple(replace(one, title=evil) for one in marked.scored))
    page = html_report(marked, point_of(marked, source=evil), made_at=evil, program=evil)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 8
    assert evil in words(page)


def test_it_is_one_file_that_fetches_nothing(report):
    """Plots are PNG with twice as many pixels as they are laid out with."""
    pictures = re.findall(r'<img width="(\d+)" height="(\d+)"[^>]* src="([^"]*)"', report)
    assert len(pictures) == report.count("<img") == 3
    for width, height, source in pictures:
        kind, data = source.split(",")
        assert kind == "data:image/png;base64"
        picture = Image.open(io.BytesIO(base64.b64decode(data)))
        assert picture.size == (2 * int(width), 2 * int(height))
        assert len(picture.convert("L").getcolors()) > 20
    rest = re.sub(r'src="[^"]*"', "", report)
    assert not re.search(r"<script|<link|<iframe|https?:|url\(|@import|\bon\w+=", rest)


def test_versions_and_date_are_there(report):
    assert cells(report, "Program")[1].startswith("OSFI Desk ")
    assert cells(report, "Encoder")[1] == "SFace (sface)"
    assert cells(report, "Gallery revision")[1] == "7, with 20 people"
    assert cells(report, "Date")[1] == "2026-03-01 09:30 UTC"


def test_the_date_is_by_default_when_the_point_was_kept(calibration):
    measured = Measurement((0.01, 0.0, 0.02), (0.9, 0.8, 1.0), 40, 20, 400, 400, True, "2025-12-31T23:59:00+00:00")
    page = html_report(calibration, point_of(calibration, measured=measured))
    assert cells(page, "Date")[1] == "2025-12-31 23:59 UTC"


def test_the_json_makes_the_same_report_again(calibration, report, tmp_path):
    write_report(calibration, point_of(calibration), tmp_path / "a.json", made_at=WHEN)
    assert report_from_json(tmp_path / "a.json") == report
    write_report(calibration, point_of(calibration), tmp_path / "a.html", made_at=WHEN)
    assert (tmp_path / "a.html").read_bytes() == report.encode()
    assert sorted(path.name for path in tmp_path.glob("a*")) == ["a.html", "a.json"]


def with_comparisons(calibration):
    """Each stranger's nearest of 20 people as scored, the second 0.002 below, the others far away."""
    others = calibration.of("cosine").scores.non_mated
    cosines = np.full((len(others), calibration.people), -0.5)
    cosines[:, 3], cosines[:, 7] = others, others - 0.002
    return replace(calibration, comparisons=Comparisons.of(cosines))


def test_what_more_people_would_do_is_counted_from_single_comparisons(calibration):
    """0.397 to 0.400 and, of the second nearest, 0.399 and 0.400 reach 0.3965: six of 8,000 comparisons, 0.075 %."""
    counted = with_comparisons(calibration)
    page = html_report(counted, point_of(counted, threshold=0.3965))
    assert "Of 8,000 comparisons of a stranger with one person 0.075\u00a0% match (FMR)." in html.unescape(page)
    assert cells(page, "20, measured")[1].startswith("1.0 % (")
    for people in (100, 1_000, 10_000):
        expected = 1.0 - 0.99 * (1.0 - 6 / 8_000) ** (people - 20)
        assert cells(page, f"{people:,}")[1].startswith(f"{100 * expected:.1f} % (")
        assert cells(page, f"{people:,}")[2].startswith(f"about {1000 * expected:.0f} (")
    # Without them the rate that explains the FAR stands in: 1 - 0.99^(100/20).
    page = html_report(calibration, point_of(calibration, threshold=0.3965))
    assert cells(page, "100")[1].startswith(f"{100 * (1 - 0.99**5):.1f} % (")


def test_of_nac_a_bound_is_told_and_of_other_matchers_nothing(calibration):
    page = html_report(calibration, point_of(calibration, "nac", 0.1985))
    assert cells(page, "100")[1].startswith("at most 5.0 % (")
    other = replace(
        calibration, scored=(*calibration.scored, replace(calibration.of("nac"), matcher="evm", title="EVM"))
    )
    said = words(html_report(other, point_of(other, "evm", 0.1985)))
    assert "The scores of EVM are others with other people: measure again to know." in said


def test_who_stands_in_for_a_stranger_was_compared_with_everybody_else(calibration):
    """Two enrolled, each compared with the one other: with ten people 1 - 0.99^10."""
    where = replace(calibration.provenance, non_mated="leave-one-identity-out")
    two = replace(calibration, people=2, provenance=where)
    assert two.compared_with == 1
    page = html_report(two, point_of(two))
    assert cells(page, "1, measured")[1].startswith("1.0 % (")
    assert cells(page, "10")[1].startswith(f"{100 * (1 - 0.99**10):.1f} % (")


def test_a_report_made_from_its_json_is_the_same_to_the_byte_with_what_if(calibration, tmp_path):
    counted = with_comparisons(calibration)
    # As a gallery gives them: cosines that no short decimal is.
    odd = counted.comparisons.nearest + np.float32(1 / 3) * np.float32(1e-4)
    counted = replace(counted, comparisons=replace(counted.comparisons, nearest=odd))
    point = point_of(counted, threshold=0.3965)
    for name in ("a.json", "a.html"):
        write_report(counted, point, tmp_path / name, made_at=WHEN)
    assert report_from_json(tmp_path / "a.json").encode() == (tmp_path / "a.html").read_bytes()
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    again = calibration_from_dict(content["calibration"])
    same(again.comparisons, counted.comparisons)
    write_report(again, point_from_dict(content["point"]), tmp_path / "b.json", made_at=WHEN)
    assert (tmp_path / "b.json").read_bytes() == (tmp_path / "a.json").read_bytes()
    # Four bytes each, in base64: 400 strangers with 20 people.
    assert len(content["calibration"]["comparisons"]["nearest"]) == 4 * math.ceil(400 * 20 * 4 / 3)


def test_a_json_from_before_single_comparisons_were_kept_makes_its_report(calibration, tmp_path):
    write_report(calibration, point_of(calibration), tmp_path / "a.json", made_at=WHEN)
    content = json.loads((tmp_path / "a.json").read_text())
    del content["calibration"]["comparisons"]
    (tmp_path / "a.json").write_text(json.dumps(content))
    assert report_from_json(tmp_path / "a.json") == html_report(calibration, point_of(calibration), made_at=WHEN)


@pytest.mark.parametrize(
    "change",
    [{"nearest": "AAA"}, {"nearest": ""}, {"kept": 21}, {"against": "many"}, {"nearest": None}],
)
def test_single_comparisons_that_are_not_those_of_the_strangers_are_refused(calibration, tmp_path, change):
    counted = with_comparisons(calibration)
    write_report(counted, point_of(counted), tmp_path / "a.json")
    content = json.loads((tmp_path / "a.json").read_text())
    content["calibration"]["comparisons"].update(change)
    (tmp_path / "a.json").write_text(json.dumps(content))
    with pytest.raises(DeskError, match="is damaged"):
        report_from_json(tmp_path / "a.json")


def same(a, b):
    """Compare values with arrays in them, types and all."""
    if isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    elif is_dataclass(a):
        assert type(a) is type(b)
        for field in fields(a):
            same(getattr(a, field.name), getattr(b, field.name))
    elif isinstance(a, tuple):
        assert isinstance(b, tuple)
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            same(one, other)
    else:
        assert type(a) is type(b)
        assert a == b


def test_values_come_back_from_json_to_the_last_bit():
    rng = np.random.default_rng(3)
    one = made(notes=("a", "ü"), cohort_ids=(3, 5), unusable=(("EVM", "why"),))
    odd = Scores(rng.random(40) / 3.0, rng.random(40) > 0.5, np.append(rng.random(399) / 7.0, -np.inf))
    one = replace(one, scored=(replace(one.scored[0], scores=odd), one.scored[1]))
    text = json.dumps(calibration_to_dict(one), allow_nan=False)
    same(calibration_from_dict(json.loads(text)), one)
    measured = Measurement((1 / 3, 0.1, 0.7), (0.9, 2 / 3, 1.0), 40, 20, 400, 400, False, WHEN)
    point = point_of(one, cosine_floor=-np.inf, measured=measured, cohort_ids=(3, 5), own_thresholds=((2, 0.1 + 0.2),))
    same(point_from_dict(json.loads(json.dumps(point_to_dict(point), allow_nan=False))), point)
    out = read_out(one, "cosine", 0.1 + 0.2)
    same(read_out_from_dict(json.loads(json.dumps(read_out_to_dict(out), allow_nan=False))), out)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is no calibration report"),
        ("[]", "is no calibration report"),
        ('{"format": "osfi-calibration-report", "version": 99}', "newer version"),
        ('{"format": "osfi-calibration-report", "version": 1}', "is damaged"),
    ],
)
def test_what_is_no_report_is_refused(content, sentence, tmp_path):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(DeskError, match=sentence):
        report_from_json(tmp_path / "a.json")


def test_scores_that_belong_to_nobody_are_refused(calibration, tmp_path):
    write_report(calibration, point_of(calibration), tmp_path / "a.json")
    content = json.loads((tmp_path / "a.json").read_text())
    content["calibration"]["scored"][0]["non_mated"].pop()
    (tmp_path / "a.json").write_text(json.dumps(content))
    with pytest.raises(DeskError, match="is damaged"):
        report_from_json(tmp_path / "a.json")


def test_a_file_that_cannot_be_written_is_said_and_the_old_one_stays(calibration, tmp_path):
    point = point_of(calibration)
    with pytest.raises(DeskError, match=r"cannot be written .* Choose another folder"):
        write_report(calibration, point, tmp_path / "nowhere" / "a.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(DeskError, match="cannot be written"):
        write_report(calibration, point, tmp_path / "folder.json")
    assert [path.name for path in tmp_path.iterdir() if path.name != "osfi-data"] == ["folder.json"]


def test_other_endings_and_other_points_are_refused(calibration, tmp_path):
    point = point_of(calibration)
    with pytest.raises(DeskError, match=r"end in \.html, \.pdf or \.json"):
        write_report(calibration, point, tmp_path / "a.txt")
    with pytest.raises(DeskError, match="Print it from the window"):
        write_report(calibration, point, tmp_path / "a.pdf")
    with pytest.raises(DeskError, match="another encoder"):
        html_report(calibration, replace(point, encoder="facenet"))
    with pytest.raises(DeskError, match="no scores for"):
        html_report(calibration, replace(point, matcher="evm"))
    with pytest.raises(DeskError, match="another threshold"):
        html_report(calibration, point, read_out=read_out(calibration, "cosine", 0.3))
    assert not list(tmp_path.glob("a.*"))


def test_the_report_is_made_without_qt(tmp_path, calibration):
    write_report(calibration, point_of(calibration), tmp_path / "a.json")
    code = (
        "import sys; from pathlib import Path; from osfi_gui.services.report import report_from_json\n"
        "assert not {'matplotlib', 'PySide6', 'torch'} & set(sys.modules)\n"
        "report_from_json(Path(sys.argv[1]))\n"
        "assert not {'matplotlib.pyplot', 'PySide6', 'torch'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.json")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def pages_of(pdf):
    assert pdf.startswith(b"%PDF")
    assert pdf.rstrip().endswith(b"%%EOF")
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_the_pdf_has_pages_with_everything_on_them(qapp, calibration, report, tmp_path):
    from PySide6.QtCore import QSizeF

    from osfi_gui.workers.pdf import document_of, print_pdf

    write_report(calibration, point_of(calibration), tmp_path / "a.pdf", made_at=WHEN, print_pdf=print_pdf)
    pdf = (tmp_path / "a.pdf").read_bytes()
    assert 2 <= pages_of(pdf) <= 4
    assert pdf.count(b"/Subtype /Image") >= 3
    # A smaller page breaks elsewhere: every heading still stands above what it is the heading of.
    document = document_of(report, QSizeF(640.0, 700.0))
    layout = document.documentLayout()
    headings, block = [], document.begin()
    while block.isValid():
        if block.blockFormat().headingLevel() and block.text():
            headings.append((layout.blockBoundingRect(block), block))
        block = block.next()
    assert [b.text() for _, b in headings][-2:] == ["Versions", "How it was computed"]
    tops = [box.top() for box, _ in headings]
    assert tops == sorted(tops)
    for box, heading in headings:
        below = layout.blockBoundingRect(heading.next())
        assert box.top() // 700 == (below.bottom() - 1) // 700, f"{heading.text()} stands alone"
        assert below.height() > 0


def test_a_picture_is_printed_on_the_page_of_its_caption_and_its_heading(qapp, calibration, report):
    from PySide6.QtCore import QSizeF

    from osfi_gui.workers.pdf import document_of

    for height in range(480, 1040, 37):
        document = document_of(report, QSizeF(640.0, float(height)))
        layout, block, pictures = document.documentLayout(), document.begin(), 0
        while block.isValid():
            if block.text() == "\ufffc":
                pictures += 1
                together = [block, block.next()] + (
                    [block.previous()] if block.previous().blockFormat().headingLevel() else []
                )
                pages = {int((layout.blockBoundingRect(one).bottom() - 1) // height) for one in together}
                assert len(pages) == 1, f"{block.next().text()} is parted on pages of {height}"
            block = block.next()
        assert pictures == 3


def test_thousands_are_set_apart_in_the_text_as_in_the_interval():
    assert of_whole(Estimate(0.9999, 0.99, 1.0), 1000) == ("about 1,000", "990 to 1,000")


def test_a_pdf_is_printed_without_a_window_and_a_failure_leaves_the_old_one(tmp_path):
    (tmp_path / "folder.pdf").mkdir()
    code = (
        "import sys; from osfi_gui.workers.pdf import print_pdf\n"
        "list(print_pdf('<h1>One</h1><p style=\"page-break-before: always\">Two', sys.argv[1]))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY"))}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        [*command, str(tmp_path / "a.pdf")], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert pages_of((tmp_path / "a.pdf").read_bytes()) == 2
    done = subprocess.run(
        [*command, str(tmp_path / "folder.pdf")], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode != 0
    assert sorted(path.name for path in tmp_path.glob("*.pdf*")) == ["a.pdf", "folder.pdf"]
