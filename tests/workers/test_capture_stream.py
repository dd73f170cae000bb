"""A network camera that is killed, hangs, freezes and goes black: said in time, and played again by itself.

Everything is real: the camera is a program of its own (``mjpeg_camera.py``), the source the one of the window.
"""

import threading
from pathlib import Path

import numpy as np
import pytest
from mjpeg_camera import Camera, face, in_the_middle

from osfi_gui import app
from osfi_gui.core.desk import Phase
from osfi_gui.vision.sources.opencv import READ_TIMEOUT_S
from osfi_gui.workers.capture import RETRY_S, CaptureThread
from osfi_gui.workers.feed import LiveFeed


@pytest.fixture
def feed():
    return LiveFeed()


@pytest.fixture
def play(feed, joined, hear, qtbot):
    """Play a camera's address as the window does, until it shows its pictures."""

    def begin(camera):
        thread = CaptureThread(feed, make_source=app.make_source)
        heard = hear(thread, "source_changed")
        joined(thread, thread.end)
        thread.play(camera.url)
        qtbot.waitUntil(lambda: plays(heard) and feed.frame() is not None)
        heard.clear()
        return thread, heard

    return begin


def plays(heard):
    state = heard.last("source_changed")
    return state is not None and state.phase is Phase.READY


def said(heard, words):
    state = heard.last("source_changed")
    return state is not None and state.phase is Phase.FAILED and state.retrying and words in state.what


def resumes(heard, feed, qtbot):
    """Wait until pictures come again, new ones."""
    qtbot.waitUntil(lambda: plays(heard) and feed.frame() is not None)


def test_a_camera_that_is_killed_is_said_and_plays_again_when_it_is_back(play, feed, qtbot):
    with Camera() as camera:
        _, heard = play(camera)
        before = feed.captured.peek().opening
        camera.kill()
        qtbot.waitUntil(lambda: said(heard, "has stopped"))
        assert feed.frame() is None
        assert heard.last("source_changed").remedy == "Check the camera and the network, then start it again."
        qtbot.waitUntil(lambda: said(heard, "does not answer"))
        with Camera(camera.port):
            resumes(heard, feed, qtbot)
            assert feed.captured.peek().opening == before + 1


def test_a_camera_that_hangs_in_the_middle_of_a_picture_is_said_and_plays_again(play, feed, qtbot):
    with Camera() as camera:
        _, heard = play(camera)
        camera.say("hang")
        qtbot.waitUntil(lambda: said(heard, "has stopped"))
        assert feed.frame() is None
        qtbot.waitUntil(lambda: said(heard, "does not answer"))
        camera.say("live")
        resumes(heard, feed, qtbot)


@pytest.mark.parametrize(
    ("mode", "words"), [("frozen", "has not changed for 2 s"), ("black", "has been black for 2 s")]
)
def test_a_camera_that_shows_nothing_new_is_said_and_goes_on_over_the_same_connection(play, feed, qtbot, mode, words):
    with Camera() as camera:
        _, heard = play(camera)
        camera.say(mode)
        qtbot.waitUntil(lambda: said(heard, words))
        assert feed.frame() is None
        camera.say("live")
        resumes(heard, feed, qtbot)
        assert [state.phase for state in heard.of("source_changed")] == [Phase.FAILED, Phase.READY]


def test_a_camera_whose_pictures_come_late_is_neither_frozen_nor_lost(play, feed, qtbot):
    with Camera() as camera:
        _, heard = play(camera)
        camera.say("late")
        begun = feed.captured.peek()
        # Longer than a picture may be the same, and than a read may take.
        qtbot.waitUntil(lambda: feed.captured.peek().frame.time_s > begun.frame.time_s + 4.0)
        assert feed.captured.peek().opening == begun.opening
        assert not heard.of("source_changed")


def test_a_camera_that_changes_its_size_is_said_and_its_faces_keep_their_shape(play, feed, qtbot, hear):
    with Camera() as camera:
        camera.say("640x480")
        thread, heard = play(camera)
        told = hear(thread, "noticed")
        opening = feed.captured.peek().opening
        for size in ((1280, 720), (480, 640)):
            camera.say(f"{size[0]}x{size[1]}")
            opening += 1
            qtbot.waitUntil(
                lambda size=size: f"is now {size[0]} x {size[1]}" in getattr(told.last("noticed"), "what", "")
            )
            qtbot.waitUntil(lambda opening=opening: feed.captured.peek().opening == opening)
            pixels = feed.frame().pixels
            assert pixels.shape[1::-1] == size
            assert np.abs(in_the_middle(pixels).astype(int) - face()).mean() < 6.0
            assert (heard.last("source_changed").info.width, heard.last("source_changed").info.height) == size
        assert [notice.what.partition(" is now ")[2] for notice in told.of("noticed")] == [
            "1280 x 720; it was 640 x 480.",
            "480 x 640; it was 1280 x 720.",
        ]
        assert all(state.phase is Phase.READY for state in heard.of("source_changed"))


@pytest.mark.parametrize("mode", ["live", "hang", "frozen"])
def test_the_thread_ends_and_leaves_nothing_behind_whatever_the_camera_does(play, qtbot, mode):
    before = threads()
    with Camera() as camera:
        thread, heard = play(camera)
        camera.say(mode)
        if mode != "live":
            qtbot.waitUntil(lambda: said(heard, ""))
        thread.end()
        assert thread.wait(10_000)
        qtbot.waitUntil(lambda: camera.watchers() == 0)
    qtbot.waitUntil(lambda: threads() <= before)


def threads():
    """Count the threads of this process, those of the libraries below as well where the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def test_the_waits_add_up_to_less_than_what_is_promised():
    """Noticed within 2 s. Resumed within 5: a try that fails just then, the pause, and a first picture that is late."""
    assert READ_TIMEOUT_S < 2.0
    assert READ_TIMEOUT_S + RETRY_S + READ_TIMEOUT_S < 5.0
