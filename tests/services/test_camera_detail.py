"""A gallery's shots are looked at where they are kept: real faces, clean and through the degraded camera."""

import numpy as np
import pytest
from real_faces import chips_of

from osfi_gui.core.align import aligned_face
from osfi_gui.core.enrolment import NewShot
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.core.values import Portrait
from osfi_gui.services.camera_detail import look_at_pictures, look_at_shots
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.vision.camera import degrade_named

PEOPLE, SHOTS = 5, 3


@pytest.fixture
def store(tmp_path):
    with GalleryFile.open(tmp_path / "desk.osfi", "a passphrase for the tests", create=True) as made:
        yield made


def enrol(store, chips):
    for row, mine in enumerate(np.array_split(chips, PEOPLE)):
        store.enrol(f"Person {row}", [NewShot(Portrait(chip, aligned_face(len(chip))), "test", {}) for chip in mine])


def seen(store):
    *_, last = look_at_shots(store, token=Token())
    assert isinstance(last, Finished)
    return last.result


@pytest.fixture(scope="module")
def chips(shared_data):
    return chips_of(shared_data, PEOPLE, SHOTS)[0]


def test_a_gallery_of_a_good_camera_gets_the_papers_recipe(store, chips):
    enrol(store, chips)
    found = seen(store)
    assert (found.recipe, found.shots) == ("paper", PEOPLE * SHOTS)


def test_a_gallery_of_a_poor_camera_gets_the_recipe_for_one(store, chips):
    enrol(store, np.stack([degrade_named(chip, str(row)) for row, chip in enumerate(chips)]))
    found = seen(store)
    assert (found.recipe, found.shots) == ("poor-camera", PEOPLE * SHOTS)


def test_it_is_told_in_steps_and_ends_once(store, chips):
    enrol(store, chips)
    first, *between, last = look_at_shots(store, token=Token())
    assert isinstance(first, Started)
    assert [(event.done, event.total, event.unit) for event in between if isinstance(event, Progress)] == [
        (4, 15, "shots"),
        (8, 15, "shots"),
        (12, 15, "shots"),
    ]
    assert len(between) == 3
    assert isinstance(last, Finished)


def test_a_cancelled_look_says_so(store, chips):
    enrol(store, chips)
    token = Token()
    steps = look_at_shots(store, token=token)
    assert isinstance(next(steps), Started)
    token.cancel()
    assert [type(event) for event in steps] == [Cancelled]


def test_an_empty_gallery_says_nothing(store):
    assert seen(store) is None


def test_damaged_pictures_are_passed_over(shared_data, tmp_path):
    person = next(folder for folder in sorted((shared_data / "lfw112").iterdir()) if len(list(folder.iterdir())) >= 3)
    good = sorted(person.iterdir())[:3]
    (tmp_path / "torn.jpg").write_bytes(good[0].read_bytes()[:200])
    files = [*(str(file) for file in good), str(tmp_path / "torn.jpg")]
    alone = look_at_pictures(shared_data, files[:3], detector=None, camera=None)
    assert alone.shots == 3
    assert look_at_pictures(shared_data, files, detector=None, camera=None) == alone
    assert look_at_pictures(shared_data, files[3:], detector=None, camera=None) is None
