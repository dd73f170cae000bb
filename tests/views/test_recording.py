"""The button that records, what is said while it does on every page, and the list of recordings in the settings."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from osfi_gui.core.desk import EngineState, GalleryState, Phase
from osfi_gui.core.recording import Listed, RecordingListing, RecordingState
from osfi_gui.views.theme import palette
from osfi_gui.views.window import MainWindow

OLD = Listed("/recordings/2026-11-23 09.00.00.osfirec", 12_340_000, "2026-11-23T08:10:00+00:00")
NEW = Listed("/recordings/2026-11-24 20.00.00.osfirec", 400_000, "2026-11-24T19:01:00+00:00")
LISTING = RecordingListing("/recordings", (NEW, OLD))
RUNS = RecordingState(Phase.READY, "2026-11-24 20.00.00.osfirec", "/recordings/x", 75.4, 301, 0, 70_200_000)


@pytest.fixture
def window(qtbot, feed, theme):
    made = MainWindow(feed)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def ready(window, loaded, opened):
    window.show_engine(loaded)
    window.show_gallery(opened)
    return window


def asked(signal):
    heard = []
    signal.connect(lambda *values: heard.append(values[0] if values else True))
    return heard


def test_nothing_can_be_recorded_before_somebody_could_be_recognised(window, loaded, opened):
    bar = window.identify.record
    for engine, gallery, why in (
        (EngineState(), GalleryState(), "Nothing is recorded while the gallery is locked."),
        (loaded, GalleryState(Phase.NONE, "g.osfi"), "Nothing is recorded while the gallery is locked."),
        (EngineState(), opened, "Recording begins with recognition."),
    ):
        window.show_engine(engine)
        window.show_gallery(gallery)
        assert not bar.button.isEnabled()
        assert bar.button.toolTip() == bar.clock.text() == why
    window.show_engine(loaded)
    assert bar.button.isEnabled()
    assert bar.clock.text() == "Faces and decisions, encrypted"


def test_what_is_said_beside_the_button_can_be_read_to_its_end(window, loaded, opened, qtbot):
    """At 1280 x 720, where the card is at its narrowest."""
    window.resize(1280, 720)
    bar = window.identify.record
    window.show_gallery(GalleryState())
    for state in (
        RecordingState(),
        RUNS,
        replace(RUNS, seconds=3725.0, frames=98_765, missing=120, size_bytes=9_000_000_000),
    ):
        window.show_recording(state)
        qtbot.waitUntil(lambda: bar.clock.heightForWidth(bar.clock.width()) <= bar.clock.height())
        bar.clock.ensurePolished()
        widest = max(bar.clock.fontMetrics().horizontalAdvance(word) for word in bar.clock.text().split())
        assert widest <= bar.clock.width()


def test_the_button_asks_to_record_and_then_to_stop(ready, qtbot):
    bar = ready.identify.record
    begins, ends = asked(bar.record_requested), asked(bar.stop_requested)
    assert bar.button.accessibleName() == "Record"
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert (begins, ends) == ([True], [])
    ready.show_recording(RecordingState(Phase.WAITING))
    assert not bar.button.isEnabled()
    ready.show_recording(RUNS)
    assert bar.button.accessibleName() == "Stop recording"
    qtbot.keyClick(ready, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(ends))
    assert (begins, ends) == ([True], [True])


def test_while_it_records_that_is_red_and_the_clock_runs(ready):
    bar = ready.identify.record
    ready.show_recording(RUNS)
    assert bar.clock.text() == "1:15  ·  301 frames  ·  70.2 MB"
    image = bar.button.grab().toImage()
    inside = image.pixelColor(image.width() // 2, 5)
    assert inside.name() == palette().reject.name()
    missing = RecordingState(Phase.READY, "x", "/x", 76.0, 301, 12, 70_200_000)
    ready.show_recording(missing)
    assert bar.clock.text().endswith("12 missing")
    ready.show_recording(RecordingState())
    assert bar.clock.text() == "Faces and decisions, encrypted"
    image = bar.button.grab().toImage()
    assert image.pixelColor(image.width() // 2, 5).name() != palette().reject.name()


def test_every_page_says_that_faces_are_being_recorded(ready):
    badge = ready.topbar.recording_badge
    assert badge.isHidden()
    ready.show_recording(RUNS)
    for page in ("enrol", "settings", "identify"):
        ready.show_page(page)
        assert badge.isVisible()
        assert badge.text() == "● Recording 1:15"
    ready.show_recording(RecordingState(Phase.WAITING))
    assert badge.isHidden()


def test_a_recording_can_be_stopped_although_the_gallery_was_locked(ready):
    ready.show_recording(RUNS)
    ready.show_gallery(GalleryState(Phase.NONE, "g.osfi"))
    assert ready.identify.record.button.isEnabled()


# The list


@pytest.fixture
def section(ready):
    asks = asked(ready.settings.recordings.recordings_requested)
    ready.show_page("settings")
    assert asks == [True]
    made = ready.settings.recordings
    made.show_recordings(LISTING)
    return made


def rows(section):
    table = section.table
    return [[table.item(row, column).text() for column in (0, 2)] for row in range(table.rowCount())]


def test_recordings_are_listed_with_name_and_size(section):
    assert rows(section) == [["2026-11-24 20.00.00.osfirec", "0.4 MB"], ["2026-11-23 09.00.00.osfirec", "12.3 MB"]]
    assert section.table.isVisible()
    assert not section.empty.isVisible()
    assert section.folder.text() == "Kept in /recordings"
    section.show_recordings(RecordingListing("/elsewhere"))
    assert not section.table.isVisible()
    assert section.empty.text() == "There are no recordings yet. Identify has the button that records."
    assert not section.play.isEnabled()
    assert not section.remove.isEnabled()


def test_playing_one_goes_to_the_page_that_identifies(section, ready, qtbot):
    played = asked(ready.source_requested)
    section.table.selectRow(1)
    qtbot.mouseClick(section.play, Qt.MouseButton.LeftButton)
    assert played == [OLD.path]
    assert ready.page == "identify"


def test_deleting_one_is_asked_about_first(section, qtbot):
    removed = asked(section.remove_requested)
    section.table.selectRow(1)
    qtbot.mouseClick(section.remove, Qt.MouseButton.LeftButton)
    assert section.question.text().startswith("Delete 2026-11-23 09.00.00.osfirec?")
    qtbot.mouseClick(section.keep, Qt.MouseButton.LeftButton)
    assert not section.question.isVisible()
    assert removed == []
    qtbot.mouseClick(section.remove, Qt.MouseButton.LeftButton)
    section.table.selectRow(0)  # what was asked about is what is deleted
    qtbot.mouseClick(section.remove_now, Qt.MouseButton.LeftButton)
    assert removed == [OLD.path]


def test_the_selection_stays_with_its_recording(section):
    section.table.selectRow(1)
    newer = Listed("/recordings/2026-11-25 08.00.00.osfirec", 1, "2026-11-25T07:00:00+00:00")
    section.show_recordings(RecordingListing("/recordings", (newer, NEW, OLD)))
    assert section.selected == OLD
