"""Tuned versions in a gallery file: what is kept of them, and which one is in use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from osfi_gui.core.enrolment import NewShot
from osfi_gui.core.errors import GalleryError
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.tune import Comparison, Recipe, Standing, TuneCounts, Version
from osfi_gui.store.gallery import GalleryFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Maker = Callable[..., NewShot]

COMPARISON = Comparison(Standing.UNJUDGED, "There was nothing to compare with.", (), TuneCounts(2, 6, 0, 0, 0, 0))
VERSION = Version(
    version_id=0,
    encoder="sface",
    parent=0,
    made_at="",
    recipe=Recipe(epochs=3, rate=0.1),
    comparison=COMPARISON,
    revision=1,
    trained_on=(2, 1),
    size_bytes=0,
    note="first try",
    seconds=12.5,
    device="CPU, 2 threads",
)


def _promote(gallery: GalleryFile, version_id: int, encoder: str = "sface", *, value: float = 1.0) -> None:
    """Promote with one and the same vector for every shot and stranger."""
    vector = np.full(8, value, np.float32)
    gallery.promote(
        version_id,
        encoder,
        vectors={shot.shot_id: vector for shot in gallery.shots()},
        stranger_vectors={stranger.shot.shot_id: vector for stranger in gallery.strangers()},
        point=None,
        revision=gallery.revision,
    )


def _state(gallery: GalleryFile, *names: str) -> list[object]:
    """Everything that a promotion may change."""
    return [
        (gallery.in_use("sface"), gallery.back_to("sface")),
        *(gallery.embeddings(name).matrix.tolist() for name in names),
        *(gallery.stranger_embeddings(name).matrix.tolist() for name in names),
        *(gallery.operating_point(name) for name in names),
    ]


def test_a_version_is_there_after_a_restart_as_it_was_given(gallery: GalleryFile, path: Path, passphrase: str) -> None:
    delta = np.random.default_rng(0).bytes(100_001)
    kept = gallery.add_version(VERSION, delta)
    gallery.close()
    with GalleryFile.open(path, passphrase) as again:
        assert again.versions("sface") == [kept]
        assert again.version(1) == kept
        assert again.delta(1) == delta
    expected = replace(VERSION, version_id=1, made_at=kept.made_at, trained_on=(1, 2), size_bytes=100_001)
    assert kept == expected
    assert kept.made_at.endswith("+00:00")
    assert kept.name == "sface@1"


def test_a_version_without_a_comparison_has_none(gallery: GalleryFile) -> None:
    assert gallery.add_version(replace(VERSION, comparison=None, trained_on=()), b"x").comparison is None


def test_versions_are_counted_from_one_listed_newest_first_and_never_reuse_a_number(gallery: GalleryFile) -> None:
    for note in ("a", "b", "c"):
        gallery.add_version(replace(VERSION, note=note), b"x")
    assert [(version.version_id, version.note) for version in gallery.versions("sface")] == [
        (3, "c"),
        (2, "b"),
        (1, "a"),
    ]
    gallery.remove_version(3)
    assert gallery.add_version(VERSION, b"x").version_id == 4


def test_a_version_outlives_the_one_it_started_from(gallery: GalleryFile) -> None:
    gallery.add_version(VERSION, b"parent")
    child = gallery.add_version(replace(VERSION, parent=1), b"child")
    gallery.remove_version(1)
    assert gallery.versions("sface") == [child]
    assert (child.parent, gallery.delta(2)) == (1, b"child")
    with pytest.raises(GalleryError, match="Version 1 of sface"):
        gallery.add_version(replace(VERSION, parent=1), b"x")
    with pytest.raises(GalleryError, match="Version 2 of other"):
        gallery.add_version(replace(VERSION, encoder="other", parent=2), b"x")
    assert gallery.versions("other") == []


def test_a_note_is_replaced_and_nothing_else(gallery: GalleryFile) -> None:
    kept = gallery.add_version(VERSION, b"weights")
    assert gallery.note_version(1, "after the new lamp") == replace(kept, note="after the new lamp")
    assert gallery.version(1) == replace(kept, note="after the new lamp")
    assert gallery.delta(1) == b"weights"


def test_a_version_that_is_not_there_is_named_in_every_call(gallery: GalleryFile) -> None:
    gallery.add_version(VERSION, b"x")
    before = gallery.versions("sface")
    for call in (
        lambda: gallery.version(7),
        lambda: gallery.delta(7),
        lambda: gallery.note_version(7, "x"),
        lambda: gallery.remove_version(7),
        lambda: _promote(gallery, 7),
    ):
        with pytest.raises(GalleryError, match="Version 7 ") as caught:
            call()
        assert caught.value.remedy
    assert gallery.versions("sface") == before


def test_versions_and_promotions_leave_the_revision_alone(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1)])
    gallery.add_version(VERSION, b"x")
    gallery.add_version(VERSION, b"x")
    gallery.note_version(1, "n")
    _promote(gallery, 1)
    _promote(gallery, 0)
    gallery.roll_back("sface")
    gallery.remove_version(2)
    assert gallery.revision == 1


def test_promoting_swaps_version_embeddings_and_operating_point(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface"), new_shot(2, "sface")])
    gallery.add_strangers([new_shot(3, "sface")])
    gallery.add_version(VERSION, b"x")
    before = gallery.embeddings("sface").matrix
    first, second = (shot.shot_id for shot in gallery.shots())
    (stranger,) = (stranger.shot.shot_id for stranger in gallery.strangers())
    vectors = {second: np.full(4, 2.0, np.float32), first: np.full(4, 1.0, np.float32)}
    point = OperatingPoint("nac", 16, 0.25, 0.5, "sface@1", 1, "calibrated", 0.001)
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (0, None)

    strangers = {stranger: np.full(4, 3.0, np.float32)}
    gallery.promote(1, "sface", vectors=vectors, stranger_vectors=strangers, point=point, revision=1)

    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (1, 0)
    np.testing.assert_array_equal(gallery.embeddings("sface@1").matrix, [[1.0] * 4, [2.0] * 4])
    np.testing.assert_array_equal(gallery.stranger_embeddings("sface@1").matrix, [[3.0] * 4])
    assert gallery.operating_point("sface@1") == point
    assert gallery.operating_point("sface") is None
    np.testing.assert_array_equal(gallery.embeddings("sface").matrix, before)


def _enrol_another(gallery: GalleryFile, shot: NewShot) -> None:
    gallery.enrol("Carl", [shot])


def _merge(gallery: GalleryFile, _: NewShot) -> None:
    gallery.merge(2, into=1)  # the same shots, and vectors of all of them: but an operating point of other people


@pytest.mark.parametrize("change", [_enrol_another, _merge])
def test_a_version_made_ready_for_another_gallery_is_not_promoted(
    gallery: GalleryFile, new_shot: Maker, change: Callable[[GalleryFile, NewShot], None]
) -> None:
    gallery.enrol("Ada", [new_shot(1)])
    gallery.enrol("Bob", [new_shot(2)])
    gallery.add_version(VERSION, b"x")
    read_at = gallery.revision
    vectors = {shot.shot_id: np.ones(8, np.float32) for shot in gallery.shots()}
    change(gallery, new_shot(3))
    before = _state(gallery, "sface@1")
    with pytest.raises(GalleryError, match="was changed") as caught:
        gallery.promote(1, "sface", vectors=vectors, stranger_vectors={}, point=None, revision=read_at)
    assert caught.value.remedy == "Promote the version again."
    assert _state(gallery, "sface@1") == before


def test_a_promotion_that_fails_changes_nothing(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1), new_shot(2)])
    gallery.add_strangers([new_shot(3)])
    gallery.add_version(VERSION, b"x")
    gallery.add_version(VERSION, b"x")
    _promote(gallery, 1)
    ids = [shot.shot_id for shot in gallery.shots()]
    one, other = np.ones(8, np.float32), np.ones(9, np.float32)
    point = OperatingPoint("cosine", 1, 0.5, 0.5, "sface@2")
    before = _state(gallery, "sface@1", "sface@2")

    bad: list[tuple[dict[int, np.ndarray], dict[int, np.ndarray], type[Exception]]] = [
        ({ids[0]: one}, {1: one}, GalleryError),  # a shot is missing
        ({ids[0]: one, ids[1]: one}, {}, GalleryError),  # the stranger is missing
        ({ids[0]: one, ids[1]: one, 99: one}, {1: one}, GalleryError),  # a shot that is gone
        ({ids[0]: one, ids[1]: other}, {1: one}, GalleryError),  # two lengths
        ({ids[0]: one, ids[1]: np.full(8, np.inf, np.float32)}, {1: one}, ValueError),
    ]
    for vectors, strangers, kind in bad:
        with pytest.raises(kind):
            gallery.promote(2, "sface", vectors=vectors, stranger_vectors=strangers, point=point, revision=1)
        assert _state(gallery, "sface@1", "sface@2") == before
    with pytest.raises(ValueError, match="cannot decide for sface@2"):
        gallery.promote(
            2,
            "sface",
            vectors=dict.fromkeys(ids, one),
            stranger_vectors={1: one},
            point=replace(point, encoder="sface"),
            revision=1,
        )
    assert _state(gallery, "sface@1", "sface@2") == before

    gallery.promote(
        2, "sface", vectors=dict.fromkeys(ids, one), stranger_vectors={1: one}, point=point, revision=1
    )  # all of it right: it was not refused for anything else
    assert gallery.in_use("sface") == 2


def test_rolling_back_twice_leads_through_the_version_before_to_the_pretrained_encoder(
    gallery: GalleryFile, new_shot: Maker
) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface")])
    pretrained = gallery.embeddings("sface").matrix.tolist()
    for number in (1, 2):
        gallery.add_version(VERSION, b"x")
        _promote(gallery, number, value=float(number))
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (2, 1)

    assert gallery.roll_back("sface") == 1
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (1, 0)
    assert gallery.embeddings("sface@1").matrix.tolist() == [[1.0] * 8]

    assert gallery.roll_back("sface") == 0
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (0, None)
    assert gallery.embeddings("sface").matrix.tolist() == pretrained

    with pytest.raises(GalleryError, match="nothing to roll back"):
        gallery.roll_back("sface")
    assert [version.version_id for version in gallery.versions("sface")] == [2, 1]


def test_going_back_to_the_pretrained_encoder_by_promoting_it_can_be_rolled_back(
    gallery: GalleryFile, new_shot: Maker
) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface")])
    gallery.add_version(VERSION, b"x")
    _promote(gallery, 1)
    # Its embeddings are there already, so none have to be given.
    gallery.promote(0, "sface", vectors={}, stranger_vectors={}, point=None, revision=1)
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (0, 1)
    assert gallery.roll_back("sface") == 1
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (1, 0)


def test_promoting_what_is_in_use_renews_it_without_another_step_to_roll_back(
    gallery: GalleryFile, new_shot: Maker
) -> None:
    gallery.enrol("Ada", [new_shot(1)])
    _promote(gallery, 0, value=5.0)
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (0, None)
    assert gallery.embeddings("sface").matrix.tolist() == [[5.0] * 8]
    gallery.add_version(VERSION, b"x")
    _promote(gallery, 1, value=1.0)
    _promote(gallery, 1, value=2.0)
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (1, 0)
    assert gallery.embeddings("sface@1").matrix.tolist() == [[2.0] * 8]


def test_shots_enrolled_since_are_listed_after_a_roll_back(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface")])
    gallery.add_version(VERSION, b"x")
    _promote(gallery, 1)
    gallery.enrol("Bob", [new_shot(2, "sface@1")])
    gallery.roll_back("sface")
    assert [shot.origin for shot in gallery.shots_without("sface")] == ["shot-2.jpg"]


def test_two_encoders_do_not_mix(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1, "sface", "ir50")])
    gallery.add_version(VERSION, b"s")
    gallery.add_version(replace(VERSION, encoder="ir50"), b"i")
    with pytest.raises(GalleryError, match="Version 1 of ir50"):
        _promote(gallery, 1, "ir50")
    _promote(gallery, 1, "sface", value=1.0)
    _promote(gallery, 2, "ir50", value=2.0)
    assert [version.version_id for version in gallery.versions("sface")] == [1]
    assert [version.version_id for version in gallery.versions("ir50")] == [2]
    assert gallery.roll_back("ir50") == 0
    assert (gallery.in_use("sface"), gallery.in_use("ir50")) == (1, 0)
    assert gallery.embeddings("sface@1").matrix.tolist() == [[1.0] * 8]
    gallery.remove_version(2)
    assert gallery.in_use("sface") == 1


def test_a_version_in_use_or_one_step_back_is_not_removed(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.enrol("Ada", [new_shot(1)])
    for number in (1, 2):
        gallery.add_version(VERSION, b"x")
        _promote(gallery, number)
    with pytest.raises(GalleryError, match="is in use"):
        gallery.remove_version(2)
    with pytest.raises(GalleryError, match="roll-back leads to"):
        gallery.remove_version(1)
    assert (gallery.in_use("sface"), gallery.back_to("sface")) == (2, 1)
    gallery.roll_back("sface")
    gallery.remove_version(2)
    assert [version.version_id for version in gallery.versions("sface")] == [1]


@pytest.mark.parametrize(
    ("promoted", "removed", "rolled_back"),
    [
        ([1, 2, 3], 1, [2, 0]),
        ([1, 2, 3, 4], 2, [3, 1, 0]),
        ([3, 1, 3, 2], 1, [3, 0]),  # not 3 twice
        ([1, 0, 2], 1, [0]),  # the pretrained encoder lies below everything anyhow
    ],
)
def test_what_was_promoted_long_ago_may_be_removed_and_is_stepped_over(
    gallery: GalleryFile, promoted: list[int], removed: int, rolled_back: list[int]
) -> None:
    for _ in range(4):
        gallery.add_version(VERSION, b"x")
    for number in promoted:
        _promote(gallery, number)
    gallery.remove_version(removed)
    steps = []
    while gallery.back_to("sface") is not None:
        assert gallery.in_use("sface") != gallery.back_to("sface")
        steps.append(gallery.roll_back("sface"))
    assert steps == rolled_back


def test_removing_a_version_takes_its_embeddings_and_operating_points_along(
    gallery: GalleryFile, new_shot: Maker
) -> None:
    names = ("sface", "sface@1", "sface@2", "sface@11")
    gallery.enrol("Ada", [new_shot(1, *names)])
    gallery.add_strangers([new_shot(2, *names)])
    for name in names:
        gallery.put_operating_point(OperatingPoint("cosine", 1, 0.5, 0.5, name))
    for _ in range(2):
        gallery.add_version(VERSION, b"x")
    gallery.remove_version(1)
    assert [version.version_id for version in gallery.versions("sface")] == [2]
    for name in names:
        left = 0 if name == "sface@1" else 1
        assert len(gallery.embeddings(name).shot_ids) == left
        assert len(gallery.stranger_embeddings(name).stranger_ids) == left
        assert (gallery.operating_point(name) is not None) == bool(left)
    for table in ("version_deltas", "version_identities"):
        with gallery._engine.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT DISTINCT version_id FROM {table}").scalars().all()
        assert found == [2], table
    assert gallery.path.with_name(gallery.path.name + "-wal").stat().st_size == 0


def test_after_an_erasure_one_can_still_say_which_weights_saw_the_person(gallery: GalleryFile, new_shot: Maker) -> None:
    ada = gallery.enrol("Ada", [new_shot(1)]).identity_id
    bob = gallery.enrol("Bob", [new_shot(2)]).identity_id
    kept = gallery.add_version(replace(VERSION, trained_on=(ada, bob)), b"weights")
    _promote(gallery, 1)
    gallery.erase(bob)
    assert gallery.version(1) == kept
    assert gallery.version(1).trained_on == (ada, bob)
    assert gallery.delta(1) == b"weights"
    assert gallery.in_use("sface") == 1
    assert len(gallery.embeddings("sface@1").shot_ids) == 1
    assert gallery.add_identity("Carl").identity_id not in gallery.version(1).trained_on


def test_after_a_merge_weights_that_saw_either_have_seen_the_person(gallery: GalleryFile) -> None:
    ada, twin, bob = (gallery.add_identity(name).identity_id for name in ("Ada", "Ada (2)", "Bob"))
    for seen in ((twin,), (ada, twin), (bob,)):
        gallery.add_version(replace(VERSION, trained_on=seen), b"x")
    gallery.merge(twin, into=ada)
    assert [version.trained_on for version in gallery.versions("sface")] == [(bob,), (ada, twin), (ada, twin)]
