"""An encrypted SQLite file: opening it, its keys, its migrations, and what its failures mean to an operator."""

from __future__ import annotations

import os
import threading
import unicodedata
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.pool import QueuePool

from osfi_gui.core.errors import GalleryError, NewerGalleryError, WrongPassphraseError
from osfi_gui.store import schema
from osfi_gui.store.upgrade import known_versions, upgrade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOCK_WAIT_MS = 5000
"""How long a call waits for another program's transaction."""

# Alembic keeps its current migration in module-level proxies: one migration at a time in a process.
_migrating = threading.Lock()


def open_engine(path: Path, passphrase: str, *, create: bool) -> sa.Engine:
    """Open a gallery file and bring its tables up to date.

    Parameters
    ----------
    path : Path
        The file.
    passphrase : str
        Not empty; NFC-normalised here, so that every keyboard opens the same file.
    create : bool
        Make the file when it is missing.

    Returns
    -------
    Engine
        Gives one keyed connection a thread; transactions begin with ``BEGIN``, or with ``BEGIN IMMEDIATE`` under the
        execution option ``writes=True``.

    Raises
    ------
    GalleryError
        Missing, not writable, locked, empty passphrase.
    WrongPassphraseError
        Wrong passphrase, or the file is no gallery.
    NewerGalleryError
        Written by a newer version; the file is left as it is.
    """
    key = _key(passphrase)
    made = _claim(path, create=create)
    engine = _engine(path, key)
    try:
        with translated(path):
            _check(engine, path, may_be_empty=create)
            _migrate(engine)
    except BaseException:
        engine.dispose()
        if made:
            path.unlink(missing_ok=True)
        raise
    return engine


def connect(path: Path, passphrase: str) -> sqlcipher.Connection:
    """Open one connection to an encrypted file that is there, as a gallery's are: same cipher, same key derivation.

    Parameters
    ----------
    path : Path
    passphrase : str
        Not empty; normalised as a gallery's.

    Raises
    ------
    GalleryError
        The passphrase is empty or broken.
    sqlcipher3.dbapi2.Error
        The file is not there. Whether the passphrase is right shows at the first look into the file.
    """
    return _connector(path, _key(passphrase))()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the database's errors into ones that say what to do."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _explained(path, str(error.orig)) from error
    except sa.exc.TimeoutError as error:
        raise GalleryError(f"{path.name} is busy.", "Wait until the running jobs are done and try again.") from error
    except sqlcipher.Error as error:
        raise _explained(path, str(error)) from error


def _explained(path: Path, text: str) -> GalleryError:
    name = path.name
    if "not a database" in text:
        return WrongPassphraseError(
            f"The passphrase does not open {name}, or the file is not a gallery.",
            "Check the passphrase (capitals, keyboard layout) and the file.",
        )
    if "locked" in text or "busy" in text:
        return GalleryError(f"{name} is in use by another program.", "Close the other program and try again.")
    if "readonly" in text or "unable to open" in text:
        return GalleryError(
            f"{name} cannot be written.",
            "Check that you may write to the file and its folder, or choose another folder.",
        )
    if "full" in text:
        return GalleryError(f"There is no room left to write {name}.", "Free some disk space and try again.")
    return GalleryError(f"{name} could not be read or written ({text}).", "Try again, or restore a backup of the file.")


def _key(passphrase: str) -> str:
    """Write the passphrase as an SQL string."""
    if not passphrase:
        raise GalleryError("A gallery needs a passphrase.", "Type a passphrase that is not empty.")
    # Asked instead of caught: the driver's error would carry the passphrase into a traceback. SQL ends at a NUL.
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in passphrase):
        raise GalleryError("The passphrase holds a broken character.", "Type the passphrase again by hand.")
    # Not PRAGMA hexkey, which needs no quotes but silently cuts a passphrase to its first 40 bytes.
    return "'" + unicodedata.normalize("NFC", passphrase).replace("'", "''") + "'"


def _claim(path: Path, *, create: bool) -> bool:
    """Check that the file is there; make it, readable by its owner only, where that is asked for.

    Returns
    -------
    bool
        Whether it was made.
    """
    folder = path.absolute().parent
    try:
        if path.is_dir():
            raise GalleryError(f"{path.name} is a folder, not a gallery file.", "Choose a file.")
        if not folder.is_dir():
            raise GalleryError(f"The folder {folder} does not exist.", "Make the folder or choose another one.")
        if not path.exists():
            if not create:
                raise GalleryError(f"There is no gallery at {path}.", "Check the path, or create a new gallery there.")
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            return True
    except FileExistsError:  # somebody else was faster; what they made is opened
        pass
    except OSError as error:
        raise _explained(path, "readonly") from error
    # The journal lies beside the file, so the folder must be writable too.
    if not (os.access(folder, os.W_OK) and os.access(path, os.R_OK | os.W_OK)):
        raise _explained(path, "readonly")
    return False


def _engine(path: Path, key: str) -> sa.Engine:
    engine = sa.create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=_connector(path, key),
        # Every connection pays for the key derivation (about 0.2 s), so few of them are kept and reused, newest first.
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=12,
        pool_use_lifo=True,
        # Names and embeddings must not reach a log through an error message.
        hide_parameters=True,
    )
    sa.event.listen(engine, "begin", _begin)
    return engine


def _connector(path: Path, key: str) -> Callable[[], sqlcipher.Connection]:
    # mode=rw: a file that was moved away must not come back empty.
    uri = path.absolute().as_uri() + "?mode=rw"

    def connect() -> sqlcipher.Connection:
        # isolation_level None: the driver's own idea of when to begin leaves DDL outside of transactions.
        connection = sqlcipher.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
        try:
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = {key}")
            # A later SQLCipher with other defaults must still open today's files.
            connection.execute("PRAGMA cipher_compatibility = 4")
            connection.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA trusted_schema = OFF")
            # An enrolment that was reported as done must outlive a power cut, and enrolments are rare.
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def _begin(connection: sa.Connection) -> None:
    # A writer that begins as a reader can find its snapshot outdated and fail without waiting.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check(engine: sa.Engine, path: Path, *, may_be_empty: bool) -> None:
    """Refuse what is no gallery, or a newer one, before anything is written."""
    with engine.connect() as connection:
        tables = set(connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
        if not tables:
            # No tables but the right key: a creation that was killed. Empty without being told to create: a stray file.
            if not may_be_empty and path.stat().st_size == 0:
                raise _explained(path, "not a database")
            return
        application = connection.execute(sa.text("PRAGMA application_id")).scalar_one()
        if application != schema.APPLICATION_ID or "alembic_version" not in tables:
            raise _explained(path, "not a database")
        versions = _versions(connection)
    if versions != {schema.VERSION} and versions - known_versions():
        raise NewerGalleryError(
            f"{path.name} was written by a newer version of this program.",
            "Install the newest version to open it; the file was not changed.",
        )


def _migrate(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        # Outside of a transaction by necessity, hence on the driver's connection. The journal is encrypted too.
        driver = connection.connection.driver_connection
        if driver is not None and driver.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            driver.execute("PRAGMA journal_mode = WAL")
    with _migrating, engine.execution_options(writes=True).begin() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            schema.create(connection)
        elif _versions(connection) != {schema.VERSION}:
            upgrade(connection)


def _versions(connection: sa.Connection) -> set[str]:
    return set(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars())


def rows_changed(connection: sa.Connection) -> int:
    """How many rows this connection has inserted, updated or deleted since it was opened."""
    driver = connection.connection.driver_connection
    assert driver is not None
    return int(driver.total_changes)


def empty_journal(engine: sa.Engine) -> None:
    """Move the write-ahead journal into the file and cut it to nothing, as far as readers allow."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        connection.close()
