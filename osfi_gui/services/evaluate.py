"""The paper's experiment: train each row on the known people's shots, score probes and strangers, keep the table."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from osfi_gui.core.align import aligned_face
from osfi_gui.core.bootstrap import DRAWS
from osfi_gui.core.decide import LABELS
from osfi_gui.core.errors import DeskError, PictureError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.core.experiment import Folds, Row, make_folds, make_row
from osfi_gui.core.match import Cosine, Nac
from osfi_gui.core.scores import Persons, Scores
from osfi_gui.core.tune import PAPER_RECIPE, Stepped
from osfi_gui.core.values import Portrait
from osfi_gui.services.camera_detail import look_at_pictures
from osfi_gui.services.enrol import the_one
from osfi_gui.services.tune import mean_rows, scores_of
from osfi_gui.store.experiment import ExperimentFolder, digest_of
from osfi_gui.vision.camera import degrade_named
from osfi_gui.vision.pictures import list_pictures, read_picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.detail import CameraDetail
    from osfi_gui.core.events import Event
    from osfi_gui.core.match import Matcher
    from osfi_gui.core.ports import CancelToken, Detector
    from osfi_gui.core.tune import Recipe
    from osfi_gui.core.values import Pixels
    from osfi_gui.vision.encode import TorchEncoder

PRETRAINED = replace(PAPER_RECIPE, layers="none")
CAMERAS = ("clean", "degraded")
KEPT = "The rows that were finished are kept."


def paper_grid(base: Recipe) -> tuple[Recipe, ...]:
    """Give every row of the paper's table, and BatchNorm with both kinds of statistics.

    Random and LP starts train with adapting statistics, and WI with frozen ones: so does the released code.

    Parameters
    ----------
    base : Recipe
        Where epochs, rate, batch, head and seed come from.
    """
    rows = (
        ("wi", "none", "frozen"),
        ("random", "full", "adapting"),
        ("lp", "full", "adapting"),
        ("wi", "full", "frozen"),
        ("wi", "partial", "frozen"),
        ("wi", "pa", "frozen"),
        ("wi", "bn", "frozen"),
        ("wi", "bn", "adapting"),
    )
    return tuple(replace(base, start=start, layers=layers, statistics=statistics) for start, layers, statistics in rows)


@dataclass(frozen=True)
class Protocol:
    """Who takes part.

    Attributes
    ----------
    shots, known, unknown, probes, seed : int
        As :func:`osfi_gui.core.experiment.make_folds` takes them.
    aligned : bool
        The pictures are aligned chips already.
    camera : str
        ``clean``, or ``degraded``: every chip is seen through a poor camera.
    """

    shots: int = 3
    known: int = 100
    unknown: int = 500
    probes: int = 5
    seed: int = 0
    aligned: bool = False
    camera: str = "clean"


@dataclass(frozen=True, eq=False)
class _Chips:
    """Everybody's chips, and whose they are."""

    shots: NDArray[np.uint8]
    owners: NDArray[np.int64]
    probes: NDArray[np.uint8]
    persons: Persons
    strangers: NDArray[np.uint8]
    lost: int
    unreadable: int


def read_folds(root: Path, protocol: Protocol) -> Folds:
    """Fix who takes part, from the folder's sorted names and the seed alone.

    Raises
    ------
    DeskError
        When the folder is missing or holds too few people.
    """
    if not root.is_dir():
        msg = f"There is no folder {root}."
        raise DeskError(msg, "Give a folder that holds one folder a person: ROOT/NAME/picture.")
    people = {
        folder.name: [f"{folder.name}/{file.name}" for file in list_pictures(folder)]
        for folder in sorted(root.iterdir())
        if folder.is_dir()
    }
    wanted = {name: getattr(protocol, name) for name in ("shots", "known", "unknown", "probes", "seed")}
    try:
        return make_folds(people, **wanted)
    except ValueError as error:
        msg = f"The folder {root.name} holds too few people: {error}."
        raise DeskError(msg, "Ask for fewer with --known, --unknown and --shots.") from error


def detail_of_shots(root: Path, protocol: Protocol, detector: Detector | None) -> CameraDetail | None:
    """Measure the detail of the known people's shots, as the protocol's camera shows them.

    Parameters
    ----------
    root : Path
        ROOT/NAME/picture.
    protocol : Protocol
    detector : Detector or None
        None where the pictures are aligned.

    Returns
    -------
    CameraDetail or None
        None where no shot shows a face.

    Raises
    ------
    DeskError
        When the people are too few, or there is no such camera.
    """
    _check_camera(protocol)
    files = [file for shots in read_folds(root, protocol).shots.values() for file in shots]

    def degraded(chip: Pixels, file: str) -> Pixels:
        return degrade_named(chip, f"{protocol.seed}/{file}")

    return look_at_pictures(root, files, detector=detector, camera=degraded if protocol.camera == "degraded" else None)


def _check_camera(protocol: Protocol) -> None:
    if protocol.camera not in CAMERAS:
        msg = f"There is no camera named “{protocol.camera}”."
        raise DeskError(msg, f"Choose one of: {', '.join(CAMERAS)}.")


def evaluate(
    root: Path,
    *,
    protocol: Protocol,
    recipes: Sequence[Recipe],
    encoder: TorchEncoder,
    detector: Detector | None,
    out: Path,
    token: CancelToken,
    draws: int = DRAWS,
) -> Iterator[Event]:
    """Run the experiment; a row that was finished before is taken from the folder.

    Parameters
    ----------
    root : Path
        ROOT/NAME/picture.
    protocol : Protocol
    recipes : sequence of Recipe
        One a row.
    encoder : TorchEncoder
        The pretrained one.
    detector : Detector or None
        None where the pictures are aligned.
    out : Path
    token : CancelToken
    draws : int
        Of the bootstrap.

    Yields
    ------
    Event
        Started, Progress and Stepped, a Row for each recipe and matcher, then Finished with the results, or Cancelled.

    Raises
    ------
    DeskError
        When the people are too few, a recipe cannot be followed, or the folder holds another experiment.
    """
    _check_camera(protocol)
    folds = read_folds(root, protocol)
    aligned = "aligned" if protocol.aligned else "detected"
    setting = {"encoder": encoder.name, "camera": protocol.camera, "chips": aligned}
    folder = ExperimentFolder(out, folds, setting, pictures=digest_of(root, folds))
    yield Started(f"{len(recipes)} rows on {len(folds.shots)} known and {len(folds.strangers)} unknown people")
    chips: _Chips | None = None
    for event in _read(root, folds, protocol, encoder, detector, token=token):
        if isinstance(event, _Chips):
            chips = event
        else:
            yield event
        if isinstance(event, Cancelled):
            return
    assert chips is not None  # _read ends with them or raises
    rows: list[Row] = []
    curves: list[tuple[str, Scores]] = []
    matchers = (Cosine(), Nac())
    for number, recipe in enumerate(recipes):
        yield Progress(number, len(recipes), "rows", row_title(recipe))
        kept = folder.kept(recipe)
        if kept is None:
            for event in _scored(chips, encoder, recipe, matchers, token=token):
                if isinstance(event, Finished):
                    kept = event.result  # type: ignore[assignment]
                else:
                    yield event
                if isinstance(event, Cancelled):
                    return
            assert kept is not None  # not cancelled, so finished
            folder.keep(recipe, kept[0], seconds=kept[1])
        scores, seconds = kept
        for matcher in matchers:
            k = matcher.neighbourhood(len(folds.shots))
            row = make_row(
                recipe,
                scores[matcher.name],
                chips.persons,
                matcher=matcher.name,
                k=k,
                seconds=seconds,
                draws=draws,
                seed=protocol.seed,
            )
            rows.append(row)
            curves.append((f"{row_title(recipe)} - {LABELS[matcher.name]}", scores[matcher.name]))
            yield row
        folder.publish(_results(rows, chips, folds, protocol, encoder), curves)
    yield Finished(_results(rows, chips, folds, protocol, encoder))


def row_title(recipe: Recipe) -> str:
    """Give a row's name as the paper writes it: "WI - BN"."""
    if recipe.layers == "none":
        return "pretrained"
    start = {"wi": "WI", "lp": "LP", "random": "Random"}[recipe.start]
    layers = {"bn": "BN", "pa": "PA"}.get(recipe.layers, recipe.layers.capitalize())
    return f"{start} - {layers}{'' if recipe.statistics == 'frozen' else ' (adapting)'}"


def _results(
    rows: Iterable[Row], chips: _Chips, folds: Folds, protocol: Protocol, encoder: TorchEncoder
) -> dict[str, Any]:
    return {
        "rows": [row.to_dict() for row in rows],
        "counts": {
            "known": len(folds.shots),
            "shots": len(chips.shots),
            "probes": len(chips.probes),
            "strangers": len(folds.strangers),
            "stranger_probes": len(chips.strangers),
            "lost": chips.lost,
            "unreadable": chips.unreadable,
        },
        "encoder": encoder.name,
        "camera": protocol.camera,
        "seed": protocol.seed,
        "folds_sha256": folds.sha256,
    }


def _read(
    root: Path,
    folds: Folds,
    protocol: Protocol,
    encoder: TorchEncoder,
    detector: Detector | None,
    *,
    token: CancelToken,
) -> Iterator[Event]:
    """Read everybody's chips; pictures without a face are lost, and counted, and so are damaged ones."""
    parts: list[tuple[list[Pixels], list[int]]] = []
    lost = unreadable = done = 0
    total = sum(len(files) for part in (folds.shots, folds.probes, folds.strangers) for files in part.values())
    for part in (folds.shots, folds.probes, folds.strangers):
        pixels: list[Pixels] = []
        owners: list[int] = []
        for owner, files in enumerate(part.values()):
            for file in files:
                if token.cancelled():
                    yield Cancelled(KEPT)
                    return
                done += 1
                try:
                    chip = _chip(root / file, encoder, detector)
                except PictureError:
                    unreadable += 1
                    continue
                if chip is None:
                    lost += 1
                    continue
                if protocol.camera == "degraded":
                    chip = degrade_named(chip, f"{protocol.seed}/{file}")
                pixels.append(chip)
                owners.append(owner)
            if done % 50 < len(files):
                yield Progress(done, total, "pictures", "Reading")
        parts.append((pixels, owners))
    (shots, owners), (probes, mated), (strangers, persons) = parts
    if len(set(owners)) < len(folds.shots) or not probes or not strangers:
        msg = (
            f"Some people cannot take part: {lost} pictures show no face, and {unreadable} cannot be read, so that no "
            "shot of theirs is left."
        )
        raise DeskError(msg, "Choose other people with --seed, or give aligned chips with --aligned.")
    yield _Chips(
        np.stack(shots),
        np.array(owners, dtype=np.int64),
        np.stack(probes),
        Persons(np.array(mated, dtype=np.int64), np.array(persons, dtype=np.int64)),
        np.stack(strangers),
        lost,
        unreadable,
    )


def _chip(file: Path, encoder: TorchEncoder, detector: Detector | None) -> Pixels | None:
    pixels = read_picture(file)
    if detector is None:
        return encoder.chip(Portrait(pixels, aligned_face(pixels.shape[0])))
    faces = detector.detect(pixels)
    face = the_one(faces, pixels) if faces else None
    return None if face is None else encoder.chip(Portrait(pixels, face))


def _scored(
    chips: _Chips, encoder: TorchEncoder, recipe: Recipe, matchers: Sequence[Matcher], *, token: CancelToken
) -> Iterator[Event]:
    """Train one row and score it; ends with Finished((scores by matcher, seconds)) or Cancelled."""
    from osfi_gui.tuning.train import Trained, train

    began = time.monotonic()
    tuned = encoder
    if recipe.layers != "none":
        for event in train(encoder, chips.shots, chips.owners, recipe=recipe, token=token):
            if isinstance(event, Finished) and isinstance(event.result, Trained):
                tuned = encoder.with_net(event.result.net, version=0)
            elif isinstance(event, Stepped):
                yield event
            elif isinstance(event, Cancelled):
                yield Cancelled(KEPT)
                return
    seconds = time.monotonic() - began
    vectors = []
    for part in (chips.shots, chips.probes, chips.strangers):
        rows = []
        for first in range(0, len(part), tuned.at_once):
            if token.cancelled():
                yield Cancelled(KEPT)
                return
            rows.append(tuned.embed(list(part[first : first + tuned.at_once])))
        vectors.append(np.concatenate(rows))
    gallery = mean_rows(vectors[0], chips.owners, n=int(chips.owners.max()) + 1)
    mated, others = vectors[1] @ gallery.T, vectors[2] @ gallery.T
    scores = {matcher.name: scores_of(mated, others, matcher, chips.persons.mated) for matcher in matchers}
    yield Finished((scores, seconds))
