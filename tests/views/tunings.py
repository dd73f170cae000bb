"""Recipes, runs and versions in values, for the Fine-tune page."""

from dataclasses import replace

from osfi_gui.core.desk import (
    Phase,
    TuneReadiness,
    TuneState,
)
from osfi_gui.core.tune import (
    PAPER_RECIPE,
    Choice,
    Compared,
    Comparison,
    Estimate,
    RecipeChoices,
    Standing,
    Stepped,
    TuneCounts,
    Version,
    VersionListing,
)

DESK = replace(PAPER_RECIPE, augment="camera", toward="pretrained", rate=3e-4, batch=32)
CHOICES = RecipeChoices(
    starts=(Choice("wi", "Weight imprinting (WI)", "Starts at the prototypes."), Choice("lp", "LP", "Trained alone.")),
    layers=(Choice("bn", "BatchNorm (BN)", "Few numbers."), Choice("full", "Full", "Everything.")),
    heads=(Choice("cosface", "CosFace", "A margin."), Choice("softmax", "Softmax", "No margin.")),
    statistics=(Choice("frozen", "Frozen", "They stay."), Choice("adapting", "Adapting", "They follow.")),
    toward=(Choice("zero", "Zero", "Ordinary."), Choice("pretrained", "Pretrained", "L2-SP.")),
    augment=(
        Choice("paper", "As in the paper", "Crops."),
        Choice("camera", "Camera", "Blur."),
        Choice("none", "No", ""),
    ),
    recipes=((Choice("desk", "Desk", "Gentle."), DESK), (Choice("paper", "Paper", "Park et al."), PAPER_RECIPE)),
)
READY = TuneReadiness(12, 58, 22, 1310)
COUNTS = TuneCounts(12, 36, 22, 11, 310, 118)


def compared(matcher, far, before, after, difference):
    return Compared(matcher, far, Estimate(*before), Estimate(*after), Estimate(*difference), 0.955, 0.977)


ROWS = (
    compared("cosine", 0.01, (0.727, 0.545, 0.886), (0.818, 0.659, 0.955), (0.091, 0.023, 0.182)),
    compared("nac", 0.01, (0.75, 0.568, 0.909), (0.795, 0.636, 0.932), (0.045, -0.023, 0.136)),
    compared("nac", 0.1, (0.886, 0.75, 1.0), (0.864, 0.727, 0.977), (-0.022, -0.068, -0.001)),
)
COMPARISONS = {
    Standing.BETTER: Comparison(Standing.BETTER, "9.1 points more than before.", ROWS, COUNTS),
    Standing.WORSE: Comparison(Standing.WORSE, "2.2 points fewer than before.", ROWS[::-1], COUNTS),
    Standing.OPEN: Comparison(Standing.OPEN, "The interval holds zero.", ROWS[1:2], COUNTS),
    Standing.UNJUDGED: Comparison(Standing.UNJUDGED, "There were no strangers.", (), TuneCounts(12, 58, 0, 0, 0, 0)),
}


def against(number, standing, rows=ROWS[:1], held_out=22):
    """Give a comparison with a version that was in use, by a version that is better than pretrained."""
    other = replace(COMPARISONS[standing], rows=rows, against=number, counts=replace(COUNTS, held_out=held_out))
    return replace(COMPARISONS[Standing.BETTER], in_use=other)


def version(number, standing=Standing.BETTER, **changes):
    made = Version(
        number, "sface", 0, f"2026-03-0{number}T10:00:00Z", PAPER_RECIPE, COMPARISONS[standing], 7, (1, 2), 98304
    )
    return replace(made, **changes)


LISTING = VersionListing(
    "sface", "SFace (2021)", 1, 0, (version(3, Standing.WORSE), version(2, Standing.OPEN), version(1, note="new lamp"))
)


def steps(count, total=400, epochs=20):
    """Give the first steps of a run whose loss falls by one a step, and whose accuracy rises to 1."""
    return tuple(
        Stepped(i, total, epochs * i / total, float(total - i), i / total, 1e-3, 0.9 * (total - i))
        for i in range(1, count + 1)
    )


def running(count, total=400, measured=()):
    return TuneState(Phase.WAITING, "Training", PAPER_RECIPE, steps(count, total), measured)


def done(standing=Standing.BETTER, number=4):
    return TuneState(Phase.READY, "", PAPER_RECIPE, steps(400), (), version(number, standing))
