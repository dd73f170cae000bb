"""Operating points with what they were measured to do, and people's own thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from osfi_gui.core.errors import GalleryError
from osfi_gui.core.operating_point import Measurement, OperatingPoint
from osfi_gui.store.gallery import GalleryFile

if TYPE_CHECKING:
    from pathlib import Path

MEASURED = Measurement((0.01, 0.1 + 0.2, 1 / 3), (0.9, 0.8, 0.95), 40, 13, 120, 100, measurable=True, people=20)


def test_a_measured_point_comes_back_to_the_bit_with_its_cohort_and_its_time(
    gallery: GalleryFile, path: Path, passphrase: str
) -> None:
    point = OperatingPoint("cohort", 16, 0.1, 0.3, "sface@2", 5, "src", 0.01, MEASURED, (3, 1, 8))
    gallery.put_operating_point(point)
    gallery.close()
    with GalleryFile.open(path, passphrase) as again:
        found = again.operating_point("sface@2")
        assert found is not None
        assert found.measured is not None
        assert found.measured.made_at.endswith("+00:00")
        assert (found.measured.far, found.measured.dir) == (MEASURED.far, MEASURED.dir)
        assert (found.measured.people, found.measured.measurable) == (20, True)
        assert (found.cohort_ids, found.source) == ((3, 1, 8), "src")
        assert again.operating_point("sface") is None


def test_a_point_that_nobody_measured_has_no_measurement(gallery: GalleryFile) -> None:
    point = OperatingPoint("cosine", 1, 0.4, 0.4, "sface", 1)
    gallery.put_operating_point(point)
    assert gallery.operating_point("sface") == point


def test_a_person_s_own_threshold_belongs_to_one_encoder_and_one_matcher(gallery: GalleryFile) -> None:
    ada = gallery.add_identity("Ada").identity_id
    revision = gallery.revision
    gallery.put_identity_threshold(ada, "sface", matcher="cosine", threshold=0.5)
    gallery.put_identity_threshold(ada, "sface", matcher="cosine", threshold=0.6)
    gallery.put_identity_threshold(ada, "sface", matcher="nac", threshold=0.2)
    assert gallery.identity_thresholds("sface", matcher="cosine") == {ada: 0.6}
    assert gallery.identity_thresholds("sface", matcher="nac") == {ada: 0.2}
    assert gallery.identity_thresholds("sface@1", matcher="cosine") == {}
    gallery.put_identity_threshold(ada, "sface", matcher="cosine", threshold=None)
    assert gallery.identity_thresholds("sface", matcher="cosine") == {}
    assert gallery.identity_thresholds("sface", matcher="nac") == {ada: 0.2}
    assert gallery.revision == revision, "the shots are the same"


def test_who_is_erased_leaves_no_threshold_and_nobody_unknown_gets_one(gallery: GalleryFile) -> None:
    ada = gallery.add_identity("Ada").identity_id
    gallery.put_identity_threshold(ada, "sface", matcher="cosine", threshold=0.5)
    gallery.erase(ada)
    assert gallery.identity_thresholds("sface", matcher="cosine") == {}
    with pytest.raises(GalleryError):
        gallery.put_identity_threshold(ada, "sface", matcher="cosine", threshold=0.5)
    bob = gallery.add_identity("Bob").identity_id
    with pytest.raises(ValueError, match="finite"):
        gallery.put_identity_threshold(bob, "sface", matcher="cosine", threshold=float("nan"))


@pytest.mark.parametrize(
    ("source", "target", "merged"), [(0.5, 0.6, 0.6), (0.7, 0.6, 0.7), (0.5, None, 0.5), (None, 0.6, 0.6)]
)
def test_merged_people_keep_the_higher_threshold(
    gallery: GalleryFile, source: float | None, target: float | None, merged: float
) -> None:
    ids = [gallery.add_identity(name).identity_id for name in ("Ada", "Ada Lovelace")]
    for identity_id, threshold in zip(ids, (source, target), strict=True):
        if threshold is not None:
            gallery.put_identity_threshold(identity_id, "sface", matcher="cosine", threshold=threshold)
    gallery.merge(ids[0], into=ids[1])
    assert gallery.identity_thresholds("sface", matcher="cosine") == {ids[1]: merged}
