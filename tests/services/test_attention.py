"""What is looked at in a frame follows from the frames alone, and nobody waits longer than is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from osfi_gui.services.attention import Need, Standing, chosen, need_of, search_due

CALM = Standing(chips=9, unanimous=True, waited_s=0.2, changed=0.05, moved_on=0.1)


def test_a_newcomer_beside_somebody_waits_a_quarter_of_a_second():
    assert not search_due(0.24, interval_s=1 / 60, empty=False)
    assert search_due(0.25, interval_s=1 / 60, empty=False)


def test_searches_give_way_where_frames_come_slowly():
    assert not search_due(0.5, interval_s=0.1, empty=False)  # eight frames are 0.8 s
    assert search_due(0.8, interval_s=0.1, empty=False)


def test_an_empty_room_is_searched_eleven_times_a_second_however_fast_frames_come():
    assert not search_due(0.08, interval_s=1 / 120, empty=True)
    assert search_due(0.09, interval_s=1 / 120, empty=True)
    assert search_due(0.5, interval_s=0.5, empty=True)


def test_the_first_frame_and_time_that_goes_back_are_searched():
    assert search_due(float("inf"), interval_s=0.0, empty=True)
    assert search_due(-3.0, interval_s=0.04, empty=False)


@pytest.mark.parametrize(
    ("standing", "need"),
    [
        (CALM, Need.NONE),
        (replace(CALM, waited_s=0.5), Need.WANTED),  # settled: twice a second
        (replace(CALM, unanimous=False), Need.WANTED),  # its chips disagree: after 0.15 s
        (replace(CALM, chips=6), Need.WANTED),
        (replace(CALM, chips=2, waited_s=0.0), Need.WANTED),  # three chips decide: at once
        (replace(CALM, moved_on=0.5), Need.WANTED),  # another pose
        (replace(CALM, moved_on=0.5, waited_s=0.05), Need.NONE),  # though not every frame
        (replace(CALM, changed=0.31, waited_s=0.0), Need.MUST),  # somebody else may have stepped in
        (replace(CALM, waited_s=9.0, moved_on=0.0), Need.NONE),  # the picture that was encoded already
    ],
)
def test_a_chip_is_encoded_when_it_tells_something_new(standing, need):
    assert need_of(standing) is need


def test_of_those_that_can_wait_the_one_that_waited_longest_is_encoded():
    crowd = [replace(CALM, waited_s=0.6 + 0.1 * i) for i in (3, 0, 4, 1, 2)]
    assert chosen(crowd, searched=False, rested_s=9.0) == [2]


def test_a_crowd_is_looked_at_anew_no_more_often_than_one_who_is_unsettled():
    crowd = [replace(CALM, waited_s=5.0)] * 20
    assert chosen(crowd, searched=False, rested_s=0.14) == []
    assert chosen(crowd, searched=False, rested_s=0.15) == [0]
    assert chosen(crowd, searched=False, rested_s=-3.0) == [0]  # time went back: another scene


def test_whoever_is_alone_waits_for_nobody():
    assert chosen([replace(CALM, moved_on=0.5, waited_s=0.1)], searched=False, rested_s=0.1) == [0]


def test_whoever_turns_or_has_shown_little_has_the_turn_sooner_but_nobody_is_passed_over():
    calm, little = replace(CALM, waited_s=0.9), replace(CALM, chips=4, waited_s=0.4)
    turning = replace(CALM, moved_on=0.5, waited_s=0.3)
    # Of their pauses of 0.5, 0.15 and 0.1 s they have waited 1.8, 2.7 and 3.
    assert chosen([calm, little, turning], searched=False, rested_s=1.0) == [2]
    assert chosen([calm, little], searched=False, rested_s=1.0) == [1]
    assert chosen([replace(calm, waited_s=1.4), little], searched=False, rested_s=1.0) == [0]


def test_doubt_does_not_wait_for_the_turns_of_a_crowd():
    doubted = replace(CALM, unanimous=False)  # for 0.2 s
    shaken = replace(CALM, shaken=True, waited_s=0.5)
    assert chosen([replace(CALM, waited_s=9.0), doubted, shaken], searched=False, rested_s=0.0) == [1, 2]
    # Nor does it keep the others from theirs, where frames come so slowly that it would fill them all.
    slow = [replace(CALM, waited_s=9.0), doubted, replace(shaken, waited_s=0.6)]
    assert chosen(slow, searched=False, rested_s=1.0) == [0, 2]
    # No more often than anybody alone.
    early = [replace(CALM, waited_s=9.0), replace(doubted, waited_s=0.14), replace(shaken, waited_s=0.49)]
    assert chosen(early, searched=False, rested_s=0.0) == []


def test_those_who_have_no_name_yet_go_before_those_who_have():
    crowd = [replace(CALM, waited_s=5.0), replace(CALM, chips=1, waited_s=0.0), replace(CALM, chips=2, waited_s=0.0)]
    assert chosen(crowd, searched=False, rested_s=9.0) == [1, 2]


def test_whoever_may_have_been_replaced_is_always_encoded():
    crowd = [replace(CALM, changed=0.5)] * 5 + [replace(CALM, waited_s=2.0)]
    assert chosen(crowd, searched=True, rested_s=0.0) == [0, 1, 2, 3, 4]


def test_no_frame_is_searched_and_looked_at_anew():
    due = replace(CALM, waited_s=0.6)
    assert chosen([due], searched=True, rested_s=9.0) == []
    assert chosen([due], searched=False, rested_s=9.0) == [0]
    assert chosen([replace(due, chips=1)], searched=True, rested_s=9.0) == [0]
