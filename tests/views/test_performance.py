"""The performance overlay: F12 shows it, its numbers are the counted ones, and while it is off it costs nothing."""

import pytest
from PySide6.QtCore import QPoint, Qt

from osfi_gui.core.rates import Flow
from osfi_gui.core.values import Recognition
from osfi_gui.views.identify import IdentifyPage
from osfi_gui.views.live_picture import LivePicture
from osfi_gui.views.performance import PerformanceOverlay
from osfi_gui.views.window import MainWindow


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def overlay(qtbot, clock):
    picture = LivePicture()
    qtbot.addWidget(picture)
    picture.resize(800, 600)
    made = PerformanceOverlay(picture, clock=clock)
    picture.show()
    made.show()
    return made


@pytest.fixture
def window(qtbot, feed, scene, playing, loaded, opened, theme):
    made = MainWindow(feed)
    qtbot.addWidget(made)
    made.show()
    made.show_source(playing)
    made.show_engine(loaded)
    made.show_gallery(opened)
    feed.newest_frame = scene.frame(1, 1.0)
    stages = {"detect": 61.0, "encode": 20.5, "match": 0.2}
    feed.newest_recognition = Recognition(feed.newest_frame, (scene.sighting(scene.accepted()),), stages)
    feed.passed = Flow(40, 12, 28, 812.4)
    return made


def seen(scene, detect, encode, match, *, faces=1):
    sightings = (scene.sighting(scene.accepted()),) * faces
    return Recognition(scene.frame(), sightings, {"detect": detect, "encode": encode, "match": match})


def test_the_numbers_are_those_that_were_counted(overlay, clock, scene):
    overlay.note(Flow(1000, 400, 590, 700.0), seen(scene, 50.0, 20.0, 0.1), painted=900)
    assert dict(overlay.rows)["Capture"] == "–"
    clock.now_s += 1.0
    overlay.note(Flow(1030, 418, 602, 700.0), seen(scene, 70.0, 22.0, 0.3), painted=929)
    clock.now_s += 1.0
    overlay.note(Flow(1060, 436, 614, 812.4), seen(scene, 60.0, 90.0, 0.2), painted=958)
    # In two seconds: 60 came, 36 of them were dropped, 24 decided, 58 painted; the middle of three times each.
    assert overlay.rows == (
        ("Capture", "30.0 /s"),
        ("Display", "29.0 /s"),
        ("Decision", "12.0 /s"),
        ("Dropped", "18.0 /s (60 %)"),
        ("Detect", "60.0 ms"),
        ("Encode", "22.0 ms"),
        ("Match", "0.2 ms"),
        ("Memory", "812 MB"),
    )
    assert overlay.accessibleDescription().startswith(
        "Capture 30.0 /s, Display 29.0 /s, Decision 12.0 /s, Dropped 18.0"
    )


def test_numbers_stand_still_long_enough_to_be_read(overlay, clock):
    overlay.note(Flow(0, 0, 0, 700.0), None, painted=0)
    clock.now_s += 0.4
    overlay.note(Flow(12, 0, 0, 800.0), None, painted=0)
    assert dict(overlay.rows)["Memory"] == "700 MB"
    clock.now_s += 0.1
    overlay.note(Flow(15, 0, 0, 800.0), None, painted=0)
    assert dict(overlay.rows) == {
        "Capture": "30.0 /s",
        "Display": "0.0 /s",
        "Decision": "0.0 /s",
        "Dropped": "0.0 /s (0 %)",
        "Memory": "800 MB",
    }


def test_a_recognition_that_is_seen_twice_counts_once(overlay, clock, scene):
    once, twice = seen(scene, 10.0, 1.0, 1.0), seen(scene, 30.0, 1.0, 1.0)
    for made in (once, twice, twice, twice):
        clock.now_s += 0.2
        overlay.note(Flow(), made, painted=0)
    clock.now_s += 0.5
    overlay.note(Flow(), twice, painted=0)
    assert dict(overlay.rows)["Detect"] == "20.0 ms"  # of 10 and 30, not of 10, 30, 30, 30


def test_frames_without_a_face_do_not_hide_what_a_face_costs(overlay, clock, scene):
    for made in (
        seen(scene, 30.0, 20.0, 0.4),
        seen(scene, 10.0, 0.0, 0.0, faces=0),
        seen(scene, 20.0, 0.0, 0.0, faces=0),
    ):
        clock.now_s += 0.5
        overlay.note(Flow(), made, painted=0)
    assert dict(overlay.rows)["Detect"] == "20.0 ms"
    assert (dict(overlay.rows)["Encode"], dict(overlay.rows)["Match"]) == ("20.0 ms", "0.4 ms")


def test_when_nothing_is_recognised_any_more_the_times_go_away(overlay, clock, scene):
    last = seen(scene, 10.0, 1.0, 1.0)
    overlay.note(Flow(), last, painted=0)
    clock.now_s += 3.5
    overlay.note(Flow(), last, painted=0)
    assert dict(overlay.rows)["Detect"] == "–"
    assert dict(overlay.rows)["Memory"] == "–"  # a system that does not say


def test_what_passed_while_nobody_looked_is_no_rate(overlay, clock):
    overlay.note(Flow(100, 0, 0, 1.0), None, painted=0)
    overlay.hide()
    clock.now_s += 1.0
    overlay.show()
    overlay.note(Flow(190, 0, 0, 1.0), None, painted=0)
    assert dict(overlay.rows)["Capture"] == "–"


@pytest.mark.parametrize("size", [(320, 240), (500, 500), (900, 500)])
def test_it_stays_above_what_is_seen_of_a_picture_that_changes_its_size(overlay, scene, clock, size):
    picture = overlay.parentWidget()
    picture.show_frame(scene.frame())
    overlay.note(Flow(9000, 3000, 0, 1000.0), seen(scene, 10.0, 1.0, 1.0), painted=0)
    picture.resize(*size)
    assert picture.rect().contains(overlay.geometry())
    assert overlay.geometry().bottom() < picture.picture_rect().top()
    assert picture.picture_rect().bottom() <= size[1]
    overlay.hide()
    assert picture.picture_rect().height() == min(size)  # the scene is square


@pytest.mark.parametrize("corner", [(0.0, 0.0), (250.0, 0.0), (150.0, 0.0), (0.0, 250.0), (250.0, 250.0)])
def test_it_covers_no_face_and_no_name_wherever_somebody_is(window, feed, scene, qtbot, corner):
    """The picture is the same with and without it, where the picture is: nothing lies over it."""
    page = window.identify
    frame = feed.newest_frame
    sighting = scene.sighting(scene.accepted(), box=(*corner, 70.0, 70.0))
    feed.newest_recognition = Recognition(frame, (sighting,), {"detect": 1.0})
    qtbot.keyClick(window, Qt.Key.Key_F12)
    page.pull()
    picture, shown = page.picture, page.picture.picture_rect().toRect()
    assert page.performance.isVisible()
    assert not page.performance.geometry().intersects(shown)
    with_it = picture.grab(shown).toImage()
    page.performance.setVisible(False)
    picture.keep_above(page.performance.geometry().bottom() + 1 + page.performance.y())
    assert picture.picture_rect().toRect() == shown
    assert picture.grab(shown).toImage() == with_it


def test_the_picture_counts_frames_not_paintings(qtbot, scene):
    picture = LivePicture()
    qtbot.addWidget(picture)
    picture.resize(400, 400)
    picture.grab()
    assert picture.paintings == 0
    for frame in (scene.frame(0), scene.frame(1)):
        picture.show_frame(frame)
        picture.grab()
        picture.grab()
    assert picture.paintings == 2


def test_it_is_off_at_first_and_then_costs_nothing(qtbot, feed, scene):
    page = IdentifyPage(feed)
    qtbot.addWidget(page)
    page.show()
    feed.newest_frame = scene.frame()
    page.pull()
    assert page.performance.isHidden()
    assert feed.pulled["flow"] == 0


def test_f12_shows_and_hides_it_wherever_the_keyboard_is(window, feed, qtbot):
    page = window.identify
    for keyboard_at in (page.picture, window.topbar.picker, page.panel.freeze):
        keyboard_at.setFocus()
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_F12)
        assert page.performance.isVisible()
        pulled = feed.pulled["flow"]
        page.pull()
        assert feed.pulled["flow"] == pulled + 1
        assert dict(page.performance.rows)["Detect"] == "61.0 ms"
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_F12)
        assert page.performance.isHidden()


def test_it_is_remembered_while_other_pages_are_looked_at(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F12)
    window.show_page("gallery")
    assert not window.identify.performance.isVisible()
    window.show_page("identify")
    assert window.identify.performance.isVisible()


def test_the_overlay_is_dark_and_its_words_are_light_in_both_themes(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F12)
    window.identify.pull()
    overlay = window.identify.performance
    image = window.identify.picture.grab(overlay.geometry()).toImage()
    edge = image.pixelColor(QPoint(4, image.height() // 2))
    lightest = max(
        image.pixelColor(x, y).lightness() for x in range(0, image.width()) for y in range(0, image.height(), 2)
    )
    assert edge.lightness() < 60
    assert lightest > 180
