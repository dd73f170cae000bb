"""The pages of a calibration report, in HTML that browsers print and that Qt's text documents lay out as well.

Qt knows tables with plain attributes, margins, sizes and colours, and little else; so no floats, no grids, no SVG.
Letters are measured in pixels, because points are another size on every screen.
"""

from __future__ import annotations

import base64
import math
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from osfi_gui.core.intervals import is_measurable
from osfi_gui.core.threshold import dir_at_target, for_far
from osfi_gui.services import report_words as words
from osfi_gui.services.report_plots import cmc_plot, dir_far_plot, score_plot
from osfi_gui.services.report_what_if import HEADS, what_if_rows, what_if_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from osfi_gui.core.calibration import Scored
    from osfi_gui.services.report_plots import Plot
    from osfi_gui.services.report_words import Facts

FARS = (0.001, 0.01, 0.1)
"""False accept rates at which matchers are compared."""
TABLE_FOOT = "</tbody>\n</table>\n"

STYLE = """
body { font-family: "Helvetica Neue", Helvetica, Arial, "DejaVu Sans", sans-serif; font-size: 13px; color: #1a1a1a;
  background-color: #ffffff; max-width: 178mm; }
h1 { font-size: 25px; margin-top: 0; margin-bottom: 2px; }
h2 { font-size: 17px; margin-top: 18px; margin-bottom: 5px; color: #003f66; }
p { margin-top: 4px; margin-bottom: 5px; }
p.muted, span.muted { color: #555555; font-size: 12px; }
li { margin-bottom: 3px; }
table { border-collapse: collapse; }
th { background-color: #eef2f6; }
th, td { font-size: 12px; border: 1px solid #c8ccd2; }
td.lead { font-size: 13px; border: 0; }
@page { size: A4; margin: 15mm; }
@media print { tr, img { page-break-inside: avoid; } h2 { page-break-after: avoid; } }
"""


def page(facts: Facts) -> str:
    """Lay out the whole report.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    str
        One HTML file.
    """
    return "\n".join(make() for _, make in sections(facts))


def sections(facts: Facts) -> list[tuple[str, Callable[[], str]]]:
    """Give the report in pieces, so that whoever makes it can say how far it is, and stop.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    list of (str, callable)
        What is being done, and what makes the piece; their results are joined by line ends, in this order.
    """
    title = f"Calibration report: {escape(facts.calibration.title)}"
    text, matchers, plots = "Writing what was measured", "Comparing the matchers", "Drawing the plots"
    begin = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    )
    return [
        (text, lambda: begin),
        *((text, partial(make, facts)) for make in (_head, _summary, _point, _provenance, _matchers_head)),
        *((matchers, partial(_matcher_row, facts, scored)) for scored in facts.calibration.scored),
        (matchers, partial(_matchers_foot, facts)),
        *((plots, partial(make, facts)) for make in (_score_plots, _curve_plot, _rank_plot)),
        *((text, partial(make, facts)) for make in (_what_if, _versions, _method)),
        (text, lambda: "</body>\n</html>\n"),
    ]


def _head(facts: Facts) -> str:
    calibration = facts.calibration
    enrolled = _count(calibration.people, "person", "people")
    return (
        "<h1>Calibration report</h1>\n"
        f'<p class="muted">{escape(calibration.title)}, {enrolled} enrolled, gallery revision {calibration.revision}'
        f"{', ' + escape(_date(facts.made_at)) if facts.made_at else ''}</p>"
    )


def _summary(facts: Facts) -> str:
    rows = (
        ("What decides", words.what_decides(facts)),
        ("Strangers", words.strangers_let_in(facts)),
        ("Enrolled people", words.enrolled_turned_away(facts)),
        ("Target", words.is_target_measurable(facts)),
    )
    body = "".join(
        f'<tr><td width="120" valign="top" class="lead"><b>{name}</b></td><td class="lead">{escape(said)}</td></tr>\n'
        for name, said in rows
    )
    steps = "".join(f"<li>{escape(step)}</li>\n" for step in words.next_steps(facts))
    return (
        "<h2>In short</h2>\n"
        f'<table width="100%" cellpadding="5" cellspacing="0" bgcolor="#f4f7fa">\n{body}</table>\n'
        f"<h2>What to do next</h2>\n<ol>\n{steps}</ol>"
    )


def _point(facts: Facts) -> str:
    point, out = facts.point, facts.read_out
    floor = f"{point.cosine_floor:.6g}" if math.isfinite(point.cosine_floor) else "none"
    rows = [
        ("Matcher", facts.deciding.title + (f", neighbourhood k = {point.k}" if point.k > 1 else "")),
        ("Threshold on its score", f"{point.threshold:.6g}"),
        ("Cosine floor", "the threshold itself" if point.matcher == "cosine" else floor),
        ("False accept rate aimed at", words.target(point.target_far)),
        ("FAR measured", _far(facts)),
        ("DIR measured", f"{words.span(out.dir)}: {out.found:,} of {out.probes:,}" if out.probes else "no probes"),
        ("FNIR, which is 1 - DIR", words.percent(1.0 - out.dir.value) if out.probes else "no probes"),
    ]
    if point.own_thresholds:
        count = _count(len(point.own_thresholds), "person has", "people have")
        rows.append(("Thresholds of their own", f"{count} a higher one, which no number in this report takes in"))
    if point.cohort_ids:
        rows.append(("Cohort", f"{_count(len(point.cohort_ids), 'face', 'faces')} of strangers"))
    rows.append(("Source", point.source or "not recorded"))
    return "<h2>Operating point</h2>\n" + _pairs(rows)


def _far(facts: Facts) -> str:
    out = facts.read_out
    if not out.strangers:
        return "no strangers"
    claim = "" if out.measurable else "; the target cannot be claimed with so few"
    return f"{words.span(out.far)}: {out.accepted:,} of {out.strangers:,}{claim}"


def _provenance(facts: Facts) -> str:
    where = facts.calibration.provenance
    rows = (
        (
            "Enrolled people (mated)",
            words.PLACES.get(where.mated, where.mated) or "none",
            f"{where.probes:,}",
            f"{where.probe_people:,}",
        ),
        (
            "Strangers (non-mated)",
            words.PLACES.get(where.non_mated, where.non_mated) or "none",
            f"{where.strangers:,}",
            f"{where.stranger_people:,}",
        ),
        ("Cohort, which does not calibrate", "strangers who fill neighbourhoods", f"{where.cohort:,}", "-"),
    )
    notes = "".join(f"<li>{escape(note)}</li>\n" for note in where.notes)
    return (
        "<h2>Where the scores come from</h2>\n"
        + _table(("Scores", "Made from", "Faces", "People"), rows, numbers=(2, 3))
        + f'<p class="muted">{_least(where.stranger_people, where.least_far)}</p>'
        + (f"<p><b>Notes</b></p>\n<ul>\n{notes}</ul>" if notes else "")
    )


def _least(people: int, far: float) -> str:
    if not people:
        return "Without strangers no false accept rate can be claimed."
    # Rounded up: a lower rate is not measurable.
    least = math.ceil(1e4 * far - 1e-9) / 1e4
    return (
        f"The lowest FAR that {_count(people, 'stranger', 'strangers')} can show at 95\u00a0% is {words.target(least)}."
    )


def _fars(facts: Facts) -> list[float]:
    return sorted({*FARS, facts.calibration.target_far})


def _matchers_head(facts: Facts) -> str:
    calibration = facts.calibration
    heads = (
        "Matcher",
        f"Threshold at {words.target(calibration.target_far)}",
        *(f"FAR {words.target(f)}" for f in _fars(facts)),
    )
    ranks = calibration.scored[0].ranks
    rank1 = f" Rank-1, without a threshold: {words.percent(float((ranks == 1).mean()))}." if len(ranks) else ""
    return (
        '<h2 style="page-break-before: always">Matchers</h2>\n'
        "<p>DIR: the share of shots of enrolled people that are found, at false accept rates, with the 95\u00a0% "
        f"interval.{rank1}</p>\n" + _table_head(heads, numbers=range(1, len(heads)))
    )


def _matcher_row(facts: Facts, scored: Scored) -> str:
    tags = [
        tag
        for tag, holds in (
            ("decides", scored.matcher == facts.point.matcher),
            ("proposed", scored.matcher == facts.calibration.proposed),
        )
        if holds
    ]
    name = scored.title + (f" ({', '.join(tags)})" if tags else "")
    row = (name, _threshold(facts, scored), *(_dir_at(facts, scored, far) for far in _fars(facts)))
    return f"<tr>{_cells('td', row, numbers=range(1, len(row)))}</tr>"


def _matchers_foot(facts: Facts) -> str:
    calibration = facts.calibration
    unusable = "".join(f"<li>{escape(title)}: {escape(why)}</li>\n" for title, why in calibration.unusable)
    return f"{TABLE_FOOT}<p>{escape(calibration.why)}</p>" + (
        f"<p><b>Not usable here</b></p>\n<ul>\n{unusable}</ul>" if unusable else ""
    )


def _threshold(facts: Facts, scored: Scored) -> str:
    if not len(scored.scores.non_mated):
        return "-"
    return words.score(for_far(facts.calibration, scored.matcher, facts.calibration.target_far))


def _dir_at(facts: Facts, scored: Scored, far: float) -> str:
    calibration = facts.calibration
    people = calibration.provenance.stranger_people
    if not is_measurable(far, people):
        return f"not measurable\nwith n = {people:,}"
    if not len(scored.scores.mated):
        return "no probes"
    if far == calibration.target_far:
        return words.span(scored.dir_at_target, between="\n")
    return words.span(dir_at_target(scored.scores, calibration.persons, far=far), between="\n")


def _score_plots(facts: Facts) -> str:
    calibration, point, deciding = facts.calibration, facts.point, facts.deciding
    parts = ["<h2>Scores</h2>"]
    parts.append(
        _figure(
            score_plot(deciding, threshold=point.threshold),
            f"Best scores by {deciding.title}, which decides. Right of the threshold people are accepted.",
        )
    )
    cosine = next((one for one in calibration.scored if one.matcher == "cosine"), None)
    if cosine is not None and cosine is not deciding:
        parts.append(
            _figure(
                score_plot(cosine, threshold=None, floor=point.cosine_floor),
                "The largest cosines. Nobody left of the floor is accepted, whatever the score above.",
            )
        )
    return "\n".join(parts)


def _curve_plot(facts: Facts) -> str:
    curve = dir_far_plot(facts.calibration, facts.point, facts.read_out)
    drawn = (
        _figure(
            curve,
            "Every threshold at once, exact from the scores; bands are 95\u00a0% at each FAR by itself, over persons.",
        )
        if curve
        else "<p>Not drawn: it needs scores of enrolled people and of strangers.</p>"
    )
    return f"<h2>DIR over FAR</h2>\n{drawn}"


def _rank_plot(facts: Facts) -> str:
    ranks = cmc_plot(facts.calibration)
    drawn = (
        _figure(ranks, "How often the right person is among the nearest, with nobody rejected.")
        if ranks
        else "<p>Not drawn: it needs scores of enrolled people.</p>"
    )
    return f"<h2>CMC</h2>\n{drawn}"


def _what_if(facts: Facts) -> str:
    rows = what_if_rows(facts)
    return (
        f"<h2>If more people were enrolled</h2>\n<p>{escape(what_if_text(facts))}</p>\n"
        f"{_table(HEADS, rows, numbers=(1, 2)) if rows else ''}"
    )


def _versions(facts: Facts) -> str:
    calibration = facts.calibration
    return "<h2>Versions</h2>\n" + _pairs(
        (
            ("Program", f"OSFI Desk {facts.program}"),
            ("Encoder", f"{calibration.title} ({calibration.encoder})"),
            ("Gallery revision", f"{calibration.revision}, with {_count(calibration.people, 'person', 'people')}"),
            ("Operating point of revision", str(facts.point.revision)),
            ("Date", _date(facts.made_at) if facts.made_at else "not recorded"),
        )
    )


def _method(facts: Facts) -> str:
    bound = " and whose cosine reaches its floor" if facts.point.matcher != "cosine" else ""
    return (
        "<h2>How it was computed</h2>\n"
        "<p>FAR is the share of strangers' faces that are accepted, DIR the share of enrolled people's shots that are "
        f"accepted as who they are; accepted is whose best score reaches the threshold{bound}. A threshold at a FAR is "
        "exact: the smallest observed score at which the FAR on these strangers is not above the target. The interval "
        "of FAR is where 95\u00a0% of such calibrations would find the share of as many other strangers, that of DIR "
        "where as many other pictures of such people would lie: beta-binomial limits (Thatcher 1964) of an effective "
        "number of pictures, because those of one person are alike (Korn and Graubard 1998). At a FAR that is aimed at "
        "it is at least that of 2,000 draws of persons, with the threshold found anew in each. A FAR counts as "
        "measurable from as many strangers on as show it at 95\u00a0% when none of them is accepted.</p>\n"
        "<p>The same installation makes this report again, to the byte, from its JSON file, which holds every score "
        "and no names, faces or embeddings of enrolled people.</p>"
    )


def _figure(plot: Plot, caption: str) -> str:
    data = base64.b64encode(plot.png).decode("ascii")
    return (
        f'<p><img width="{plot.width}" height="{plot.height}" alt="{escape(caption)}" '
        f'src="data:image/png;base64,{data}"></p>\n<p class="muted">{escape(caption)}</p>'
    )


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(
        f'<tr><td width="190" valign="top" bgcolor="#eef2f6">{escape(name)}</td><td>{escape(said)}</td></tr>\n'
        for name, said in rows
    )
    return f'<table width="100%" cellpadding="4" cellspacing="0">\n{body}</table>\n'


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[int]) -> str:
    numbers = tuple(numbers)
    body = "".join(f"<tr>{_cells('td', row, numbers=numbers)}</tr>\n" for row in rows)
    return f"{_table_head(heads, numbers=numbers)}\n{body}{TABLE_FOOT}"


def _table_head(heads: Sequence[str], *, numbers: Iterable[int]) -> str:
    return (
        '<table width="100%" cellpadding="4" cellspacing="0">\n'
        f"<thead><tr>{_cells('th', heads, numbers=numbers)}</tr></thead>\n<tbody>"
    )


def _cells(kind: str, row: Sequence[str], *, numbers: Iterable[int]) -> str:
    left, right = ' align="left"', dict.fromkeys(numbers, ' align="right"')
    lines = [escape(text).replace("\n", "<br>") for text in row]
    return "".join(f"<{kind}{right.get(at, left)}>{text}</{kind}>" for at, text in enumerate(lines))


def _count(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _date(made_at: str) -> str:
    """Give an ISO time without its fraction of a second: “2024-05-01 12:30 UTC”."""
    try:
        at = datetime.fromisoformat(made_at)
    except ValueError:
        return made_at
    if at.tzinfo is not None:
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{at:%Y-%m-%d %H:%M}"
