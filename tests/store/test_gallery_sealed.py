"""Who can open a gallery file, and what it shows to those who cannot."""

from __future__ import annotations

import logging
import os
import sqlite3
import unicodedata
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
import sqlalchemy as sa
import sqlcipher3.dbapi2 as sqlcipher
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from safetensors.numpy import save

from osfi_gui.core.enrolment import NewShot
from osfi_gui.core.errors import GalleryError, NewerGalleryError, WrongPassphraseError
from osfi_gui.core.tune import Comparison, Recipe, Standing, TuneCounts, Version
from osfi_gui.store import schema
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.store.upgrade import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "Adalbert Zwölfhügel"


def _keyed(path: Path, passphrase: str) -> sqlcipher.Connection:
    connection = sqlcipher.connect(str(path))
    connection.execute("PRAGMA key = '" + passphrase.replace("'", "''") + "'")
    return connection


def _secrets(shot: NewShot) -> dict[str, bytes]:
    """List what must not be found, by what it is."""
    return {
        "name": NAME.encode(),
        "part of the name": b"Adalbert",
        "note": b"sits by the window",
        "origin": shot.origin.encode(),
        "PNG signature": b"\x89PNG",
        "PNG header": b"IHDR",
        "embedding": shot.embeddings["sface"].tobytes(),
        "landmarks": shot.portrait.face.landmarks.tobytes(),
        "SQLite header": b"SQLite format 3",
        "schema": b"CREATE TABLE",
    }


def test_no_file_shows_anything_of_what_is_in_it(
    gallery: GalleryFile, passphrase: str, new_shot: Callable[..., NewShot]
) -> None:
    shot = new_shot(1, "sface")
    gallery.enrol(NAME, [shot] * 20, note="sits by the window")
    folder = gallery.path.parent

    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert any(name.endswith("-wal") and content for name, content in files.items()), "the journal was looked at too"
    gallery.close()
    files["closed"] = gallery.path.read_bytes()
    assert [file.name for file in folder.iterdir()] == [gallery.path.name], "nothing stays beside it"

    for where, content in files.items():
        for what, secret in _secrets(shot).items():
            assert secret not in content, f"{what} in {where}"
    # Cipher text looks random, so nothing makes it smaller.
    assert len(zlib.compress(files["closed"], 9)) > 0.999 * len(files["closed"])

    # The same search does find everything once SQLCipher has written the content out in plain.
    plain = folder / "plain.db"
    connection = _keyed(gallery.path, passphrase)
    connection.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
    connection.execute("SELECT sqlcipher_export('plain')")
    connection.close()
    content = plain.read_bytes()
    assert [what for what, secret in _secrets(shot).items() if secret not in content] == []


def test_no_file_shows_weights_notes_or_persons(
    gallery: GalleryFile, passphrase: str, new_shot: Callable[..., NewShot]
) -> None:
    weights = np.random.default_rng(5).normal(size=(64, 64)).astype(np.float32)
    delta = save({"block3.bn.weight": weights})
    comparison = Comparison(Standing.OPEN, "Too few held-out shots.", (), TuneCounts(1, 3, 2, 1, 0, 0))
    version = Version(
        0, "sface", 0, "", Recipe(augment="camera"), comparison, 1, (1,), 0, "lamp by the door", 9.0, "CPU"
    )
    shot = new_shot(1, "sface")
    gallery.enrol("Ada", [shot])
    gallery.add_strangers([new_shot(2)], person="Beatrix Kopf")
    gallery.add_version(version, delta)
    tuned = new_shot(7, "tuned", dim=64).embeddings["tuned"]
    gallery.promote(1, "sface", vectors={1: tuned}, stranger_vectors={1: tuned}, point=None, revision=1)
    secrets = {
        "tensor's name": b"block3.bn.weight",
        "weights": weights.tobytes()[:64],
        "recipe": b'"augment"',
        "comparison": b"Too few held-out shots.",
        "note": b"lamp by the door",
        "person": b"Beatrix",
        "embedding": tuned.tobytes(),
        "name of the version": b"sface@1",
    }
    folder = gallery.path.parent
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert any(name.endswith("-wal") and content for name, content in files.items()), "the journal was looked at too"
    gallery.close()
    files["closed"] = gallery.path.read_bytes()
    for where, content in files.items():
        for what, secret in secrets.items():
            assert secret not in content, f"{what} in {where}"

    plain = folder / "plain.db"
    connection = _keyed(gallery.path, passphrase)
    connection.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
    connection.execute("SELECT sqlcipher_export('plain')")
    connection.close()
    content = plain.read_bytes()
    assert [what for what, secret in secrets.items() if secret not in content] == []


@pytest.mark.parametrize(
    "passphrase",
    ["'", '"', 'it\'s "quoted" \\ ; --', "x'00'", "naïve 🔑 пароль", " ", "\n", "%s{}", "p" * 5000],
)
def test_any_passphrase_opens_its_gallery_and_no_other(path: Path, passphrase: str) -> None:
    with GalleryFile.open(path, passphrase, create=True) as gallery:
        gallery.add_identity("Ada")
    for wrong in (passphrase + "x", "x" + passphrase, passphrase.swapcase() + "'"):
        with pytest.raises(WrongPassphraseError) as caught:
            GalleryFile.open(path, wrong)
        assert caught.value.remedy
        assert wrong not in f"{caught.value!r}" or len(wrong) < 3
    with GalleryFile.open(path, passphrase) as gallery:
        assert len(gallery.identities()) == 1


def test_a_passphrase_is_the_same_in_both_unicode_forms(path: Path) -> None:
    GalleryFile.open(path, unicodedata.normalize("NFD", "Ångström"), create=True).close()
    GalleryFile.open(path, unicodedata.normalize("NFC", "Ångström")).close()


@pytest.mark.parametrize("passphrase", ["", "a\ud800", "a\x00b"])
def test_a_passphrase_that_cannot_be_typed_is_refused_before_a_file_is_made(path: Path, passphrase: str) -> None:
    with pytest.raises(GalleryError, match="passphrase") as caught:
        GalleryFile.open(path, passphrase, create=True)
    assert caught.value.remedy
    assert not path.exists()


def _text(path: Path) -> None:
    path.write_text("These are notes, not a gallery.\n" * 300)


def _short_text(path: Path) -> None:
    path.write_text("hi")


def _empty(path: Path) -> None:
    path.touch()


def _plain_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE identities (name TEXT)")
    connection.commit()
    connection.close()


def _foreign_sqlcipher(path: Path) -> None:
    connection = _keyed(path, "secret")
    connection.execute("CREATE TABLE identities (name TEXT)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("make", [_text, _short_text, _empty, _plain_sqlite, _foreign_sqlcipher])
def test_a_file_that_is_no_gallery_is_refused_and_left_alone(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    before = path.read_bytes()
    for create in (False, True):
        if create and make is _empty:
            continue  # what a creation leaves that was killed at its very start; may be tried again
        with pytest.raises(WrongPassphraseError):
            GalleryFile.open(path, "secret", create=create)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_empty_file_is_taken_when_a_gallery_is_to_be_made(path: Path) -> None:
    path.touch()
    GalleryFile.open(path, "secret", create=True).close()
    GalleryFile.open(path, "secret").close()


def test_a_creation_killed_before_its_tables_is_finished_at_the_next_start(path: Path) -> None:
    connection = _keyed(path, "secret")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    with GalleryFile.open(path, "secret") as gallery:
        assert gallery.add_identity("Ada").name == "Ada"


def test_a_newer_gallery_is_refused_and_left_alone(gallery: GalleryFile, passphrase: str) -> None:
    gallery.add_identity("Ada")
    gallery.close()
    connection = _keyed(gallery.path, passphrase)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = gallery.path.read_bytes()
    with pytest.raises(NewerGalleryError) as caught:
        GalleryFile.open(gallery.path, passphrase)
    assert "newer version" in caught.value.what
    assert caught.value.remedy
    assert gallery.path.read_bytes() == before


def test_a_missing_file_or_folder_is_named(path: Path) -> None:
    with pytest.raises(GalleryError, match="no gallery") as caught:
        GalleryFile.open(path, "secret")
    assert type(caught.value) is GalleryError
    with pytest.raises(GalleryError, match="does not exist"):
        GalleryFile.open(path.parent / "none" / "g.osfi", "secret", create=True)
    with pytest.raises(GalleryError, match="is a folder"):
        GalleryFile.open(path.parent, "secret")
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_or_file_that_cannot_be_written_is_named(gallery: GalleryFile, passphrase: str) -> None:
    gallery.close()
    gallery.path.chmod(0o400)
    with pytest.raises(GalleryError, match="cannot be written"):
        GalleryFile.open(gallery.path, passphrase)
    gallery.path.chmod(0o600)
    folder = gallery.path.parent
    folder.chmod(0o500)
    try:
        with pytest.raises(GalleryError, match="cannot be written"):
            GalleryFile.open(folder / "new.osfi", passphrase, create=True)
    finally:
        folder.chmod(0o700)


def test_a_locked_file_is_named_and_free_again_afterwards(
    gallery: GalleryFile, passphrase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery.close()
    monkeypatch.setattr("osfi_gui.store.cipher.LOCK_WAIT_MS", 50)
    other = _keyed(gallery.path, passphrase)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(GalleryError, match="in use") as caught:
            GalleryFile.open(gallery.path, passphrase)
        assert type(caught.value) is GalleryError
    finally:
        other.close()
    GalleryFile.open(gallery.path, passphrase).close()


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_its_owner_may_read_the_files(gallery: GalleryFile) -> None:
    gallery.add_identity("Ada")
    for file in gallery.path.parent.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name


def test_every_connection_is_set_up_the_same(gallery: GalleryFile) -> None:
    with gallery._engine.connect() as first, gallery._engine.connect() as second:
        for connection in (first, second):
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("foreign_keys", "secure_delete", "temp_store", "synchronous", "journal_mode")
            }
            assert found == {
                "foreign_keys": 1,
                "secure_delete": 1,
                "temp_store": 2,
                "synchronous": 2,
                "journal_mode": "wal",
            }


def test_the_migrations_build_what_the_queries_are_written_against(gallery: GalleryFile) -> None:
    with gallery._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []


def test_a_new_gallery_is_what_the_migrations_build(gallery: GalleryFile) -> None:
    plain = sa.create_engine("sqlite://")
    with plain.connect() as migrated, gallery._engine.connect() as made:
        upgrade(migrated)
        for pragma in ("application_id", "user_version"):
            assert _pragma(made, pragma) == _pragma(migrated, pragma)
        tables = set(sa.inspect(migrated).get_table_names())
        assert tables == set(sa.inspect(made).get_table_names()) >= {"identities", "shots", "alembic_version"}
        for table in tables:
            for pragma in ("table_xinfo", "index_list", "foreign_key_list"):
                assert _pragma(made, f"{pragma}({table})") == _pragma(migrated, f"{pragma}({table})"), table
            assert ("AUTOINCREMENT" in _sql(made, table)) == ("AUTOINCREMENT" in _sql(migrated, table)), table
        for rows in ("gallery", "alembic_version"):
            query = sa.text(f"SELECT * FROM {rows}")
            assert made.execute(query).all() == migrated.execute(query).all()


def _pragma(connection: sa.Connection, text: str) -> list[object]:
    return sorted(map(tuple, connection.exec_driver_sql(f"PRAGMA {text}").all()), key=str)


def _sql(connection: sa.Connection, table: str) -> str:
    query = sa.text("SELECT sql FROM sqlite_master WHERE name = :name")
    return str(connection.execute(query, {"name": table}).scalar_one())


def test_neither_repr_nor_log_nor_errors_show_data(
    gallery: GalleryFile, new_shot: Callable[..., NewShot], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shot = new_shot(1, "sface")
    gallery.enrol(NAME, [shot])
    assert "array" not in repr(shot)
    assert "array" not in repr(gallery.embeddings("sface"))
    assert NAME not in repr(gallery)
    with pytest.raises(GalleryError) as caught:
        gallery.put_embeddings(None, {1: np.ones(8, np.float32)})  # type: ignore[arg-type]
    assert "0x" not in f"{caught.value!r} {caught.value.__cause__}"
    assert "hidden" in str(caught.value.__cause__)
    assert NAME not in caplog.text
