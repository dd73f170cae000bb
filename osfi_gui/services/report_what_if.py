"""What a calibration report says of more people: the false accept rate that its threshold would have then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.what_if import Growth, predict
from osfi_gui.services import report_words as words

if TYPE_CHECKING:
    from osfi_gui.services.report_words import Facts

SIZES = (10, 100, 1_000, 10_000, 100_000)
"""Numbers of people that are told of, as far as they are more than today's."""
HEADS = ("People enrolled", "FAR", "Of 1,000 strangers")


def what_if_rows(facts: Facts) -> list[tuple[str, str, str]]:
    """Give what is to be expected with more people, a row a size; none where nothing can be said.

    Parameters
    ----------
    facts : Facts

    Returns
    -------
    list of (str, str, str)
        As :data:`HEADS`; the first is what was measured.
    """
    calibration, out = facts.calibration, facts.read_out
    with_today = calibration.compared_with
    if not out.strangers or with_today < 1:
        return []
    rows = []
    for people in (with_today, *(size for size in SIZES if size > with_today)):
        told = predict(
            out.far,
            matcher=out.matcher,
            threshold=out.threshold,
            people=people,
            measured_with=with_today,
            comparisons=calibration.comparisons,
        )
        if told.growth is Growth.UNKNOWN:
            return []
        about, interval = words.of_whole(told.far, 1000)
        at_most = told.growth is Growth.AT_MOST
        let_in = f"at most {interval.rpartition(' ')[2]}" if at_most else f"{about} ({interval})"
        rows.append(
            (
                f"{people:,}" + (", measured" if people == with_today else ""),
                ("at most " if at_most else "") + words.span(told.far),
                f"{let_in} let in",
            )
        )
    return rows


def what_if_text(facts: Facts) -> str:
    """Say what the rows stand on, or why there are none."""
    calibration, out = facts.calibration, facts.read_out
    if not out.strangers or calibration.compared_with < 1:
        return "Nothing is known of false accepts, and so nothing of more people."
    if not what_if_rows(facts):
        return f"The scores of {facts.deciding.title} are others with other people: measure again to know."
    if out.matcher != "cosine":
        return (
            "A bound: a NAC score can only fall as people come. It is mostly less, and fewer of the enrolled are found."
        )
    if calibration.comparisons is None:
        return "At the same threshold; every further person is one more comparison, taken as independent."
    told = predict(
        out.far,
        matcher=out.matcher,
        threshold=out.threshold,
        people=calibration.compared_with,
        measured_with=calibration.compared_with,
        comparisons=calibration.comparisons,
    )
    assert told.fmr is not None
    count = len(calibration.comparisons.nearest) * calibration.comparisons.against
    return (
        f"At the same threshold; every further person is one more comparison, taken as independent. Of {count:,} "
        f"comparisons of a stranger with one person {words.small(told.fmr)} match (FMR)."
    )
