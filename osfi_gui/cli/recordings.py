"""Recordings of live sessions: which there are, what one holds, recognising one again, exporting, deleting one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osfi_gui import __version__
from osfi_gui.cli.console import (
    GalleryOption,
    JsonOption,
    PassphraseOption,
    err,
    open_gallery,
    passphrase_of,
    plain,
    print_record,
    progress,
)
from osfi_gui.core.recording import SUFFIX

if TYPE_CHECKING:
    from osfi_gui.core.recording import Summary, Take
    from osfi_gui.core.replay import Comparison, Difference

DIFFERENT = 3
"""Exit code of a replay that decided otherwise."""
UNCERTAIN = 4
"""Exit code of a replay that decided otherwise only after frames that are missing in the recording."""

recordings_app = typer.Typer(
    help="Recordings of live sessions: list, look into, replay, export, delete.", no_args_is_help=True
)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The recording, a file that ends in .osfirec.")]
KeyOption = Annotated[
    Path | None,
    typer.Option("--gallery", help="The gallery it was recorded with, where its key is in the keyring."),
]


@recordings_app.command("list")
def list_them(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Folder of the recordings; else the one that the window uses.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the recordings, newest first; that needs no passphrase."""
    from osfi_gui.services.recording import list_recordings

    where = folder or recordings_folder()
    found = list_recordings(where)
    for each in found:
        if as_json:
            print_record({"file": str(each.path), "size_bytes": each.size_bytes, "changed_at": each.changed_at})
        else:
            typer.echo(f"{each.changed_at}  {each.size_bytes / 1e6:9.1f} MB  {each.path}")
    if not found:
        err.print(plain(f"There are no recordings in {where}."))


@recordings_app.command("info")
def info(
    file: FileArgument,
    gallery: KeyOption = None,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a recording holds: when, how long, with what it was decided, and who was accepted."""
    from osfi_gui.store.recording import RecordingFile

    with RecordingFile(file, passphrase_of(gallery or file, passphrase_file)) as recording:
        summary = recording.summary()
    if as_json:
        print_record(_as_record(summary))
        return
    heading = summary.heading
    typer.echo(f"recorded   {heading.began_at}, by osfi {heading.program}, with {heading.gallery}")
    ended = heading.ended_at or "never stopped: the program ended before"
    typer.echo(f"stopped    {ended}")
    size = f"{summary.width}x{summary.height}, {summary.size_bytes / 1e6:.1f} MB"
    typer.echo(f"frames     {summary.frames} in {summary.seconds:.1f} s, {size}, {summary.faces} faces")
    if heading.missing:
        typer.echo(f"missing    {heading.missing} frames, because the disk was too slow")
    for take in summary.takes:
        typer.echo(f"take {take.number:<5} {take.source}: {take.encoder}, {_point(take)}")
    for name, frames in sorted(summary.people.items()):
        typer.echo(f"accepted   {name}, in {frames} frames")


@recordings_app.command("replay")
def replay(
    file: FileArgument,
    gallery: GalleryOption,
    encoder: Annotated[str, typer.Option("--encoder", help="Another encoder than it was recorded with.")] = "",
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recognise the recorded frames again with the gallery as it is now, and say which decisions differ.

    Exit code 0: every decision is the recorded one. 3: some differ. 4: some differ, but only after frames that are
    missing in the recording.
    """
    from osfi_gui.core.errors import RecordingError
    from osfi_gui.core.events import Finished, Progress, Token
    from osfi_gui.core.replay import Comparison, Difference, verdict_of
    from osfi_gui.services.engine import load_engine
    from osfi_gui.services.live import Live
    from osfi_gui.services.recording import replay as events_of
    from osfi_gui.services.recording import session_changes
    from osfi_gui.services.session import make_session
    from osfi_gui.services.versions import encoder_in_use
    from osfi_gui.store.recording import RecordingFile

    with (
        open_gallery(gallery, passphrase_file, create=False) as store,
        RecordingFile(file, passphrase_of(gallery, passphrase_file)) as recording,
        progress(hidden=as_json) as bar,
    ):
        takes = recording.takes()
        if not takes or not len(recording):
            raise RecordingError(f"{file.name} holds no frame.", "Choose another recording.")
        engine = load_engine(encoder or takes[-1].encoder.partition("@")[0])
        if engine.device_note:
            err.print(plain(engine.device_note))
        session = make_session(store, encoder_in_use(store, engine.encoder), half=takes[-1].half)
        remarks = list(dict.fromkeys(text for take in takes for text in session_changes(take, session)))
        if recording.heading.program != __version__:
            remarks.insert(0, f"It was recorded by version {recording.heading.program}; this is {__version__}.")
        if not as_json:
            for remark in remarks:
                err.print(plain(remark), style="dim")
        task, comparison = bar.add_task("Replaying", total=len(recording)), Comparison()
        for event in events_of(recording, live=Live(engine), session=session, token=Token()):
            if isinstance(event, Progress):
                bar.update(task, completed=event.done)
            elif isinstance(event, Difference):
                _tell(event, as_json=as_json)
            elif isinstance(event, Finished) and isinstance(event.result, Comparison):
                comparison = event.result
    if as_json:
        print_record({**_result(comparison), "changes": remarks})
    else:
        typer.echo(verdict_of(comparison))
        typer.echo(f"Largest difference of a score: {comparison.deviation:.2g}.")
    if not comparison.same:
        raise typer.Exit(DIFFERENT if comparison.differing else UNCERTAIN)


@recordings_app.command("export")
def export(
    file: FileArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.mp4", help="The video; must not be there yet.")],
    plain_frames: Annotated[
        bool, typer.Option("--plain", help="The frames alone, without boxes, names and decisions.")
    ] = False,
    gallery: KeyOption = None,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a recording as a video that any player shows. The video is NOT encrypted, and shows faces."""
    from osfi_gui.core.errors import RecordingError
    from osfi_gui.core.events import Progress, Token
    from osfi_gui.services.export_recording import export_recording
    from osfi_gui.store.recording import RecordingFile

    if out.exists():
        raise RecordingError(f"{out} is there already.", "Choose another name, or delete it first.")
    # A name alone is one of the list.
    if not file.exists() and file.name == str(file):
        file = recordings_folder() / (file if file.suffix else file.with_name(file.name + SUFFIX))
    draw = None
    if not plain_frames:
        from osfi_gui.views.drawn_frame import draw_seen

        draw = draw_seen
    with (
        RecordingFile(file, passphrase_of(gallery or file, passphrase_file)) as recording,
        progress(hidden=as_json) as bar,
    ):
        frames = len(recording)
        task = bar.add_task("Exporting", total=frames)
        for event in export_recording(recording, out, draw=draw, token=Token()):
            if isinstance(event, Progress):
                bar.update(task, completed=event.done)
    if as_json:
        print_record({"file": str(out), "frames": frames, "size_bytes": out.stat().st_size, "encrypted": False})
    else:
        typer.echo(f"{out}: {frames} frames, {out.stat().st_size / 1e6:.1f} MB.")
    err.print(plain("This video is not encrypted and shows faces: give it only to whom it is meant for."))


@recordings_app.command("delete")
def delete(files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The recordings.")]) -> None:
    """Delete recordings; that needs no passphrase."""
    from osfi_gui.core.errors import RecordingError
    from osfi_gui.store.recording import remove_recording

    for file in files:
        if file.suffix.lower() != SUFFIX or not file.is_file():
            raise RecordingError(f"{file} is no recording.", "Give a file that ends in .osfirec.")
    for file in files:
        remove_recording(file)
        err.print(plain(f"{file} was deleted."))


def recordings_folder() -> Path:
    """Give the folder that the window records into."""
    from osfi_gui.paths import config_dir, data_dir
    from osfi_gui.store.settings import load

    chosen = load(config_dir() / "settings.json").recordings
    return Path(chosen) if chosen else data_dir() / "recordings"


def _tell(found: Difference, *, as_json: bool) -> None:
    if as_json:
        print_record(
            {"frame": found.number, "time_s": round(found.clock_s, 3), "what": found.what, "certain": found.certain}
        )
    else:
        doubt = "" if found.certain else "  (after missing frames)"
        typer.echo(f"{found.clock_s:8.2f} s  frame {found.number}: {found.what}{doubt}")


def _result(comparison: Comparison) -> dict[str, Any]:
    return {
        "same": comparison.same,
        "frames": comparison.frames,
        "faces": comparison.faces,
        "differing": comparison.differing,
        "uncertain": comparison.uncertain,
        "missing": comparison.missing,
        "score_deviation": comparison.deviation,
    }


def _as_record(summary: Summary) -> dict[str, Any]:
    heading = summary.heading
    return {
        "program": heading.program,
        "began_at": heading.began_at,
        "ended_at": heading.ended_at or None,
        "gallery": heading.gallery,
        "frames": summary.frames,
        "missing": heading.missing,
        "faces": summary.faces,
        "seconds": round(summary.seconds, 3),
        "width": summary.width,
        "height": summary.height,
        "size_bytes": summary.size_bytes,
        "people": summary.people,
        "takes": [
            {
                "number": take.number,
                "source": take.source,
                "encoder": take.encoder,
                "revision": take.revision,
                "people": take.people,
                "matcher": take.point.matcher if take.point else None,
                "threshold": take.point.threshold if take.point else None,
            }
            for take in summary.takes
        ],
    }


def _point(take: Take) -> str:
    people = "1 person" if take.people == 1 else f"{take.people} people"
    point = take.point
    decided = "without a threshold" if point is None else f"{point.matcher} from {point.threshold:.4f} on"
    return f"{people} at revision {take.revision}, {decided}"
