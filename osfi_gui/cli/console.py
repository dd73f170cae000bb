"""What every command shares: options, the terminal, the gallery's passphrase, the encoder."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from osfi_gui.core.errors import DeskError

if TYPE_CHECKING:
    from osfi_gui.store.gallery import GalleryFile
    from osfi_gui.vision.encode import TorchEncoder


err = Console(stderr=True, highlight=False, soft_wrap=True)

GalleryOption = Annotated[Path, typer.Option("--gallery", help="The gallery file.", show_default=False)]
EncoderOption = Annotated[str, typer.Option("--encoder", help="Name of the encoder, see “osfi encoders list”.")]


class Runtime(StrEnum):
    """What computes embeddings (``osfi_gui.vision.runtime``)."""

    TORCH = "torch"
    OPENCV = "opencv"


RuntimeOption = Annotated[
    Runtime, typer.Option("--runtime", help="What computes embeddings on the CPU; opencv gives the same, sooner.")
]
PassphraseOption = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with the passphrase; else OSFI_PASSPHRASE, the keyring, or a prompt."),
]
AlignedOption = Annotated[bool, typer.Option("--aligned", help="The pictures are aligned 112x112 chips already.")]
HalfOption = Annotated[
    bool,
    typer.Option(
        "--half",
        help="Keep prototypes in half precision: half of their memory, two to four times the time of a match.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]


def load_tools(encoder: str, *, aligned: bool) -> tuple[Any, TorchEncoder]:
    """Load the detector (unless nothing is to be detected) and the encoder."""
    from osfi_gui.services.engine import load_engine

    engine = load_engine(encoder)
    if engine.device_note:
        err.print(plain(engine.device_note))
    return None if aligned else engine.new_detector(), engine.encoder


def by_runtime(encoder: TorchEncoder, runtime: Runtime) -> tuple[TorchEncoder, Runtime]:
    """Give an encoder by the runtime that is wanted, and the runtime that it is by; why it is not is said."""
    from osfi_gui.vision.runtime import use_runtime

    encoder, note = use_runtime(encoder, runtime)
    if note:
        err.print(plain(note))
    return encoder, Runtime.TORCH if note else runtime


def open_gallery(path: Path, passphrase_file: Path | None, *, create: bool) -> GalleryFile:
    """Open a gallery with the passphrase that is to be had; DeskError where it cannot be opened."""
    from osfi_gui.store.gallery import GalleryFile

    if not create and not os.path.exists(path):  # not Path.exists, which raises where a name is too long
        msg = f"There is no gallery {path}."
        raise DeskError(msg, "Make one with: osfi enrol ROOT --gallery FILE")
    return GalleryFile.open(path, passphrase_of(path, passphrase_file), create=create)


def passphrase_of(gallery: Path, file: Path | None) -> str:
    """Give the passphrase from the file, the environment, the keyring, or the person at the terminal; DeskError."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8-sig").strip("\r\n")  # Windows' editors write a byte order mark
        except (OSError, UnicodeDecodeError) as error:
            msg = f"The passphrase file {file} cannot be read."
            raise DeskError(msg, "Give a text file that holds the passphrase on one line.") from error
    if os.environ.get("OSFI_PASSPHRASE"):
        return os.environ["OSFI_PASSPHRASE"]
    from osfi_gui.store.key import keyring_passphrase

    stored = keyring_passphrase(gallery)
    if stored is not None:
        return stored
    if not sys.stdin.isatty():
        raise DeskError("The gallery needs a passphrase.", "Set OSFI_PASSPHRASE or give --passphrase-file.")
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=not os.path.exists(gallery), err=True))


def print_record(record: dict[str, Any]) -> None:
    """Write one JSON object on a line of standard output."""
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def plain(text: str) -> Text:
    """Keep square brackets in names from being read as markup."""
    return Text(text)


def progress(*, hidden: bool) -> Progress:
    """Give a progress bar on standard error; nothing is drawn where it is hidden or no terminal is there."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # What goes to a file or a pipe must not be drawn above the bar instead.
    return Progress(
        *columns,
        console=err,
        transient=True,
        disable=hidden or not err.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
    )
