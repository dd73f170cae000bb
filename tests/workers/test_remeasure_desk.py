"""Measuring again on a thread of its own: it gives way, it is stopped, and nothing is applied by itself."""

import pytest

from osfi_gui.core.calibration import CalibrateRequest, ChoosePoint
from osfi_gui.core.desk import ImportFolder, OpenGallery, Phase, TuneState
from osfi_gui.core.events import Cancelled
from osfi_gui.services.enrol import Examiner
from osfi_gui.workers.calibrate_desk import CalibrateDesk
from osfi_gui.workers.desk import Desk
from osfi_gui.workers.import_desk import ImportDesk

PASSPHRASE = "correct horse"


@pytest.fixture
def calibrated(desk_thread, hear, ask, engine, tmp_path, qtbot, demo_dir, mtcnn, sface):
    """Give a desk with the demo's four people and its strangers, calibrated by the cosine."""
    made = Desk()
    made.importing = ImportDesk(made)
    made.calibrating = CalibrateDesk(made)
    made.again = made.calibrating.again
    made.heard = hear(made, "gallery_changed", "noticed")
    made.heard.listen(made.importing, "job_changed", "noticed")
    made.said = hear(made.calibrating, "calibration_read")
    made.offers = hear(made.again, "offered", "noticed")
    made.gallery_changed.connect(made.calibrating.follow)
    desk_thread(made, lambda: ask(made.end))
    made.importing.moveToThread(made.thread())
    made.calibrating.moveToThread(made.thread())
    ask(made.use_engine, engine)
    ask(made.open, OpenGallery(str(tmp_path / "gallery.osfi"), PASSPHRASE))
    qtbot.waitUntil(lambda: state(made) is not None and state(made).phase is Phase.READY)
    ask(made.importing.import_folder, ImportFolder(str(demo_dir / "enrol")))
    qtbot.waitUntil(lambda: state(made).people == 4 and made.heard.last("job_changed").phase is Phase.READY)
    examiner = Examiner(mtcnn, sface, aligned=False)
    for file in sorted((demo_dir / "strangers").iterdir()):
        made.opened().add_strangers([examiner.shot_of(file)], person=file.stem)
    ask(made.calibrating.measure, CalibrateRequest(0.4))
    qtbot.waitUntil(lambda: made.said.last("calibration_read") is not None)
    ask(made.calibrating.choose, ChoosePoint("cosine", 0.2))
    qtbot.waitUntil(lambda: state(made).calibration == "valid")
    return made


def state(desk):
    return desk.heard.last("gallery_changed")


def erase(desk, ask, qtbot):
    ask(desk.erase, desk.opened().identities()[0].identity_id)
    qtbot.waitUntil(lambda: state(desk).calibration == "expired")


def test_while_an_encoder_is_tuned_nothing_is_measured(calibrated, ask, qtbot):
    ask(calibrated.again.follow_run, TuneState(Phase.WAITING))
    erase(calibrated, ask, qtbot)
    ask(calibrated.again._measure)  # what the timer does, now
    told = len(calibrated.said.of("calibration_read"))
    ask(calibrated.calibrating.show)
    qtbot.waitUntil(lambda: len(calibrated.said.of("calibration_read")) > told)  # what was asked before is done
    assert not calibrated.again._aside.busy
    assert calibrated.offers.of("offered") == []
    ask(calibrated.again.follow_run, TuneState(Phase.ENDED))
    qtbot.waitUntil(lambda: calibrated.offers.of("offered") != [])
    offer = calibrated.offers.last("offered")
    assert offer.people == 3
    assert state(calibrated).calibration == "expired"


def test_a_job_of_the_desk_stops_it_and_it_begins_again_afterwards(calibrated, ask, qtbot):
    erase(calibrated, ask, qtbot)
    ended = []
    calibrated.again._aside.over.connect(ended.append)
    ask(calibrated.again._measure)
    ask(calibrated.calibrating.measure, CalibrateRequest(0.3))
    qtbot.waitUntil(lambda: ended != [])
    assert isinstance(ended[0], Cancelled)
    qtbot.waitUntil(lambda: calibrated.offers.of("offered") != [])
    assert calibrated.offers.last("offered").people == 3


def test_an_offer_is_withdrawn_with_the_gallery_and_used_only_when_asked(calibrated, ask, qtbot):
    erase(calibrated, ask, qtbot)
    qtbot.waitUntil(lambda: calibrated.offers.of("offered") != [])
    before = calibrated.opened().operating_point("sface")
    offer = calibrated.offers.last("offered")
    assert before.threshold == 0.2
    assert (offer.point.matcher, offer.before.threshold) == ("cosine", 0.2)
    ask(calibrated.again.use)
    qtbot.waitUntil(lambda: state(calibrated).calibration == "valid")
    qtbot.waitUntil(lambda: calibrated.offers.last("offered") is None)
    kept = calibrated.opened().operating_point("sface")
    assert (kept.threshold, kept.measured.people) == (offer.point.threshold, 3)
    # Nothing is left to be used.
    ask(calibrated.again.use)
    ask(calibrated.lock)
    qtbot.waitUntil(lambda: state(calibrated).phase is Phase.NONE)
