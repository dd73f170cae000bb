"""Strangers: faces of people who are known not to be enrolled."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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

strangers_app = typer.Typer(
    help="Faces of people who are not enrolled: they calibrate and compare, and never train.", no_args_is_help=True
)


@strangers_app.callback()
def _root() -> None:
    pass


@strangers_app.command("import")
def strangers_import(
    root: Annotated[Path, typer.Argument(help="Folder ROOT/NAME/picture.")],
    gallery: GalleryOption,
    encoder: EncoderOption = "sface",
    aligned: AlignedOption = False,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep everybody of a folder as strangers; people of an enrolled name are refused."""
    from osfi_gui.core.enrolment import FileReport
    from osfi_gui.core.events import Finished, Token
    from osfi_gui.core.events import Progress as Step
    from osfi_gui.services.strangers import import_strangers

    with open_gallery(gallery, passphrase_file, create=False) as store, progress(hidden=as_json) as bar:
        detector, engine = load_tools(encoder, aligned=aligned)
        task = bar.add_task("Looking", total=None)
        refused = 0
        for event in import_strangers(
            root, store=store, detector=detector, encoder=engine, token=Token(), aligned=aligned
        ):
            if isinstance(event, Step):
                bar.update(task, completed=event.done, total=event.total)
            elif isinstance(event, FileReport) and event.status == "refused":
                refused += 1
                if as_json:
                    print_record({"file": event.file, "status": "refused", "reason": event.reason})
                else:
                    bar.console.print(plain(f"refused  {event.file}  {event.reason}"))
            elif isinstance(event, Finished):
                if as_json:
                    print_record({"kept": event.result, "refused": refused, "strangers": store.stranger_count()})
                else:
                    err.print(f"{event.result} faces of strangers are kept, {refused} pictures refused.")
