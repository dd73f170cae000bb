"""The command line: the same services as the window, without Qt."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from osfi_gui import __version__
from osfi_gui.cli.bench import bench_app
from osfi_gui.cli.calibration import calibrate, report
from osfi_gui.cli.console import err, plain
from osfi_gui.cli.encoders import doctor, encoders_app
from osfi_gui.cli.evaluate import evaluate
from osfi_gui.cli.people import enrol, identify
from osfi_gui.cli.recordings import recordings_app
from osfi_gui.cli.strangers import strangers_app
from osfi_gui.cli.tuning import tune
from osfi_gui.cli.versions import versions_app
from osfi_gui.core.errors import DeskError

app = typer.Typer(
    name="osfi",
    help="Open-set face identification: enrol people from a few shots, identify them, reject everybody unknown.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(enrol)
app.command()(identify)
app.command()(calibrate)
app.command()(report)
app.command()(doctor)
app.command()(tune)
app.command()(evaluate)
app.add_typer(encoders_app, name="encoders")
app.add_typer(versions_app, name="versions")
app.add_typer(strangers_app, name="strangers")
app.add_typer(bench_app, name="bench")
app.add_typer(recordings_app, name="recordings")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"osfi {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; errors are one line on standard error, exit code 1."""
    # Names are Unicode: an old console's encoding must not end an import in the middle.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except DeskError as error:
        err.print(plain(f"osfi: {error}"))
        sys.exit(1)
    except BrokenPipeError:
        # The reader (head, a closed pager) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        err.print("osfi: stopped.")
        sys.exit(130)
