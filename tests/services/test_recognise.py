"""Recognition: pictures decided one by one, videos by the vote of a track, and never by votes of another gallery."""

from __future__ import annotations

import numpy as np
import pytest

from osfi_gui.core.errors import PictureError
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.values import Face, Frame, Verdict
from osfi_gui.services.recognise import MAX_FACES, Recogniser
from osfi_gui.services.session import make_session, with_operating_point
from osfi_gui.vision.pictures import read_picture

ADA, BEA, NOBODY, LIKE_ADA = 10, 20, 30, 40


@pytest.fixture
def desk(store, colours, shot_of):
    """Enrol Ada and Bea; give the session that accepts from a cosine of 0.5 on."""
    colours.knows(ADA, [1, 0, 0])
    colours.knows(BEA, [0, 1, 0])
    colours.knows(NOBODY, [0.3, 0.3, 0.9])  # cosine 0.3 / sqrt(0.99) = 0.302 to both
    colours.knows(LIKE_ADA, [0.8, 0, 0.6])  # cosine 0.8 to Ada
    store.enrol("Ada", [shot_of(ADA)])
    store.enrol("Bea", [shot_of(BEA)])
    point = OperatingPoint("cosine", 1, 0.5, 0.5, "sface")
    return with_operating_point(make_session(store, colours), point)


def seen(recogniser, session, frames):
    """Give (track, verdict, identity) of the only face of every frame."""
    out = []
    for frame in frames:
        (sighting,) = recogniser.recognise(frame, session).sightings
        out.append((sighting.track, sighting.decision.verdict, sighting.decision.identity))
    return out


def test_pictures_are_decided_one_by_one(desk, colours, frame_of):
    recogniser = Recogniser(colours, video=False)
    frames = [frame_of(colour, file="x.png") for colour in (ADA, NOBODY, BEA, LIKE_ADA)]
    assert seen(recogniser, desk, frames) == [
        (0, Verdict.ACCEPT, "Ada"),
        (0, Verdict.REJECT, None),
        (0, Verdict.ACCEPT, "Bea"),
        (0, Verdict.ACCEPT, "Ada"),
    ]


def test_the_evidence_is_the_frame_s_own_numbers(desk, colours, frame_of):
    (sighting,) = Recogniser(colours, video=False).recognise(frame_of(LIKE_ADA), desk).sightings
    match = sighting.decision.match
    assert [n.name for n in match.neighbours] == ["Ada", "Bea"]
    np.testing.assert_allclose([n.cosine for n in match.neighbours], [0.8, 0.0], atol=1e-6)
    assert match.score == match.cosine == pytest.approx(0.8)
    assert sighting.decision.reason == "ACCEPT Ada: cosine 0.800 ≥ 0.500, runner-up Bea 0.80 behind"
    np.testing.assert_array_equal(sighting.embedding, colours.vectors[LIKE_ADA])


def test_a_video_waits_for_three_frames_that_agree(desk, colours, frame_of):
    frames = [frame_of(ADA, at_s=i / 25, index=i) for i in range(5)]
    assert seen(Recogniser(colours, video=True), desk, frames) == [
        (1, Verdict.UNDECIDED, None),
        (1, Verdict.UNDECIDED, None),
        (1, Verdict.ACCEPT, "Ada"),
        (1, Verdict.ACCEPT, "Ada"),
        (1, Verdict.ACCEPT, "Ada"),
    ]


def test_an_unknown_is_rejected_after_as_many(desk, colours, frame_of):
    frames = [frame_of(NOBODY, at_s=i / 25, index=i) for i in range(4)]
    verdicts = [verdict for _, verdict, _ in seen(Recogniser(colours, video=True), desk, frames)]
    assert verdicts == [Verdict.UNDECIDED, Verdict.UNDECIDED, Verdict.REJECT, Verdict.REJECT]


def test_one_bad_frame_does_not_change_the_verdict(desk, colours, frame_of):
    colours.knows(50, [0.45, 0, 0.9])  # Ada turned away: cosine 0.447, below the threshold, still her track
    shown = [ADA] * 4 + [50] + [ADA] * 2
    frames = [frame_of(colour, at_s=i / 25, index=i) for i, colour in enumerate(shown)]
    assert seen(Recogniser(colours, video=True), desk, frames)[2:] == [(1, Verdict.ACCEPT, "Ada")] * 5


def test_somebody_who_takes_the_place_starts_undecided(desk, colours, frame_of):
    shown = [ADA] * 4 + [BEA] * 3
    frames = [frame_of(colour, at_s=i / 25, index=i) for i, colour in enumerate(shown)]
    assert seen(Recogniser(colours, video=True), desk, frames)[3:] == [
        (1, Verdict.ACCEPT, "Ada"),
        (2, Verdict.UNDECIDED, None),
        (2, Verdict.UNDECIDED, None),
        (2, Verdict.ACCEPT, "Bea"),
    ]


def test_an_absence_of_more_than_a_second_forgets_the_votes(desk, colours, frame_of):
    recogniser = Recogniser(colours, video=True)
    assert seen(recogniser, desk, [frame_of(ADA, at_s=i / 25) for i in range(3)])[-1] == (1, Verdict.ACCEPT, "Ada")
    assert recogniser.recognise(frame_of(0, at_s=1.0), desk).sightings == ()
    assert seen(recogniser, desk, [frame_of(ADA, at_s=1.2)]) == [(1, Verdict.UNDECIDED, None)]


def test_votes_of_another_session_do_not_count(desk, store, colours, frame_of):
    """Ada is renamed in the middle of a video: her old name must not be decided again, nor her new one at once."""
    recogniser = Recogniser(colours, video=True)
    seen(recogniser, desk, [frame_of(ADA, at_s=i / 25) for i in range(4)])
    (ada, _) = store.identities()
    store.update_identity(ada.identity_id, name="Countess")
    session = with_operating_point(make_session(store, colours), desk.operating_point)
    assert seen(recogniser, session, [frame_of(ADA, at_s=(4 + i) / 25) for i in range(3)]) == [
        (1, Verdict.UNDECIDED, None),
        (1, Verdict.UNDECIDED, None),
        (1, Verdict.ACCEPT, "Countess"),
    ]


def test_an_erased_person_is_not_accepted_again(desk, store, colours, frame_of):
    recogniser = Recogniser(colours, video=True)
    seen(recogniser, desk, [frame_of(ADA, at_s=i / 25) for i in range(4)])
    (ada, _) = store.identities()
    store.erase(ada.identity_id)
    session = with_operating_point(make_session(store, colours), desk.operating_point)
    later = seen(recogniser, session, [frame_of(ADA, at_s=(4 + i) / 25) for i in range(4)])
    assert {identity for _, _, identity in later} == {None}
    assert later[-1][1] is Verdict.REJECT


def test_with_nobody_enrolled_everybody_is_rejected(store, colours, frame_of):
    colours.knows(ADA, [1])
    session = make_session(store, colours)
    (sighting,) = Recogniser(colours, video=False).recognise(frame_of(ADA), session).sightings
    assert sighting.decision.verdict is Verdict.REJECT
    assert sighting.decision.match is None
    assert sighting.decision.reason == "REJECT: nobody is enrolled."


def test_without_a_threshold_nothing_is_decided(desk, colours, frame_of):
    session = with_operating_point(desk, None)
    (sighting,) = Recogniser(colours, video=True).recognise(frame_of(ADA), session).sightings
    assert sighting.decision.verdict is Verdict.UNDECIDED
    assert sighting.decision.match.neighbours[0].name == "Ada"
    assert "Calibrate" in sighting.decision.reason


def test_a_reset_starts_tracks_and_votes_anew(desk, colours, frame_of):
    recogniser = Recogniser(colours, video=True)
    seen(recogniser, desk, [frame_of(ADA, at_s=i / 25) for i in range(3)])
    recogniser.reset()
    assert seen(recogniser, desk, [frame_of(ADA)]) == [(1, Verdict.UNDECIDED, None)]


def test_a_crowd_is_cut_to_its_largest_faces(desk, colours, frame_of, monkeypatch):
    (one,) = colours.detect(frame_of(ADA).pixels)
    crowd = [Face((0.0, 0.0, 90.0 - i, 90.0 - i), one.landmarks, 1.0) for i in range(MAX_FACES + 10)]
    monkeypatch.setattr(colours, "detect", lambda _: crowd)
    sightings = Recogniser(colours, video=False).recognise(frame_of(ADA), desk).sightings
    assert [s.face for s in sightings] == crowd[:MAX_FACES]


def test_an_aligned_picture_must_be_square(desk, colours):
    recogniser = Recogniser(colours, video=False, aligned=True)
    assert recogniser.recognise(Frame(np.full((112, 112, 3), ADA, np.uint8)), desk).sightings
    with pytest.raises(PictureError, match="not an aligned chip: it is not square"):
        recogniser.recognise(Frame(np.full((112, 96, 3), ADA, np.uint8), file="a/x.png"), desk)


def test_real_people_are_told_apart_and_a_stranger_rejected(demo_dir, store, mtcnn, sface):
    """The demo's gallery and the demo's pictures, each a picture that was not enrolled."""
    from osfi_gui.core.events import Token
    from osfi_gui.services.demo import enrol_demo
    from osfi_gui.vision.sources.demo import show_pictures

    list(enrol_demo(store=store, detector=mtcnn, encoder=sface, token=Token()))
    session = make_session(store, sface)
    assert session.calibration == "none"
    assert session.operating_point.revision == -1
    recogniser = Recogniser(mtcnn, video=False)
    found = {}
    for path in show_pictures():
        recognition = recogniser.recognise(Frame(read_picture(path), file=str(path)), session)
        found[path.stem if path.parent.name == "strangers" else path.parent.name] = recognition.sightings[0].decision
        assert set(recognition.stages_ms) == {"detect", "encode", "match"}
    assert {name: decision.identity for name, decision in found.items()} == {
        "Emmanuel Macron": "Emmanuel Macron",
        "obama": None,
        "Jacinda Ardern": "Jacinda Ardern",
        "sunak": None,
    }
    assert found["obama"].verdict is found["sunak"].verdict is Verdict.REJECT
