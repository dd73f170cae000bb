"""Fine-tuning on a gallery: who is trained on, who is held out, the run, and the judgement at its end."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.calibrate import TARGET_FAR
from osfi_gui.core.compare import FARS, LEAST_PEOPLE, compare, judge
from osfi_gui.core.decide import LABELS
from osfi_gui.core.desk import TuneReadiness
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.core.gallery import normalise
from osfi_gui.core.match import Cosine, Evidence, Nac
from osfi_gui.core.matchers.default import SMALLEST_FOR_NAC
from osfi_gui.core.metrics import dir_at_far
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.tune import Measured, RecipeChoices, TuneCounts, Version
from osfi_gui.services.held_out import held_out, unseen
from osfi_gui.services.versions import encoder_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.events import Event
    from osfi_gui.core.match import Matcher
    from osfi_gui.core.ports import CancelToken
    from osfi_gui.core.tune import Compared, Comparison, Recipe
    from osfi_gui.store.gallery import GalleryFile
    from osfi_gui.vision.encode import TorchEncoder

    _Cosines = tuple[NDArray[np.float32], NDArray[np.float32]]

MOST_WATCHED = 100
"""Held-out shots, and strangers, that the curve of a run looks at; the judgement at its end looks at all."""
WATCH_SHARE = 0.25
"""Of a run's time that looking may take."""


@dataclass(frozen=True, eq=False)
class InUse:
    """A tuned version that is in use when a run begins.

    Attributes
    ----------
    encoder : TorchEncoder
    unseen : ndarray of bool, shape (m,)
        Of the run's shots, those that it was not trained on.
    """

    encoder: TorchEncoder
    unseen: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TuneData:
    """What a run works on: a copy, so that the gallery may change meanwhile.

    Attributes
    ----------
    identity_ids : tuple of int, length n
        Row by row.
    chips : ndarray of uint8, shape (m, size, size, 3)
    owners : ndarray of int64, shape (m,)
        Row of each chip's identity.
    held : ndarray of bool, shape (m,)
        Not trained on.
    strangers : ndarray of uint8, shape (b, size, size, 3)
    persons : ndarray of int64, shape (b,)
        Which person each stranger's face is of.
    revision : int
        The gallery's.
    shot_ids : tuple of int, length m
    in_use : InUse or None
        None where the pretrained encoder is.
    background : ndarray of uint8, shape (p, size, size, 3), or None
        A chip each of further people, who are told apart as well and then forgotten.
    """

    identity_ids: tuple[int, ...]
    chips: NDArray[np.uint8]
    owners: NDArray[np.int64]
    held: NDArray[np.bool_]
    strangers: NDArray[np.uint8]
    persons: NDArray[np.int64]
    revision: int
    shot_ids: tuple[int, ...]
    in_use: InUse | None = None
    background: NDArray[np.uint8] | None = None

    @property
    def counts(self) -> TuneCounts:
        """Who takes part."""
        return TuneCounts(
            people=len(self.identity_ids),
            shots=int((~self.held).sum()),
            held_out=int(self.held.sum()),
            held_out_people=len(np.unique(self.owners[self.held])),
            strangers=len(self.strangers),
            stranger_people=len(np.unique(self.persons)),
            background=0 if self.background is None else len(self.background),
        )

    @property
    def training_set(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """The chips that are trained on, and the row of each one's person; rows from n on are of the background."""
        chips, owners = self.chips[~self.held], self.owners[~self.held]
        if self.background is None:
            return chips, owners
        further = len(self.identity_ids) + np.arange(len(self.background))
        return np.concatenate([chips, self.background]), np.concatenate([owners, further])


@dataclass(frozen=True, eq=False)
class Tuned:
    """The result of a run: a version that is not stored yet, and its weights as a delta."""

    version: Version
    delta: bytes


def tune_choices() -> RecipeChoices:
    """Give what a recipe may hold, out of the registries."""
    from osfi_gui.tuning.augment import augment_choices
    from osfi_gui.tuning.heads import head_choices
    from osfi_gui.tuning.layers import layer_choices
    from osfi_gui.tuning.recipes import SUITS_THE_SHOTS, named_recipes
    from osfi_gui.tuning.starts import start_choices
    from osfi_gui.tuning.statistics import STATISTICS
    from osfi_gui.tuning.steps import TOWARD

    return RecipeChoices(
        starts=start_choices(),
        layers=layer_choices(),
        heads=head_choices(),
        statistics=STATISTICS,
        toward=TOWARD,
        augment=augment_choices(),
        recipes=named_recipes(),
        auto=SUITS_THE_SHOTS,
    )


def readiness(store: GalleryFile) -> TuneReadiness:
    """Say whether a gallery can be fine-tuned on, and how a run could be judged."""
    shots = [person.shots for person in store.identities() if person.shots]
    several = sum(1 for count in shots if count > 1)
    held = sum(max(1, count // 3) for count in shots if count > 1)
    strangers = store.stranger_count()
    problem = advice = ""
    if not shots:
        problem = "Nobody is enrolled: enrol people first."
    elif len(shots) == 1:
        problem = "Fine-tuning tells people apart, and only one is enrolled: enrol a second person first."
    elif several < LEAST_PEOPLE:
        who = {0: "nobody has", 1: "only one person has"}.get(several, f"only {several} people have")
        advice = (
            f"The result could not be judged: {who} a second shot to hold out, and {LEAST_PEOPLE} people must. "
            "Enrol more shots of each."
        )
    elif (people := store.stranger_people()) < LEAST_PEOPLE:
        known = {0: "no strangers are known", 1: "only one stranger is known"}.get(
            people, f"only {people} strangers are known"
        )
        advice = (
            f"The result could not be judged: {known}, and {LEAST_PEOPLE} are needed. "
            "Add a folder of people who are not enrolled."
        )
    elif strangers * FARS[-1] < 1.0:
        advice = (
            f"The result could not be judged: the gallery holds {strangers} faces of strangers, and "
            f"{round(1 / FARS[-1])} are needed to measure false accepts, {round(1 / TARGET_FAR)} for a FAR of 1 %. "
            "Add a folder of people who are not enrolled."
        )
    elif strangers * TARGET_FAR < 1.0:
        advice = (
            f"With {strangers} faces of strangers a FAR of 10 % can be measured, not one of 1 %: that takes "
            f"{round(1 / TARGET_FAR)}."
        )
    return TuneReadiness(len(shots), sum(shots), held, strangers, problem, advice)


def gather(store: GalleryFile, encoder: TorchEncoder, *, seed: int) -> TuneData:
    """Copy what a run needs out of a gallery.

    Parameters
    ----------
    store : GalleryFile
    encoder : TorchEncoder
        The pretrained one; its chips are cut.
    seed : int
        Chooses the shots that are held out; those that the version in use has not seen come first.

    Raises
    ------
    DeskError
        With fewer than two people there is nothing to tell apart.
    """
    if problem := readiness(store).problem:
        what, _, remedy = problem.partition(": ")
        raise DeskError(f"{what}.", f"{remedy[:1].upper()}{remedy[1:]}")
    revision, shots = store.revision, store.shots()
    # Whoever was enrolled since is no stranger any more.
    enrolled = {person.name for person in store.identities()}
    strangers = [stranger for stranger in store.strangers() if stranger.person not in enrolled]
    ids = tuple(sorted({shot.identity_id for shot in shots}))
    row_of = {identity_id: row for row, identity_id in enumerate(ids)}
    owners = np.array([row_of[shot.identity_id] for shot in shots], dtype=np.int64)
    keys = [stranger.person or f"\0{stranger.shot.shot_id}" for stranger in strangers]
    number = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    chips = np.stack([encoder.chip(shot.portrait) for shot in shots])
    others = [encoder.chip(stranger.shot.portrait) for stranger in strangers]
    shot_ids = tuple(shot.shot_id for shot in shots)
    in_use: InUse | None = None
    if version_id := store.in_use(encoder.base):
        added_at = {shot.shot_id: shot.added_at for shot in shots}
        new = unseen(store.version(version_id), shot_ids, [shot.identity_id for shot in shots], added_at=added_at)
        in_use = InUse(encoder_of(store, encoder, version_id), new)
    return TuneData(
        identity_ids=ids,
        chips=chips,
        owners=owners,
        held=held_out(owners, seed=seed, rather=in_use.unseen if in_use is not None else None),
        strangers=np.stack(others) if others else np.zeros((0, *chips.shape[1:]), np.uint8),
        persons=np.array([number[key] for key in keys], dtype=np.int64),
        revision=revision,
        shot_ids=shot_ids,
        in_use=in_use,
    )


def tune(data: TuneData, encoder: TorchEncoder, *, recipe: Recipe, token: CancelToken) -> Iterator[Event]:
    """Fine-tune a copy of an encoder, and judge it on what it was not trained on.

    Parameters
    ----------
    data : TuneData
    encoder : TorchEncoder
        The pretrained one; stays as it is.
    recipe : Recipe
    token : CancelToken

    Yields
    ------
    Event
        Started, Stepped and Measured while it trains, Progress while it is judged, then Finished with :class:`Tuned`,
        or Cancelled; nothing is written.

    Raises
    ------
    DeskError
        When the recipe cannot be followed.
    """
    from osfi_gui.tuning.train import Trained, train
    from osfi_gui.vision.delta import difference

    began = time.monotonic()
    counts = data.counts
    besides = f" and {counts.background} others" if counts.background else ""
    yield Started(f"Tuning {encoder.title} on {counts.shots} shots of {counts.people} people{besides}")
    watch = _Watch(data, token)
    trained: Trained | None = None
    for event in train(
        encoder,
        *data.training_set,
        recipe=recipe,
        token=token,
        measure=watch.look if watch.far else None,
        measure_every=watch.every(recipe.epochs),
    ):
        if isinstance(event, Finished) and isinstance(event.result, Trained):
            trained = event.result
        else:
            yield event
        if isinstance(event, Cancelled):
            return
    assert trained is not None  # a run that was not cancelled and did not raise has finished
    comparison: Comparison | None = None
    for event in judged(data, encoder, encoder.with_net(trained.net, version=0), token=token):
        if isinstance(event, Finished):
            comparison = event.result  # type: ignore[assignment]
        else:
            yield event
        if isinstance(event, Cancelled):
            return
    assert comparison is not None  # judging that was not cancelled and did not raise has finished
    held = tuple(shot for shot, out in zip(data.shot_ids, data.held, strict=True) if out)
    comparison = replace(comparison, held_out=held)
    version = Version(
        version_id=0,
        encoder=encoder.base,
        parent=0,  # every run starts from the pretrained weights, whatever is in use
        made_at="",
        recipe=recipe,
        comparison=comparison,
        revision=data.revision,
        trained_on=data.identity_ids,
        size_bytes=0,
        seconds=time.monotonic() - began,
        device=encoder.device.label,
    )
    yield Finished(Tuned(version, difference(trained.net, encoder.net)))


def judged(data: TuneData, before: TorchEncoder, after: TorchEncoder, *, token: CancelToken) -> Iterator[Event]:
    """Compare two encoders on held-out shots and strangers; prototypes are of the shots that were trained on.

    Where a tuned version is in use, the second one is compared with that as well, on those of the held-out shots that
    the version in use was not trained on either.

    Yields
    ------
    Event
        Progress in faces, then Finished with a Comparison, or Cancelled.
    """
    counts, in_use = data.counts, data.in_use
    fair = data.held if in_use is None else data.held & in_use.unseen
    fair_counts = replace(counts, held_out=int(fair.sum()), held_out_people=len(np.unique(data.owners[fair])))
    fars = [far for far in FARS if far * counts.strangers >= 1.0] if counts.stranger_people >= LEAST_PEOPLE else []
    fars.sort(key=lambda far: abs(np.log(far / TARGET_FAR)))
    encoders = [before, after] if fars and counts.held_out_people >= LEAST_PEOPLE else []
    if in_use is not None and encoders and fair_counts.held_out_people >= LEAST_PEOPLE:
        encoders.append(in_use.encoder)
    sets = (data.chips[~data.held], data.chips[data.held], data.strangers)
    total, done = len(encoders) * sum(len(chips) for chips in sets), 0
    cosines = []
    for encoder in encoders:
        vectors = []
        for chips in sets:
            rows = []
            for first in range(0, len(chips), encoder.at_once):
                if token.cancelled():
                    yield Cancelled("Nothing was changed.")
                    return
                rows.append(encoder.embed(list(chips[first : first + encoder.at_once])))
                done += len(rows[-1])
                yield Progress(done, total, "faces", "Comparing before and after")
            vectors.append(np.concatenate(rows))
        gallery = mean_rows(vectors[0], data.owners[~data.held], n=counts.people)
        cosines.append((vectors[1] @ gallery.T, vectors[2] @ gallery.T))
    persons = Persons(data.owners[data.held], data.persons)
    comparison = judge(_rows(cosines[:2], persons, fars), counts, names=LABELS)
    if in_use is not None:
        both = fair[data.held]
        pair = [(mated[both], others) for mated, others in (*cosines[2:], cosines[1])] if cosines[2:] else []
        fair_rows = _rows(pair, Persons(persons.mated[both], persons.non_mated), fars)
        against = judge(fair_rows, fair_counts, names=LABELS, against=in_use.encoder.version)
        comparison = replace(comparison, in_use=against)
    yield Finished(comparison)


def _rows(cosines: Sequence[_Cosines], persons: Persons, fars: Sequence[float]) -> list[Compared]:
    """Compare two encoders with each matcher at each FAR; nothing where there are no two."""
    if not cosines:
        return []
    people = cosines[0][0].shape[1]
    matchers: tuple[Matcher, ...] = (Cosine(), Nac())
    if people >= SMALLEST_FOR_NAC:
        matchers = matchers[::-1]
    return [
        compare(*_both(cosines, matcher, persons.mated), persons, matcher=matcher.name, far=far)
        for matcher in matchers
        if matcher.unusable(people) is None
        for far in fars
    ]


def mean_rows(vectors: NDArray[np.float32], owners: NDArray[np.int64], *, n: int) -> NDArray[np.float32]:
    """Give the prototype of each of n identities: the normalised sum of its unit embeddings, shape (n, d)."""
    sums = np.zeros((n, vectors.shape[1]))
    np.add.at(sums, owners, vectors)
    return normalise(sums)


def scores_of(
    mated: NDArray[np.float32], strangers: NDArray[np.float32], matcher: Matcher, owners: NDArray[np.integer]
) -> Scores:
    """Score probes with a matcher from their cosines, shapes (a, n) and (b, n)."""
    of_mated, of_strangers = (matcher.score(Evidence.of_gallery(cosines)) for cosines in (mated, strangers))
    return Scores(of_mated, mated.argmax(axis=1) == owners, of_strangers)


def _both(cosines: Sequence[_Cosines], matcher: Matcher, owners: NDArray[np.integer]) -> tuple[Scores, Scores]:
    before, after = (scores_of(*pair, matcher, owners) for pair in cosines)
    return before, after


class _Watch:
    """Looks at a run from time to time: DIR on some held-out shots and strangers, with the cosine."""

    def __init__(self, data: TuneData, token: CancelToken) -> None:
        self._token = token
        rng = np.random.default_rng(0)
        self._train, self._owners = data.chips[~data.held], data.owners[~data.held]
        held, strangers = np.flatnonzero(data.held), np.arange(len(data.strangers))
        self._held = rng.permutation(held)[:MOST_WATCHED]
        others = rng.permutation(strangers)[:MOST_WATCHED]
        self._shots, self._rights = data.chips[self._held], data.owners[self._held]
        self._strangers = data.strangers[others]
        self._n = len(data.identity_ids)
        able = [far for far in FARS if far * len(others) >= 1.0]
        self.far = min(able, key=lambda far: abs(np.log(far / TARGET_FAR))) if able and len(self._held) else 0.0

    def every(self, epochs: int) -> int:
        """Give the epochs between two looks, so that they take no more than a share of the run's time."""
        # In forward passes: a look embeds everything with its mirror image; a step is a forward and a backward pass.
        look = 2 * (len(self._train) + len(self._shots) + len(self._strangers))
        wanted = look / (WATCH_SHARE * 3.0 * len(self._train))
        return max(1, min(round(wanted), epochs // 5))

    def look(self, encoder: TorchEncoder, epoch: float) -> Measured | None:
        """Measure DIR at the target FAR; None where the run was cancelled meanwhile."""
        vectors = []
        for chips in (self._train, self._shots, self._strangers):
            rows = []
            for first in range(0, len(chips), encoder.at_once):
                if self._token.cancelled():
                    return None
                rows.append(encoder.embed(list(chips[first : first + encoder.at_once])))
            vectors.append(np.concatenate(rows))
        gallery = mean_rows(vectors[0], self._owners, n=self._n)
        mated, others = vectors[1] @ gallery.T, vectors[2] @ gallery.T
        scores = scores_of(mated, others, Cosine(), self._rights)
        value = dir_at_far(scores.mated, scores.correct, scores.non_mated, far=self.far)
        return Measured(epoch, value, self.far)
