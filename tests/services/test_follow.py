"""A video: followed, encoded only where that tells something, and never a name carried over to somebody else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest

from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.values import Frame, Verdict
from osfi_gui.services.recognise import Recogniser
from osfi_gui.services.session import make_session, with_operating_point

ADA, BEA, TURNED = 10, 20, 50


@pytest.fixture
def desk(store, colours, shot_of):
    """Enrol Ada and Bea; give the session that accepts from a cosine of 0.5 on."""
    colours.knows(ADA, [1, 0, 0])
    colours.knows(BEA, [0, 1, 0])
    colours.knows(TURNED, [0.45, 0, 0.9])
    store.enrol("Ada", [shot_of(ADA)])
    store.enrol("Bea", [shot_of(BEA)])
    session = make_session(store, colours)
    return with_operating_point(session, OperatingPoint("cosine", 1, 0.5, 0.5, "sface"))


def test_a_still_picture_is_encoded_three_times_and_not_again(desk, colours, frame_of):
    recogniser = Recogniser(colours, video=True)
    colours.embedded = 0
    for i in range(60):
        (sighting,) = recogniser.recognise(frame_of(ADA, at_s=i / 30), desk).sightings
    assert colours.embedded == 3
    assert sighting.decision.identity == "Ada"


def test_the_whole_frame_is_searched_four_times_a_second(desk, colours, frame_of, monkeypatch):
    searches = []
    monkeypatch.setattr(colours, "search", lambda pixels, **_: searches.append(1) or colours.detect(pixels))
    recogniser = Recogniser(colours, video=True)
    for i in range(61):
        recogniser.recognise(frame_of(ADA, at_s=i / 30), desk)
    # Eight intervals of 1/30 s between searches: at the frames 0, 8, 16, ... 56.
    assert len(searches) == 8


def test_somebody_who_steps_in_between_two_looks_never_inherits_the_name(desk, colours, frame_of):
    """Long settled, looked at twice a second: the change of the chip gives the newcomer away at once."""
    recogniser = Recogniser(colours, video=True)
    for i in range(40):
        recogniser.recognise(frame_of(ADA, at_s=i / 30), desk)
    (sighting,) = recogniser.recognise(frame_of(BEA, at_s=40 / 30), desk).sightings
    assert (sighting.track, sighting.decision.verdict) == (2, Verdict.UNDECIDED)


def test_who_was_hidden_for_seconds_has_the_same_number_and_is_decided_anew(desk, colours, frame_of, monkeypatch):
    recogniser = Recogniser(colours, video=True)
    for i in range(40):
        recogniser.recognise(frame_of(ADA, at_s=i / 30), desk)
    with monkeypatch.context() as hidden:
        hidden.setattr(colours, "search", lambda _, **__: [])
        hidden.setattr(colours, "follow", lambda _, faces: [None] * len(faces))
        for i in range(40, 130):
            assert recogniser.recognise(frame_of(ADA, at_s=i / 30), desk).sightings == ()
    decisions = []
    for i in range(130, 140):
        decisions += recogniser.recognise(frame_of(ADA, at_s=i / 30), desk).sightings
    assert {s.track for s in decisions} == {1}
    assert (decisions[0].decision.verdict, decisions[-1].decision.identity) == (Verdict.UNDECIDED, "Ada")


def test_the_decision_is_on_the_mean_of_the_track(desk, colours, frame_of):
    recogniser = Recogniser(colours, video=True)
    for i, colour in enumerate([ADA, ADA, TURNED]):
        (sighting,) = recogniser.recognise(frame_of(colour, at_s=i / 30), desk).sightings
    # The chips weigh the same; 0.45 / sqrt(0.45² + 0.9²) = 0.4472.
    assert sighting.decision.match.cosine == pytest.approx((1 + 1 + 0.4472) / 3, abs=1e-4)
    assert sighting.decision.identity == "Ada"


def test_another_encoder_starts_every_track_anew(desk, store, colours, frame_of):
    recogniser = Recogniser(colours, video=True)
    for i in range(4):
        recogniser.recognise(frame_of(ADA, at_s=i / 30), desk)
    other = type(colours)("sface@1")
    other.vectors = colours.vectors
    session = with_operating_point(make_session(store, other), desk.operating_point)
    (sighting,) = recogniser.recognise(frame_of(ADA, at_s=4 / 30), session).sightings
    assert (sighting.track, sighting.decision.verdict) == (2, Verdict.UNDECIDED)


def test_a_change_of_the_gallery_decides_everybody_in_sight_anew(desk, store, colours, frame_of, monkeypatch):
    """Five at once, of whom two can be encoded in a frame: the others must not be left without a decision."""
    (one,) = colours.detect(frame_of(ADA).pixels)
    crowd = [replace(one, box=(120.0 * i, 10.0, 80.0, 80.0)) for i in range(5)]
    monkeypatch.setattr(colours, "search", lambda _, **__: crowd)
    monkeypatch.setattr(colours, "follow", lambda _, faces: list(faces))
    recogniser = Recogniser(colours, video=True)
    for i in range(20):
        before = recogniser.recognise(frame_of(ADA, at_s=i / 30), desk).sightings
    assert [s.decision.identity for s in before] == ["Ada"] * 5
    (ada, _) = store.identities()
    store.update_identity(ada.identity_id, name="Countess")
    session = with_operating_point(make_session(store, colours), desk.operating_point)
    after = recogniser.recognise(frame_of(ADA, at_s=20 / 30), session).sightings
    assert [s.decision.verdict for s in after] == [Verdict.UNDECIDED] * 5
    for i in range(21, 40):
        after = recogniser.recognise(frame_of(ADA, at_s=i / 30), session).sightings
    assert [s.decision.identity for s in after] == ["Countess"] * 5
    assert {s.track for s in after} == {s.track for s in before}


def frames_of(path, *, most):
    """Give frames with their times."""
    video = cv2.VideoCapture(str(path))
    rate = video.get(cv2.CAP_PROP_FPS)
    for index in range(most):
        ok, pixels = video.read()
        if not ok:
            return
        yield Frame(np.ascontiguousarray(pixels[:, :, ::-1]), index=index, time_s=index / rate)
    video.release()


@pytest.fixture
def demo(store, mtcnn, sface):
    """Give the session of the demo's people."""
    from osfi_gui.core.events import Token
    from osfi_gui.services.demo import enrol_demo

    list(enrol_demo(store=store, detector=mtcnn, encoder=sface, token=Token()))
    return make_session(store, sface)


@pytest.mark.parametrize("clip", ["liveportrait_d0", "liveportrait_d12"])
def test_a_real_face_is_one_track_that_does_not_flicker(clip, shared_data, demo, mtcnn):
    recogniser, seen = Recogniser(mtcnn, video=True), []
    for frame in frames_of(shared_data / "videos" / f"{clip}.mp4", most=60):
        sightings = recogniser.recognise(frame, demo).sightings
        assert len(sightings) == 1
        seen.append((sightings[0].track, sightings[0].decision.verdict))
    assert {track for track, _ in seen} == {1}
    assert Counter(verdict for _, verdict in seen[2:]) == {Verdict.REJECT: len(seen) - 2}


def test_the_same_frames_give_the_same_decisions(shared_data, demo, mtcnn):
    frames = list(frames_of(shared_data / "videos" / "liveportrait_d3.mp4", most=25))

    def run():
        recogniser = Recogniser(mtcnn, video=True)
        return [
            [(s.track, s.face.box, s.decision.verdict, s.decision.match.score) for s in made.sightings]
            for made in (recogniser.recognise(frame, demo) for frame in frames)
        ]

    assert run() == run()
