"""Gallery files of older versions of the program."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
import sqlalchemy as sa
import sqlcipher3.dbapi2 as sqlcipher
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from PIL import Image

from osfi_gui.core.enrolled import Consent
from osfi_gui.core.errors import GalleryError, NewerGalleryError
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.tune import Recipe, Version
from osfi_gui.store import schema
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.store.upgrade import upgrade

if TYPE_CHECKING:
    from pathlib import Path

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
LANDMARKS = np.arange(10, dtype="<f4")
VECTOR = np.array([0.6, 0.8], "<f4")


@pytest.fixture
def first(path: Path, passphrase: str) -> Path:
    """Make a gallery of the first version with the migration of the first version, and rows as it wrote them."""
    key = passphrase.replace("'", "''")

    def connect() -> sqlcipher.Connection:
        connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA key = '{key}'")
        return connection

    engine = sa.create_engine("sqlite://", module=sqlcipher, creator=connect)
    png = io.BytesIO()
    Image.fromarray(PIXELS).save(png, "PNG")
    portrait = (png.getvalue(), 1.0, 2.0, 3.0, 4.0, LANDMARKS.tobytes(), 0.75, "lamp.jpg", "2024-05-01T10:00:00+00:00")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        upgrade(connection, to="0001")
        for statement, values in (
            ("INSERT INTO identities VALUES (7, 'Ada', 'E-1', 'n', 'text', 'Olga', 'then', 'before')", ()),
            ("INSERT INTO shots VALUES (11, 7, ?, ?, ?, ?, ?, ?, ?, ?, ?)", portrait),
            ("INSERT INTO shot_embeddings VALUES (11, 'sface', ?)", (VECTOR.tobytes(),)),
            ("INSERT INTO strangers VALUES (3, ?, ?, ?, ?, ?, ?, ?, ?, ?)", portrait),
            ("INSERT INTO strangers VALUES (5, ?, ?, ?, ?, ?, ?, ?, ?, ?)", portrait),
            ("INSERT INTO stranger_embeddings VALUES (3, 'sface', ?)", (VECTOR.tobytes(),)),
            ("INSERT INTO stranger_embeddings VALUES (5, 'sface', ?)", (VECTOR.tobytes(),)),
            ("INSERT INTO operating_points VALUES (1, 'sface', 'nac', 16, 0.5, 0.25, 4, 'src', 0.01, 'then')", ()),
            ("UPDATE gallery SET revision = 4", ()),
        ):
            connection.exec_driver_sql(statement, values)
        connection.exec_driver_sql("COMMIT")
    engine.dispose()
    return path


def _value(path: Path, passphrase: str, query: str) -> object:
    connection = sqlcipher.connect(str(path))
    connection.execute("PRAGMA key = '" + passphrase.replace("'", "''") + "'")
    try:
        return connection.execute(query).fetchone()[0]
    finally:
        connection.close()


def test_a_gallery_of_the_first_version_opens_without_loss(first: Path, passphrase: str) -> None:
    assert _value(first, passphrase, "SELECT version_num FROM alembic_version") == "0001"
    with GalleryFile.open(first, passphrase) as gallery:
        assert gallery.revision == 4
        (ada,) = gallery.identities()
        assert (ada.identity_id, ada.name, ada.external_id, ada.note) == (7, "Ada", "E-1", "n")
        assert (ada.consent, ada.created_at, ada.shots) == (Consent("text", "Olga", "then"), "before", 1)
        (shot,) = gallery.shots()
        assert (shot.shot_id, shot.identity_id, shot.origin) == (11, 7, "lamp.jpg")
        assert (shot.portrait.face.box, shot.portrait.face.score) == ((1.0, 2.0, 3.0, 4.0), 0.75)
        np.testing.assert_array_equal(shot.portrait.pixels, PIXELS)
        np.testing.assert_array_equal(shot.portrait.face.landmarks, LANDMARKS.reshape(5, 2))
        np.testing.assert_array_equal(gallery.embeddings("sface").matrix, [VECTOR])
        assert gallery.operating_point("sface") == OperatingPoint("nac", 16, 0.5, 0.25, "sface", 4, "src", 0.01)
        strangers = gallery.stranger_embeddings("sface")
        assert strangers.stranger_ids == (3, 5)
        assert len(set(strangers.persons)) == 2, "nobody knows whose they are, so each is a person"
        assert [stranger.person for stranger in gallery.strangers()] == ["", ""]


def test_an_upgraded_gallery_does_all_that_a_new_one_does(first: Path, passphrase: str) -> None:
    version = Version(0, "sface", 0, "", Recipe(), None, 4, (7,), 0)
    with GalleryFile.open(first, passphrase) as gallery:
        assert gallery.versions("sface") == []
        assert (gallery.in_use("sface"), gallery.back_to("sface")) == (0, None)
        gallery.add_version(version, b"weights")
        one = np.ones(3, np.float32)
        strangers = {3: one, 5: one}
        gallery.promote(1, "sface", vectors={11: one}, stranger_vectors=strangers, point=None, revision=4)
        with gallery._engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA cipher_integrity_check").all() == []
    with GalleryFile.open(first, passphrase) as again:
        assert (again.in_use("sface"), again.delta(1)) == (1, b"weights")
        assert again.add_identity("Bob").identity_id == 8, "the numbers go on where they were"


def test_an_upgrade_that_fails_leaves_the_gallery_as_it_was(first: Path, passphrase: str) -> None:
    connection = sqlcipher.connect(str(first))
    connection.execute("PRAGMA key = '" + passphrase.replace("'", "''") + "'")
    connection.execute("CREATE TABLE identity_thresholds (x)")  # the last table that the upgrade makes
    connection.commit()
    connection.close()
    tables = "SELECT group_concat(name || sql) FROM sqlite_master ORDER BY name"
    before = _value(first, passphrase, tables)

    with pytest.raises(GalleryError, match="identity_thresholds") as caught:
        GalleryFile.open(first, passphrase)
    assert caught.value.remedy

    assert _value(first, passphrase, tables) == before
    assert _value(first, passphrase, "SELECT version_num FROM alembic_version") == "0001"
    connection = sqlcipher.connect(str(first))
    connection.execute("PRAGMA key = '" + passphrase.replace("'", "''") + "'")
    connection.execute("DROP TABLE identity_thresholds")
    connection.commit()
    connection.close()
    with GalleryFile.open(first, passphrase) as gallery:
        assert [identity.name for identity in gallery.identities()] == ["Ada"]


def test_a_gallery_of_the_next_version_is_refused_and_left_alone(
    gallery: GalleryFile, path: Path, passphrase: str
) -> None:
    gallery.add_version(Version(0, "sface", 0, "", Recipe(), None, 0, (), 0), b"weights")
    with gallery._writer.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0004'")
    gallery.close()
    before = path.read_bytes()
    with pytest.raises(NewerGalleryError):
        GalleryFile.open(path, passphrase)
    assert path.read_bytes() == before
