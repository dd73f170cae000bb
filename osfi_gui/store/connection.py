"""An open gallery file and its transactions."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from osfi_gui.core.errors import GalleryError
from osfi_gui.store import cipher, rows
from osfi_gui.store import schema as s

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from osfi_gui.core.enrolled import Shot


class GalleryConnection:
    """Opens and closes one gallery file; every transaction happens whole or not at all."""

    def __init__(self, path: Path, engine: sa.Engine) -> None:
        self._path = path
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._closed = False

    @classmethod
    def open(cls, path: Path, passphrase: str, *, create: bool = False) -> Self:
        """Open a gallery.

        Parameters
        ----------
        path : Path
            The file.
        passphrase : str
            Any text that is not empty; Unicode forms that look the same are the same.
        create : bool
            Make a new gallery where the file is missing.

        Raises
        ------
        GalleryError
            The file or its folder is missing, locked or not writable, or the passphrase is empty.
        WrongPassphraseError
            The passphrase does not open the file, or the file is no gallery.
        NewerGalleryError
            A newer version of the program wrote it; the file is left as it is.
        """
        return cls(path, cipher.open_engine(path, passphrase, create=create))

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._closed = True
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Give the open gallery."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def __repr__(self) -> str:
        """Say where it is, and nothing of what is in it."""
        return f"<GalleryFile {self._path.name!r} {'closed' if self._closed else 'open'}>"

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    # Transactions

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._usable(), self._engine.connect() as db:
            yield db

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self._usable(), self._writer.begin() as db:
            yield db

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sa.Connection]:
        """Begin a transaction on identities and shots, which makes a new revision when it wrote anything."""
        with self._transaction() as db:
            before = cipher.rows_changed(db)
            yield db
            if cipher.rows_changed(db) != before:
                db.execute(sa.update(s.gallery).values(revision=s.gallery.c.revision + 1))

    @contextlib.contextmanager
    def _usable(self) -> Iterator[None]:
        if self._closed:
            raise GalleryError("The gallery is closed.", "Open it again.")
        with cipher.translated(self._path):
            yield

    def _forget_journal(self) -> None:
        """Empty the journal, in which (encrypted) pages of what was deleted are still lying."""
        # What was asked for is done; that the journal is emptied later (at the latest on closing) is no failure.
        with contextlib.suppress(GalleryError), self._usable():
            cipher.empty_journal(self._engine)

    def _shots(self, query: sa.Select[Any]) -> list[Shot]:
        with self._reading() as db:
            found = db.execute(query).mappings().all()
        # Pictures are decoded after the transaction, which would otherwise keep the journal from being emptied.
        return [rows.shot_of(row) for row in found]
