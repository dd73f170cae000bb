"""Tracks: one person keeps one number, nobody inherits another's, and a number is not used for anybody else."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from osfi_gui.core.values import Face
from osfi_gui.vision.pictures import read_picture
from osfi_gui.vision.track import LEAST_BEGIN, Tracker, overlap

DIM = 16
ADA, BEA, CLEO = np.eye(DIM, dtype=np.float32)[:3]


def at(x, y=100.0, side=80.0):
    return Face((float(x), float(y), side, side), np.zeros((5, 2), np.float32), 1.0)


def like(vector, cosine, *, beside=9):
    """Give a unit vector with this cosine to another one."""
    other = np.eye(DIM, dtype=np.float32)[beside]
    return (cosine * vector + np.sqrt(1.0 - cosine**2) * other).astype(np.float32)


def assign(tracker, *seen, at_s):
    tracker.begin(at_s)
    return tracker.assign([f for f, _ in seen], np.array([v for _, v in seen]).reshape(-1, DIM))


def test_overlap_is_intersection_over_union():
    # Two squares of 80 shifted by 20: 60 * 80 = 4800 of 2 * 6400 - 4800 = 8000; by 80: none.
    np.testing.assert_allclose(overlap([at(0)], [at(20), at(80), at(0)]), [[0.6, 0.0, 1.0]])
    # 40 inside 80: 1600 of 6400.
    np.testing.assert_allclose(overlap([at(0)], [at(10, 110, 40.0)]), [[0.25]])
    assert overlap([], [at(0)]).shape == (0, 1)


def test_one_person_who_walks_by_is_one_track():
    tracker = Tracker()
    numbers = [assign(tracker, (at(4 * i), like(ADA, 0.8, beside=5 + i % 5)), at_s=i / 25) for i in range(50)]
    assert numbers == [[1]] * 50


def test_a_face_that_jumps_keeps_its_track_when_it_looks_the_same():
    tracker = Tracker()
    assert assign(tracker, (at(0), ADA), at_s=0.0) == [1]
    assert assign(tracker, (at(500), like(ADA, 0.6)), at_s=0.2) == [1]


def test_a_face_that_jumps_and_looks_only_a_little_alike_is_somebody_new():
    tracker = Tracker()
    assert assign(tracker, (at(0), ADA), at_s=0.0) == [1]
    assert assign(tracker, (at(500), like(ADA, 0.4)), at_s=0.2) == [2]


def test_a_blurred_face_in_the_same_place_is_the_same_person():
    tracker = Tracker()
    assert assign(tracker, (at(0), ADA), at_s=0.0) == [1]
    assert assign(tracker, (at(10), like(ADA, 0.35)), at_s=0.04) == [1]


@pytest.mark.parametrize("cosine", [-0.2, 0.0, 0.1, 0.2])
def test_somebody_else_in_the_same_place_gets_a_number_of_their_own(cosine):
    tracker = Tracker()
    assert assign(tracker, (at(0), ADA), at_s=0.0) == [1]
    assert assign(tracker, (at(0), like(ADA, cosine)), at_s=0.04) == [2]


@pytest.mark.parametrize("seed", range(20))
def test_two_people_who_cross_keep_their_numbers(seed):
    """One from the left, one from the right, through each other, listed in any order; likeness tells them apart."""
    random = np.random.default_rng(seed)
    tracker, seen = Tracker(), []
    for i in range(41):
        walkers = [(at(10 * i), like(ADA, 0.7, beside=7)), (at(400 - 10 * i), like(BEA, 0.7, beside=8))]
        order = random.permutation(2)
        numbers = assign(tracker, *(walkers[o] for o in order), at_s=i / 25)
        seen.append(dict(zip(order.tolist(), numbers, strict=True)))
    assert all(frame == seen[0] for frame in seen)
    assert set(seen[0].values()) == {1, 2}


def test_the_pairs_that_are_best_together_are_chosen_not_the_best_one_first():
    """Both new faces are nearest to the first track; the second one can only be continued by the second face."""
    tracker = Tracker()
    assert assign(tracker, (at(0), ADA), (at(40), BEA), at_s=0.0) == [1, 2]
    # Overlaps with track 1: 60/100 and 72/88; with track 2: 60/100 and 48/112.
    first, second = (at(20), like(BEA, 0.3)), (at(8), like(ADA, 0.3))
    assert assign(tracker, second, first, at_s=0.04) == [1, 2]


def test_what_pairs_faces_can_be_loaded_before_the_second_one_comes():
    """In a process of its own: here everything is there already."""
    program = """
import sys
import numpy as np
from osfi_gui.vision.track import best_pairs, load_pairing
assert "scipy.optimize" not in sys.modules
load_pairing()
before = set(sys.modules)
assert best_pairs(np.array([[0.9, 0.8], [0.8, 0.1]])) == [(0, 1), (1, 0)]
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_two_faces_never_share_a_track():
    tracker = Tracker()
    assert assign(tracker, (at(0), ADA), at_s=0.0) == [1]
    assert sorted(assign(tracker, (at(5), ADA), (at(-5), ADA), at_s=0.04)) == [1, 2]


def test_an_absence_of_a_second_is_bridged_and_a_longer_one_ends_the_track():
    tracker = Tracker()
    for i in range(10):
        assert assign(tracker, (at(0), ADA), at_s=i / 10) == [1]
    for i in range(10, 19):
        assert assign(tracker, at_s=i / 10) == []
    assert tracker.alive == {1}
    assert assign(tracker, (at(0), ADA), at_s=1.9) == [1]
    for i in range(20, 30):
        assert assign(tracker, at_s=i / 10) == []
    assert tracker.alive == {1}
    assert assign(tracker, at_s=3.0) == []
    assert tracker.alive == set()


@pytest.mark.parametrize("every_s", [0.9, 1.5, 2.5])
def test_frames_that_come_slowly_do_not_end_a_track_between_them(every_s):
    """Three of them agree before anything is decided: with one track a frame that would never be."""
    tracker = Tracker()
    assert [assign(tracker, (at(0), ADA), at_s=i * every_s) for i in range(4)] == [[1]] * 4
    # Missed in two frames, seen in the third: three intervals; then missed in three.
    assert [assign(tracker, at_s=i * every_s) for i in (4, 5)] == [[], []]
    assert assign(tracker, (at(0), ADA), at_s=6 * every_s) == [1]
    assert [assign(tracker, at_s=i * every_s) for i in (7, 8, 9)] == [[], [], []]
    assert tracker.alive == {1}
    assert assign(tracker, at_s=10 * every_s) == []
    assert tracker.alive == set()


def test_one_long_gap_among_quick_frames_is_no_slow_pace():
    tracker = Tracker()
    for i in range(10):
        assert assign(tracker, (at(0), ADA), at_s=i / 25) == [1]
    assert tracker.patience_s == 1.0
    assert assign(tracker, at_s=2.36) == []
    assert tracker.alive == set()


def seen_for_a_second(*seen):
    """Give a tracker that has followed faces at 25 frames a second until second 1, and then seen nobody."""
    tracker = Tracker()
    for i in range(26):
        assert assign(tracker, *seen, at_s=i / 25) == list(range(1, len(seen) + 1))
    assert assign(tracker, at_s=1.04) == []
    return tracker


def test_somebody_who_was_hidden_for_seconds_has_the_same_number_as_a_new_track():
    tracker = seen_for_a_second((at(0), ADA))
    assert assign(tracker, at_s=5.9) == []
    assert tracker.alive == set()
    assert assign(tracker, (at(500), like(ADA, 0.6)), (at(700), BEA), at_s=6.0) == [1, 2]
    assert tracker.alive == {1, 2}


@pytest.mark.parametrize(("cosine", "back_s"), [(0.49, 3.0), (0.6, 6.1)])
def test_who_comes_too_late_or_looks_only_a_little_alike_is_somebody_new(cosine, back_s):
    tracker = seen_for_a_second((at(0), ADA))
    assert assign(tracker, at_s=2.5) == []
    assert assign(tracker, (at(0), like(ADA, cosine)), at_s=back_s) == [2]


def test_who_was_hidden_is_known_by_all_that_was_seen_last():
    """Each chip has a cosine of 0.6 to Ada and is else of its own: two of them have 0.36; the mean of nine and another
    one 9 * 0.36 / sqrt(9 + 72 * 0.36) = 0.55."""
    tracker = Tracker()
    chips = [like(ADA, 0.6, beside=4 + i) for i in range(10)]
    for i, chip in enumerate(chips[:9]):
        assert assign(tracker, (at(0), chip), at_s=i / 25) == [1]
    assert assign(tracker, at_s=3.0) == []
    assert float(chips[8] @ chips[9]) == pytest.approx(0.36)
    assert assign(tracker, (at(500), chips[9]), at_s=3.04) == [1]


def test_of_two_who_come_back_each_has_their_own_number():
    tracker = seen_for_a_second((at(0), ADA), (at(300), BEA))
    assert assign(tracker, at_s=2.5) == []
    assert assign(tracker, (at(0), BEA), (at(300), ADA), (at(600), ADA), at_s=2.6) == [2, 1, 3]


def test_patience_follows_the_pace_in_both_directions_and_has_an_end():
    tracker = Tracker()
    times = [0.0, 2.0, 4.0, 6.0]
    for time_s in times:
        assign(tracker, at_s=time_s)
    assert tracker.patience_s == pytest.approx(6.0)
    for i in range(1, 4):  # of the last five intervals three are short now
        assign(tracker, at_s=6.0 + i / 25)
    assert tracker.patience_s == 1.0
    for i in range(1, 6):
        assign(tracker, at_s=10.0 + 60.0 * i)
    assert tracker.patience_s == 8.0


def test_time_that_goes_back_forgets_the_pace():
    tracker = Tracker()
    for time_s in (0.0, 2.0, 4.0):
        assign(tracker, at_s=time_s)
    assign(tracker, at_s=0.0)
    assert tracker.patience_s == 1.0


def test_time_that_goes_back_is_another_scene():
    tracker = Tracker()
    assert assign(tracker, (at(0), ADA), at_s=5.0) == [1]
    assert assign(tracker, (at(0), ADA), at_s=0.0) == [2]


def test_after_a_longer_time_numbers_are_never_used_again():
    tracker = Tracker()
    numbers = [assign(tracker, (at(0), v), at_s=9.0 * i) for i, v in enumerate([ADA, BEA, CLEO, ADA])]
    assert numbers == [[1], [2], [3], [4]]


def test_three_people_at_once_go_on_when_one_leaves():
    tracker = Tracker()
    trio = [(at(0), ADA), (at(200), BEA), (at(400), CLEO)]
    assert assign(tracker, *trio, at_s=0.0) == [1, 2, 3]
    assert assign(tracker, trio[2], trio[0], at_s=0.1) == [3, 1]
    assert assign(tracker, *trio, at_s=0.2) == [1, 2, 3]


def test_portraits_of_two_people_shown_in_one_place_are_two_tracks(demo_dir, mtcnn, sface):
    """The same with real faces: one portrait replaced by another within a frame's time, as a slide show does."""
    from osfi_gui.core.values import Portrait
    from osfi_gui.vision.pictures import read_picture

    tracker, numbers = Tracker(), []
    for index, name in enumerate(("strangers/obama.jpg", "strangers/sunak.jpg")):
        pixels = read_picture(demo_dir / name)
        face = mtcnn.detect(pixels)[0]
        vector = sface.embed([sface.chip(Portrait(pixels, face))])[0]
        placed = Face((100.0, 100.0, 80.0, 100.0), face.landmarks, face.score)
        tracker.begin(index * 0.04)
        numbers.append(tracker.assign([placed], vector[None])[0])
    assert numbers == [1, 2]


def test_an_uncertain_face_continues_a_track_but_begins_none():
    """MTCNN takes a bent arm for a face now and then, with a score of 0.92."""
    tracker = Tracker()
    arm, unsure = replace(at(300), score=0.92), replace(at(4), score=0.92)
    assert assign(tracker, (arm, BEA), at_s=0.0) == [0]
    assert assign(tracker, (at(0), ADA), (arm, BEA), at_s=0.04) == [1, 0]
    assert assign(tracker, (unsure, ADA), at_s=0.08) == [1]


def test_real_faces_are_certain_enough_to_begin_a_track(shared_data, mtcnn):
    """Of press photographs, 202 of LFW, the face in the middle always is."""
    scores = []
    for file in sorted((shared_data / "lfw250").glob("*/*.jpg"))[::12]:
        if faces := mtcnn.detect(read_picture(file)):
            central = min(faces, key=lambda f: abs(f.box[0] + f.box[2] / 2 - 125) + abs(f.box[1] + f.box[3] / 2 - 125))
            scores.append(central.score)
    assert len(scores) == 202
    assert min(scores) > 0.99 > LEAST_BEGIN
