"""What the computer has, packages that do not go together, and the demo's people."""

from __future__ import annotations

from importlib import metadata

import pytest

from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.services import conflicts
from osfi_gui.services.conflicts import opencv_finding
from osfi_gui.services.demo import demo_people, enrol_demo
from osfi_gui.services.doctor import examine_computer
from osfi_gui.services.gallery import face_picture, list_gallery
from osfi_gui.services.session import make_session
from osfi_gui.vision.sources.demo import show_pictures


def test_every_finding_that_is_not_well_comes_with_what_to_do():
    findings = examine_computer()
    by_topic = {finding.topic: finding for finding in findings}
    assert {"program", "torch", "facenet-pytorch", "opencv", "device", "cameras", "data", "keyring"} <= set(by_topic)
    assert by_topic["torch"].text == metadata.version("torch")
    assert all(finding.ok or finding.remedy for finding in findings)
    assert all(finding.text for finding in findings)


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    real = metadata.version

    def version(name):
        if name in ("facenet-pytorch", "torchvision"):
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    missing = {finding.topic: finding for finding in examine_computer() if finding.text == "not installed"}
    assert missing["torchvision"].remedy == "Run: pip install torchvision"
    # Its own pins would take torch and numpy back by years.
    assert missing["facenet-pytorch"].remedy == "Run: pip install --no-deps facenet-pytorch==2.6.0"
    assert not missing["facenet-pytorch"].ok


@pytest.mark.parametrize(
    ("installed", "ok", "says"),
    [
        ({"opencv-python-headless": "5.0"}, True, "opencv-python-headless 5.0"),
        ({}, False, "not installed"),
        ({"opencv-python": "5.0"}, False, "opencv-python is installed: Qt plugins"),
        (
            {"opencv-python-headless": "5.0", "opencv-python": "4.9", "opencv-contrib-python": "4.9"},
            False,
            "opencv-python and opencv-contrib-python are installed: Qt plugins",
        ),
    ],
)
def test_an_opencv_with_qt_of_its_own_is_a_conflict(monkeypatch, installed, ok, says):
    monkeypatch.setattr(conflicts, "_version", installed.get)
    finding = opencv_finding()
    assert finding.ok is ok
    assert finding.text.startswith(says)
    assert bool(finding.remedy) is not ok
    if not ok:
        assert finding.remedy.endswith("pip install opencv-python-headless")


def test_this_computer_has_one_opencv_and_it_is_the_right_one():
    assert opencv_finding().ok


def test_the_demo_shows_pictures_that_it_does_not_enrol():
    people = demo_people()
    assert sorted(people) == ["Eileen Collins", "Emmanuel Macron", "Grace Hopper", "Jacinda Ardern"]
    enrolled = {file.resolve() for files in people.values() for file in files}
    assert not enrolled & {path.resolve() for path in show_pictures()}
    assert {path.parent.name for path in show_pictures()} == {"Emmanuel Macron", "Jacinda Ardern", "strangers"}


def test_the_demo_s_gallery_lists_four_people_their_faces_and_who_is_nearest(store, mtcnn, sface):
    events = list(enrol_demo(store=store, detector=mtcnn, encoder=sface, token=Token()))
    assert events[0] == Started("Enrolling the demo's people")
    assert events[-1] == Finished(4)
    assert len([event for event in events if isinstance(event, Started | Finished)]) == 2

    session = make_session(store, sface)
    listing = list_gallery(store, session)
    assert [row.identity.name for row in listing.rows] == sorted(demo_people())
    assert listing.revision == store.revision
    for row in listing.rows:
        alike = row.lookalike
        index = session.gallery.names.index(row.identity.name)
        cosines = session.gallery.matrix @ session.gallery.matrix[index]
        cosines[index] = -1.0
        assert alike.name == session.gallery.names[int(cosines.argmax())]
        assert alike.cosine == pytest.approx(float(cosines.max()), abs=1e-6)
        assert alike.cosine < session.operating_point.threshold
        assert row.flagged == ()
        picture = face_picture(store, row.identity.identity_id)
        assert picture.chip.shape == (112, 112, 3)
    assert all(row.lookalike is None for row in list_gallery(store, None).rows)
    # In half precision each component of both vectors is off by 2^-11 of itself at most.
    for row, rounded in zip(listing.rows, list_gallery(store, make_session(store, sface, half=True)).rows, strict=True):
        assert rounded.lookalike.name == row.lookalike.name
        assert rounded.lookalike.cosine == pytest.approx(row.lookalike.cosine, abs=2.0**-10)
        assert rounded.lookalike.cosine != row.lookalike.cosine


def test_a_cancelled_demo_ends_once(store, mtcnn, sface):
    token, events = Token(), []
    for event in enrol_demo(store=store, detector=mtcnn, encoder=sface, token=token):
        events.append(event)
        if isinstance(event, Progress):
            token.cancel()
    assert [type(event) for event in events if isinstance(event, Finished | Cancelled)] == [Cancelled]
    assert isinstance(events[-1], Cancelled)


def test_a_listing_under_an_older_session_leaves_out_what_it_cannot_know(store, colours, shot_of):
    colours.knows(10, [1, 0])
    colours.knows(20, [0, 1])
    store.enrol("Ada", [shot_of(10)])
    session = make_session(store, colours)
    store.enrol("Bea", [shot_of(20)])
    listing = list_gallery(store, session)
    assert [(row.identity.name, row.lookalike) for row in listing.rows] == [("Ada", None), ("Bea", None)]
    rows = list_gallery(store, make_session(store, colours)).rows
    assert [(row.lookalike.name, round(row.lookalike.cosine, 6)) for row in rows] == [("Bea", 0.0), ("Ada", 0.0)]


def test_a_shot_of_somebody_else_is_flagged(store, colours, shot_of):
    """Four shots of Ada, one of which is Bea's face: nearer to Bea (cosine 1) than to the rest of Ada (0)."""
    colours.knows(10, [1, 0])
    colours.knows(20, [0, 1])
    ada = store.enrol("Ada", [shot_of(10), shot_of(10), shot_of(20), shot_of(10)])
    store.enrol("Bea", [shot_of(20)])
    listing = list_gallery(store, make_session(store, colours))
    assert {row.identity.name: row.flagged for row in listing.rows} == {
        "Ada": (store.shot_ids(ada.identity_id)[2],),
        "Bea": (),
    }
