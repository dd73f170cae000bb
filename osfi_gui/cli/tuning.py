"""Fine-tuning the encoder on a gallery."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from osfi_gui.cli.console import (
    AlignedOption,
    EncoderOption,
    GalleryOption,
    JsonOption,
    PassphraseOption,
    err,
    load_tools,
    open_gallery,
    plain,
    print_record,
    progress,
)
from osfi_gui.cli.versions import version_record
from osfi_gui.core.detail import AUTO, PAPER, CameraDetail
from osfi_gui.core.errors import DeskError
from osfi_gui.core.tune import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from rich.progress import Progress as RichProgress

    from osfi_gui.core.events import Event
    from osfi_gui.core.tune import RecipeChoices
    from osfi_gui.store.gallery import GalleryFile

START = Annotated[str | None, typer.Option("--start", help="wi, lp or random.")]
LAYERS = Annotated[str | None, typer.Option("--layers", help="bn, pa, partial, full or none.")]
HEAD = Annotated[str | None, typer.Option("--head", help="cosface, arcface, magface, normface or softmax.")]
STATISTICS = Annotated[str | None, typer.Option("--statistics", help="frozen or adapting.")]
EPOCHS = Annotated[int | None, typer.Option("--epochs", min=1)]
RATE = Annotated[float | None, typer.Option("--rate", help="Adam's learning rate.")]
DECAY = Annotated[float | None, typer.Option("--decay", help="Weight decay.")]
TOWARD = Annotated[str | None, typer.Option("--toward", help="What weights decay to: zero or pretrained.")]
BATCH = Annotated[int | None, typer.Option("--batch", min=1)]
SCALE = Annotated[float | None, typer.Option("--scale", help="Of the head; its own where not given.")]
MARGIN = Annotated[float | None, typer.Option("--margin", help="Of the head; its own where not given.")]
AUGMENT = Annotated[str | None, typer.Option("--augment", help="paper, aligned, camera, aligned-camera or none.")]
AVERAGE = Annotated[int | None, typer.Option("--average", min=1, help="Mean of the weights over the last N epochs.")]
SEED = Annotated[int | None, typer.Option("--seed")]
PRECISION = Annotated[str | None, typer.Option("--precision", help="auto or float32.")]
RECIPE = Annotated[
    str,
    typer.Option(
        "--recipe",
        help="Where settings that are not given come from: auto (whichever suits the shots), paper or poor-camera. "
        "auto where neither --recipe nor --augment, --rate or --batch is given; with those, paper.",
    ),
]


def recipe_named(name: str, choices: RecipeChoices, **given: object) -> Recipe:
    """Give a named recipe with what the command line changes in it.

    Parameters
    ----------
    name : str
        Empty for the paper's.
    choices : RecipeChoices
    **given
        Fields of a Recipe; None leaves the named one's.

    Raises
    ------
    DeskError
        When there is no recipe of that name.
    """
    known = {choice.name: recipe for choice, recipe in choices.recipes}
    if name and name not in known:
        msg = f"There is no recipe named “{name}”."
        raise DeskError(msg, f"Choose one of: {', '.join((AUTO, *known))}.")
    base = known[name] if name else choices.recipes[0][1]
    names = {field.name for field in fields(Recipe)}
    changed: dict[str, Any] = {key: value for key, value in given.items() if key in names and value is not None}
    return replace(base, **changed)


def suits_itself(name: str, choices: RecipeChoices, given: Mapping[str, object]) -> bool:
    """Say whether the recipe is to suit the shots: asked for, or left open by everything that the operator gave.

    Parameters
    ----------
    name : str
        Of the recipe; empty where none was given.
    choices : RecipeChoices
    given : mapping
        Fields of a Recipe; None where one was not given. A field in which the named recipes differ, given by the
        operator, is a choice between them already.
    """
    if name:
        return name == AUTO
    recipes = [recipe.to_dict() for _, recipe in choices.recipes]
    return not any(
        given.get(field.name) is not None and len({recipe[field.name] for recipe in recipes}) > 1
        for field in fields(Recipe)
    )


def say_suited(seen: CameraDetail, *, as_json: bool) -> None:
    """Say which recipe suits the shots, and by what."""
    err.print(plain(seen.sentence))
    if as_json:
        print_record(
            {"recipe": seen.recipe, "detail_px": seen.pixels, "shots_seen": seen.shots, "sentence": seen.sentence}
        )


def _suiting(store: GalleryFile, *, alone: bool, as_json: bool) -> str:
    """Look at a gallery's shots, say which recipe suits them and what would help them alone; give the recipe's name."""
    from osfi_gui.core.events import Finished, Token
    from osfi_gui.services.camera_detail import look_at_shots

    *_, last = look_at_shots(store, token=Token())
    seen = last.result if isinstance(last, Finished) else None
    assert isinstance(seen, CameraDetail)  # nobody cancels, and a gallery without shots was refused
    say_suited(seen, as_json=as_json)
    if alone and seen.advice:
        err.print(plain(f"{seen.advice} Give a folder of them: --background FOLDER."))
    return seen.recipe


def _background(looks: Iterable[Event], bar: RichProgress, *, as_json: bool) -> NDArray[np.uint8] | None:
    """Say which pictures of the background are refused, and give the chips of the others; None without a background."""
    from osfi_gui.core.enrolment import FileReport
    from osfi_gui.core.events import Finished, Progress, Started

    task = bar.add_task("Looking", total=None)
    for event in looks:
        if isinstance(event, Started):
            err.print(plain(event.what))
        elif isinstance(event, Progress):
            bar.update(task, completed=event.done, total=event.total)
        elif isinstance(event, FileReport):
            if as_json:
                print_record({"file": event.file, "status": event.status, "reason": event.reason})
            else:
                bar.console.print(plain(f"refused  {event.file}  {event.reason}"))
        elif isinstance(event, Finished):
            bar.remove_task(task)
            return cast("NDArray[np.uint8]", event.result)
    bar.remove_task(task)
    return None


def tune(
    gallery: GalleryOption,
    encoder: EncoderOption = "sface",
    recipe: RECIPE = "",
    start: START = None,
    layers: LAYERS = None,
    head: HEAD = None,
    statistics: STATISTICS = None,
    epochs: EPOCHS = None,
    rate: RATE = None,
    decay: DECAY = None,
    toward: TOWARD = None,
    batch: BATCH = None,
    scale: SCALE = None,
    margin: MARGIN = None,
    augment: AUGMENT = None,
    average: AVERAGE = None,
    seed: SEED = None,
    precision: PRECISION = None,
    background: Annotated[
        Path | None,
        typer.Option(
            "--background",
            help="Folder ROOT/NAME/picture of people who are not enrolled, best through the same camera: the encoder "
            "learns from one picture of each, of 256 people at most, and no picture is kept. They must be other "
            "people than the gallery's strangers, who judge.",
        ),
    ] = None,
    aligned: AlignedOption = False,
    promote: Annotated[
        bool, typer.Option("--promote", help="Put the result into use if it is better than what is.")
    ] = False,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune the encoder on the gallery, judge the result, and keep it as a version."""
    given = dict(locals())
    from osfi_gui.core.events import Finished, Started, Token
    from osfi_gui.core.events import Progress as Step
    from osfi_gui.core.tune import Measured, Standing, Stepped
    from osfi_gui.services.background import kept_in, look_at_background
    from osfi_gui.services.tune import Tuned, gather, readiness, tune_choices
    from osfi_gui.services.tune import tune as run
    from osfi_gui.services.versions import promote as put_into_use
    from osfi_gui.tuning.train import check_recipe

    choices, name = tune_choices(), given.pop("recipe")
    auto = suits_itself(name, choices, given)
    wanted = recipe_named(PAPER if auto else name, choices, **given)
    check_recipe(wanted)  # before anything takes time: what the named recipes differ in, all of them can follow
    with open_gallery(gallery, passphrase_file, create=False) as store, progress(hidden=as_json) as bar:
        detector, engine = load_tools(encoder, aligned=aligned or background is None)
        others = (
            look_at_background(
                background, kept=kept_in(store), detector=detector, encoder=engine, token=Token(), aligned=aligned
            )
            if background is not None
            else ()
        )
        data = replace(gather(store, engine, seed=wanted.seed), background=_background(others, bar, as_json=as_json))
        wanted = (
            recipe_named(_suiting(store, alone=background is None, as_json=as_json), choices, **given)
            if auto
            else wanted
        )
        if advice := readiness(store).advice:
            err.print(plain(advice))
        task = bar.add_task("Tuning", total=None)
        tuned: Tuned | None = None
        for event in run(data, engine, recipe=wanted, token=Token()):
            if isinstance(event, Stepped):
                bar.update(task, completed=event.step, total=event.steps, description=f"Loss {event.loss:.3f}")
                if as_json:
                    print_record(
                        {
                            "step": event.step,
                            "steps": event.steps,
                            "epoch": round(event.epoch, 4),
                            "loss": event.loss,
                            "accuracy": event.accuracy,
                            "rate": event.rate,
                        }
                    )
            elif isinstance(event, Measured) and as_json:
                print_record({"epoch": event.epoch, "dir": event.dir_at_far, "target_far": event.target_far})
            elif isinstance(event, Started):
                err.print(plain(event.what))
            elif isinstance(event, Step):
                bar.update(task, completed=event.done, total=event.total, description=event.note)
            elif isinstance(event, Finished) and isinstance(event.result, Tuned):
                tuned = event.result
        assert tuned is not None  # nobody can cancel here, and failures raise
        version = store.add_version(tuned.version, tuned.delta)
        comparison = version.comparison
        found = [each for each in (comparison, comparison.in_use if comparison else None) if each is not None]
        if promote and found and all(each.standing is Standing.BETTER for each in found):
            for _ in put_into_use(store, engine, version.version_id, token=Token()):
                pass
        in_use = store.in_use(engine.base)
    if as_json:
        print_record(version_record(version, in_use=in_use))
    for each in found:
        err.print(plain(each.sentence))
    state = "in use now" if in_use == version.version_id else "kept, not in use"
    err.print(plain(f"Version {version.version_id} of {engine.base} is {state}."))
