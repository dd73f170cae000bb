"""Opening and closing what the pages open leaves no widget behind, in a window that lives on.

That nothing outlives its window is looked at after every test, see ``no_widget_left_behind``.
"""

import gc

import numpy as np
import pytest
from calibrations import make, view_of
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QStyle, QWidget
from yardsticks import COSINE

from osfi_gui.core.desk import FacePicture, GalleryPrompt, GalleryState, JobState, Notice, PersonDetail, Phase, SeenFace
from osfi_gui.core.encoders import FoundEncoder, ShelfState
from osfi_gui.core.enrolled import Identity, Shot
from osfi_gui.core.enrolment import (
    Draft,
    EnrolReport,
    Examination,
    FileReport,
    GalleryListing,
    Lookalike,
    NewShot,
    PersonRow,
    TakenShot,
    Worth,
)
from osfi_gui.core.values import Face, Portrait, Recognition
from osfi_gui.views.theme import apply_theme, set_role
from osfi_gui.views.window import MainWindow

TIMES = 4


@pytest.fixture
def window(qtbot, feed, playing, loaded):
    made = MainWindow(feed)
    qtbot.addWidget(made)
    made.show()
    made.show_source(playing)
    made.show_engine(loaded)
    made.show_gallery(GalleryState(Phase.READY, "g.osfi", "/g.osfi", 2, 7, COSINE))
    rows = (
        PersonRow(Identity(1, "Ada", shots=1), Lookalike(2, "Bob", 0.4)),
        PersonRow(Identity(2, "Bob", shots=1), Lookalike(1, "Ada", 0.4)),
    )
    made.gallery.show_listing(GalleryListing(7, rows))
    made.gallery.lists.table.setCurrentIndex(made.gallery._found.index_of(1))
    return made


@pytest.fixture
def face():
    return Face((40.0, 40.0, 80.0, 90.0), np.zeros((5, 2), np.float32), 0.99)


def widgets(window):
    """Count the window's widgets, after those that were to be deleted are."""
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return len(window.findChildren(QWidget))


def stays(window, do):
    """Say whether doing something again and again makes no more widgets than doing it once."""
    do()
    once = widgets(window)
    for _ in range(TIMES):
        do()
    return widgets(window) == once


def close_dialogs(window):
    opened = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]
    assert opened, "nothing was opened, so nothing was tested"
    for dialog in opened:
        dialog.reject()


def test_a_widget_more_is_noticed(window):
    assert not stays(window, lambda: QWidget(window))


@pytest.mark.parametrize("button", ["merge", "erase"])
def test_dialogs_of_the_gallery(window, button, scene, face):
    window.show_page("gallery")
    detail = PersonDetail(Identity(1, "Ada", shots=1), (Shot(11, 1, Portrait(scene.chip, face)),))

    def look():
        getattr(window.gallery.panel, button).click()
        window.gallery.show_person(detail)
        close_dialogs(window)

    assert stays(window, look)


def test_not_this_person(window, feed, scene):
    frame = scene.frame()
    feed.newest_frame, feed.newest_recognition = frame, Recognition(frame, (scene.sighting(scene.accepted()),))
    window.identify.pull()

    def look():
        window.identify.panel.not_this.click()
        close_dialogs(window)

    assert stays(window, look)


def test_enrol_this_person(window, feed, scene):
    frame, sighting = scene.frame(), scene.sighting(scene.rejected())
    seen = []
    window.identify.enrol_this_requested.connect(seen.append)
    feed.newest_frame, feed.newest_recognition = frame, Recognition(frame, (sighting,))

    def look():
        window.show_page("identify")
        window.identify.pull()
        window.identify.panel.enrol_this.click()
        assert window.page == "enrol"

    assert stays(window, look)
    assert isinstance(seen[0], SeenFace)
    assert seen[0].sighting is sighting


def test_the_question_whether_to_leave(window, monkeypatch):
    monkeypatch.setattr(window.enrol, "unsaved", lambda: "Something is not saved.")

    def look():
        assert not window.close()
        close_dialogs(window)

    assert stays(window, look)
    monkeypatch.undo()


def test_the_question_for_the_passphrase(window):
    def look():
        window.ask_passphrase(GalleryPrompt("/g.osfi", exists=True, keyring=False))
        close_dialogs(window)

    assert stays(window, look)


def test_the_dialogs_that_choose_files(window, monkeypatch):
    # The system's own dialog is not Qt's to delete.
    monkeypatch.setattr(QFileDialog, "open", lambda self: (self.show(), None)[1])
    window.show_page("enrol")
    imports = window.enrol.imports
    window.enrol.switch.choose(1)
    imports.name.setText("Eve")

    def look():
        for button in (imports.folder, imports.files):
            button.click()
            close_dialogs(window)

    assert stays(window, look)


def test_an_encoders_file_looked_at_and_left(window, monkeypatch):
    monkeypatch.setattr(QFileDialog, "open", lambda self: (self.show(), None)[1])
    window.show_page("settings")
    section = window.settings.encoders
    found = FoundEncoder("/tmp/net.pt", "net", "MobileFaceNet", 128, "five-point")

    def look():
        section.card.choose.click()
        close_dialogs(window)
        section.show_shelf(ShelfState(Phase.WAITING, "Looking at net.pt"))
        section.show_shelf(ShelfState(Phase.READY, found=found))
        section.show_shelf(ShelfState(Phase.FAILED, what="It is damaged.", remedy="Get it again."))

    assert stays(window, look)


def test_shots_taken_and_removed(window, feed, scene, face):
    shot = NewShot(Portrait(scene.chip, face))
    looked = Examination((face,), face, scene.chip, None, shot, ())
    window.show_page("enrol")

    def look():
        for count in (1, 5, 0):
            shots = tuple(TakenShot(shot, scene.chip, None, Worth.ADDS, "adds something") for _ in range(count))
            frame = scene.frame(count, float(count))
            feed.newest_frame, feed.newest_draft = (
                frame,
                Draft(frame, looked, shots, lookalike=Lookalike(1, "Ada", 0.5)),
            )
            window.enrol.pull()
            assert len(window.enrol.strip.tiles) == count

    assert stays(window, look)


def test_calibrations_and_their_files(window, monkeypatch):
    # The system's own dialog is not Qt's to delete.
    monkeypatch.setattr(QFileDialog, "open", lambda self: (self.show(), None)[1])
    made = make(probes=1, strangers=60)
    window.show_page("calibrate")
    body = window.calibrate.body

    def look():
        for calibration in (made, make(probes=1, strangers=60)):
            window.calibrate.show_calibration(view_of(calibration, bands=False))
        body.point.choose_matcher("cosine")
        body.point.plots.switch.choose(1)
        body.point.plots.switch.choose(0)
        body.point.undo.click()
        body.point.report.click()
        body.point.plots.exports[1].ask("csv")
        close_dialogs(window)

    assert stays(window, look)


def test_pages_notices_imports_and_portraits(window, scene):
    files = (FileReport("a.jpg", "Eve", "refused", "It is damaged."),)

    def look():
        for page in ("enrol", "gallery", "tune", "calibrate", "activity", "settings", "identify"):
            window.show_page(page)
        window.show_notice(Notice("Saved."))
        for row in list(window.notices._rows):
            row.close_button.click()
        window.enrol.show_job(JobState(Phase.WAITING, "Importing", 1, 2))
        window.enrol.show_job(JobState(Phase.READY, report=EnrolReport(1, 1, 1, (9,), (3,)), files=files))
        window.gallery.show_portrait(FacePicture(1, 7, scene.chip))
        window.gallery.switch.choose(1)
        window.gallery.switch.choose(0)

    assert stays(window, look)


def test_themes(window, qapp):
    """PySide keeps every style that Python has seen: one that is made anew with each theme is never given back."""

    def styles():
        gc.collect()
        return sum(issubclass(kind, QStyle) for kind in map(type, gc.get_objects()))

    def look():
        for name in ("dark", "light"):
            apply_theme(qapp, name)
            set_role(window.topbar, "card")
            set_role(window.topbar, "bar")

    look()
    once = styles()
    assert stays(window, look)
    assert styles() <= once  # none where an earlier test had it made and let go of it
