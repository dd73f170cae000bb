"""From the camera into the gallery, and recognised from then on."""

import shutil

import pytest
from PySide6.QtCore import Qt

from osfi_gui.core.desk import Phase
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.vision.sources import DemoSource

PASSPHRASE = "correct horse"


def moving(*pictures, **settings):
    """Make a camera before which people stand who move a little, as on real pictures."""
    return lambda: DemoSource(pictures, **settings)


@pytest.fixture
def two_cameras(cameras, demo_dir):
    """Plug in a camera at the desk, where one person stands, and one at the door, where she comes years later."""
    ardern, stranger = demo_dir / "enrol" / "Jacinda Ardern", demo_dir / "strangers" / "obama.jpg"
    cameras(
        Desk=moving(ardern / "2018.jpg", seconds_each=600.0),
        Door=moving(ardern / "2022.jpg", stranger),
    )


def begin_to_enrol(desk):
    """Go to the Enrol page by key, and take shots by hand."""
    desk.page(2)
    desk.press(desk.window.enrol.guide.auto)
    desk.window.enrol.picture.setFocus()


def take_shots(desk, count):
    enrol = desk.window.enrol
    for number in range(len(enrol.strip.tiles) + 1, count + 1):
        desk.until(enrol.guide.take.isEnabled)
        desk.key(Qt.Key.Key_Space)
        desk.until(lambda n=number: len(enrol.strip.tiles) >= n)


def test_a_person_is_enrolled_at_the_camera_and_accepted_ever_after(begin, two_cameras, qtbot):
    desk = begin()
    desk.unlock(PASSPHRASE, new=True)
    desk.until(desk.is_open)
    desk.choose("Desk")
    begin_to_enrol(desk)
    take_shots(desk, 3)
    form = desk.window.enrol.form
    qtbot.keyClicks(form.name, " Jacinda Ardern ")
    desk.press(form.consent.agrees)
    assert form.missing.text() == "Say who records the consent."
    qtbot.keyClicks(form.consent.operator, "Ada")
    desk.press(form.enrol)
    desk.until(form.done.isVisible)
    assert form.done.accessibleName() == "Jacinda Ardern is enrolled, with 3 shots."
    desk.until(lambda: not desk.window.enrol.strip.tiles)
    assert desk.window.unsaved() == ()
    desk.page(1)
    desk.choose("Door")
    desk.until(lambda: {"Jacinda Ardern", None} <= set(desk.outcomes()))
    assert desk.outcomes()[:2] == ["Jacinda Ardern", None]
    desk.end()

    again = begin()
    again.unlock(PASSPHRASE)
    # The last source comes back by itself, and so does who recorded the consent.
    again.until(lambda: "Jacinda Ardern" in again.outcomes())
    assert again.window.enrol.form.consent.operator.text() == "Ada"
    (person,) = stored(again)
    assert (person.name, person.shots, person.consent.operator) == ("Jacinda Ardern", 3, "Ada")


def test_a_wrong_passphrase_is_asked_for_again(begin, tmp_path):
    path = tmp_path / "gallery.osfi"
    GalleryFile.open(path, PASSPHRASE, create=True).close()
    desk = begin(gallery=str(path))
    desk.unlock("something else")
    desk.until(lambda: desk.window.unlock.isVisible() and bool(desk.window.unlock.error.text()))
    assert "passphrase" in desk.window.unlock.error.text()
    assert desk.window.unlock.passphrase.text() == ""
    assert not desk.is_open()
    desk.unlock(PASSPHRASE)
    desk.until(desk.is_open)
    assert not desk.window.unlock.isVisible()


def test_shots_that_are_not_enrolled_yet_are_asked_about(begin, two_cameras):
    desk = begin(source="camera:Desk")
    desk.unlock(PASSPHRASE, new=True)
    desk.until(desk.is_open)
    begin_to_enrol(desk)
    take_shots(desk, 1)
    assert not desk.window.close()
    question = desk.window.leave_question
    assert question.text.text() == "A person on the Enrol page is not enrolled yet."
    desk.press(question.stay)
    desk.until(lambda: desk.window.leave_question is None)
    desk.come_back()
    assert len(desk.window.enrol.strip.tiles) == 1
    desk.window.close()
    desk.press(desk.window.leave_question.leave)
    desk.until(lambda: desk.closed)


def test_leaving_in_the_middle_of_an_import_leaves_whole_people(begin, demo_dir, tmp_path):
    root = tmp_path / "people"
    for number in range(8):
        shutil.copytree(demo_dir / "enrol" / "Jacinda Ardern", root / f"Person {number}")
    desk = begin()
    desk.unlock(PASSPHRASE, new=True)
    desk.until(lambda: desk.is_open() and desk.window.enrol.imports.folder.isEnabled())
    desk.page(2)
    imports = desk.window.enrol.imports
    imports.import_folder(str(root))  # what choosing the folder in the system's dialog does
    desk.until(lambda: imports.bar.value() >= 3)
    desk.window.close()
    assert desk.window.leave_question.text.text().startswith("An import is running")
    path = desk.galleries[-1].path
    desk.end()
    with GalleryFile.open(type(root)(path), PASSPHRASE) as store:
        people = store.identities()
    assert 1 <= len(people) < 8
    assert {person.shots for person in people} == {2}


def stored(desk):
    """Read the gallery of a program that has ended, or of one that runs, from the file."""
    from pathlib import Path

    path = next(state.path for state in reversed(desk.galleries) if state.phase is Phase.READY)
    with GalleryFile.open(Path(path), PASSPHRASE) as store:
        return store.identities()
