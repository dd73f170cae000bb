"""Fine-tuning in values: the recipe, what a run says while it goes, how before and after compare, and versions."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PAPER_BATCH = 128


@dataclass(frozen=True)
class Recipe:
    """How an encoder is fine-tuned. The defaults are the paper's, but for the statistics, which it left to chance.

    Attributes
    ----------
    start : str
        Where the classifier starts: ``wi``, ``lp`` or ``random``.
    layers : str
        What of the encoder trains: ``bn``, ``pa``, ``partial``, ``full`` or ``none``.
    head : str
        The loss: ``softmax``, ``normface``, ``cosface``, ``arcface`` or ``magface``.
    statistics : str
        BatchNorm's running statistics: ``frozen`` or ``adapting``.
    epochs : int
    rate : float
        Adam's learning rate, for encoder and classifier; falls along a half cosine to 0.
    decay : float
        Weight decay.
    toward : str
        What the encoder's weights decay to: ``zero``, or ``pretrained`` (L2-SP, Li et al., ICML 2018).
    batch : int
        Chips a step of the optimiser.
    scale, margin : float or None
        Of the head; None for the head's own.
    augment : str
        ``paper``: random crops and mirroring; ``aligned``: crops that keep a face where alignment put it; ``camera``:
        the paper's through a poor desk camera; ``aligned-camera``: both; ``none``.
    average : int
        The encoder's weights are averaged over the last epochs; 1 keeps the last ones.
    seed : int
    precision : str
        ``auto``: bf16 or fp16 with a scaler where the device computes it faster, float32 elsewhere; ``float32``.
    """

    start: str = "wi"
    layers: str = "bn"
    head: str = "cosface"
    statistics: str = "frozen"
    epochs: int = 20
    rate: float = 1e-3
    decay: float = 1e-3
    toward: str = "zero"
    batch: int = PAPER_BATCH
    scale: float | None = None
    margin: float | None = None
    augment: str = "paper"
    average: int = 1
    seed: int = 0
    precision: str = "auto"

    def to_dict(self) -> dict[str, Any]:
        """Give what JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Recipe:
        """Read what :meth:`to_dict` gave; settings this version does not know are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in content.items() if name in known})


PAPER_RECIPE = Recipe()
"""Park, Park & Teoh, ICPR 2022: WI, BN, CosFace, Adam 1e-3, weight decay 1e-3, 20 epochs, batch 128."""


@dataclass(frozen=True)
class Choice:
    """One value of a setting that has names: what is stored, what the operator reads, one line of help."""

    name: str
    title: str
    help: str


@dataclass(frozen=True)
class RecipeChoices:
    """What may be chosen, as the registries of the tuning room have it; the form and the command line read it.

    Attributes
    ----------
    starts, layers, heads, statistics, toward, augment : tuple of Choice
    recipes : tuple of (Choice, Recipe)
        Named recipes, the paper's first.
    auto : Choice or None
        Stands for whichever of them suits the shots of the gallery, and is the default; None where there is no such
        choice.
    """

    starts: tuple[Choice, ...]
    layers: tuple[Choice, ...]
    heads: tuple[Choice, ...]
    statistics: tuple[Choice, ...]
    toward: tuple[Choice, ...]
    augment: tuple[Choice, ...]
    recipes: tuple[tuple[Choice, Recipe], ...]
    auto: Choice | None = None


@dataclass(frozen=True)
class TuneCounts:
    """Who took part in a run.

    Attributes
    ----------
    people, shots : int
        Trained on.
    held_out : int
        Shots that were not trained on, to compare with.
    held_out_people : int
        Whose they are.
    strangers : int
        Faces of strangers in the comparison.
    stranger_people : int
        How many persons they are.
    background : int
        People of a folder, neither enrolled nor strangers of the gallery, who were told apart as well.
    """

    people: int
    shots: int
    held_out: int
    held_out_people: int
    strangers: int
    stranger_people: int
    background: int = 0


@dataclass(frozen=True)
class Stepped:
    """One step of the optimiser.

    Attributes
    ----------
    step, steps : int
        Done, of all.
    epoch : float
        Epochs done, with fraction.
    loss : float
        Mean over the step's chips.
    accuracy : float
        Share of the step's chips whose own classifier row was the nearest, 0..1.
    rate : float
        Learning rate of this step.
    left_s : float
        Estimated seconds to the end.
    """

    step: int
    steps: int
    epoch: float
    loss: float
    accuracy: float
    rate: float
    left_s: float


@dataclass(frozen=True)
class Measured:
    """A look at the held-out shots and the strangers in the middle of a run.

    Attributes
    ----------
    epoch : float
    dir_at_far : float
        DIR at the target FAR, 0..1, with the cosine.
    target_far : float
    """

    epoch: float
    dir_at_far: float
    target_far: float


class Standing(StrEnum):
    """How a tuned encoder stands against the one before."""

    BETTER = "better"
    WORSE = "worse"
    OPEN = "open"
    UNJUDGED = "unjudged"


@dataclass(frozen=True)
class Estimate:
    """A share with its interval.

    Attributes
    ----------
    value, low, high : float
        95 %; where nothing else is said, a bootstrap over persons.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Compared:
    """Before and after with one matcher at one FAR.

    Attributes
    ----------
    matcher : str
    far : float
        The target, 0..1.
    before, after, difference : Estimate
        DIR; the difference is paired: every draw of persons is the same before and after.
    rank1_before, rank1_after : float
    """

    matcher: str
    far: float
    before: Estimate
    after: Estimate
    difference: Estimate
    rank1_before: float
    rank1_after: float


@dataclass(frozen=True)
class Comparison:
    """Whether a tuned encoder is better.

    Attributes
    ----------
    standing : Standing
        BETTER or WORSE where the interval of the difference excludes 0, OPEN where it does not, UNJUDGED where there
        was nothing to compare with.
    sentence : str
        The standing and its reason, for the operator.
    rows : tuple of Compared
        Every matcher and FAR that could be measured; the first one decides.
    counts : TuneCounts
    against : int
        The version that is *before*; 0 for the pretrained encoder.
    in_use : Comparison or None
        The same against the version that was in use when the run began, on the held-out shots that neither was trained
        on; None where that was the pretrained encoder.
    held_out : tuple of int
        Numbers of the shots that the run did not train on; empty where nobody noted them.
    """

    standing: Standing
    sentence: str
    rows: tuple[Compared, ...]
    counts: TuneCounts
    against: int = 0
    in_use: Comparison | None = None
    held_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class Version:
    """A tuned encoder that a gallery keeps.

    Attributes
    ----------
    version_id : int
        Counted from 1; 0 is the pretrained encoder itself.
    encoder : str
        The encoder it was made from, as in the manifest.
    parent : int
        The version whose weights training started from; 0 for the pretrained ones. What it was judged against is in
        its comparison.
    made_at : str
        ISO 8601, UTC.
    recipe : Recipe
    comparison : Comparison or None
    revision : int
        The gallery's when it was made.
    trained_on : tuple of int
        Identities that the weights have seen.
    size_bytes : int
        Of its delta.
    note : str
        The operator's own.
    seconds : float
        How long the run took.
    device : str
    """

    version_id: int
    encoder: str
    parent: int
    made_at: str
    recipe: Recipe
    comparison: Comparison | None
    revision: int
    trained_on: tuple[int, ...]
    size_bytes: int
    note: str = ""
    seconds: float = 0.0
    device: str = ""

    @property
    def name(self) -> str:
        """Under which its embeddings are kept: ``sface@3``; the plain encoder's name for version 0."""
        return version_name(self.encoder, self.version_id)


def version_name(encoder: str, version_id: int) -> str:
    """Give the name under which a version's embeddings are kept.

    Parameters
    ----------
    encoder : str
    version_id : int
    """
    return f"{encoder}@{version_id}" if version_id else encoder


@dataclass(frozen=True)
class VersionListing:
    """The versions of one encoder in a gallery.

    Attributes
    ----------
    encoder : str
        In the manifest.
    title : str
        For the operator.
    in_use : int
        Version that recognition works with; 0 for the pretrained encoder.
    back_to : int or None
        The version that a roll-back leads to; None where there is none.
    versions : tuple of Version
        Newest first.
    """

    encoder: str
    title: str
    in_use: int
    back_to: int | None
    versions: tuple[Version, ...]

    @property
    def current(self) -> Version | None:
        """The version in use; None where that is the pretrained encoder."""
        return next((version for version in self.versions if version.version_id == self.in_use), None)
