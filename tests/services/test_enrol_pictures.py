"""Enrolling a folder: a report for every file, each person whole or not at all, and nothing twice."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PIL import Image

from osfi_gui.core.enrolled import Consent
from osfi_gui.core.enrolment import EnrolReport, FileReport
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.core.values import Frame
from osfi_gui.services.enrol import NO_FACE, SEVERAL, enrol_files, enrol_folder, examine
from osfi_gui.vision.pictures import read_picture


@pytest.fixture
def root(tmp_path, demo_dir):
    """Give a folder ROOT/NAME/picture with two of the demo's people, one shot and two shots."""
    root = tmp_path / "people"
    shutil.copytree(demo_dir / "enrol" / "Grace Hopper", root / "Grace Hopper")
    shutil.copytree(demo_dir / "enrol" / "Jacinda Ardern", root / "Jacinda Ardern")
    return root


@pytest.fixture
def enrol(store, mtcnn, sface):
    """Enrol a folder; give the events, and the report of every file by its name."""

    def run(root, *, token=None, aligned=False):
        events = list(
            enrol_folder(root, store=store, detector=mtcnn, encoder=sface, token=token or Token(), aligned=aligned)
        )
        return events, {
            event.file.rpartition("/")[2]: (event.status, event.reason)
            for event in events
            if isinstance(event, FileReport)
        }

    return run


def two_faces(demo_dir):
    """Put two people side by side, each as large as the other."""
    pair = [Image.open(demo_dir / "strangers" / name).convert("RGB") for name in ("obama.jpg", "sunak.jpg")]
    pair = [image.resize((400, round(400 * image.height / image.width))) for image in pair]
    canvas = Image.new("RGB", (800, max(image.height for image in pair)))
    for number, image in enumerate(pair):
        canvas.paste(image, (400 * number, 0))
    return canvas


def test_everybody_is_enrolled_and_every_file_reported(root, store, enrol):
    events, reports = enrol(root)
    assert events[0] == Started("Enrolling 2 people from people")
    assert [(e.done, e.total) for e in events if isinstance(e, Progress)] == [(1, 3), (2, 3), (3, 3)]
    assert reports == dict.fromkeys(("1983.jpg", "2018.jpg", "2022.jpg"), ("enrolled", ""))
    assert isinstance(events[-1], Finished)
    report = events[-1].result
    assert (report.people, report.shots, report.refused) == (2, 3, 0)
    people = {person.name: person for person in store.identities()}
    assert {name: person.shots for name, person in people.items()} == {"Grace Hopper": 1, "Jacinda Ardern": 2}
    assert set(report.new_identities) == {person.identity_id for person in people.values()}
    assert set(report.shot_ids) == {shot.shot_id for shot in store.shots()}
    assert {shot.origin for shot in store.shots()} == {"1983.jpg", "2018.jpg", "2022.jpg"}
    assert all(person.consent is None for person in people.values())


def test_what_is_no_good_is_refused_with_its_reason_and_the_rest_enrolled(root, store, enrol, demo_dir):
    person = root / "Jacinda Ardern"
    two_faces(demo_dir).save(person / "two.png")
    Image.new("RGB", (300, 300), "green").save(person / "nobody.png")
    (person / "empty.jpg").write_bytes(b"")
    whole = (demo_dir / "enrol" / "Jacinda Ardern" / "2018.jpg").read_bytes()
    (person / "half.jpg").write_bytes(whole[: len(whole) // 2])
    (person / "letter.jpg").write_text("Dear desk")
    shutil.copy(person / "2018.jpg", person / "2018 again.jpg")
    small = Image.open(person / "2022.jpg").convert("RGB")
    small.thumbnail((90, 90))
    small.save(person / "small.png")

    events, reports = enrol(root)
    assert reports.pop("small.png") in [
        ("refused", "The quality is too poor: Move closer to the camera."),
        ("refused", "No face was found."),
    ]
    assert reports == {
        "1983.jpg": ("enrolled", ""),
        "2018.jpg": ("refused", "The same picture is enrolled already."),
        "2018 again.jpg": ("enrolled", ""),
        "2022.jpg": ("enrolled", ""),
        "two.png": ("refused", "2 faces were found where one is wanted."),
        "nobody.png": ("refused", "No face was found."),
        "empty.jpg": ("refused", "empty.jpg is empty (0 bytes). Copy or export it again, or use another picture."),
        "half.jpg": (
            "refused",
            "half.jpg is damaged or incomplete. Copy or export it again, or use another picture.",
        ),
        "letter.jpg": (
            "refused",
            "letter.jpg is not a picture that can be read. Use a JPEG, PNG, WebP, BMP or TIFF picture.",
        ),
    }
    report = events[-1].result
    assert (report.people, report.shots, report.refused) == (2, 3, 7)


def test_a_second_time_adds_nothing_and_a_new_picture_one_shot(root, store, enrol):
    later = root.parent / "2022.jpg"
    shutil.move(root / "Jacinda Ardern" / "2022.jpg", later)
    enrol(root)
    revision = store.revision
    events, reports = enrol(root)
    assert {reason for _, reason in reports.values()} == {"The same picture is enrolled already."}
    assert events[-1].result == EnrolReport(0, 0, 2)
    assert store.revision == revision

    shutil.move(later, root / "Jacinda Ardern")
    events, _ = enrol(root)
    report = events[-1].result
    assert (report.people, report.shots, report.refused, report.new_identities) == (1, 1, 2, ())
    assert [store.shots()[-1].shot_id] == list(report.shot_ids)


@pytest.mark.parametrize(("after", "stay"), [(0, []), (1, ["Grace Hopper"]), (2, ["Grace Hopper"])])
def test_a_cancelled_import_leaves_complete_people_only(root, store, mtcnn, sface, after, stay):
    """Grace Hopper has one picture and comes first; Jacinda Ardern has two, and after one of them she is not there."""
    token, events, pictures = Token(), [], 0
    if after == 0:
        token.cancel()
    for event in enrol_folder(root, store=store, detector=mtcnn, encoder=sface, token=token):
        events.append(event)
        if isinstance(event, Progress):
            pictures += 1
            if pictures == after:
                token.cancel()
    assert isinstance(events[-1], Cancelled)
    assert [person.name for person in store.identities()] == stay
    report = events[-1].result
    assert (report.people, report.shots) == (len(stay), len(stay))
    assert [e.identity for e in events if isinstance(e, FileReport)] == stay
    # What stays can be undone like any import.
    store.take_back(report.shot_ids, identity_ids=report.new_identities)
    assert store.identities() == []


def test_a_folder_whose_name_cannot_be_a_name_refuses_its_pictures_and_nobody_else_s(root, store, enrol):
    (root / "Grace Hopper").rename(root / "Grace\x07Hopper")
    _, reports = enrol(root)
    status, reason = reports["1983.jpg"]
    assert status == "refused"
    assert "name" in reason
    assert [person.name for person in store.identities()] == ["Jacinda Ardern"]


@pytest.mark.parametrize("name", ["Zoë Ångström", "李小龍", "محمد", "O'Brien; DROP TABLE", "[red]x", "🙂", "a" * 120])
def test_names_of_every_kind_come_back_as_they_were_given(name, store, mtcnn, sface, demo_dir, tmp_path):
    (tmp_path / "people" / name).mkdir(parents=True)
    shutil.copy(demo_dir / "enrol" / "Grace Hopper" / "1983.jpg", tmp_path / "people" / name)
    list(enrol_folder(tmp_path / "people", store=store, detector=mtcnn, encoder=sface, token=Token()))
    assert [person.name for person in store.identities()] == [name]


def test_two_spellings_of_one_name_are_one_person(root, store, enrol):
    import unicodedata

    (root / "Grace Hopper").rename(root / unicodedata.normalize("NFD", "Zoë"))
    (root / "Jacinda Ardern").rename(root / unicodedata.normalize("NFC", "Zoë"))
    if len(list(root.iterdir())) < 2:
        pytest.skip("this file system knows one spelling only")
    events, _ = enrol(root)
    assert [(person.name, person.shots) for person in store.identities()] == [(unicodedata.normalize("NFC", "Zoë"), 3)]
    assert len(events[-1].result.new_identities) == 1


def test_consent_is_kept_with_who_is_enrolled(store, mtcnn, sface, demo_dir):
    consent = Consent("I agree.", "Operator", "2024-05-01T10:00:00Z")
    files = list((demo_dir / "enrol" / "Grace Hopper").iterdir())
    list(enrol_files("Grace", files, store=store, detector=mtcnn, encoder=sface, token=Token(), consent=consent))
    (person,) = store.identities()
    assert person.consent == consent


def test_a_root_without_anybody_is_refused_before_anything_begins(tmp_path, store, mtcnn, sface):
    def begin(root):
        next(iter(enrol_folder(root, store=store, detector=mtcnn, encoder=sface, token=Token())))

    with pytest.raises(DeskError, match="There is no folder"):
        begin(tmp_path / "none")
    (tmp_path / "flat").mkdir()
    Image.new("RGB", (50, 50)).save(tmp_path / "flat" / "x.png")
    with pytest.raises(DeskError, match=r"holds no folder with pictures.*ROOT/NAME/picture"):
        begin(tmp_path / "flat")
    (tmp_path / "flat" / "Ada").mkdir()
    with pytest.raises(DeskError, match="holds no folder with pictures"):
        begin(tmp_path / "flat")


def test_aligned_chips_are_taken_as_they_are(store, enrol, shared_data, sface, tmp_path):
    chips = sorted((shared_data / "lfw112" / "Winona_Ryder").iterdir())[:2]
    (tmp_path / "people" / "Winona").mkdir(parents=True)
    for chip in chips:
        shutil.copy(chip, tmp_path / "people" / "Winona")
    Image.new("RGB", (112, 112), "grey").save(tmp_path / "people" / "Winona" / "blank.png")
    Image.new("RGB", (112, 96), "grey").save(tmp_path / "people" / "Winona" / "oblong.png")
    _, reports = enrol(tmp_path / "people", aligned=True)
    assert reports["blank.png"] == ("refused", "The quality is too poor: The picture is blank.")
    assert reports["oblong.png"] == ("refused", "The picture is not an aligned chip: it is not square.")
    assert [reports[chip.name] for chip in chips] == [("enrolled", "")] * 2
    np.testing.assert_allclose(
        store.embeddings("sface").matrix, sface.embed([read_picture(chip) for chip in chips]), atol=1e-5
    )


def test_a_person_in_front_of_others_is_whom_the_picture_is_of(demo_dir, mtcnn, sface):
    """A small face far from the middle does not spoil a portrait; a second one of the same size does."""
    alone = read_picture(demo_dir / "strangers" / "sunak.jpg")
    seen = examine(Frame(alone), detector=mtcnn, encoder=sface)
    assert seen.passed
    behind = Image.open(demo_dir / "strangers" / "obama.jpg").convert("RGB")
    behind.thumbnail((alone.shape[1] // 5, alone.shape[0] // 5))
    crowd = Image.fromarray(alone)
    crowd.paste(behind, (0, 0))
    seen = examine(Frame(np.asarray(crowd)), detector=mtcnn, encoder=sface)
    assert len(seen.faces) == 2
    assert seen.face is seen.faces[0]
    assert seen.passed

    pair = examine(Frame(np.asarray(two_faces(demo_dir))), detector=mtcnn, encoder=sface)
    assert len(pair.faces) == 2
    assert (pair.face, pair.shot, pair.advice) == (None, None, (SEVERAL,))


def test_nobody_in_sight_is_said(mtcnn, sface):
    seen = examine(Frame(np.zeros((240, 320, 3), np.uint8)), detector=mtcnn, encoder=sface)
    assert (seen.faces, seen.shot, seen.advice, seen.passed) == ((), None, (NO_FACE,), False)
