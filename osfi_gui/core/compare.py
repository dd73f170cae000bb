"""Before against after: DIR at FAR with intervals, by a bootstrap over persons that draws the same ones for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.bootstrap import DRAWS, dir_draws, interval
from osfi_gui.core.metrics import dir_at_far, rank1
from osfi_gui.core.tune import Compared, Comparison, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.scores import Persons, Scores
    from osfi_gui.core.tune import TuneCounts, Version

FARS = (0.001, 0.01, 0.1)
"""False accept rates at which encoders are compared, where there are strangers enough to measure them."""
LEAST_PEOPLE = 5
"""Persons, of those enrolled and of strangers, below which an interval would say nothing."""


def compare(
    before: Scores, after: Scores, persons: Persons, *, matcher: str, far: float, draws: int = DRAWS, seed: int = 0
) -> Compared:
    """Compare two encoders on the same probes.

    Parameters
    ----------
    before, after : Scores
    persons : Persons
    matcher : str
        Name of what scored.
    far : float
        Target, 0..1.
    draws, seed : int
    """
    first = dir_draws(before, persons, far=far, draws=draws, seed=seed)
    second = dir_draws(after, persons, far=far, draws=draws, seed=seed)
    value = [dir_at_far(s.mated, s.correct, s.non_mated, far=far) for s in (before, after)]
    return Compared(
        matcher=matcher,
        far=far,
        before=interval(first, value[0]),
        after=interval(second, value[1]),
        difference=interval(second - first, value[1] - value[0]),
        rank1_before=rank1(before.correct),
        rank1_after=rank1(after.correct),
    )


def judge(rows: Sequence[Compared], counts: TuneCounts, *, names: dict[str, str], against: int = 0) -> Comparison:
    """Put a comparison into a standing and a sentence; the first row decides.

    Parameters
    ----------
    rows : sequence of Compared
        Empty where nothing could be measured.
    counts : TuneCounts
    names : dict of str to str
        What the operator reads for a matcher's name.
    against : int
        The version in use that is compared with; 0 for the pretrained encoder.
    """
    other = f"version {against}, which was in use"
    if not rows:
        head = f"Not compared with {other}" if against else "Not judged"
        return Comparison(Standing.UNJUDGED, f"{head}: {_why_unjudged(counts, against)}", (), counts, against)
    row = rows[0]
    change = row.difference
    where = f"DIR at FAR {100 * row.far:g} % ({names.get(row.matcher, row.matcher)})"
    numbers = (
        f"{where} went from {100 * row.before.value:.1f} to {100 * row.after.value:.1f} %, a change of "
        f"{100 * change.value:+.1f} points (95 % interval {100 * change.low:+.1f} to {100 * change.high:+.1f})"
    )
    who = (
        f"on {counts.held_out} held-out shots of {counts.held_out_people} people and {counts.strangers} faces of "
        f"{counts.stranger_people} strangers"
    )
    than, held = "", ""
    if against:
        than, held = f" than {other}", ", which neither was trained on"
    if change.low > 0.0:
        return Comparison(Standing.BETTER, f"Better{than}: {numbers}, {who}{held}.", tuple(rows), counts, against)
    if change.high < 0.0:
        return Comparison(Standing.WORSE, f"Worse{than}: {numbers}, {who}{held}.", tuple(rows), counts, against)
    head = f"No difference from {other}, is shown" if against else "No difference is shown"
    text = f"{head}: {numbers}, {who}{held}. More shots or strangers would tell."
    return Comparison(Standing.OPEN, text, tuple(rows), counts, against)


_MIRRORED = {Standing.BETTER: Standing.WORSE, Standing.WORSE: Standing.BETTER}


def against_in_use(version: Version, current: Version | None) -> tuple[Standing | None, str]:
    """Say how a version stands against another one that is in use now, by what was compared when either was made.

    Parameters
    ----------
    version : Version
    current : Version or None
        None where the pretrained encoder is in use.

    Returns
    -------
    standing : Standing or None
        None where there is nothing to say: the pretrained encoder is in use, or this version is.
    sentence : str
    """
    if current is None or current.version_id == version.version_id:
        return None, ""
    mine, other = (each.comparison.in_use if each.comparison is not None else None for each in (version, current))
    if mine is not None and mine.against == current.version_id:
        return mine.standing, mine.sentence
    if other is not None and other.against == version.version_id:
        standing = _MIRRORED.get(other.standing, other.standing)
        return standing, f"When version {current.version_id} was made, this was found. {other.sentence}"
    number = version.version_id
    what = f"Version {number} was not compared with version {current.version_id}, which is in use"
    return Standing.UNJUDGED, f"{what}: whether it is better is unknown."


def _why_unjudged(counts: TuneCounts, against: int) -> str:
    if counts.held_out_people < LEAST_PEOPLE and against:
        return (
            f"{counts.held_out_people} people have a held-out shot that it was not trained on, {LEAST_PEOPLE} are "
            "needed. Enrol more shots of each."
        )
    if counts.held_out_people < LEAST_PEOPLE:
        return (
            f"{counts.held_out_people} people have a shot that could be held out, {LEAST_PEOPLE} are "
            "needed. Enrol a second shot of each."
        )
    if counts.stranger_people < LEAST_PEOPLE:
        there = f"faces of {counts.stranger_people} strangers, and {LEAST_PEOPLE}"
    else:
        there = f"{counts.strangers} faces of strangers, and {round(1 / FARS[-1])}"
    return f"there are {there} are needed to measure false accepts. Add strangers first."
