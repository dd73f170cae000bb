"""Enrolling and identifying people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osfi_gui.cli.console import (
    AlignedOption,
    EncoderOption,
    GalleryOption,
    HalfOption,
    JsonOption,
    PassphraseOption,
    Runtime,
    RuntimeOption,
    by_runtime,
    err,
    load_tools,
    open_gallery,
    passphrase_of,
    plain,
    print_record,
    progress,
)
from osfi_gui.core.errors import DeskError, PictureError

if TYPE_CHECKING:
    from rich.progress import Progress

    from osfi_gui.core.values import Frame, Recognition, Sighting


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
    from osfi_gui.vision.manifest import encoder_entry
    from osfi_gui.vision.weights import require_weights

    check_root(root)
    require_weights(encoder_entry(encoder))  # before a gallery is made for nothing
    with open_gallery(gallery, passphrase_file, create=True) as store, progress(hidden=as_json) as bar:
        detector, engine = load_tools(encoder, aligned=aligned)
        task = bar.add_task("Enrolling", total=None)
        token = Token()
        for event in enrol_folder(root, store=store, detector=detector, encoder=engine, token=token, aligned=aligned):
            if isinstance(event, Step):
                bar.update(task, completed=event.done, total=event.total)
            elif isinstance(event, FileReport):
                if as_json:
                    print_record(
                        {"file": event.file, "identity": event.identity, "status": event.status, "reason": event.reason}
                    )
                else:
                    _tell(bar, f"{event.status:8} {event.file}  {event.reason}".rstrip())
            elif isinstance(event, Finished) and isinstance(event.result, EnrolReport):
                report = event.result
                if as_json:
                    print_record({"people": report.people, "shots": report.shots})
                else:
                    done = f"{report.people} people enrolled with {report.shots} shots, {report.refused} files refused."
                    _tell(bar, done)
                if not report.shots and report.refused:
                    raise DeskError("Nobody was enrolled: every file was refused.", "The reasons are listed above.")


def identify(
    source: Annotated[
        str, typer.Argument(help="A picture, folder, video, recording, stream address, camera:NAME, or demo.")
    ],
    gallery: GalleryOption,
    encoder: EncoderOption = "sface",
    aligned: AlignedOption = False,
    runtime: RuntimeOption = Runtime.TORCH,
    half: HalfOption = False,
    max_frames: Annotated[int, typer.Option("--max-frames", min=0, help="Stop after so many frames; 0: never.")] = 0,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who is seen in a source."""
    from osfi_gui.core.decide import NO_THRESHOLD
    from osfi_gui.services.recognise import Recogniser
    from osfi_gui.services.session import make_session
    from osfi_gui.services.versions import encoder_in_use
    from osfi_gui.vision.sources import open_source

    frames = open_source(source, key=lambda: passphrase_of(gallery, passphrase_file))
    with open_gallery(gallery, passphrase_file, create=False) as store:
        detector, engine = load_tools(encoder, aligned=aligned)
        session = make_session(store, by_runtime(encoder_in_use(store, engine), runtime)[0], half=half)
        if session.operating_point is not None:
            remark = session.operating_point.source
        else:
            remark = NO_THRESHOLD if len(session.gallery) else "Nobody is enrolled: everybody will be rejected."
        used = failed = 0
        with frames:
            recogniser = Recogniser(detector, video=frames.info.video, aligned=aligned)
            while not max_frames or used + failed < max_frames:
                try:
                    frame = frames.read()
                    if frame is None:
                        break
                    recognition = recogniser.recognise(frame, session)
                except PictureError as error:
                    if frames.info.frames == 1:
                        raise
                    failed += 1
                    err.print(plain(str(error)))
                    continue
                if not used:
                    err.print(plain(remark), style="dim")
                used += 1
                _report(recognition, as_json=as_json)
        if failed and not used:
            raise DeskError("No picture could be used.", "The reasons are listed above.")


def _tell(bar: Progress, line: str) -> None:
    """Write a line to standard output; where that is a terminal, above the bar that is drawn there."""
    if sys.stdout.isatty():
        bar.console.print(plain(line))
    else:
        typer.echo(line)


def _report(recognition: Recognition, *, as_json: bool) -> None:
    frame = recognition.frame
    for sighting in recognition.sightings:
        if as_json:
            print_record(as_record(frame, sighting))
        else:
            where = frame.file or f"{frame.time_s:8.2f} s  track {sighting.track}"
            typer.echo(f"{where}  {sighting.decision.reason}")
    if not recognition.sightings and frame.file is not None:
        err.print(plain(f"{frame.file}: no face was found."))


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
