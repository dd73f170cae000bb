"""Strangers recorded at the camera for the Calibrate page."""

from dataclasses import replace

from osfi_gui.core.values import Frame, Quality, Recognition


def test_every_new_face_that_is_good_enough_is_kept_once(page, feed, scene, qtbot):
    kept, watched = [], []
    page.stranger_seen.connect(kept.append)
    page.watch_requested.connect(watched.append)
    good = scene.sighting(scene.rejected(), track=3)
    poor = replace(good, track=4, quality=Quality(20, 5, 120, 40, 0, 0, 0, ("Move closer to the camera.",)))

    def look(*sightings):
        feed.newest_recognition = Recognition(Frame(scene.picture, 1), sightings)
        page.pull()

    look(good)
    assert not kept, "not before the switch is on"
    page.body.sources.record.click()
    look(good, poor)
    look(good, poor)
    assert [seen.sighting.track for seen in kept] == [3]
    look(replace(poor, quality=good.quality), good)
    assert [seen.sighting.track for seen in kept] == [3, 4], "a poor face is kept as soon as it is good"
    page.show_recorded(2)
    assert page.body.sources.recorded.text().endswith("2 faces kept so far.")
    page.body.sources.record.click()
    look(replace(good, track=5))
    assert len(kept) == 2
    assert watched == ["identify", "calibrate"]


def test_recording_ends_when_the_page_is_left(window, page):
    page.body.sources.record.click()
    window.show_page("identify")
    assert not page.body.sources.record.isChecked()
