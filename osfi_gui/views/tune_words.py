"""What fine-tuning is put into words with: recipes, shares, how a version stands, how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from osfi_gui.core.decide import LABELS
from osfi_gui.core.tune import PAPER_RECIPE, Recipe, Standing
from osfi_gui.views.marks import Mark

if TYPE_CHECKING:
    from osfi_gui.core.tune import Comparison, TuneCounts, Version

# Short names of the literature; the long ones come with the choices.
_SHORT = {
    "wi": "WI",
    "lp": "LP",
    "random": "Random",
    "bn": "BN",
    "pa": "PA",
    "partial": "Partial",
    "full": "Full",
    "none": "None",
    "softmax": "Softmax",
    "normface": "NormFace",
    "cosface": "CosFace",
    "arcface": "ArcFace",
    "magface": "MagFace",
}


def _tr(text: str) -> str:
    return QCoreApplication.translate("tune", text)


def _counted(count: int, one: str, many: str) -> str:
    return (one if count == 1 else many).format(count=f"{count:,}")


def people_text(count: int) -> str:
    """Give "1 person", "1,572 people"."""
    return _counted(count, _tr("1 person"), _tr("{count} people"))


def recipe_text(recipe: Recipe) -> str:
    """Give a recipe in a few words: "WI, BN, CosFace, frozen, 20 epochs", and what else is not the paper's."""
    parts = [
        _SHORT.get(recipe.start, recipe.start),
        _SHORT.get(recipe.layers, recipe.layers),
        _SHORT.get(recipe.head, recipe.head),
        {"frozen": _tr("frozen"), "adapting": _tr("adapting")}.get(recipe.statistics, recipe.statistics),
        _counted(recipe.epochs, _tr("1 epoch"), _tr("{count} epochs")),
    ]
    paper = PAPER_RECIPE
    if recipe.rate != paper.rate:
        parts.append(_tr("rate {rate}").format(rate=number_text(recipe.rate)))
    if (recipe.decay, recipe.toward) != (paper.decay, paper.toward):
        words = _tr("decay {decay} toward pretrained") if recipe.toward == "pretrained" else _tr("decay {decay}")
        parts.append(words.format(decay=number_text(recipe.decay)))
    if recipe.batch != paper.batch:
        parts.append(_tr("batch {batch}").format(batch=recipe.batch))
    if recipe.augment != paper.augment:
        augment = {"aligned": _tr("small crops"), "camera": _tr("through a camera"), "none": _tr("not augmented")}
        parts.append(augment.get(recipe.augment, recipe.augment))
    if recipe.average != paper.average:
        parts.append(_tr("mean of {count} epochs").format(count=recipe.average))
    if recipe.scale is not None:
        parts.append(_tr("scale {scale}").format(scale=f"{recipe.scale:g}"))
    if recipe.margin is not None:
        parts.append(_tr("margin {margin}").format(margin=f"{recipe.margin:g}"))
    return ", ".join(parts)


def number_text(number: float) -> str:
    """Give a number as recipes are written: 0.001, 1e-7."""
    return f"{number:g}".replace("e-0", "e-")


def percent(share: float, digits: int = 1) -> str:
    """Give a share as "71.2 %"."""
    return f"{100 * share:.{digits}f} %"


def far_text(far: float) -> str:
    """Give a FAR without needless zeros: "1 %", "0.1 %"."""
    return f"{100 * far:g} %"


def points_text(difference: float) -> str:
    """Give a difference of shares in percentage points, with its sign; no sign where it rounds to nothing."""
    shown = f"{abs(100 * difference):.1f}"
    if shown == "0.0":
        return shown
    return ("+" if difference > 0 else "−") + shown


def matcher_text(name: str) -> str:
    """Name a matcher."""
    words = {"cohort": _tr("NAC with strangers"), "nac-cohort": _tr("NAC with strangers")}
    label = words.get(name) or LABELS.get(name, name)
    return label[:1].upper() + label[1:]


def left_text(seconds: float) -> str:
    """Give the time left as people say it: "about 2 minutes left".

    Parameters
    ----------
    seconds : float
        Estimated; negative counts as none.
    """
    if seconds < 7.5:
        return _tr("a few seconds left")
    if seconds < 55.0:
        return _tr("about {count} seconds left").format(count=5 * round(seconds / 5.0))
    minutes = max(1, round(seconds / 60.0))
    if minutes < 60:
        return _counted(minutes, _tr("about 1 minute left"), _tr("about {count} minutes left"))
    # From an hour on nobody counts single minutes.
    hours, rest = divmod(10 * round(minutes / 10.0), 60)
    words = _counted(hours, _tr("1 hour"), _tr("{count} hours"))
    if rest:
        words = _tr("{hours} {minutes} minutes").format(hours=words, minutes=rest)
    return _tr("about {time} left").format(time=words)


def size_text(size_bytes: int) -> str:
    """Give a size as "98 kB"."""
    digits = 1 if size_bytes >= 1_000_000 else 0
    return QLocale.c().formattedDataSize(size_bytes, digits, QLocale.DataSizeFormat.DataSizeSIFormat)


def standing_of(version: Version) -> Standing:
    """Say how a version stands; without a comparison it was not judged."""
    return Standing.UNJUDGED if version.comparison is None else version.comparison.standing


def standing_text(standing: Standing) -> str:
    """Say in a word or two how a version stands."""
    return {
        Standing.BETTER: _tr("Better"),
        Standing.WORSE: _tr("Worse"),
        Standing.OPEN: _tr("No difference shown"),
        Standing.UNJUDGED: _tr("Not judged"),
    }[standing]


def reason_of(sentence: str, standing: Standing) -> str:
    """Give a comparison's sentence without the word that stands large above it already."""
    head, colon, reason = sentence.partition(": ")
    # The core writes for the command line as well, in English.
    begins = {Standing.BETTER: "Better", Standing.WORSE: "Worse", Standing.UNJUDGED: "Not judged"}
    if colon and head == begins.get(standing, "No difference is shown"):
        return reason[:1].upper() + reason[1:]
    return sentence


def standing_mark(standing: Standing) -> Mark:
    """Give the shape that says the same."""
    return {
        Standing.BETTER: Mark.GOOD,
        Standing.WORSE: Mark.BAD,
        Standing.OPEN: Mark.SAME,
        Standing.UNJUDGED: Mark.INFO,
    }[standing]


def change_text(comparison: Comparison | None) -> str:
    """Give the DIR that decided, before and after: "71.2 → 78.0 %"; empty where nothing was measured."""
    if comparison is None or not comparison.rows:
        return ""
    first = comparison.rows[0]
    return f"{100 * first.before.value:.1f} → {100 * first.after.value:.1f} %"


def counts_text(counts: TuneCounts) -> str:
    """Say in sentences who took part in a run."""
    trained = _tr("Trained on {shots} of {people}.").format(
        shots=_counted(counts.shots, _tr("1 shot"), _tr("{count} shots")), people=people_text(counts.people)
    )
    if counts.background:
        others = _counted(counts.background, _tr("1 other person"), _tr("{count} other people"))
        trained = _tr("{trained} Also told apart: {others} of a folder.").format(trained=trained, others=others)
    if not counts.held_out and not counts.strangers:
        return trained
    held_out = _tr("{shots} of {people}").format(
        shots=_counted(counts.held_out, _tr("1 held-out shot"), _tr("{count} held-out shots")),
        people=people_text(counts.held_out_people),
    )
    strangers = _tr("{faces} of {people}").format(
        faces=_counted(counts.strangers, _tr("1 face"), _tr("{count} faces")),
        people=_counted(counts.stranger_people, _tr("1 stranger"), _tr("{count} strangers")),
    )
    compared = _tr("Compared with {held_out} and {strangers}.").format(held_out=held_out, strangers=strangers)
    return f"{trained} {compared}"
