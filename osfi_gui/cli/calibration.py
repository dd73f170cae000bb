"""Calibrating a gallery: where to draw the line between the enrolled and everybody else."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from osfi_gui.core.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

    from osfi_gui.core.calibration import Calibration
    from osfi_gui.core.events import Event
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.store.gallery import GalleryFile
    from osfi_gui.vision.encode import TorchEncoder

BEST = "best"

StrangersOption = Annotated[
    Path | None, typer.Option("--strangers", help="Folder ROOT/NAME/picture of people who are not enrolled.")
]
TargetOption = Annotated[float, typer.Option("--target-far", help="False accept rate to aim at, 0.01 for 1 %.")]
MatcherOption = Annotated[str, typer.Option("--matcher", help="Name of a matcher, or “best”.")]
ThresholdOption = Annotated[
    float | None,
    typer.Option("--threshold", help="In the matcher's scores; without it, the one that the target takes."),
]
PersonOption = Annotated[
    str, typer.Option("--person", help="Give this person a threshold of their own; nothing is calibrated.")
]
ClearOption = Annotated[bool, typer.Option("--clear", help="With --person: take the own threshold away.")]
ReportOption = Annotated[Path | None, typer.Option("--report", help="Write a report: .html, .pdf, .json.")]
SourceArgument = Annotated[Path, typer.Argument(help="The numbers of a report: what ends in .json.")]
OutArgument = Annotated[Path, typer.Argument(help="What to make of them: .html or .pdf.")]
AnywayOption = Annotated[
    bool, typer.Option("--anyway", help="Decide with a threshold that so few strangers speak against using yet.")
]
DryOption = Annotated[
    bool, typer.Option("--dry-run", help="Measure only: what decides stays. Strangers that are given are kept.")
]


def calibrate(
    gallery: GalleryOption,
    strangers: StrangersOption = None,
    target_far: TargetOption = 0.01,
    matcher: MatcherOption = BEST,
    threshold: ThresholdOption = None,
    person: PersonOption = "",
    clear: ClearOption = False,
    encoder: EncoderOption = "sface",
    aligned: AlignedOption = False,
    report: ReportOption = None,
    dry_run: DryOption = False,
    anyway: AnywayOption = False,
    passphrase_file: PassphraseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure what every matcher does to the gallery and its strangers, and decide with the best from now on."""
    from osfi_gui.services.versions import encoder_in_use

    _check(target_far, threshold, person=person, clear=clear, strangers=strangers)
    write_report = _report_writer(report)
    with open_gallery(gallery, passphrase_file, create=False) as store:
        if person:
            _own_threshold(store, encoder, person, threshold=None if clear else threshold)
            return
        detector, engine = load_tools(encoder, aligned=aligned or strangers is None)
        in_use = encoder_in_use(store, engine)
        with progress(hidden=as_json) as bar:
            if strangers is not None:
                from osfi_gui.core.events import Token
                from osfi_gui.services.strangers import import_strangers

                _import(
                    import_strangers(
                        strangers, store=store, detector=detector, encoder=in_use, token=Token(), aligned=aligned
                    ),
                    bar,
                    as_json=as_json,
                )
            found = _calibration(store, in_use, bar, target_far=target_far)
        from osfi_gui.core.caution import caution
        from osfi_gui.core.threshold import for_far, read_out
        from osfi_gui.services.calibrate import apply, operating_point

        name = found.proposed if matcher == BEST else matcher
        if name not in {one.matcher for one in found.scored}:
            operating_point(found, matcher=name, threshold=0.0)  # says why not
        wanted = for_far(found, name, target_far) if threshold is None else threshold
        if dry_run:
            point = operating_point(found, matcher=name, threshold=wanted)
        elif not anyway and (against := caution(found, read_out(found, name, wanted))):
            # A script that goes on after exit code 0 must not find a door wider open than it was.
            raise DeskError(against, "Or give --anyway; what decides was not changed.")
        else:
            point = apply(store, in_use, found, matcher=name, threshold=wanted)
    if write_report is not None and report is not None:
        write_report(found, point, report)
    if as_json:
        print_record(as_record(found, point))
    else:
        _tell(found, point, dry_run=dry_run)


def as_record(calibration: Calibration, point: OperatingPoint) -> dict[str, Any]:
    """Give a calibration and what was chosen from it as the command line's JSON object."""
    from osfi_gui.core.caution import caution
    from osfi_gui.core.threshold import read_out

    measured = point.measured
    assert measured is not None  # an operating point of a calibration always is
    return {
        "matcher": point.matcher,
        "k": point.k,
        "threshold": point.threshold,
        "cosine_floor": point.cosine_floor,
        "target_far": point.target_far,
        "far": measured.far[0],
        "far_ci": list(measured.far[1:]),
        "dir": measured.dir[0],
        "dir_ci": list(measured.dir[1:]),
        "n_mated": measured.probes,
        "n_strangers": measured.strangers,
        "measurable": measured.measurable,
        "n_mated_people": measured.probe_people,
        "n_stranger_people": measured.stranger_people,
        "cohort": calibration.provenance.cohort,
        "encoder": point.encoder,
        "people": calibration.people,
        "source": point.source,
        "why": calibration.why,
        "notes": list(calibration.provenance.notes),
        "caution": caution(calibration, read_out(calibration, point.matcher, point.threshold)),
        "matchers": [
            {
                "matcher": one.matcher,
                "title": one.title,
                "dir": one.dir_at_target.value,
                "dir_ci": [one.dir_at_target.low, one.dir_at_target.high],
                "proposed": one.matcher == calibration.proposed,
            }
            for one in calibration.scored
        ],
        "unusable": dict(calibration.unusable),
    }


def _check(target_far: float, threshold: float | None, *, person: str, clear: bool, strangers: Path | None) -> None:
    """Refuse what goes wrong anyway before anything is loaded."""
    from osfi_gui.services.enrol import people_in

    if not 0.0 < target_far < 1.0:
        raise DeskError("The false accept rate to aim at lies between 0 and 1.", "Give 0.01 for 1 %.")
    if person and (threshold is None) != clear:
        raise DeskError("A person's own threshold is either given or cleared.", "Give --threshold X, or --clear.")
    if clear and not person:
        raise DeskError("--clear takes a person's own threshold away.", "Give --person NAME too.")
    if strangers is not None:
        people_in(strangers)


def report(source: SourceArgument, out: OutArgument) -> None:
    """Make a calibration report again from its JSON; no gallery and no passphrase is needed."""
    from osfi_gui.services.report import write_again

    _check_folder(out)
    if out.suffix.casefold() == ".pdf":
        # Qt, for this alone.
        from osfi_gui.workers.pdf import print_pdf

        write_again(source, out, print_pdf=print_pdf)
    else:
        write_again(source, out)
    err.print(plain(f"The report was written: {out}"))


def _check_folder(path: Path) -> None:
    if not path.absolute().parent.is_dir():
        raise DeskError(f"There is no folder {path.absolute().parent} for the report.", "Make it first.")


def _report_writer(path: Path | None) -> Callable[[Calibration, OperatingPoint, Path], object] | None:
    """Give what writes reports; None where none is wanted. What goes wrong anyway is refused before any work."""
    if path is None:
        return None
    from osfi_gui.services.report import KINDS, write_report

    kind = path.suffix.casefold()
    if kind not in KINDS:
        msg = f"“{path.name}” does not say which kind of report it is."
        raise DeskError(msg, "Let the name end in .html, .pdf or .json.")
    _check_folder(path)
    if kind != ".pdf":
        return write_report
    # Qt, for this alone.
    from osfi_gui.workers.pdf import print_pdf

    return partial(write_report, print_pdf=print_pdf)


def _import(events: Iterator[Event], bar: Progress, *, as_json: bool) -> None:
    """Keep the strangers of a folder; pictures that are kept already are no news."""
    from osfi_gui.core.enrolment import FileReport
    from osfi_gui.core.events import Progress as Step
    from osfi_gui.services.strangers import KEPT_ALREADY

    task = bar.add_task("Looking at strangers", total=None)
    for event in events:
        if isinstance(event, Step):
            bar.update(task, completed=event.done, total=event.total)
        elif isinstance(event, FileReport) and event.status == "refused" and event.reason != KEPT_ALREADY:
            if as_json:
                err.print(plain(f"refused  {event.file}  {event.reason}"))
            else:
                bar.console.print(plain(f"refused  {event.file}  {event.reason}"))
    bar.remove_task(task)


def _calibration(store: GalleryFile, encoder: TorchEncoder, bar: Progress, *, target_far: float) -> Calibration:
    from osfi_gui.core.calibration import Calibration
    from osfi_gui.core.events import Finished, Token
    from osfi_gui.core.events import Progress as Step
    from osfi_gui.services.calibrate import calibrate as run

    task = bar.add_task("Calibrating", total=None)
    for event in run(store, encoder, target_far=target_far, token=Token()):
        if isinstance(event, Step):
            bar.update(task, completed=event.done, total=event.total, description=event.note or "Looking")
        elif isinstance(event, Finished) and isinstance(event.result, Calibration):
            return event.result
    raise AssertionError("nobody can cancel here, and failures raise")


def _own_threshold(store: GalleryFile, encoder: str, name: str, *, threshold: float | None) -> None:
    """Give a person a threshold of their own for what decides now, or take it away."""
    from osfi_gui.core.decide import LABELS
    from osfi_gui.core.tune import version_name

    person = store.find(name)
    if person is None:
        raise DeskError(f"Nobody named {name} is enrolled.", "Give the name as the gallery has it.")
    in_use = version_name(encoder, store.in_use(encoder))
    point = store.operating_point(in_use)
    if point is None:
        raise DeskError("The gallery is not calibrated, so nobody knows what a threshold means.", "Calibrate it first.")
    title = LABELS.get(point.matcher, point.matcher)
    if threshold is not None and not point.threshold < threshold < float("inf"):
        raise DeskError(
            f"A person's own threshold must lie above that of all others, {point.threshold:.4f} ({title}).",
            "Give a higher one, or --clear.",
        )
    store.put_identity_threshold(person.identity_id, in_use, matcher=point.matcher, threshold=threshold)
    if threshold is None:
        err.print(plain(f"{person.name} is decided like everybody else again."))
    else:
        err.print(
            plain(f"{person.name} is accepted from {title} {threshold:.4f} on, all others from {point.threshold:.4f}.")
        )


def _tell(calibration: Calibration, point: OperatingPoint, *, dry_run: bool) -> None:
    from osfi_gui.core.caution import caution
    from osfi_gui.core.threshold import for_far, read_out

    target = f"FAR {100 * calibration.target_far:g} %"
    typer.echo(f"  matcher                threshold   floor   DIR at {target} (95 %)")
    for one in calibration.scored:
        mark = "*" if one.matcher == point.matcher else " "
        estimate = one.dir_at_target
        floor = "     -" if one.cosine_floor == -float("inf") else f"{one.cosine_floor:6.3f}"
        line = f"{mark} {one.title:22} {for_far(calibration, one.matcher, calibration.target_far):9.4f}  {floor}"
        if calibration.provenance.probes:
            line += f"   {100 * estimate.value:5.1f} % ({100 * estimate.low:.1f} to {100 * estimate.high:.1f})"
        typer.echo(line)
    for title, why in calibration.unusable:
        typer.echo(f"  {title:22} {why}")
    typer.echo(calibration.why)
    read = read_out(calibration, point.matcher, point.threshold)
    typer.echo(read.sentence)
    for note in (*calibration.provenance.notes, caution(calibration, read)):
        if note:
            err.print(plain(note))
    title = calibration.of(point.matcher).title
    done = "Nothing was changed" if dry_run else "From now on the gallery decides with it"
    err.print(plain(f"{title} from {point.threshold:.4f} on. {done}."))
