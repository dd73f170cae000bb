"""Recordings: what is kept of a frame, and when a replay was decided alike; worked out by hand."""

import dataclasses

import numpy as np
import pytest

from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.recording import RecordedFrame, Seen, Take, clock_text, seen_of
from osfi_gui.core.replay import MOST_NAMED, Comparing, changes, difference, verdict_of
from osfi_gui.core.values import Decision, Face, Frame, Match, Quality, Recognition, Sighting, Verdict

POINT = OperatingPoint("nac", 16, 0.2, 0.35, "sface", 3)
TAKE = Take(1, "Door", True, "sface", 3, 20, POINT)
ADA = Seen(1, (0.0, 0.0, 9.0, 9.0), Verdict.ACCEPT, 7, "Ada", "nac", 0.25, 0.6, 5, 9, "ACCEPT Ada")
BOB = dataclasses.replace(ADA, track=2, identity_id=8, identity="Bob")
UNKNOWN = dataclasses.replace(ADA, verdict=Verdict.REJECT, identity_id=None, identity=None, score=0.125)


def frame(number, *seen, missing=0, take=TAKE):
    pixels = np.zeros((2, 2, 3), np.uint8)
    return RecordedFrame(pixels, number, number / 10, number=number, take=take, seen=seen, missing=missing)


def test_a_recognition_is_kept_with_track_verdict_identity_and_scores():
    match = Match("nac", 16, 0.25, 0.6, ())
    decision = Decision(Verdict.ACCEPT, 7, "Ada", match, POINT, 5, 9, "ACCEPT Ada")
    face = Face((np.float32(0.0), 0.0, 9.0, 9.0), np.zeros((5, 2), np.float32), 0.99)
    chip, quality = np.zeros((2, 2, 3), np.uint8), Quality(9.0, 1.0, 90.0, 9.0, 0.0, 0.0, 0.0)
    sighting = Sighting(1, face, chip, np.ones(2, np.float32), quality, decision)
    nobody = dataclasses.replace(sighting, decision=Decision(Verdict.REJECT, None, None, None, None))
    kept = seen_of(Recognition(Frame(np.zeros((9, 9, 3), np.uint8)), (sighting, nobody)))
    assert kept[0] == ADA
    assert (kept[1].verdict, kept[1].matcher, kept[1].score, kept[1].cosine) == (Verdict.REJECT, None, None, None)
    assert type(kept[0].box[0]) is float  # what is written is JSON


@pytest.mark.parametrize(
    ("now", "what"),
    [
        ((ADA, BOB), ""),
        ((dataclasses.replace(ADA, identity="Ada Lovelace", score=0.3, votes=1, box=(5.0, 5.0, 9.0, 9.0)), BOB), ""),
        ((ADA,), "recorded 2 faces, now 1 face"),
        ((UNKNOWN, BOB), "recorded ACCEPT Ada (nac 0.250) on track 1, now REJECT (nac 0.125) on track 1"),
        (
            (ADA, dataclasses.replace(BOB, track=3)),
            "recorded ACCEPT Bob (nac 0.250) on track 2, now ACCEPT Bob (nac 0.250) on track 3",
        ),
        (
            (dataclasses.replace(ADA, identity_id=8, identity="Bob"), BOB),
            "recorded ACCEPT Ada (nac 0.250) on track 1, now ACCEPT Bob (nac 0.250) on track 1",
        ),
    ],
)
def test_faces_are_the_same_by_track_verdict_and_the_identitys_number(now, what):
    assert difference((ADA, BOB), now) == what


def test_a_replay_counts_and_knows_how_far_the_scores_are_apart():
    comparing = Comparing()
    assert comparing.add(frame(0, ADA, BOB), (dataclasses.replace(ADA, score=0.375), BOB)) is None
    assert comparing.add(frame(1, ADA), (dataclasses.replace(ADA, score=0.125),)) is None
    assert comparing.add(frame(2, ADA), (dataclasses.replace(ADA, score=9.0, matcher="cosine"),)) is None
    assert comparing.add(frame(3), ()) is None
    found = comparing.comparison
    assert (found.frames, found.faces, found.deviation) == (4, 4, 0.125)
    assert found.same
    assert verdict_of(found) == "Every decision is the recorded one: 4 frames, 4 faces."


def test_what_differs_after_a_gap_is_uncertain_until_the_next_take():
    second = dataclasses.replace(TAKE, number=2)
    comparing = Comparing()
    comparing.add(frame(0, ADA), (ADA,))
    assert comparing.add(frame(1, ADA, missing=3), (UNKNOWN,)).certain is False
    assert comparing.add(frame(2, ADA), (UNKNOWN,)).certain is False
    found = comparing.comparison
    assert (found.differing, found.uncertain, found.missing, found.same) == (0, 2, 3, False)
    assert verdict_of(found) == (
        "2 frames of 3 frames decided otherwise, but only after frames that are missing in the recording, and whose "
        "votes are missing now."
    )
    assert comparing.add(frame(3, ADA, take=second), (UNKNOWN,)).certain is True
    found = comparing.comparison
    assert (found.differing, found.uncertain) == (1, 2)
    assert verdict_of(found) == "3 frames of 4 frames decided otherwise now."


def test_all_differences_are_counted_and_the_first_are_named():
    comparing = Comparing()
    for number in range(MOST_NAMED + 5):
        comparing.add(frame(number, ADA), ())
    found = comparing.comparison
    assert found.differing == MOST_NAMED + 5
    assert [each.number for each in found.first] == list(range(MOST_NAMED))


def test_what_decides_otherwise_than_when_it_was_recorded_is_said():
    now = {"encoder": "sface", "revision": 3, "people": 20, "point": POINT}
    assert changes(TAKE, **now) == ()
    # What it was measured on, and the words about it, decide nothing.
    assert changes(TAKE, **{**now, "point": dataclasses.replace(POINT, source="Again.", target_far=0.1)}) == ()
    assert changes(TAKE, **{**now, "encoder": "sface@2"}) == (
        "It was recorded with the encoder sface, and sface@2 is in use now.",
    )
    assert changes(TAKE, **{**now, "revision": 5, "people": 1}) == (
        "The gallery has changed since: then revision 3 with 20, now 1 person.",
    )
    for other in (
        dataclasses.replace(POINT, threshold=0.3),
        dataclasses.replace(POINT, cosine_floor=0.3),
        dataclasses.replace(POINT, cohort_ids=(1,)),
        dataclasses.replace(POINT, own_thresholds=((7, 0.9),)),
        None,
    ):
        assert len(changes(TAKE, **{**now, "point": other})) == 1


def test_another_precision_of_the_prototypes_is_said():
    now = {"encoder": "sface", "revision": 3, "people": 20, "point": POINT}
    halved = dataclasses.replace(TAKE, half=True)
    assert changes(halved, **now, half=True) == ()
    assert changes(TAKE, **now, half=True) == ("The prototypes were kept in full precision; now they are in half.",)
    assert changes(halved, **now) == ("The prototypes were kept in half precision; now they are in full.",)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0:00"), (7.9, "0:07"), (65.0, "1:05"), (3599.0, "59:59"), (3723.0, "1:02:03")]
)
def test_a_length_is_written_as_a_clock_shows_it(seconds, text):
    assert clock_text(seconds) == text
