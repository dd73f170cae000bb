"""Whose face a stranger's is."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest

from osfi_gui.core.errors import GalleryError
from osfi_gui.store.gallery import GalleryFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from osfi_gui.core.enrolment import NewShot

    Maker = Callable[..., NewShot]


def test_strangers_are_there_after_a_restart_with_their_person(
    gallery: GalleryFile, path: Path, passphrase: str, new_shot: Maker
) -> None:
    gallery.add_strangers([new_shot(1), new_shot(2)], person=unicodedata.normalize("NFD", "Zoë"))
    gallery.add_strangers([new_shot(3)])
    gallery.close()
    with GalleryFile.open(path, passphrase) as again:
        found = again.strangers()
    assert [(one.shot.origin, one.person) for one in found] == [
        ("shot-1.jpg", "Zoë"),
        ("shot-2.jpg", "Zoë"),
        ("shot-3.jpg", ""),
    ]
    assert {one.shot.identity_id for one in found} == {0}
    np.testing.assert_array_equal(found[2].shot.portrait.pixels, new_shot(3).portrait.pixels)


def test_faces_of_one_person_share_a_key_and_faces_of_nobody_known_share_none(
    gallery: GalleryFile, new_shot: Maker
) -> None:
    shots = [new_shot(seed, "sface") for seed in range(6)]
    gallery.add_strangers(shots[:2], person="Eve")
    gallery.add_strangers(shots[2:4])
    gallery.add_strangers([shots[4]], person="Eve")  # a second import of the same folder's name
    gallery.add_strangers([shots[5]], person="3")  # like a face's number, and still somebody else
    gallery.add_strangers([new_shot(9)], person="Eve")  # not seen by this encoder

    found = gallery.stranger_embeddings("sface")

    same = [[first == second for second in found.persons] for first in found.persons]
    eve, third, fourth, called_3 = [1, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 0], [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1]
    np.testing.assert_array_equal(same, [eve, eve, third, fourth, eve, called_3])
    assert found.stranger_ids == tuple(one.shot.shot_id for one in gallery.strangers()[:6])
    np.testing.assert_array_equal(found.matrix, np.stack([shot.embeddings["sface"] for shot in shots]))
    assert found.matrix.dtype == np.float32
    assert "array" not in repr(found)


@pytest.mark.parametrize("person", [" ", "a\nb", "\x003", "\u200b"])
def test_a_person_that_cannot_be_a_name_is_refused(gallery: GalleryFile, new_shot: Maker, person: str) -> None:
    with pytest.raises(GalleryError):
        gallery.add_strangers([new_shot(1)], person=person)
    assert gallery.strangers() == []


def test_a_face_of_a_person_nobody_named_is_kept_with_theirs(gallery: GalleryFile, new_shot: Maker) -> None:
    gallery.add_strangers([new_shot(1, "sface"), new_shot(2, "sface")])
    first, second = (one.shot.shot_id for one in gallery.strangers())
    keys = gallery.stranger_embeddings("sface").persons
    gallery.add_strangers([new_shot(3, "sface")], same_as=first)
    gallery.add_strangers([new_shot(4, "sface")], same_as=first)
    assert gallery.stranger_embeddings("sface").persons == (keys[0], keys[1], keys[0], keys[0])
    assert gallery.stranger_people() == 2
    with pytest.raises(GalleryError, match="no longer"):
        gallery.add_strangers([new_shot(5)], same_as=second + 100)
    assert gallery.stranger_count() == 4
