"""A video plays in real time: frames come at their time, and none is lost."""

from __future__ import annotations

import pytest
from scripted_sources import FakeClock, Script, timed

from osfi_gui.vision.sources import (
    Paced,
)


def test_paced_frames_come_at_their_time_and_none_is_lost() -> None:
    clock = FakeClock()
    script = Script(timed(0.0, 0.1, 0.5), live=False)
    with Paced(script, clock=clock, sleep=clock.sleep) as source:
        seen = []
        while (frame := source.read()) is not None:
            seen.append((frame.index, round(clock.now - 100.0, 6)))
    assert seen == [(0, 0.0), (1, 0.1), (2, 0.5)]
    assert max(clock.slept) <= 0.05
    assert script.closed == 1


def test_paced_playback_does_not_hurry_after_a_pause() -> None:
    clock = FakeClock()
    with Paced(Script(timed(0.0, 0.1, 0.2), live=False), clock=clock, sleep=clock.sleep) as source:
        source.read()
        clock.now += 10.0
        source.read()
        source.read()
    assert clock.now == pytest.approx(110.1)


def test_no_wait_is_longer_than_a_read_may_take() -> None:
    clock = FakeClock()
    with Paced(Script(timed(0.0, 60.0), live=False), clock=clock, sleep=clock.sleep) as source:
        source.read()
        assert source.read() is not None
    assert clock.now - 100.0 <= 2.0


def test_closing_ends_the_wait() -> None:
    clock = FakeClock()

    def close_soon(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.now > 100.1:
            source.close()

    source = Paced(Script(timed(0.0, 1.0), live=False), clock=clock, sleep=close_soon)
    source.open()
    assert source.read() is not None
    assert source.read() is None
    assert clock.now < 100.2


def test_live_sources_and_pictures_are_not_paced() -> None:
    clock = FakeClock()
    for script in (Script(timed(0, 1, 2), live=True), Script(timed(0, 1, 2), live=False, video=False)):
        with Paced(script, clock=clock, sleep=clock.sleep) as source:
            assert len(list(iter(source.read, None))) == 3
    assert clock.slept == []
