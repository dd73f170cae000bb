"""The paper's experiment from the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from osfi_gui.cli.console import (
    AlignedOption,
    EncoderOption,
    JsonOption,
    err,
    load_tools,
    plain,
    print_record,
    progress,
)
from osfi_gui.cli.tuning import (
    AUGMENT,
    AVERAGE,
    BATCH,
    DECAY,
    EPOCHS,
    HEAD,
    LAYERS,
    MARGIN,
    PRECISION,
    RATE,
    SCALE,
    START,
    STATISTICS,
    TOWARD,
    recipe_named,
    say_suited,
)
from osfi_gui.core.detail import AUTO, PAPER
from osfi_gui.core.errors import DeskError

if TYPE_CHECKING:
    from osfi_gui.core.experiment import Row
    from osfi_gui.core.tune import Recipe

RECIPE = Annotated[
    str,
    typer.Option(
        "--recipe",
        help="Where settings that are not given come from: paper, poor-camera, or auto (whichever suits the shots).",
    ),
]


def evaluate(
    root: Annotated[Path, typer.Argument(help="Folder ROOT/NAME/picture.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for folds, rows, table and plot.", show_default=False)],
    shots: Annotated[int, typer.Option("--shots", min=1, help="Shots of each known person.")] = 3,
    known: Annotated[int, typer.Option("--known", min=2, help="How many people are known.")] = 100,
    unknown: Annotated[int, typer.Option("--unknown", min=1, help="How many people are strangers.")] = 500,
    probes: Annotated[int, typer.Option("--probes", min=1, help="Most pictures of a person to identify.")] = 5,
    seed: Annotated[int, typer.Option("--seed", help="Chooses the people, and seeds the training.")] = 0,
    camera: Annotated[str, typer.Option("--camera", help="clean, or degraded: as through a poor camera.")] = "clean",
    grid: Annotated[str, typer.Option("--grid", help="paper: every row of the paper's table.")] = "",
    encoder: EncoderOption = "sface",
    recipe: RECIPE = PAPER,
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
    precision: PRECISION = None,
    aligned: AlignedOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fine-tune and measure as the paper does: known people with few shots, strangers, DIR at exact FARs."""
    given = dict(locals())
    from osfi_gui.core.events import Finished, Token
    from osfi_gui.core.events import Progress as Step
    from osfi_gui.core.experiment import Row
    from osfi_gui.core.tune import Stepped
    from osfi_gui.services.evaluate import PRETRAINED, Protocol, detail_of_shots, paper_grid
    from osfi_gui.services.evaluate import evaluate as run
    from osfi_gui.services.tune import tune_choices
    from osfi_gui.tuning.train import check_recipe

    if grid not in ("", "paper"):
        msg = f"There is no grid named “{grid}”."
        raise DeskError(msg, "Choose paper, or give a recipe.")
    choices, auto = tune_choices(), recipe == AUTO

    def rows_of(name: str) -> tuple[Recipe, ...]:
        wanted = recipe_named(name, choices, **given)
        return paper_grid(wanted) if grid else (replace(PRETRAINED, seed=seed), wanted)

    recipes = rows_of(PAPER if auto else recipe)
    for each in recipes:
        check_recipe(each)
    protocol = Protocol(shots, known, unknown, probes, seed, aligned, camera)
    detector, engine = load_tools(encoder, aligned=aligned)
    if auto and (seen := detail_of_shots(root, protocol, detector)):
        say_suited(seen, as_json=as_json)
        recipes = rows_of(seen.recipe)
    rows: list[Row] = []
    results: dict[str, Any] = {}
    with progress(hidden=as_json) as bar:
        task = bar.add_task("Reading", total=None)
        for event in run(
            root, protocol=protocol, recipes=recipes, encoder=engine, detector=detector, out=out, token=Token()
        ):
            if isinstance(event, Row):
                rows.append(event)
                if as_json:
                    print_record(event.to_dict())
            elif isinstance(event, Stepped):
                bar.update(task, completed=event.step, total=event.steps)
            elif isinstance(event, Step):
                bar.update(task, completed=event.done, total=event.total, description=event.note)
            elif isinstance(event, Finished):
                results = event.result  # type: ignore[assignment]
    if not as_json:
        Console(highlight=False).print(table_of(rows, strangers=results["counts"]["stranger_probes"]))
    if left_out := left_out_text(**{name: results["counts"][name] for name in ("lost", "unreadable")}):
        err.print(plain(left_out))
    err.print(plain(f"Folds, table and plot are in {out}."))


def left_out_text(*, lost: int, unreadable: int) -> str:
    """Say how many pictures had no part in an experiment, and why; empty where all had."""
    if not lost and not unreadable:
        return ""
    return f"Pictures that were left out: {lost} show no face, {unreadable} cannot be read."


def table_of(rows: list[Row], *, strangers: int) -> Table:
    """Lay rows out like the paper's table: DIR in % at each FAR, its interval below; no more than 80 columns wide.

    Parameters
    ----------
    rows : list of Row
    strangers : int
        Probes of strangers; FARs that they cannot measure are marked.
    """
    from osfi_gui.core.decide import LABELS
    from osfi_gui.core.experiment import FARS

    table = Table(
        title="DIR in % at FAR, 95 % interval below",
        caption=f"“–”: not measurable with n = {strangers}",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("start - layers", no_wrap=True)
    for far in FARS:
        table.add_column(f"{100 * far:g} %", justify="right", no_wrap=True)
    table.add_column("sec.", justify="right", no_wrap=True)
    for row in rows:
        kind = "" if row.statistics == "frozen" or row.layers == "none" else ", adapting"
        name = row.start if row.layers == "none" else f"{row.start} - {row.layers}"
        cells = []
        for far in FARS:
            value, ci = row.dir_at_far[f"{far:g}"], row.ci[f"{far:g}"]
            low_high = "" if ci is None else f"\n{100 * ci[0]:.1f}-{100 * ci[1]:.1f}"
            cells.append("–" if value is None else f"{100 * value:.1f}{low_high}")
        table.add_row(f"{name}\n{LABELS[row.matcher]}{kind}", *cells, f"{row.seconds:.0f}")
    return table
