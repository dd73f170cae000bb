"""The calibration report: one HTML file that needs nothing else, and the JSON it can be made from again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osfi_gui import __version__
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.core.threshold import read_out as read_threshold
from osfi_gui.services.report_pages import page, sections
from osfi_gui.services.report_words import Facts
from osfi_gui.store.calibration_codec import (
    calibration_from_dict,
    calibration_to_dict,
    point_from_dict,
    point_to_dict,
    read_out_from_dict,
    read_out_to_dict,
)
from osfi_gui.store.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.calibration import Calibration, ReadOut
    from osfi_gui.core.events import Event
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.ports import CancelToken

    Printer = Callable[[str, Path], Iterator[tuple[int, int]]]

FORMAT = "osfi-calibration-report"
FORMAT_VERSION = 1
KINDS = (".html", ".json", ".pdf")


def html_report(
    calibration: Calibration,
    point: OperatingPoint,
    *,
    read_out: ReadOut | None = None,
    made_at: str = "",
    program: str = __version__,
) -> str:
    """Lay a calibration and the operating point that was chosen from it out for reading and filing.

    The same arguments give the same text, byte for byte, on the same installation. Plots are embedded; there are no
    scripts, no fonts and no addresses to fetch anything from. Names of enrolled people are not in it.

    Parameters
    ----------
    calibration : Calibration
    point : OperatingPoint
        One that the calibration has scores for.
    read_out : ReadOut or None
        What the point does to the calibration's probes; worked out where it is missing.
    made_at : str
        When the report was asked for, ISO 8601; by default when the point was kept.
    program : str
        Version of the program that calibrated.

    Raises
    ------
    DeskError
        When the operating point is for another encoder or for a matcher that was not scored.
    """
    return page(_facts(calibration, point, read_out, made_at, program))


def write_report(
    calibration: Calibration,
    point: OperatingPoint,
    path: Path,
    *,
    read_out: ReadOut | None = None,
    made_at: str = "",
    print_pdf: Printer | None = None,
) -> None:
    """Write a report, whole or not at all; the file's ending says which kind.

    Parameters
    ----------
    calibration, point, read_out, made_at
        As for :func:`html_report`.
    path : Path
        ``.html``; ``.json`` for the numbers, from which :func:`report_from_json` makes the same HTML; ``.pdf``.
    print_pdf : callable, optional
        Prints HTML to a PDF file, saying the page and how many there are after each:
        :func:`osfi_gui.workers.pdf.print_pdf`, which needs Qt and so does not live here.

    Raises
    ------
    DeskError
        For another ending, for a PDF that nothing here can print, and where the file cannot be written.
    """
    for _ in reporting(
        calibration, point, path, token=Token(), read_out=read_out, made_at=made_at, print_pdf=print_pdf
    ):
        pass


def reporting(
    calibration: Calibration,
    point: OperatingPoint,
    path: Path,
    *,
    token: CancelToken,
    read_out: ReadOut | None = None,
    made_at: str = "",
    print_pdf: Printer | None = None,
) -> Iterator[Event]:
    """Do what :func:`write_report` does, step by step.

    Parameters
    ----------
    calibration, point, path, read_out, made_at, print_pdf
        As for :func:`write_report`.
    token : CancelToken
        Checked at every step; nothing is written then.

    Yields
    ------
    Event
        Started, Progress, then Finished with the path, or Cancelled.

    Raises
    ------
    DeskError
        As for :func:`write_report`.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in KINDS:
        msg = f"“{path.name}” does not say which kind of report it is."
        raise DeskError(msg, "Let the name end in .html, .pdf or .json.")
    if kind == ".pdf" and print_pdf is None:
        raise DeskError("A PDF cannot be made here.", "Print it from the window, or let the name end in .html.")
    yield Started("Writing the report")
    facts = _facts(calibration, point, read_out, made_at, __version__)
    made = []
    if kind == ".json":
        made.append(_json(facts))
    else:
        todo = sections(facts)
        for what, make in todo:
            yield Progress(len(made), len(todo), "parts", what)
            if token.cancelled():
                yield Cancelled("No report was written.")
                return
            made.append(make())
    content = "\n".join(made)
    try:
        if kind == ".pdf" and print_pdf is not None:
            for page_done, pages in print_pdf(content, path):
                yield Progress(page_done, pages, "pages", "Printing")
                if token.cancelled():
                    yield Cancelled("No report was written.")
                    return
        else:
            write_whole(path, content.encode("utf-8"))
    except OSError as error:
        msg = f"The report {path} cannot be written ({error.strerror or error})."
        raise DeskError(msg, "Choose another folder.") from error
    yield Finished(str(path))


def report_from_json(path: Path) -> str:
    """Make the HTML again from what :func:`write_report` wrote as JSON.

    Parameters
    ----------
    path : Path

    Raises
    ------
    DeskError
        When the file cannot be read, or holds something else.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"The report {path} cannot be read ({error.strerror})."
        raise DeskError(msg, "Choose a report that ends in .json.") from error
    except ValueError as error:
        msg = f"The file {path} is no calibration report."
        raise DeskError(msg, "Choose a report that ends in .json.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        msg = f"The file {path} is no calibration report."
        raise DeskError(msg, "Choose a report that ends in .json.")
    if content.get("version") != FORMAT_VERSION:
        msg = f"The report {path} was written by a newer version of the program."
        raise DeskError(msg, "Update this one.")
    try:
        return page(
            _facts(
                calibration_from_dict(content["calibration"]),
                point_from_dict(content["point"]),
                read_out_from_dict(content["read_out"]),
                str(content["made_at"]),
                str(content["program"]),
            )
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"The report {path} is damaged ({error})."
        raise DeskError(msg, "Calibrate again, and write a new one.") from error


def write_again(source: Path, path: Path, *, print_pdf: Printer | None = None) -> None:
    """Write a report again from its JSON, whole or not at all.

    Parameters
    ----------
    source : Path
        What :func:`write_report` wrote as JSON.
    path : Path
        ``.html``, the same to the byte on the same installation; or ``.pdf``.
    print_pdf : callable, optional
        As for :func:`write_report`.

    Raises
    ------
    DeskError
        As for :func:`report_from_json` and :func:`write_report`.
    """
    kind = path.suffix.lower()
    if kind not in (".html", ".pdf"):
        msg = f"“{path.name}” does not say which kind of report it is."
        raise DeskError(msg, "Let the name end in .html or .pdf.")
    content = report_from_json(source)
    try:
        if kind == ".html":
            write_whole(path, content.encode("utf-8"))
            return
        if print_pdf is None:
            raise DeskError("A PDF cannot be made here.", "Let the name end in .html.")
        for _ in print_pdf(content, path):
            pass
    except OSError as error:
        msg = f"The report {path} cannot be written ({error.strerror or error})."
        raise DeskError(msg, "Choose another folder.") from error


def _facts(
    calibration: Calibration, point: OperatingPoint, read_out: ReadOut | None, made_at: str, program: str
) -> Facts:
    if point.encoder != calibration.encoder:
        raise DeskError(
            f"The operating point is for another encoder than the calibration of {calibration.title}.",
            "Calibrate again.",
        )
    if point.matcher not in {scored.matcher for scored in calibration.scored}:
        raise DeskError(
            "The operating point decides by a matcher that this calibration has no scores for.", "Calibrate again."
        )
    if read_out is None:
        read_out = read_threshold(calibration, point.matcher, point.threshold)
    elif (read_out.matcher, read_out.threshold) != (point.matcher, point.threshold):
        raise DeskError("The read-out belongs to another threshold than the operating point.", "Choose it again.")
    made_at = made_at or (point.measured.made_at if point.measured is not None else "")
    return Facts(calibration, point, read_out, made_at, program)


def _json(facts: Facts) -> str:
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "program": facts.program,
        "made_at": facts.made_at,
        "calibration": calibration_to_dict(facts.calibration),
        "point": point_to_dict(facts.point),
        "read_out": read_out_to_dict(facts.read_out),
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"
