"""Recordings: where they lie, what a session says of itself in one, and recognising one again."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from osfi_gui.core.errors import RecordingError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.core.recording import SUFFIX, Listed, Take, seen_of
from osfi_gui.core.replay import Comparing, changes
from osfi_gui.core.values import Recognition
from osfi_gui.store.recording import RecordingFile, size_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken
    from osfi_gui.services.live import Live
    from osfi_gui.services.session import Session


def new_path(folder: Path, at: datetime) -> Path:
    """Give the path of a new recording, named after the time; makes the folder, for nobody else to look into.

    Raises
    ------
    RecordingError
        The folder cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        what = f"The folder {folder} cannot be made ({error.strerror})."
        raise RecordingError(what, "Choose another folder for recordings.") from error
    name = at.strftime("%Y-%m-%d %H.%M.%S")
    path, number = folder / f"{name}{SUFFIX}", 2
    while path.exists():
        path, number = folder / f"{name} ({number}){SUFFIX}", number + 1
    return path


def list_recordings(folder: Path) -> list[Listed]:
    """List the recordings of a folder, newest first; empty where there is no folder.

    Raises
    ------
    RecordingError
        The folder cannot be read.
    """
    try:
        files = [file for file in folder.iterdir() if file.suffix.lower() == SUFFIX and file.is_file()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RecordingError(f"The folder {folder} cannot be read ({error.strerror}).", "Check the folder.") from error
    found = []
    for file in files:
        with suppress(OSError):  # deleted meanwhile
            changed = datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat(timespec="seconds")
            found.append(Listed(str(file), size_of(file), changed))
    return sorted(found, key=lambda each: (each.changed_at, each.path), reverse=True)


def showing(folder: Path, passphrase: str, identity_id: int) -> Iterator[tuple[Path, bool | None]]:
    """Say of each recording of a folder whether an identity was accepted in it; None where it cannot be opened."""
    for listed in list_recordings(folder):
        path = Path(listed.path)
        try:
            with RecordingFile(path, passphrase) as recording:
                shown: bool | None = recording.shows(identity_id)
        except RecordingError:
            shown = None
        yield path, shown


def take_of(session: Session, *, number: int, source: str, video: bool) -> Take:
    """Say what decides in a session."""
    gallery, point = session.gallery, session.operating_point
    encoder = session.encoder.name
    return Take(number, source, video, encoder, gallery.revision, len(gallery), point, half=session.half)


def session_changes(take: Take, session: Session) -> tuple[str, ...]:
    """Say what decides otherwise in a session than in a take, one sentence each."""
    gallery = session.gallery
    return changes(
        take,
        encoder=session.encoder.name,
        revision=gallery.revision,
        people=len(gallery),
        point=session.operating_point,
        half=session.half,
    )


def replay(recording: RecordingFile, *, live: Live, session: Session, token: CancelToken) -> Iterator[Event]:
    """Recognise the recorded frames again, as they were: in their order, at their times, with tracks begun anew alike.

    Parameters
    ----------
    recording : RecordingFile
    live : Live
        Nobody else's.
    session : Session
        What decides now; the recording says what decided then.
    token : CancelToken

    Yields
    ------
    Event
        Started, then Progress in frames and a Difference for each frame that was decided otherwise; at the end Finished
        with the Comparison, or Cancelled with that of the frames so far.
    """
    total, comparing = len(recording), Comparing()
    yield Started(f"Replaying {recording.path.name}")
    live.use_session(session)
    for frame in recording.frames():
        if token.cancelled():
            yield Cancelled(result=comparing.comparison)
            return
        if frame.begins:
            live.begin_source(video=frame.take.video)
        made = live.work(frame)
        found = comparing.add(frame, seen_of(made) if isinstance(made, Recognition) else ())
        if found is not None:
            yield found
        yield Progress(frame.number + 1, total, "frames")
    yield Finished(comparing.comparison)
