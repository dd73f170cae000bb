"""The file of a recording: encrypted like the gallery, written record by record, readable up to the last whole one."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Self

import sqlcipher3.dbapi2 as sqlcipher

from osfi_gui.core.errors import RecordingError
from osfi_gui.core.recording import Heading, RecordedFrame, Summary
from osfi_gui.core.values import Verdict
from osfi_gui.store import cipher
from osfi_gui.store.codec import now
from osfi_gui.store.recording_codec import pixels_of, png_of, seen_of_text, seen_text, take_of, take_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from osfi_gui.core.recording import Seen, Take
    from osfi_gui.core.values import Frame

FORMAT = 1
"""The newest layout of the tables below."""
APPLICATION_ID = 0x4F534652
"""SQLite's application id of a recording ("OSFR"), which tells it from a gallery."""

_TABLES = f"""
BEGIN;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
CREATE TABLE heading (
    id INTEGER PRIMARY KEY CHECK (id = 1), program TEXT NOT NULL, began_at TEXT NOT NULL, gallery TEXT NOT NULL,
    ended_at TEXT NOT NULL, missing INTEGER NOT NULL
);
CREATE TABLE takes (id INTEGER PRIMARY KEY, about TEXT NOT NULL);
CREATE TABLE frames (
    id INTEGER PRIMARY KEY, take INTEGER NOT NULL REFERENCES takes (id), place INTEGER NOT NULL, time_s REAL NOT NULL,
    clock_s REAL NOT NULL, file TEXT, missing INTEGER NOT NULL, seen TEXT NOT NULL, png BLOB NOT NULL
);
COMMIT;
"""

_NEXT = """
SELECT id, take, place, time_s, clock_s, file, missing, seen, png FROM frames WHERE id > ? ORDER BY id LIMIT 1
"""


class RecordingWriter:
    """Writes a new recording; every call is a transaction, so that a killed program leaves whole records.

    Used from one thread.

    Parameters
    ----------
    path : Path
        Must not be there yet.
    passphrase : str
        The gallery's.
    heading : Heading
    connect : callable
        Opens the encrypted file.

    Raises
    ------
    RecordingError
        The file cannot be made.
    """

    def __init__(
        self,
        path: Path,
        passphrase: str,
        heading: Heading,
        *,
        connect: Callable[[Path, str], sqlcipher.Connection] = cipher.connect,
    ) -> None:
        self._path = path
        self._written = 0
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            what = f"The recording {path.name} cannot be made ({error.strerror})."
            raise RecordingError(what, f"Check that you may write to the folder {path.parent}.") from error
        try:
            with _translated(path):
                self._db = connect(path, passphrase)
                self._db.execute("PRAGMA journal_mode = WAL").fetchall()
                # A power cut may take the last records; waiting for the disk at each would cost every one after it.
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.executescript(_TABLES)
                head = (heading.program, heading.began_at, heading.gallery)
                self._db.execute("INSERT INTO heading VALUES (1, ?, ?, ?, '', 0)", head)
        except BaseException:
            if hasattr(self, "_db"):
                self._db.close()
            remove_recording(path)
            raise

    @property
    def size_bytes(self) -> int:
        """Bytes of pictures and decisions so far; the file is a few percent larger."""
        return self._written

    def begin_take(self, take: Take) -> None:
        """Write what decides from here on.

        Raises
        ------
        RecordingError
            There is no room, or the file cannot be written; what was written before stays.
        """
        with _translated(self._path):
            self._db.execute("INSERT INTO takes VALUES (?, ?)", (take.number, take_text(take)))

    def add(self, frame: Frame, seen: Sequence[Seen], *, take: int, missing: int, clock_s: float) -> None:
        """Write a frame, losslessly, and what was decided about it.

        Parameters
        ----------
        frame : Frame
        seen : sequence of Seen
        take : int
            Number of the take it belongs to.
        missing : int
            Frames just before it that are not recorded.
        clock_s : float
            Seconds since the recording began.

        Raises
        ------
        RecordingError
            There is no room, or the file cannot be written; what was written before stays.
        """
        png = png_of(frame.pixels)
        text = seen_text(seen)
        values = (take, frame.index, frame.time_s, clock_s, frame.file, missing, text, png)
        with _translated(self._path):
            self._db.execute("INSERT INTO frames VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        self._written += len(png) + len(text)

    def finish(self, *, missing: int) -> None:
        """Write that the recording was stopped, and how many frames are missing in all; then close.

        Raises
        ------
        RecordingError
            There is no room, or the file cannot be written; what was written before stays.
        """
        try:
            with _translated(self._path):
                self._db.execute("UPDATE heading SET ended_at = ?, missing = ?", (now(), missing))
                # One file from now on, without a journal beside it; refused while somebody reads, which does no harm.
                with contextlib.suppress(sqlcipher.OperationalError):
                    self._db.execute("PRAGMA journal_mode = DELETE").fetchall()
        finally:
            self.close()

    def close(self) -> None:
        """Close the file as it is; may be called twice."""
        self._db.close()


class RecordingFile:
    """Reads a recording, also one whose program was killed, or that is still being made.

    Parameters
    ----------
    path : Path
    passphrase : str
        Of the gallery that it was made with.

    Raises
    ------
    RecordingError
        The file is missing, damaged, no recording, or of a newer version; or the passphrase is wrong.
    """

    def __init__(self, path: Path, passphrase: str) -> None:
        self._path = path
        if not path.is_file():
            raise RecordingError(f"There is no recording {path}.", "Check the path, or choose another file.")
        if path.stat().st_size == 0 and not _journal(path).exists():
            raise RecordingError(f"{path.name} is empty.", "Choose another recording.")
        with _translated(path):
            self._db = cipher.connect(path, passphrase)
            try:
                self._db.execute("PRAGMA query_only = ON")
                self._heading = self._checked()
            except BaseException:
                self._db.close()
                raise

    def _checked(self) -> Heading:
        name = self._path.name
        if self._one("PRAGMA application_id") != APPLICATION_ID:
            raise RecordingError(f"{name} is not a recording.", f"Choose a file that ends in .osfirec, not {name}.")
        if int(str(self._one("PRAGMA user_version"))) > FORMAT:
            what = f"{name} was recorded by a newer version of this program."
            raise RecordingError(what, "Install the newest version to play it.")
        row = self._db.execute("SELECT program, began_at, gallery, ended_at, missing FROM heading").fetchone()
        if row is None:
            raise RecordingError(f"{name} holds nothing: the program ended as it began.", "Choose another recording.")
        return Heading(*row)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._db.close()

    def __enter__(self) -> Self:
        """Give the open recording."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def heading(self) -> Heading:
        """What stands at its head."""
        return self._heading

    def takes(self) -> tuple[Take, ...]:
        """Give the takes in their order."""
        with _translated(self._path):
            return tuple(take_of(row[0]) for row in self._db.execute("SELECT about FROM takes ORDER BY id"))

    def __len__(self) -> int:
        """Count the frames."""
        with _translated(self._path):
            return int(str(self._one("SELECT count(*) FROM frames")))

    def seconds(self) -> float:
        """Give the seconds from the first recorded frame to the last."""
        with _translated(self._path):
            return float(str(self._one("SELECT coalesce(max(clock_s) - min(clock_s), 0.0) FROM frames")))

    def summary(self) -> Summary:
        """Look through the whole recording, but for its pictures."""
        frames = faces = 0
        people: dict[str, int] = {}
        with _translated(self._path):
            for (text,) in self._db.execute("SELECT seen FROM frames ORDER BY id"):
                seen = seen_of_text(text)
                frames, faces = frames + 1, faces + len(seen)
                for name in {face.identity for face in seen if face.verdict is Verdict.ACCEPT and face.identity}:
                    people[name] = people.get(name, 0) + 1
        first = next(self.frames(), None)
        height, width = (0, 0) if first is None else first.pixels.shape[:2]
        size = size_of(self._path)
        return Summary(self._heading, self.takes(), frames, faces, width, height, self.seconds(), size, people)

    def shows(self, identity_id: int) -> bool:
        """Say whether an identity was accepted in any frame."""
        with _translated(self._path):
            rows = self._db.execute("SELECT seen FROM frames WHERE seen LIKE '%' || ? || '%'", (str(identity_id),))
            return any(face.identity_id == identity_id for (text,) in rows for face in seen_of_text(text))

    def frames(self) -> Iterator[RecordedFrame]:
        """Give the frames one after the other; one picture at a time is held.

        Raises
        ------
        RecordingError
            The file is damaged here; every frame before was given.
        """
        takes = {take.number: take for take in self.takes()}
        with _translated(self._path):
            end = self._one("SELECT max(id) FROM frames")
        number, at, before = 0, 0, 0
        while at != (end or 0):
            # One at a time and not one long query: that would keep a recording that is still made from being finished.
            with _translated(self._path, number):
                row = self._db.execute(_NEXT, (at,)).fetchone()
                at, take, place, time_s, clock_s, file, missing, seen, png = row
                frame = RecordedFrame(
                    pixels_of(png),
                    place,
                    time_s,
                    file,
                    begins=take != before,
                    number=number,
                    take=takes[take],
                    seen=seen_of_text(seen),
                    missing=missing,
                    clock_s=clock_s,
                    last=at == end,
                )
            number, before = number + 1, take
            yield frame

    def _one(self, query: str) -> object:
        row = self._db.execute(query).fetchone()
        return None if row is None else row[0]


def size_of(path: Path) -> int:
    """Give the bytes of a recording on the disk, with its journal; 0 where it is gone."""
    size = 0
    for file in (path, _journal(path)):
        with contextlib.suppress(OSError):
            size += file.stat().st_size
    return size


def remove_recording(path: Path) -> None:
    """Delete a recording and what may lie beside it.

    Raises
    ------
    RecordingError
        It cannot be deleted.
    """
    try:
        for file in (path, _journal(path), path.with_name(path.name + "-shm")):
            file.unlink(missing_ok=True)
    except OSError as error:
        what = f"The recording {path.name} cannot be deleted ({error.strerror})."
        raise RecordingError(what, "Close what is using it, and check that you may write to its folder.") from error


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


@contextlib.contextmanager
def _translated(path: Path, frame: int | None = None) -> Iterator[None]:
    """Turn the database's errors, and those of records that make no sense, into ones that say what to do."""
    try:
        yield
    except sqlcipher.Error as error:
        raise _explained(path, str(error), frame) from error
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, frame) from error


def _explained(path: Path, text: str, frame: int | None) -> RecordingError:
    name = path.name
    if "not a database" in text:
        return RecordingError(
            f"The passphrase does not open {name}, or the file is not a recording.",
            "Open the gallery it was made with, and check the file.",
        )
    if "full" in text or "disk I/O" in text:
        return RecordingError(f"There is no room left to write {name}.", "Free some disk space and record again.")
    if "locked" in text or "busy" in text:
        return RecordingError(f"{name} is in use by another program.", "Close the other program and try again.")
    if "readonly" in text or "unable to open" in text:
        return RecordingError(f"{name} cannot be opened.", "Check that you may read and write it and its folder.")
    return _damaged(path, frame)


def _damaged(path: Path, frame: int | None) -> RecordingError:
    if frame:
        frames = "1 frame" if frame == 1 else f"{frame} frames"
        return RecordingError(f"{path.name} is damaged after {frames}.", "What came before was used.")
    return RecordingError(f"{path.name} is damaged: part of it is missing or changed.", "Restore a backup of the file.")
