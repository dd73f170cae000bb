"""The command line: the same services as the window, without Qt."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from osfi_gui import __version__
from osfi_gui.core.errors import DeskError, PictureError

if TYPE_CHECKING:
    from osfi_gui.core.values import Frame, Recognition, Sighting
    from osfi_gui.store.gallery import GalleryFile
    from osfi_gui.vision.encode import TorchEncoder

app = typer.Typer(
    name="osfi",
    help="Open-set face identification: enrol people from a few shots, identify them, reject everybody unknown.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
encoders_app = typer.Typer(help="Face encoders: list them, fetch their weights, import others.", no_args_is_help=True)
app.add_typer(encoders_app, name="encoders")

err = Console(stderr=True, highlight=False, soft_wrap=True)

GalleryOption = Annotated[Path, typer.Option("--gallery", help="The gallery file.", show_default=False)]
EncoderOption = Annotated[str, typer.Option("--encoder", help="Name of the encoder, see “osfi encoders list”.")]
PassphraseOption = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with the passphrase; else OSFI_PASSPHRASE, the keyring, or a prompt."),
]
AlignedOption = Annotated[bool, typer.Option("--aligned", help="The pictures are aligned 112x112 chips already.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]


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


@app.command()
def enrol(
    root: Annotated[Path, typer.Argument(help="Folder ROOT/NAME/picture.")],
    gallery: GalleryOption,
    encoder: EncoderOption = "sface",
    aligned: AlignedOption = False,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Enrol everybody of a folder into a gallery, which is made where there is none."""
    from osfi_gui.core.enrolment import EnrolReport, FileReport
    from osfi_gui.core.events import Finished, Token
    from osfi_gui.core.events import Progress as Step
    from osfi_gui.services.enrol import check_root, enrol_folder

    check_root(root)
    with _open_gallery(gallery, passphrase_file, create=True) as store, _progress(hidden=as_json) as bar:
        detector, engine = _engine(encoder, aligned=aligned)
        task = bar.add_task("Enrolling", total=None)
        token = Token()
        for event in enrol_folder(root, store=store, detector=detector, encoder=engine, token=token, aligned=aligned):
            if isinstance(event, Step):
                bar.update(task, completed=event.done, total=event.total)
            elif isinstance(event, FileReport):
                if as_json:
                    _print(
                        {"file": event.file, "identity": event.identity, "status": event.status, "reason": event.reason}
                    )
                else:
                    mark = "[green]enrolled[/]" if event.status == "enrolled" else "[yellow]refused[/] "
                    bar.console.print(mark, _plain(f"{event.file}  {event.reason}".rstrip()))
            elif isinstance(event, Finished) and isinstance(event.result, EnrolReport):
                report = event.result
                if as_json:
                    _print({"people": report.people, "shots": report.shots})
                else:
                    err.print(
                        f"{report.people} people enrolled with {report.shots} shots, {report.refused} files refused."
                    )
                if not report.shots and report.refused:
                    raise DeskError("Nobody was enrolled: every file was refused.", "The reasons are listed above.")


@app.command()
def identify(
    source: Annotated[str, typer.Argument(help="A picture, folder, video, stream address, camera:NAME, or demo.")],
    gallery: GalleryOption,
    encoder: EncoderOption = "sface",
    aligned: AlignedOption = False,
    max_frames: Annotated[int, typer.Option("--max-frames", min=0, help="Stop after so many frames; 0: never.")] = 0,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who is seen in a source."""
    from osfi_gui.core.decide import NO_THRESHOLD
    from osfi_gui.services.recognise import Recogniser
    from osfi_gui.services.session import make_session
    from osfi_gui.vision.sources import open_source

    frames = open_source(source)
    with _open_gallery(gallery, passphrase_file, create=False) as store:
        detector, engine = _engine(encoder, aligned=aligned)
        session = make_session(store, engine)
        point = session.operating_point
        if point is not None:
            err.print(_plain(point.source), style="dim")
        elif len(session.gallery):
            err.print(_plain(NO_THRESHOLD))
        else:
            err.print(_plain("Nobody is enrolled: everybody will be rejected."))
        read = failed = 0
        with frames:
            recogniser = Recogniser(detector, video=frames.info.video, aligned=aligned)
            while not max_frames or read < max_frames:
                try:
                    frame = frames.read()
                    if frame is None:
                        break
                    read += 1
                    recognition = recogniser.recognise(frame, session)
                except PictureError as error:
                    failed += 1
                    err.print(_plain(str(error)))
                    continue
                _report(recognition, as_json=as_json)
        if failed and not read - failed > 0 and not max_frames:
            raise DeskError("No picture could be used.", "The reasons are listed above.")


@app.command()
def doctor(as_json: JsonOption = False) -> None:
    """Check this computer: versions, devices, cameras, encoders, conflicts, and what to do."""
    from osfi_gui.services.doctor import examine_computer

    findings = examine_computer()
    if as_json:
        _print({"findings": [{"topic": f.topic, "ok": f.ok, "text": f.text, "remedy": f.remedy} for f in findings]})
    else:
        out = Console(highlight=False, soft_wrap=True)
        for finding in findings:
            mark = "[green]ok  [/]" if finding.ok else "[yellow]look[/]"
            out.print(mark, _plain(f"{finding.topic}: {finding.text}"))
            if finding.remedy:
                out.print("     ", _plain(finding.remedy))


@encoders_app.command("list")
def encoders_list(as_json: JsonOption = False) -> None:
    """List the encoders and whether their weights are here."""
    from osfi_gui.vision.manifest import read_manifest
    from osfi_gui.vision.weights import find_weights

    for name, entry in read_manifest().items():
        present = find_weights(entry) is not None
        if as_json:
            record = {"name": name, "title": entry.title, "dim": entry.dim, "licence": entry.licence}
            _print({**record, "present": present, "imported": entry.weights.imported})
        else:
            imported = entry.weights.imported
            state = "here, imported" if imported else "here"
            if not present:
                state = "not here: import it again" if imported else f"not here: osfi encoders fetch {name}"
            typer.echo(f"{name:24} {entry.title:26} {entry.dim:4}-d  {state}")


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
    with _progress(hidden=False) as bar:
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
        _print({**record, "chip": entry.preprocessing.kind, "origin": entry.origin})
    else:
        typer.echo(f"{entry.title} is here; use it with --encoder {entry.name}.")


@encoders_app.command("remove")
def encoders_remove(name: Annotated[str, typer.Argument(help="Name of an imported encoder.")]) -> None:
    """Remove an imported encoder; galleries keep what they hold of it."""
    from osfi_gui.vision.imports import remove_encoder

    remove_encoder(name)
    typer.echo(f"{name} is removed.")


def _engine(encoder: str, *, aligned: bool) -> tuple[Any, TorchEncoder]:
    """Load the detector (unless nothing is to be detected) and the encoder."""
    from osfi_gui.vision.device import choose_device
    from osfi_gui.vision.encode import load_encoder

    device = choose_device()
    if device.note:
        err.print(_plain(device.note))
    engine = load_encoder(encoder, device=device)
    if aligned:
        return None, engine
    from osfi_gui.vision.detect import MtcnnDetector

    return MtcnnDetector(device), engine


def _open_gallery(path: Path, passphrase_file: Path | None, *, create: bool) -> GalleryFile:
    from osfi_gui.store.gallery import GalleryFile

    if not create and not path.exists():
        msg = f"There is no gallery {path}."
        raise DeskError(msg, "Make one with: osfi enrol ROOT --gallery FILE")
    return GalleryFile.open(path, _passphrase(path, passphrase_file), create=create)


def _passphrase(gallery: Path, file: Path | None) -> str:
    """Give the passphrase from the file, the environment, the keyring, or the person at the terminal."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip("\r\n")
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
    return str(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=not gallery.exists(), err=True))


def _report(recognition: Recognition, *, as_json: bool) -> None:
    frame = recognition.frame
    for sighting in recognition.sightings:
        if as_json:
            _print(as_record(frame, sighting))
        else:
            where = frame.file or f"{frame.time_s:8.2f} s  track {sighting.track}"
            typer.echo(f"{where}  {sighting.decision.reason}")
    if not recognition.sightings and frame.file is not None:
        err.print(_plain(f"{frame.file}: no face was found."))


def as_record(frame: Frame, sighting: Sighting) -> dict[str, Any]:
    """Give one face of one frame as the command line's JSON object.

    Parameters
    ----------
    frame : Frame
    sighting : Sighting
    """
    decision = sighting.decision
    match, point = decision.match, decision.operating_point
    return {
        **({"file": frame.file} if frame.file is not None else {}),
        "frame": frame.index,
        "time_s": round(frame.time_s, 3),
        "track": sighting.track,
        "box": [round(value, 1) for value in sighting.face.box],
        "decision": str(decision.verdict),
        "identity": decision.identity,
        "matcher": match.matcher if match else None,
        "score": match.score if match else None,
        "threshold": point.threshold if point else None,
        "cosine": match.cosine if match else None,
        "cosine_floor": point.cosine_floor if point else None,
        "neighbours": [[n.name, n.cosine] for n in match.neighbours] if match else [],
    }


def _print(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def _plain(text: str) -> Text:
    """Keep square brackets in names from being read as markup."""
    return Text(text)


def _progress(*, hidden: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=hidden or not err.is_terminal)


def main() -> None:
    """Run the command line; errors are one line on standard error, exit code 1."""
    # Names are Unicode: an old console's encoding must not end an import in the middle.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except DeskError as error:
        err.print(_plain(f"osfi: {error}"))
        sys.exit(1)
    except BrokenPipeError:
        # The reader (head, a closed pager) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        err.print("osfi: stopped.")
        sys.exit(130)


if __name__ == "__main__":
    main()
