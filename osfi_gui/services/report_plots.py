"""The plots of a calibration report as PNG: score histograms, DIR over FAR, CMC.

White ground and the blue and vermilion of Okabe and Ito, which colour-blind people tell apart; line styles, hatching
and labels say the same again, so that a print in grey can be read.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from osfi_gui.core.bootstrap import Band, dir_far_band
from osfi_gui.core.histogram import histogram
from osfi_gui.core.metrics import cmc, dir_far_curve
from osfi_gui.core.steps import levels
from osfi_gui.core.threshold import for_far
from osfi_gui.core.threshold import read_out as read_threshold
from osfi_gui.services.report_words import score

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from osfi_gui.core.calibration import Calibration, ReadOut, Scored
    from osfi_gui.core.operating_point import OperatingPoint

BLUE, VERMILION, BLACK, GREY = "#0072b2", "#d55e00", "#1a1a1a", "#666666"
WIDTH = 640
"""Pixels at which a plot is laid out; it has twice as many."""
SCALE = 2
BAND_POINTS = 41
RANKS = 20
"""Up to which rank a CMC is drawn."""


@dataclass(frozen=True)
class Plot:
    """A picture for a report.

    Attributes
    ----------
    png : bytes
        ``SCALE`` times as many pixels as it is laid out with.
    width, height : int
        Pixels at which it is laid out.
    """

    png: bytes
    width: int
    height: int


def score_plot(scored: Scored, *, threshold: float | None, floor: float | None = None) -> Plot:
    """Draw how mated and non-mated scores spread, with the threshold.

    Parameters
    ----------
    scored : Scored
    threshold : float or None
        Drawn where it is finite.
    floor : float or None
        A second line, for the cosine below which nobody is accepted.
    """
    with _figure(230) as (figure, out):
        axes = figure.add_subplot()
        counted = histogram(scored.scores.mated, scored.scores.non_mated)
        kinds = (
            ("enrolled people", scored.scores.mated, counted.mated, counted.mated_below),
            ("strangers", scored.scores.non_mated, counted.non_mated, counted.non_mated_below),
        )
        looks: tuple[dict[str, Any], ...] = (
            {"facecolor": BLUE, "alpha": 0.55, "edgecolor": BLUE, "linewidth": 0.8},
            {"facecolor": "none", "edgecolor": VERMILION, "hatch": "/////", "linewidth": 0.9},
        )
        for (name, scores, counts, below), look in zip(kinds, looks, strict=True):
            if len(scores):
                under = f", {below:,} under the floor" if below else ""
                label = f"{name}: {len(scores):,}{under}"
                axes.stairs(100.0 * counts / len(scores), counted.edges, fill=True, label=label, **look)
        lines = (("threshold", threshold, "--"), ("cosine floor", floor, ":"))
        for name, at, style in lines:
            if at is not None and np.isfinite(at):
                axes.axvline(at, color=BLACK, linestyle=style, linewidth=1.3, label=f"{name} {score(at)}")
        axes.set(xlabel=f"score: {scored.title}", ylabel="% of the faces per bar")
        axes.set_ylim(bottom=0.0)
        _tidy(axes)
        # Above the axes, where no bar is.
        axes.legend(fontsize=8, frameon=False, ncols=4, loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.1)
    return out[0]


def dir_far_plot(calibration: Calibration, point: OperatingPoint, read_out: ReadOut) -> Plot | None:
    """Draw DIR over FAR of the cosine and of what decides, exact, each with its 95 % band, and the operating point.

    Returns
    -------
    Plot or None
        None without mated or without non-mated probes.
    """
    where = calibration.provenance
    if not (len(calibration.persons.mated) and len(calibration.persons.non_mated)):
        return None
    deciding = calibration.of(point.matcher)
    others = [one for one in calibration.scored if one.matcher == "cosine" and one is not deciding]
    # The target is on the axis even where the strangers are too few for it: there the curve is that of FAR 0.
    least = min(1.0 / len(calibration.persons.non_mated), calibration.target_far, 0.5) / 1.25
    fars = np.geomspace(least, 1.0, BAND_POINTS).tolist()
    with _figure(290) as (figure, out):
        axes = figure.add_subplot()
        for scored, colour, style in (*((one, VERMILION, "--") for one in others), (deciding, BLUE, "-")):
            band = band_of(calibration, scored, fars)
            low, high = 100 * band.low, 100 * band.high
            if scored is deciding:
                axes.fill_between(band.far, low, high, color=BLUE, alpha=0.2, linewidth=0)
            else:
                # Two tints on top of each other are neither's colour: the other band is its edges only.
                for edge in (low, high):
                    axes.plot(band.far, edge, color=colour, linestyle=":", linewidth=1.0)
            curve = dir_far_curve(scored.scores)
            far, found = levels(curve.far, curve.dir)
            far, found = np.append(far, 1.0), np.append(found, found[-1])
            label = f"{scored.title}, 95 % " + ("shaded (decides)" if scored is deciding else "between dots")
            axes.step(far, 100 * found, where="post", color=colour, linestyle=style, linewidth=1.6, label=label)
        axes.axvline(calibration.target_far, color=GREY, linestyle=":", linewidth=1.2)
        axes.annotate(
            f"target {100 * calibration.target_far:g} %",
            (calibration.target_far, 0.02),
            xycoords=("data", "axes fraction"),
            xytext=(3, 0),
            textcoords="offset points",
            fontsize=8,
            color=GREY,
        )
        if where.least_far > least:
            label = f"too few strangers to claim (n = {where.stranger_people:,})"
            axes.axvspan(least, min(where.least_far, 1.0), facecolor="#eeeeee", zorder=0, label=label)
        shown = max(read_out.far.value, least)
        axes.plot(
            [shown], [100 * read_out.dir.value], "o", color=BLACK, markersize=6, label="operating point", zorder=5
        )
        axes.set(xscale="log", xlabel="FAR: strangers accepted", ylabel="DIR in %: enrolled people found")
        axes.set_xlim(least, 1.0)
        bottom, top = axes.get_ylim()
        axes.set_ylim(max(0.0, min(bottom, 90.0)), min(top, 100.4))
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
        _tidy(axes)
        axes.legend(fontsize=8, loc="lower right", framealpha=0.9, edgecolor="none")
    return out[0]


def band_of(calibration: Calibration, scored: Scored, fars: Sequence[float]) -> Band:
    """Give DIR at several FARs, with the interval that :func:`~osfi_gui.core.threshold.dir_at_target` has at each.

    Where everybody is found all draws of persons agree, and the bootstrap alone would show no uncertainty.

    Parameters
    ----------
    calibration : Calibration
        With mated and non-mated probes.
    scored : Scored
        One of its.
    fars : sequence of float
        0..1.
    """
    drawn = dir_far_band(scored.scores, calibration.persons, fars=fars)
    fixed = [read_threshold(calibration, scored.matcher, for_far(calibration, scored.matcher, far)).dir for far in fars]
    low = np.minimum(drawn.low, [estimate.low for estimate in fixed])
    return Band(drawn.far, drawn.dir, low, np.maximum(drawn.high, [estimate.high for estimate in fixed]))


def cmc_plot(calibration: Calibration) -> Plot | None:
    """Draw the share of mated probes whose right identity is among the best r, without any threshold.

    Returns
    -------
    Plot or None
        None without mated probes.
    """
    from matplotlib.ticker import MaxNLocator

    ranks = calibration.scored[0].ranks
    if not len(ranks):
        return None
    last = max(1, min(RANKS, calibration.people))
    shares = 100.0 * cmc(ranks, last)
    with _figure(160) as (figure, out):
        axes = figure.add_subplot()
        axes.plot(np.arange(1, last + 1), shares, "o-", color=BLUE, markersize=4, linewidth=1.4, clip_on=False)
        axes.annotate(
            f"rank 1: {shares[0]:.1f} %", (1, shares[0]), xytext=(8, -12), textcoords="offset points", fontsize=8
        )
        axes.set(xlabel="rank", ylabel="% right person\nwithin the rank")
        axes.set_xlim(0.5, last + 0.5)
        axes.set_ylim(min(90.0, 10.0 * np.floor(shares[0] / 10.0 - 0.2)), 100.4)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _tidy(axes)
    return out[0]


@contextmanager
def _figure(height: int) -> Iterator[tuple[Figure, list[Plot]]]:
    """Give a figure to draw on and a list that holds its picture afterwards."""
    # Imported late: the window and the command line start without it. Figure without pyplot: nothing global is kept,
    # and no window system is asked for.
    import matplotlib as mpl
    from matplotlib.figure import Figure

    out: list[Plot] = []
    with mpl.rc_context():
        # Not as the user's own settings would have it: the same report looks the same everywhere.
        mpl.rcdefaults()
        figure = Figure(figsize=(WIDTH / 100.0, height / 100.0), layout="constrained", facecolor="white")
        yield figure, out
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=100 * SCALE, metadata={"Software": None})
    out.append(Plot(buffer.getvalue(), WIDTH, height))


def _tidy(axes: Axes) -> None:
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
