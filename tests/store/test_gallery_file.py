"""What the gallery file keeps, and how it changes."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from osfi_gui.core.enrolled import Consent
from osfi_gui.core.enrolment import NewShot
from osfi_gui.core.errors import GalleryError
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.store import schema
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.store.upgrade import newest_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Maker = Callable[..., NewShot]

CONSENT = Consent("May be identified at the front desk.", "Olga", "2024-05-01T10:00:00+00:00")


def test_everything_is_there_after_a_restart(
    gallery: GalleryFile, path: Path, passphrase: str, new_shot: Maker
) -> None:
    shots = [new_shot(1, "sface", "ir50"), new_shot(2, "sface")]
    added = gallery.enrol("Ada", shots, external_id="E-1", note="two\nlines", consent=CONSENT)
    gallery.add_strangers([new_shot(3, "sface")])
    point = OperatingPoint("nac", 16, 0.1234567890123, 0.3, "sface", 1, "calibrated", 0.001)
    gallery.put_operating_point(point)
    gallery.close()

    with GalleryFile.open(path, passphrase) as again:
        assert again.revision == 1
        assert again.identities() == [added]
        assert (added.name, added.external_id, added.note, added.consent) == ("Ada", "E-1", "two\nlines", CONSENT)
        assert added.shots == 2
        assert again.operating_point("sface") == point
        assert again.operating_point("ir50") is None
        assert again.stranger_count() == 1
        np.testing.assert_array_equal(
            again.stranger_embeddings("sface").matrix, [new_shot(3, "sface").embeddings["sface"]]
        )
        for stored, given in zip(again.shots(added.identity_id), shots, strict=True):
            assert stored.origin == given.origin
            assert stored.added_at.endswith("+00:00")
            np.testing.assert_array_equal(stored.portrait.pixels, given.portrait.pixels)
            np.testing.assert_array_equal(stored.portrait.face.landmarks, given.portrait.face.landmarks)
            assert stored.portrait.face.landmarks.dtype == np.float32
            assert (stored.portrait.face.box, stored.portrait.face.score) == ((1.5, -2.25, 12.0, 17.0), 0.875)


def test_embeddings_come_back_bit_for_bit_with_their_owners(gallery: GalleryFile, new_shot: Maker) -> None:
    given = [new_shot(seed, "sface", dim=128) for seed in range(3)]
    ada = gallery.enrol("Ada", given[:1]).identity_id
    bob = gallery.enrol("Bob", given[1:]).identity_id

    found = gallery.embeddings("sface")

    assert found.identity_ids == (ada, bob, bob)
    assert found.shot_ids == tuple(shot.shot_id for shot in gallery.shots())
    assert found.revision == 2
    assert found.matrix.dtype == np.float32
    np.testing.assert_array_equal(found.matrix, np.stack([shot.embeddings["sface"] for shot in given]))


def test_an_unknown_encoder_has_an_empty_matrix(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface")])
    assert gallery.embeddings("other").matrix.shape == (0, 0)
    assert gallery.embeddings("other").shot_ids == ()
    assert gallery.stranger_embeddings("other").matrix.shape == (0, 0)


def test_the_revision_counts_transactions_on_identities_and_shots_only(gallery: GalleryFile, new_shot: Maker) -> None:
    seen = [gallery.revision]

    def note() -> None:
        seen.append(gallery.revision)

    ada = gallery.add_identity("Ada")
    note()
    shots = gallery.add_shots(ada.identity_id, [new_shot(1), new_shot(2)])
    note()
    bob = gallery.enrol("Bob", [new_shot(3), new_shot(4)])
    note()
    gallery.update_identity(bob.identity_id, note="on leave")
    note()
    gallery.remove_shot(shots[0].shot_id)
    note()
    gallery.merge(bob.identity_id, into=ada.identity_id)
    note()
    gallery.erase(ada.identity_id)
    note()
    assert seen == [0, 1, 2, 3, 4, 5, 6, 7]

    eve = gallery.enrol("Eve", [new_shot(5)])
    before = gallery.revision
    gallery.put_embeddings("sface", {gallery.shots()[0].shot_id: np.ones(4, np.float32)})
    gallery.add_strangers([new_shot(6)])
    gallery.clear_strangers()
    gallery.put_operating_point(OperatingPoint("cosine", 1, 0.4, -1.0, "sface"))
    gallery.update_identity(eve.identity_id)
    gallery.add_shots(eve.identity_id, [])
    with pytest.raises(GalleryError):
        gallery.add_identity("Eve")
    assert gallery.revision == before


def test_a_failed_call_changes_nothing(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface", dim=8)])
    with pytest.raises(GalleryError, match="lengths: 4 and 8"):
        gallery.enrol("Bob", [new_shot(2, "sface", dim=8), new_shot(3, "sface", dim=4)])
    assert [identity.name for identity in gallery.identities()] == ["Ada"]
    assert (len(gallery.shots()), gallery.revision) == (1, 1)


def test_enrolling_a_known_name_adds_to_that_identity(gallery: GalleryFile, new_shot: Maker) -> None:
    first = gallery.enrol("Ada", [new_shot(1)], note="kept", external_id="old")
    second = gallery.enrol(" Ada ", [new_shot(2), new_shot(3)], external_id="new", consent=CONSENT)
    assert second.identity_id == first.identity_id
    assert (second.shots, second.note, second.external_id, second.consent) == (3, "kept", "new", CONSENT)
    assert len(gallery.identities()) == 1


def test_merging_moves_every_shot_and_drops_the_source(gallery: GalleryFile, new_shot: Maker) -> None:
    ada = gallery.enrol("Ada", [new_shot(1, "sface")], note="hers")
    twin = gallery.enrol("Ada (2)", [new_shot(2, "sface"), new_shot(3, "sface")], note="other", consent=CONSENT)
    merged = gallery.merge(twin.identity_id, into=ada.identity_id)
    assert (merged.name, merged.note, merged.consent, merged.shots) == ("Ada", "hers", CONSENT, 3)
    assert gallery.identities() == [merged]
    assert gallery.embeddings("sface").identity_ids == (ada.identity_id,) * 3
    assert gallery.find("Ada (2)") is None
    with pytest.raises(GalleryError, match="itself"):
        gallery.merge(ada.identity_id, into=ada.identity_id)
    with pytest.raises(GalleryError, match="no longer"):
        gallery.merge(twin.identity_id, into=ada.identity_id)
    assert gallery.revision == 3


def test_erasing_takes_shots_and_embeddings_along_and_never_reuses_the_number(
    gallery: GalleryFile, new_shot: Maker
) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface")])
    bob = gallery.enrol("Bob", [new_shot(2, "sface"), new_shot(3, "sface")])
    gallery.erase(bob.identity_id)
    assert [identity.name for identity in gallery.identities()] == ["Ada"]
    assert len(gallery.shots()) == 1
    assert gallery.embeddings("sface").matrix.shape == (1, 8)
    assert gallery.path.with_name(gallery.path.name + "-wal").stat().st_size == 0
    with pytest.raises(GalleryError, match="no longer"):
        gallery.identity(bob.identity_id)
    with pytest.raises(GalleryError, match="no longer"):
        gallery.erase(bob.identity_id)
    assert gallery.add_identity("Carl").identity_id > bob.identity_id


def test_removing_a_shot_takes_its_embeddings_along(gallery: GalleryFile, new_shot: Maker) -> None:
    ada = gallery.enrol("Ada", [new_shot(1, "sface"), new_shot(2, "sface")])
    first, second = gallery.shots(ada.identity_id)
    gallery.remove_shot(first.shot_id)
    assert [shot.shot_id for shot in gallery.shots()] == [second.shot_id]
    assert gallery.embeddings("sface").shot_ids == (second.shot_id,)
    assert gallery.identity(ada.identity_id).shots == 1
    with pytest.raises(GalleryError, match="no longer"):
        gallery.remove_shot(first.shot_id)


def test_missing_embeddings_are_listed_then_filled_in(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface"), new_shot(2)])
    missing = gallery.shots_without("sface")
    assert [shot.origin for shot in missing] == ["shot-2.jpg"]
    gallery.put_embeddings("sface", {missing[0].shot_id: np.full(8, 0.5, np.float32)})
    gallery.put_embeddings("sface", {missing[0].shot_id: np.full(8, 0.25, np.float32)})
    assert gallery.shots_without("sface") == []
    np.testing.assert_array_equal(gallery.embeddings("sface").matrix[1], np.full(8, 0.25, np.float32))
    with pytest.raises(GalleryError, match="no longer"):
        gallery.put_embeddings("sface", {999: np.ones(8, np.float32)})
    with pytest.raises(GalleryError, match="lengths: 8 and 9"):
        gallery.put_embeddings("sface", {missing[0].shot_id: np.ones(9, np.float32)})
    with pytest.raises(ValueError, match="finite"):
        gallery.put_embeddings("sface", {missing[0].shot_id: np.full(8, np.nan, np.float32)})
    gallery.drop_embeddings("sface")
    assert len(gallery.shots_without("sface")) == 2


def test_strangers_stay_apart_from_the_enrolled(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.add_strangers([new_shot(1, "sface"), new_shot(2)])
    assert (gallery.shots(), gallery.identities(), gallery.stranger_count()) == ([], [], 2)
    assert gallery.embeddings("sface").shot_ids == ()
    (missing,) = gallery.strangers_without("sface")
    assert (missing.origin, missing.identity_id) == ("shot-2.jpg", 0)
    gallery.put_stranger_embeddings("sface", {missing.shot_id: np.ones(8, np.float32)})
    assert gallery.stranger_embeddings("sface").matrix.shape == (2, 8)
    gallery.clear_strangers()
    assert gallery.stranger_count() == 0
    assert gallery.stranger_embeddings("sface").matrix.shape == (0, 0)


def test_the_newest_operating_point_of_an_encoder_counts(gallery: GalleryFile) -> None:
    gallery.put_operating_point(OperatingPoint("cosine", 1, 0.4, -1.0, "sface"))
    gallery.put_operating_point(OperatingPoint("nac", 16, np.float32(0.5), 0.25, "sface"))  # type: ignore[arg-type]
    gallery.put_operating_point(OperatingPoint("cosine", 1, 0.6, -1.0, "ir50"))
    assert gallery.operating_point("sface") == OperatingPoint("nac", 16, 0.5, 0.25, "sface")


NAMES = [
    "Zoë",
    "Nguyễn Thị Ánh",
    'O\'Brien "Bob"; DROP TABLE shots;--',
    "محمد علي",
    "שרה",
    "王小明",
    "👩‍👩‍👧 Müller",
    "%s {0} \\ /",
    "Ünal " * 200 + "x",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_back_and_is_the_same_in_both_unicode_forms(gallery: GalleryFile, name: str) -> None:
    added = gallery.add_identity(unicodedata.normalize("NFD", f"  {name} "))
    assert added.name == unicodedata.normalize("NFC", name)
    assert gallery.find(unicodedata.normalize("NFC", name)) == added
    assert gallery.find(unicodedata.normalize("NFD", name)) == added
    with pytest.raises(GalleryError, match="already"):
        gallery.add_identity(name)


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "a\nb", "a\x00b", "a\u2028b", "a\ud800b", "\x7f"])
def test_a_name_that_cannot_be_read_is_refused(gallery: GalleryFile, name: str) -> None:
    ada = gallery.add_identity("Ada")
    for call in (
        lambda: gallery.add_identity(name),
        lambda: gallery.find(name),
        lambda: gallery.enrol(name, []),
        lambda: gallery.update_identity(ada.identity_id, name=name),
    ):
        with pytest.raises(GalleryError) as caught:
            call()
        assert caught.value.remedy
    assert gallery.identities() == [ada]


def test_renaming_keeps_names_unique(gallery: GalleryFile) -> None:
    ada, bob = gallery.add_identity("Ada"), gallery.add_identity("Bob")
    with pytest.raises(GalleryError, match="already"):
        gallery.update_identity(bob.identity_id, name="Ada")
    assert gallery.update_identity(ada.identity_id, name="Ada", note="n").note == "n"
    assert gallery.update_identity(bob.identity_id, name="Robert", consent=CONSENT).consent == CONSENT
    assert [identity.name for identity in gallery.identities()] == ["Ada", "Robert"]


def test_identities_are_sorted_without_regard_to_case(gallery: GalleryFile) -> None:
    for name in ("bob", "Ada", "Carl", "ada"):
        gallery.add_identity(name)
    assert [identity.name for identity in gallery.identities()] == ["Ada", "ada", "bob", "Carl"]


def test_threads_write_and_read_at_once_without_losing_anything(gallery: GalleryFile, new_shot: Maker) -> None:
    def write(worker: int) -> None:
        for number in range(5):
            gallery.enrol(f"{worker}-{number}", [new_shot(worker, "sface"), new_shot(number, "sface")])

    def read(_: int) -> None:
        for _ in range(20):
            found = gallery.embeddings("sface")
            # Two shots a transaction, one revision each: anything else is half of an enrolment.
            assert len(found.shot_ids) == 2 * found.revision

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(write, worker) for worker in range(4)] + [pool.submit(read, worker) for worker in range(4)]
        for job in jobs:
            job.result(timeout=60)

    assert len(gallery.identities()) == 20
    assert gallery.revision == 20
    assert gallery.embeddings("sface").matrix.shape == (40, 8)


def test_two_programs_may_have_one_gallery_open(gallery: GalleryFile, path: Path, passphrase: str) -> None:
    with GalleryFile.open(path, passphrase) as other:
        gallery.add_identity("Ada")
        assert [identity.name for identity in other.identities()] == ["Ada"]
        other.add_identity("Bob")
    assert gallery.revision == 2


def test_a_closed_gallery_says_so(gallery: GalleryFile) -> None:
    gallery.close()
    gallery.close()
    with pytest.raises(GalleryError, match="closed"):
        gallery.identities()


def test_the_version_that_is_opened_at_once_is_the_newest_migration() -> None:
    assert newest_version() == schema.VERSION
