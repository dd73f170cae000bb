"""The recognition thread: the newest frame, with the newest session, and what it is told between two frames."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from osfi_gui.core.desk import EngineState, Notice, Phase, SeenFace
from osfi_gui.core.enrolment import Pose, Worth
from osfi_gui.core.errors import EncoderError
from osfi_gui.core.values import Frame, Verdict
from osfi_gui.services.engine import Engine
from osfi_gui.services.enrol import examine
from osfi_gui.services.session import make_session
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.vision.detect import MtcnnDetector
from osfi_gui.workers.feed import Captured, LiveFeed
from osfi_gui.workers.recognition import RecognitionThread

COLLINS, HOPPER = "enrol/Eileen Collins/1999.jpg", "enrol/Grace Hopper/1983.jpg"
ARDERN, ARDERN_LATER = "enrol/Jacinda Ardern/2018.jpg", "enrol/Jacinda Ardern/2022.jpg"
STRANGER = "strangers/obama.jpg"
WALL = np.full((300, 300, 3), 120, np.uint8)


@pytest.fixture
def feed():
    return LiveFeed()


@pytest.fixture
def begin(feed, joined, hear, engine):
    """Start the thread with the real engine, or with what loads another."""

    def start(load=None):
        thread = RecognitionThread(feed, load=load or (lambda: engine))
        heard = hear(thread, "engine_changed", "engine_loaded", "noticed")
        joined(thread, thread.end)
        return thread, heard

    return start


@pytest.fixture(scope="module")
def sessions(tmp_path_factory, engine, mtcnn, demo_dir):
    """Give the session of a gallery with one person, and of the same gallery with another one as well."""
    from osfi_gui.vision.pictures import read_picture

    made = []
    path = tmp_path_factory.mktemp("gallery") / "two.osfi"
    with GalleryFile.open(path, "passphrase", create=True) as store:
        for name, file in (("Eileen Collins", COLLINS), ("Jacinda Ardern", ARDERN)):
            seen = examine(Frame(read_picture(demo_dir / file)), detector=mtcnn, encoder=engine.encoder)
            assert seen.passed
            store.enrol(name, [seen.shot])
            made.append(make_session(store, engine.encoder))
    return made


def show(feed, pixels, *, index=0, opening=1, video=False):
    frame = Frame(pixels, index, 0.0)
    feed.captured.put(Captured(frame, opening, video))
    return frame


def said(heard):
    state = heard.last("engine_changed")
    return None if state is None else state.phase


def only(recognition):
    (sighting,) = recognition.sightings
    return sighting.decision


# The engine


def test_what_it_loads_is_said(begin, engine, qtbot):
    _, heard = begin()
    qtbot.waitUntil(lambda: heard.last("engine_changed") == EngineState(Phase.READY, "CPU", "", "SFace"))
    assert heard == [
        ("engine_changed", EngineState(Phase.WAITING, what="Loading the face models")),
        ("engine_loaded", engine),
        ("engine_changed", EngineState(Phase.READY, "CPU", "", "SFace")),
    ]


def test_why_there_is_no_engine_is_said(begin, qtbot):
    def load():
        raise EncoderError("The weights of SFace are missing.", "Run: osfi encoders fetch sface")

    thread, heard = begin(load)
    qtbot.waitUntil(lambda: said(heard) is Phase.FAILED)
    assert heard.last("engine_changed") == EngineState(
        Phase.FAILED, what="The weights of SFace are missing.", remedy="Run: osfi encoders fetch sface"
    )
    # It is told things all the same, and ends as ever.
    thread.use_session(None)
    thread.look("enrol")
    thread.end()
    assert thread.wait(5000)


def test_a_package_that_is_broken_is_said(begin, qtbot):
    def load():
        raise ImportError("libtorch_cpu.so: cannot open shared object file")

    _, heard = begin(load)
    qtbot.waitUntil(lambda: said(heard) is Phase.FAILED)
    failed = heard.last("engine_changed")
    assert failed.what == (
        "The face models could not be loaded (ImportError: libtorch_cpu.so: cannot open shared object file)."
    )
    assert failed.remedy == "Run “osfi doctor”."


# Frames


def test_only_the_newest_frame_is_looked_at(begin, feed, engine, sessions, portrait, qtbot):
    loads, seen = threading.Event(), []
    put = feed.recognised.put
    feed.recognised.put = lambda value: (seen.append(value), put(value))

    def load():
        loads.wait(20)
        return engine

    thread, _ = begin(load)
    thread.use_session(sessions[1])
    pixels = portrait(COLLINS)
    for index in range(5):
        newest = show(feed, pixels, index=index)
    loads.set()
    qtbot.waitUntil(lambda: feed.recognition() is not None)
    thread.end()
    assert thread.wait(20_000)
    assert [made.frame.index for made in seen if made is not None] == [4]
    assert feed.recognition().frame is newest


def test_who_it_is_and_who_it_is_not(begin, feed, sessions, portrait, qtbot):
    thread, _ = begin()
    thread.use_session(sessions[1])
    show(feed, portrait(ARDERN_LATER))
    qtbot.waitUntil(lambda: feed.recognition() is not None)
    decision = only(feed.recognition())
    ardern = sessions[1].gallery.identity_ids[sessions[1].gallery.names.index("Jacinda Ardern")]
    assert (decision.verdict, decision.identity_id) == (Verdict.ACCEPT, ardern)
    frame = show(feed, portrait(STRANGER), index=1)
    qtbot.waitUntil(lambda: feed.recognition().frame is frame)
    assert only(feed.recognition()).verdict is Verdict.REJECT


def test_a_picture_is_recognised_as_soon_as_the_gallery_opens(begin, feed, sessions, portrait, qtbot):
    thread, heard = begin()
    frame = show(feed, portrait(ARDERN_LATER))
    qtbot.waitUntil(lambda: said(heard) is Phase.READY)
    assert feed.recognition() is None
    thread.use_session(sessions[0])
    qtbot.waitUntil(lambda: feed.recognition() is not None)
    assert only(feed.recognition()).verdict is Verdict.REJECT
    # And again when somebody was enrolled.
    thread.use_session(sessions[1])
    qtbot.waitUntil(lambda: only(feed.recognition()).verdict is Verdict.ACCEPT)
    assert feed.recognition().frame is frame


def test_a_locked_gallery_leaves_nobody(begin, feed, sessions, portrait, qtbot):
    thread, _ = begin()
    thread.use_session(sessions[1])
    thread.look("enrol")
    show(feed, portrait(HOPPER))
    qtbot.waitUntil(lambda: feed.draft() is not None and feed.draft().examination is not None)
    thread.take_shot()
    qtbot.waitUntil(lambda: len(feed.draft().shots) == 1)
    thread.use_session(None)
    qtbot.waitUntil(lambda: feed.draft().shots == ())
    assert feed.recognition() is None


def test_another_source_begins_with_nothing_of_the_last_one(begin, feed, sessions, portrait, qtbot):
    thread, _ = begin()
    thread.use_session(sessions[1])
    show(feed, portrait(ARDERN_LATER), video=True)
    qtbot.waitUntil(lambda: feed.recognition() is not None)
    assert only(feed.recognition()).votes == 1
    show(feed, portrait(ARDERN_LATER), index=1, video=True)
    qtbot.waitUntil(lambda: only(feed.recognition()).votes == 2)
    show(feed, portrait(ARDERN_LATER), opening=2, video=True)
    qtbot.waitUntil(lambda: feed.recognition() is not None and only(feed.recognition()).votes == 1)


def test_one_bad_frame_is_said_once_and_the_next_one_is_recognised(begin, feed, engine, sessions, portrait, qtbot):
    class Moody(MtcnnDetector):
        def search(self, pixels, known=()):
            if pixels.max() == 0:
                raise RuntimeError
            return super().search(pixels, known)

    from osfi_gui.vision.device import choose_device

    moody = Engine(engine.encoder, lambda: Moody(choose_device("cpu")), "SFace", "CPU")
    thread, heard = begin(lambda: moody)
    thread.use_session(sessions[1])
    black, looked = np.zeros((64, 64, 3), np.uint8), feed.captured
    for index in range(3):
        show(feed, black, index=index, video=True)
        qtbot.waitUntil(lambda: looked._taken == looked._serial)
    qtbot.waitUntil(lambda: bool(heard.of("noticed")))
    show(feed, portrait(ARDERN_LATER), index=3, video=True)
    qtbot.waitUntil(lambda: feed.recognition() is not None)
    assert [said.what for said in heard.of("noticed")] == ["Recognition failed on a picture (RuntimeError)."]


# The draft


@pytest.fixture
def enrolling(begin, feed, sessions, portrait, qtbot):
    thread, heard = begin()
    thread.use_session(sessions[1])
    thread.look("enrol")
    show(feed, portrait(HOPPER))
    qtbot.waitUntil(lambda: feed.draft() is not None and feed.draft().examination is not None)
    return thread, heard


def test_shots_are_taken_and_taken_out_again(enrolling, feed, qtbot):
    thread, heard = enrolling
    assert feed.draft().examination.passed
    assert feed.draft().shots == ()
    thread.take_shot()
    qtbot.waitUntil(lambda: len(feed.draft().shots) == 1)
    thread.take_shot()
    qtbot.waitUntil(lambda: len(feed.draft().shots) == 2)
    first, second = feed.draft().shots
    assert first.worth is Worth.ADDS
    assert second.worth is Worth.NOTHING_NEW  # the very same picture
    assert first.pose is Pose.FRONT
    thread.remove_shot(0)
    qtbot.waitUntil(lambda: feed.draft().shots == (second,))
    thread.clear_draft()
    qtbot.waitUntil(lambda: feed.draft().shots == ())
    assert heard.of("noticed") == []


def test_who_looks_like_somebody_enrolled_is_said_to(enrolling, feed, portrait, qtbot):
    thread, _ = enrolling
    frame = show(feed, portrait(ARDERN_LATER), index=1)
    qtbot.waitUntil(lambda: feed.draft().frame is frame)
    thread.take_shot()
    qtbot.waitUntil(lambda: feed.draft().lookalike is not None)
    assert feed.draft().lookalike.name == "Jacinda Ardern"


def test_why_no_shot_was_taken_is_said(enrolling, feed, qtbot):
    thread, heard = enrolling
    frame = show(feed, WALL, index=1)
    qtbot.waitUntil(lambda: feed.draft().frame is frame)
    thread.take_shot()
    qtbot.waitUntil(lambda: bool(heard.of("noticed")))
    assert heard.of("noticed") == [Notice("No shot was taken.", "No face is in sight.")]
    assert feed.draft().shots == ()


def test_a_face_that_was_recognised_begins_a_draft(begin, feed, sessions, portrait, qtbot):
    thread, _ = begin()
    thread.use_session(sessions[1])
    frame = show(feed, portrait(HOPPER))
    qtbot.waitUntil(lambda: feed.recognition() is not None)
    (sighting,) = feed.recognition().sightings
    thread.begin_draft_with(SeenFace(frame, sighting))
    qtbot.waitUntil(lambda: feed.draft() is not None and len(feed.draft().shots) == 1)
    (taken,) = feed.draft().shots
    assert np.array_equal(taken.shot.embeddings["sface"], sighting.embedding)


def test_a_page_that_looks_at_nothing_looks_at_nothing(begin, feed, sessions, portrait, qtbot):
    thread, _ = begin()
    thread.use_session(sessions[1])
    frame = show(feed, portrait(HOPPER))
    qtbot.waitUntil(lambda: feed.recognition() is not None)
    thread.look("gallery")
    qtbot.waitUntil(lambda: feed.recognition() is None)
    show(feed, portrait(COLLINS), index=1)
    thread.look("identify")
    qtbot.waitUntil(lambda: feed.recognition() is not None and feed.recognition().frame is not frame)


def test_values_are_not_changed_by_what_comes_later(enrolling, feed, qtbot):
    thread, _ = enrolling
    before = feed.draft()
    kept = replace(before)
    thread.take_shot()
    qtbot.waitUntil(lambda: len(feed.draft().shots) == 1)
    assert before.shots == kept.shots == ()
