"""Rates and medians over the last seconds, counted by hand."""

import pytest

from osfi_gui.core.rates import Rate, Recent


def noted(*pairs, window_s=3.0):
    rate = Rate(window_s)
    for now_s, count in pairs:
        rate.note(count, now_s=now_s)
    return rate.per_second


def test_one_count_is_no_rate():
    assert Rate().per_second is None
    assert noted((5.0, 100)) is None


def test_a_rate_is_the_rise_over_the_time_it_took():
    # 7 -> 32 in 2 seconds.
    assert noted((10.0, 7), (11.0, 30), (12.0, 32)) == 12.5


def test_what_is_older_than_the_window_does_not_count():
    # At 14 the window of 3 begins at 11: 200 -> 230 in 3 seconds, not 0 -> 230 in 4.
    assert noted((10.0, 0), (11.0, 200), (12.5, 210), (14.0, 230)) == 10.0


def test_what_stands_still_goes_down_to_nothing():
    pairs = [(0.0, 0), (1.0, 30), (2.0, 30), (3.0, 30)]
    assert noted(*pairs) == 10.0
    assert noted(*pairs, (4.0, 30)) == 0.0


def test_after_a_pause_that_is_longer_than_the_window_it_begins_anew():
    assert noted((0.0, 0), (1.0, 30), (60.0, 900)) is None
    assert noted((0.0, 0), (1.0, 30), (60.0, 900), (62.0, 950)) == 25.0


def test_a_count_that_went_down_begins_anew_rather_than_being_a_negative_rate():
    assert noted((0.0, 500), (1.0, 530), (1.5, 4)) is None
    assert noted((0.0, 500), (1.0, 530), (1.5, 4), (2.0, 14)) == 20.0


def test_two_counts_of_one_moment_are_no_rate():
    assert noted((1.0, 5), (1.0, 9)) is None


def test_the_median_is_of_the_values_in_the_window_alone():
    recent = Recent(3.0)
    assert recent.median(now_s=0.0) is None
    for now_s, value in ((0.0, 900.0), (1.0, 40.0), (2.0, 10.0), (3.0, 20.0)):
        recent.note(value, now_s=now_s)
    assert recent.median(now_s=3.0) == 30.0  # of 10, 20, 40, 900
    assert recent.median(now_s=3.5) == 20.0  # of 10, 20, 40
    assert recent.median(now_s=5.5) == 20.0  # of 20
    assert recent.median(now_s=7.0) is None


@pytest.mark.parametrize("window_s", [0.5, 3.0])
def test_nothing_grows_with_time(window_s):
    rate = Rate(window_s)
    for step in range(10_000):
        rate.note(step, now_s=step / 32.0)
    # A count a 32nd second: 32 a second, whatever the window; kept are those of the window and its two ends.
    assert rate.per_second == 32.0
    assert len(rate._noted) == 32 * window_s + 1
