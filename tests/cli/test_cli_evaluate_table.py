"""The experiment's table in a terminal of 80 columns, and what is said below it."""

from __future__ import annotations

import io

from rich.console import Console

from osfi_gui.cli.evaluate import left_out_text, table_of
from osfi_gui.core.experiment import Row


def row(start, layers, statistics, matcher, *, seconds=0.0):
    """Give a row as wide as rows can be: every share and both ends of its interval at 100 %."""
    fars = ("0.001", "0.01", "0.1", "1")
    return Row(
        start=start,
        layers=layers,
        statistics=statistics,
        head="cosface",
        matcher=matcher,
        k=16,
        dir_at_far=dict.fromkeys(fars, 1.0),
        rank1=1.0,
        ci={far: [1.0, 1.0] for far in fars},
        seconds=seconds,
    )


def test_every_row_of_the_paper_s_table_fits_into_80_columns():
    rows = [
        row(start, layers, statistics, matcher, seconds=12345.6)
        for start, layers, statistics in (
            ("pretrained", "none", "frozen"),
            ("random", "partial", "adapting"),
            ("lp", "full", "adapting"),
            ("wi", "bn", "frozen"),
        )
        for matcher in ("cosine", "nac")
    ]
    out = io.StringIO()
    Console(file=out, width=80, highlight=False).print(table_of(rows, strangers=1234))
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 80
    body = [" ".join(line.split()) for line in lines]
    for start, words in (("random - partial", "NAC, adapting"), ("wi - bn", "NAC"), ("pretrained", "cosine")):
        # Both lines of a row stand whole, one below the other.
        at = [
            number
            for number, line in enumerate(body)
            if line == f"{start} 100.0 100.0 100.0 100.0 12346"
            and body[number + 1] == f"{words} 100.0-100.0 100.0-100.0 100.0-100.0 100.0-100.0"
        ]
        assert len(at) == 1, out.getvalue()
    assert "“–”: not measurable with n = 1234" in out.getvalue()
    assert len(body) == 2 * len(rows) + len([line for line in body if not line or "100.0" not in line])


def test_a_far_that_cannot_be_measured_is_a_dash():
    narrow = row("wi", "bn", "frozen", "cosine")
    narrow.dir_at_far["0.001"], narrow.ci["0.001"] = None, None
    out = io.StringIO()
    Console(file=out, width=80, highlight=False).print(table_of([narrow], strangers=12))
    assert ["wi", "-", "bn", "–", "100.0", "100.0", "100.0", "0"] in [
        line.split() for line in out.getvalue().splitlines()
    ]


def test_both_kinds_of_pictures_that_were_left_out_are_said():
    assert left_out_text(lost=2, unreadable=1) == "Pictures that were left out: 2 show no face, 1 cannot be read."
    assert left_out_text(lost=0, unreadable=3) == "Pictures that were left out: 0 show no face, 3 cannot be read."
    assert left_out_text(lost=0, unreadable=0) == ""
