"""A source whose every frame is to be recognised: capture waits for whoever is slow, until something else is wanted."""

import numpy as np
import pytest

from osfi_gui.core.desk import Phase
from osfi_gui.core.values import Frame, SourceInfo
from osfi_gui.vision.sources import Source
from osfi_gui.workers.capture import CaptureThread
from osfi_gui.workers.feed import LiveFeed


class Recorded(Source):
    """Gives twenty frames as fast as they are read; every tenth begins a scene."""

    def __init__(self, *, every):
        self._every = every
        self._index = 0

    @property
    def info(self):
        return SourceInfo("recorded", 4, 4, 0.0, 20, live=False, video=True, every=self._every)

    def open(self):
        self._index = 0

    def read(self):
        if self._index == 20:
            return None
        self._index += 1
        index = self._index - 1
        return Frame(np.zeros((4, 4, 3), np.uint8), index, index / 25, begins=index % 10 == 0)

    def close(self):
        pass


@pytest.fixture
def capture(joined, hear):
    def start(*, every):
        feed = LiveFeed()
        thread = CaptureThread(feed, make_source=lambda address: Recorded(every=every))
        heard = hear(thread, "source_changed")
        joined(thread, thread.end)
        return thread, feed, heard

    return start


def test_nobody_is_so_slow_that_a_frame_is_lost(capture, qtbot):
    thread, feed, heard = capture(every=True)
    thread.play("recorded")
    taken = []
    while len(taken) < 20:
        got = feed.captured.take(timeout_s=20.0)
        if got is not None:  # emptied for the opening
            taken.append(got)
    assert [got.frame.index for got in taken] == list(range(20))
    assert [got.opening for got in taken] == [1] * 10 + [2] * 10
    qtbot.waitUntil(lambda: heard.last("source_changed").phase is Phase.ENDED)
    assert feed.captured.passed.dropped == 0


def test_what_nobody_takes_keeps_nobody_from_playing_something_else(capture, qtbot):
    thread, feed, heard = capture(every=True)
    thread.play("recorded")
    qtbot.waitUntil(lambda: feed.frame() is not None)
    thread.play("")
    qtbot.waitUntil(lambda: heard.last("source_changed").phase is Phase.NONE)
    assert feed.frame() is None


def test_any_other_source_goes_on_without_being_taken(capture, qtbot):
    thread, feed, heard = capture(every=False)
    thread.play("recorded")
    qtbot.waitUntil(lambda: bool(heard) and heard.last("source_changed").phase is Phase.ENDED)
    assert feed.frame().index == 19
    assert feed.captured.passed.dropped == 19
