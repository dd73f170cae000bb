"""Enrolment at the camera: poses are asked for in order, held before they are taken, and every shot is judged."""

from __future__ import annotations

import numpy as np
import pytest

from osfi_gui.core.enrolment import Draft, Examination, Pose, Worth
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.values import Quality, Recognition, Verdict
from osfi_gui.services.engine import Engine
from osfi_gui.services.guide import HOLD_S, MOST_SHOTS, Guide
from osfi_gui.services.live import Live, Looking
from osfi_gui.services.session import make_session, with_operating_point

ADA, BEA = 10, 20


def quality(*, yaw=0.0, pitch=0.0, failures=()):
    return Quality(120.0, 200.0, 120.0, 50.0, yaw, pitch, 0.0, failures)


@pytest.fixture
def look(colours, shot_of, frame_of):
    """Make a frame and what was seen in it: a colour's face in a pose."""

    def make(colour, at_s, *, yaw=0.0, pitch=0.0, failures=()):
        frame = frame_of(colour, at_s=at_s)
        shot = shot_of(colour)
        (face,) = colours.detect(frame.pixels)
        measured = quality(yaw=yaw, pitch=pitch, failures=failures)
        return frame, Examination((face,), face, colours.chip(shot.portrait), measured, shot, tuple(failures))

    return make


@pytest.fixture(autouse=True)
def known(colours):
    colours.knows(ADA, [1, 0, 0])
    colours.knows(BEA, [0, 1, 0])
    for number in range(30, 60):
        # Each at 0.9 of Ada's direction and otherwise on its own: 0.81 between any two of different axes.
        row = np.zeros(8)
        row[0], row[1 + number % 7] = 0.9, np.sqrt(1 - 0.81)
        colours.knows(number, row)


@pytest.fixture
def session(store, colours, shot_of):
    store.enrol("Bea", [shot_of(BEA)])
    return with_operating_point(make_session(store, colours), OperatingPoint("cosine", 1, 0.5, 0.5, "sface"))


def show(guide, look, colour, *, start, seconds, session=None, auto=True, fps=25, **pose):
    """Show a face in a pose for a while; give the draft at the end."""
    for index in range(round(seconds * fps) + 1):
        draft = guide.see(*look(colour, start + index / fps, **pose), session=session, auto=auto)
    return draft


def test_a_pose_is_taken_when_it_was_held_and_not_before(look):
    guide = Guide("sface")
    assert guide.draft.asked is Pose.FRONT
    draft = show(guide, look, 30, start=0.0, seconds=HOLD_S - 0.1)
    assert draft.shots == ()
    assert draft.held == pytest.approx((HOLD_S - 0.08) / HOLD_S, abs=0.08)
    draft = show(guide, look, 30, start=HOLD_S - 0.06, seconds=0.08)
    assert [(taken.pose, taken.worth) for taken in draft.shots] == [(Pose.FRONT, Worth.ADDS)]
    assert draft.held == 0.0


def test_a_bad_frame_in_between_starts_the_time_anew(look):
    guide = Guide("sface")
    show(guide, look, 30, start=0.0, seconds=HOLD_S - 0.1)
    draft = guide.see(*look(30, HOLD_S, failures=("Hold still.",)), session=None, auto=True)
    assert draft.held == 0.0
    assert show(guide, look, 30, start=HOLD_S + 0.04, seconds=HOLD_S - 0.1).shots == ()


def test_the_ring_asks_front_left_right_up_down_and_then_nothing(look):
    guide = Guide("sface")
    poses = [
        (Pose.FRONT, {}),
        (Pose.LEFT, {"yaw": 0.4}),
        (Pose.RIGHT, {"yaw": -0.4}),
        (Pose.UP, {"pitch": -0.3}),
        (Pose.DOWN, {"pitch": 0.3}),
    ]
    for number, (pose, measured) in enumerate(poses):
        assert guide.draft.asked is pose
        draft = show(guide, look, 30 + number, start=10.0 * number, seconds=HOLD_S + 0.1, **measured)
        assert draft.shots[-1].pose is pose
    assert guide.draft.asked is None
    assert guide.draft.taken == frozenset(Pose)
    assert len(show(guide, look, 50, start=100.0, seconds=2.0).shots) == 5


def test_another_pose_than_the_asked_one_is_not_taken(look):
    guide = Guide("sface")
    assert show(guide, look, 30, start=0.0, seconds=2.0, yaw=0.4).shots == ()


def test_up_and_down_are_measured_against_the_person_s_own_front(look):
    """A nose that lies high at rest (pitch -0.3 looking ahead) is not looking up; 0.22 further is."""
    guide = Guide("sface")
    show(guide, look, 30, start=0.0, seconds=1.0, pitch=-0.3)
    show(guide, look, 31, start=10.0, seconds=1.0, yaw=0.4)
    show(guide, look, 32, start=20.0, seconds=1.0, yaw=-0.4)
    assert guide.draft.asked is Pose.UP
    assert len(show(guide, look, 33, start=30.0, seconds=1.0, pitch=-0.45).shots) == 3
    assert show(guide, look, 33, start=40.0, seconds=1.0, pitch=-0.55).shots[-1].pose is Pose.UP


def test_nothing_is_taken_by_itself_when_the_operator_takes_the_shots(look):
    guide = Guide("sface")
    assert show(guide, look, 30, start=0.0, seconds=2.0, auto=False).shots == ()
    assert guide.take(session=None) == ""
    assert [taken.pose for taken in guide.draft.shots] == [Pose.FRONT]


def test_a_shot_that_cannot_be_taken_says_why(look):
    guide = Guide("sface")
    assert guide.take(session=None) == "There is no picture yet."
    guide.see(*look(30, 0.0, failures=("Move closer.", "Hold still.")), session=None, auto=True)
    assert guide.take(session=None) == "Move closer. Hold still."
    assert guide.draft.shots == ()


def test_enough_is_enough(look):
    guide = Guide("sface")
    for number in range(MOST_SHOTS):
        guide.see(*look(30 + number, float(number)), session=None, auto=False)
        assert guide.take(session=None) == ""
    assert guide.take(session=None) == f"{MOST_SHOTS} shots are enough for one person."
    assert len(guide.draft.shots) == MOST_SHOTS


def test_each_shot_is_worth_what_it_adds(look, session):
    guide = Guide("sface")
    for colour in (30, 31, 30, BEA, 32):
        guide.see(*look(colour, 0.0), session=session, auto=False)
        assert guide.take(session=session) == ""
    assert [(taken.worth, taken.text) for taken in guide.draft.shots] == [
        (Worth.ADDS, "the first shot"),
        (Worth.ADDS, "adds something"),
        (Worth.NOTHING_NEW, "nothing new"),
        (Worth.CONFLICTS, "looks like Bea"),
        (Worth.ADDS, "adds something"),
    ]


def test_somebody_who_is_enrolled_already_is_a_lookalike_from_the_floor_on(look, session, colours):
    guide = Guide("sface")
    colours.knows(60, [0, 0.8, 0.6])
    colours.knows(61, [0, 0.4, 0.9165151])
    guide.see(*look(61, 0.0), session=session, auto=False)
    guide.take(session=session)
    assert guide.draft.lookalike is None
    guide.clear()
    guide.see(*look(60, 0.0), session=session, auto=False)
    guide.take(session=session)
    alike = guide.draft.lookalike
    assert (alike.name, alike.identity_id) == ("Bea", session.gallery.identity_ids[0])
    assert alike.cosine == pytest.approx(0.8)


def test_removing_a_shot_asks_for_its_pose_again(look, session):
    guide = Guide("sface")
    show(guide, look, 30, start=0.0, seconds=1.0, session=session)
    assert guide.draft.asked is Pose.LEFT
    guide.remove(5, session=session)
    guide.remove(-1, session=session)
    assert len(guide.draft.shots) == 1
    guide.remove(0, session=session)
    assert (guide.draft.shots, guide.draft.asked) == ((), Pose.FRONT)


def test_the_next_person_begins_with_nothing(look):
    guide = Guide("sface")
    show(guide, look, 30, start=0.0, seconds=1.0)
    guide.clear()
    assert (guide.draft.shots, guide.draft.asked, guide.draft.held) == ((), Pose.FRONT, 0.0)
    # The first pose has to be held for its whole time again, and up and down wait for a new front.
    assert show(guide, look, 31, start=1.04, seconds=HOLD_S - 0.1).shots == ()


@pytest.fixture
def live(colours):
    return Live(Engine(colours, lambda: colours, "Colours", "CPU"))


def test_live_does_nothing_while_the_gallery_is_locked(live, frame_of):
    assert live.work(frame_of(ADA)) is None


def test_live_recognises_then_examines_then_rests(live, session, frame_of):
    live.use_session(session)
    assert isinstance(live.work(frame_of(BEA)), Recognition)
    live.look(Looking.ENROL)
    draft = live.work(frame_of(ADA))
    assert isinstance(draft, Draft)
    assert len(draft.examination.faces) == 1
    live.look(Looking.NOTHING)
    assert live.work(frame_of(ADA)) is None


def test_live_forgets_votes_while_it_looked_elsewhere(live, session, frame_of):
    live.use_session(session)
    for i in range(3):
        last = live.work(frame_of(BEA, at_s=i / 25))
    assert last.sightings[0].decision.verdict is Verdict.ACCEPT
    live.look(Looking.ENROL)
    live.look(Looking.IDENTIFY)
    assert live.work(frame_of(BEA, at_s=0.2)).sightings[0].decision.verdict is Verdict.UNDECIDED


def test_a_real_portrait_is_examined_taken_and_known_as_a_lookalike(store, demo_dir, mtcnn, sface):
    """The whole way with real parts: enrol one picture of a person, show another one, and be told who that is."""
    from osfi_gui.core.events import Token
    from osfi_gui.core.values import Frame
    from osfi_gui.services.enrol import enrol_files
    from osfi_gui.vision.pictures import read_picture

    folder = demo_dir / "enrol" / "Jacinda Ardern"
    list(enrol_files("Jacinda", [folder / "2018.jpg"], store=store, detector=mtcnn, encoder=sface, token=Token()))
    live = Live(Engine(sface, lambda: mtcnn, "SFace", "CPU"))
    live.use_session(make_session(store, sface))
    live.look(Looking.ENROL)
    live.take_by_itself(False)
    assert live.take_shot() == "There is no picture yet."
    live.work(Frame(read_picture(folder / "2022.jpg")))
    assert live.take_shot() == ""
    assert live.draft.shots[0].text == "the first shot"
    assert live.draft.lookalike.name == "Jacinda"
    live.remove_shot(0)
    assert live.draft.lookalike is None
    assert live.take_shot() == ""
    live.use_session(None)  # the gallery is locked: nobody's draft stays on the screen
    assert (live.draft.shots, live.draft.lookalike) == ((), None)
