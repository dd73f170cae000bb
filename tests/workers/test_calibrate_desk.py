"""Calibration on the desk's thread: real faces, a real encrypted file, and what is said when something is missing."""

import pytest
from PySide6.QtCore import Qt

from osfi_gui.core.calibration import CalibrateRequest, ChoosePoint, WriteReport
from osfi_gui.core.desk import ImportFolder, OpenGallery, Phase, Rename, SeenFace, Tone
from osfi_gui.core.values import Frame
from osfi_gui.services.recognise import Recogniser
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.workers.calibrate_desk import CalibrateDesk
from osfi_gui.workers.desk import Desk
from osfi_gui.workers.import_desk import ImportDesk

PASSPHRASE = "correct horse"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gallery.osfi"


@pytest.fixture
def gallery(desk_thread, hear, ask, engine, path, qtbot):
    """Give a desk on its own thread, with an empty gallery open, and the desk of calibration beside it."""
    made = Desk()
    made.importing = ImportDesk(made)
    made.calibrating = CalibrateDesk(made)
    made.heard = hear(made, "gallery_changed", "noticed")
    made.heard.listen(made.importing, "job_changed", "noticed")
    made.said = hear(made.calibrating, "calibration_read", "job_changed", "stranger_recorded", "noticed")
    made.gallery_changed.connect(made.calibrating.follow)
    desk_thread(made, lambda: ask(made.end))
    made.importing.moveToThread(made.thread())
    made.calibrating.moveToThread(made.thread())
    ask(made.use_engine, engine)
    ask(made.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: state(made) is not None and state(made).phase is Phase.READY)
    return made


@pytest.fixture
def measured(gallery, ask, qtbot, demo_dir):
    """Give the desk after the demo's four people were enrolled and measured."""
    ask(gallery.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    qtbot.waitUntil(lambda: state(gallery).people == 4 and gallery.heard.last("job_changed").phase is Phase.READY)
    ask(gallery.calibrating.measure, CalibrateRequest(0.1))
    qtbot.waitUntil(lambda: gallery.said.last("calibration_read") is not None)
    return gallery


def state(desk):
    return desk.heard.last("gallery_changed")


def test_scores_come_with_a_band_for_every_matcher(measured):
    view = measured.said.last("calibration_read")
    calibration = view.calibration
    # Two of the four have two shots; without strangers everybody is compared with the other three.
    assert (calibration.provenance.probes, calibration.provenance.probe_people) == (4, 2)
    assert calibration.target_far == 0.1
    assert [name for name, _ in view.bands] == [scored.matcher for scored in calibration.scored]
    assert all((band.low <= band.dir).all() and (band.dir <= band.high).all() for _, band in view.bands)
    phases = [job.phase for job in measured.said.of("job_changed")]
    assert phases.count(Phase.READY) == 1
    assert phases[-1] is Phase.READY


def test_what_was_chosen_decides_until_the_gallery_changes(measured, ask, qtbot):
    ask(measured.calibrating.choose, ChoosePoint("cosine", 0.42))
    qtbot.waitUntil(lambda: state(measured).calibration == "valid")
    assert state(measured).operating_point.threshold == 0.42
    qtbot.waitUntil(lambda: measured.said.last("calibration_read").state == "valid")
    person = measured.opened().identities()[0]
    ask(measured.erase, person.identity_id)
    qtbot.waitUntil(lambda: state(measured).calibration == "expired")
    ask(measured.calibrating.choose, ChoosePoint("cosine", 0.5))
    qtbot.waitUntil(lambda: measured.said.of("noticed")[-1].tone is Tone.BAD)
    assert measured.said.last("noticed").what == "The gallery has changed since it was calibrated."
    assert state(measured).operating_point.threshold != 0.5


def test_a_rename_is_served_while_scores_are_made(measured, ask, qtbot):
    person, order = measured.opened().identities()[0], []
    direct = Qt.ConnectionType.DirectConnection
    measured.names_changed.connect(lambda names: order.append("Somebody Else" in names), direct)
    measured.calibrating.calibration_read.connect(lambda _: order.append("measured"), direct)
    ask(measured.calibrating.measure, CalibrateRequest(0.05))
    ask(measured.rename, Rename(person.identity_id, "Somebody Else", "", ""))
    qtbot.waitUntil(lambda: "measured" in order)
    assert order[0] is True, "the rename waited until all was done"


def test_nobody_enrolled_is_said_in_words(gallery, ask, qtbot):
    ask(gallery.calibrating.measure, CalibrateRequest(0.1))
    qtbot.waitUntil(lambda: gallery.said.last("job_changed") is not None)
    qtbot.waitUntil(lambda: gallery.said.last("job_changed").phase is Phase.FAILED)
    failed = gallery.said.last("job_changed")
    assert (failed.what, failed.remedy) == (
        "Nobody is enrolled, so there is nothing to calibrate.",
        "Enrol people first.",
    )


def test_nothing_is_chosen_from_what_was_not_measured(gallery, ask, qtbot):
    ask(gallery.calibrating.choose, ChoosePoint("cosine", 0.4))
    qtbot.waitUntil(lambda: gallery.said.last("noticed") is not None)
    assert gallery.said.last("noticed").what == "Nothing was measured in this gallery yet."


def test_a_gallery_that_is_locked_leaves_no_scores(measured, ask, qtbot, path):
    ask(measured.lock)
    qtbot.waitUntil(lambda: state(measured).phase is Phase.NONE)
    before = len(measured.said.of("calibration_read"))
    ask(measured.open, OpenGallery(str(path), PASSPHRASE))
    qtbot.waitUntil(lambda: state(measured).phase is Phase.READY)
    ask(measured.calibrating.show)
    qtbot.waitUntil(lambda: len(measured.said.of("calibration_read")) > before)
    assert measured.said.last("calibration_read").calibration is None


def test_faces_of_a_recording_are_counted_from_its_beginning(measured, ask, qtbot, mtcnn, portrait, path):
    frame = Frame(portrait("strangers/obama.jpg"))
    (sighting,) = Recogniser(mtcnn, video=False).recognise(frame, measured.session).sightings
    for count in (1, 2):
        ask(measured.calibrating.keep_stranger, SeenFace(frame, sighting))
        qtbot.waitUntil(lambda count=count: measured.said.last("stranger_recorded") == count)
    ask(measured.calibrating.begin_recording, True)
    ask(measured.calibrating.keep_stranger, SeenFace(frame, sighting))
    qtbot.waitUntil(lambda: measured.said.of("stranger_recorded") == [1, 2, 1])
    with GalleryFile.open(path, PASSPHRASE) as store:
        assert store.stranger_count() == 3
        persons = store.stranger_embeddings("sface").persons
    assert len(persons) == 3
    assert len(set(persons)) == 1, "it is the same man each time"


def test_a_report_that_cannot_be_written_is_said(measured, ask, qtbot, tmp_path):
    ask(measured.calibrating.report, WriteReport(str(tmp_path / "missing" / "a.html"), "cosine", 0.4))
    qtbot.waitUntil(lambda: measured.said.last("noticed") is not None)
    assert measured.said.last("noticed").tone is Tone.BAD
