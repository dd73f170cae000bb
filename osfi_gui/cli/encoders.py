"""The encoders: list them, fetch their weights, import others; and a look at the computer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from osfi_gui.cli.console import (
    JsonOption,
    plain,
    print_record,
    progress,
)
from osfi_gui.core.errors import DeskError

encoders_app = typer.Typer(help="Face encoders: list them, fetch their weights, import others.", no_args_is_help=True)


def doctor(as_json: JsonOption = False) -> None:
    """Check this computer: versions, devices, cameras, encoders, conflicts, and what to do."""
    from osfi_gui.services.doctor import examine_computer

    findings = examine_computer()
    if as_json:
        records = [{"topic": f.topic, "ok": f.ok, "text": f.text, "remedy": f.remedy} for f in findings]
        print_record({"findings": records})
    else:
        out = Console(highlight=False, soft_wrap=True)
        for finding in findings:
            mark = "[green]ok  [/]" if finding.ok else "[yellow]look[/]"
            out.print(mark, plain(f"{finding.topic}: {finding.text}"))
            if finding.remedy:
                out.print("     ", plain(finding.remedy))


@encoders_app.command("list")
def encoders_list(as_json: JsonOption = False) -> None:
    """List the encoders and whether their weights are here."""
    from osfi_gui.vision.manifest import read_manifest
    from osfi_gui.vision.weights import find_weights

    entries = read_manifest()
    name_width = max(map(len, entries))
    title_width = max(len(entry.title) for entry in entries.values())
    for name, entry in entries.items():
        present = find_weights(entry) is not None
        if as_json:
            record = {"name": name, "title": entry.title, "dim": entry.dim, "licence": entry.licence}
            print_record({**record, "present": present, "imported": entry.weights.imported})
        else:
            imported = entry.weights.imported
            state = "here, imported" if imported else "here"
            if not present:
                state = "not here: import it again" if imported else f"not here: osfi encoders fetch {name}"
            typer.echo(f"{name:{name_width}}  {entry.title:{title_width}}  {entry.dim:4}-d  {state}")


@encoders_app.command("fetch")
def encoders_fetch(
    name: Annotated[str, typer.Argument(help="Name of the encoder.")],
    from_file: Annotated[Path | None, typer.Option("--from", help="Take the weights from this file.")] = None,
) -> None:
    """Fetch an encoder's weights, or take them from a file."""
    from osfi_gui.core.events import Finished, Token
    from osfi_gui.core.events import Progress as Step
    from osfi_gui.vision.manifest import encoder_entry
    from osfi_gui.vision.weights import adopt_weights, fetch_weights, find_weights

    entry = encoder_entry(name)
    if entry.weights.imported:
        msg = f"{entry.title} was imported and cannot be fetched."
        raise DeskError(msg, "Use: osfi encoders import FILE")
    if from_file is not None:
        typer.echo(f"{entry.title} is here: {adopt_weights(entry, from_file)}")
        return
    if (path := find_weights(entry)) is not None:
        typer.echo(f"{entry.title} is here already: {path}")
        return
    with progress(hidden=False) as bar:
        task = bar.add_task(f"Fetching {entry.title}", total=None)
        for event in fetch_weights(entry, Token()):
            if isinstance(event, Step):
                bar.update(task, completed=event.done, total=event.total or None)
            elif isinstance(event, Finished):
                typer.echo(f"{entry.title} is here: {event.result}")


@encoders_app.command("import")
def encoders_import(
    file: Annotated[Path, typer.Argument(help="Weights: .pth, .pt, .safetensors or the like.")],
    name: Annotated[str | None, typer.Option("--name", help="What to call it; by default like the file.")] = None,
    chip: Annotated[
        str, typer.Option("--chip", help="How faces are cut for it: five-point, or box as some checkpoints want it.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Import an encoder from a file with weights of a known architecture (docs/encoders.md)."""
    from osfi_gui.vision.imports import import_encoder

    entry = import_encoder(file, name=name, chip=chip)
    if as_json:
        record = {"name": entry.name, "title": entry.title, "architecture": entry.architecture, "dim": entry.dim}
        print_record({**record, "chip": entry.preprocessing.kind, "origin": entry.origin})
    else:
        typer.echo(f"{entry.title} is here; use it with --encoder {entry.name}.")


@encoders_app.command("remove")
def encoders_remove(name: Annotated[str, typer.Argument(help="Name of an imported encoder.")]) -> None:
    """Remove an imported encoder; galleries keep what they hold of it."""
    from osfi_gui.vision.imports import remove_encoder

    remove_encoder(name)
    typer.echo(f"{name} is removed.")
