"""The keyboard alone reaches everything on the working pages, and everything says what it is."""

import numpy as np
import pytest
from calibrations import make, view_of
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QLineEdit, QPlainTextEdit
from yardsticks import COSINE

from osfi_gui.core.desk import GalleryState, JobState, PersonDetail, Phase
from osfi_gui.core.encoders import EncoderListing, EncoderRow, FoundEncoder, ShelfState
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
from osfi_gui.core.values import Face, Portrait, Quality, Recognition
from osfi_gui.views.window import MainWindow

ENCODERS = (
    EncoderRow("sface", "SFace", "Apache-2.0", "OpenCV Zoo", 128, 10_000_000, here=True, imported=False, measured=True),
    EncoderRow("net", "MobileFaceNet (net)", "", "", 128, 4_000_000, here=True, imported=True, measured=False),
)
FOUND = FoundEncoder("/tmp/other.pt", "other", "MobileFaceNet", 128, "five-point")
FILES = (FileReport("a.jpg", "Eve", "refused", "It is damaged."),)


@pytest.fixture
def window(qtbot, feed, scene, playing, loaded, theme):
    """Give a window with something on every page, so that nothing is switched off for want of it."""
    made = MainWindow(feed)
    qtbot.addWidget(made)
    made.show()
    made.show_source(playing)
    made.show_engine(loaded)
    made.show_gallery(GalleryState(Phase.READY, "g.osfi", "/g.osfi", 2, 7, COSINE))
    rows = tuple(
        PersonRow(Identity(number, name, shots=2), Lookalike(3 - number, "Somebody", 0.4), (11,))
        for number, name in ((1, "Ada"), (2, "Bob"))
    )
    face = Face((110.0, 80.0, 90.0, 110.0), np.zeros((5, 2), np.float32), 0.99)
    shots = tuple(Shot(number, 1, Portrait(scene.chip, face), "a.jpg") for number in (11, 12))
    made.gallery.show_listing(GalleryListing(7, rows))
    made.gallery.lists.table.setCurrentIndex(made.gallery._found.index_of(1))
    made.gallery.show_person(PersonDetail(rows[0].identity, shots))
    made.gallery.panel.shots.list.setCurrentIndex(made.gallery.panel.shots.list.model().index(0, 0))
    made.gallery.panel.fields.note.setPlainText("typed")
    frame = scene.frame(1, 1.0)
    shot = NewShot(Portrait(scene.chip, face))
    looked = Examination((face,), face, scene.chip, Quality(90, 90, 120, 40, 0, 0, 0), shot, ())
    taken = tuple(TakenShot(shot, scene.chip, None, Worth.ADDS, "adds something") for _ in range(3))
    feed.newest_frame = frame
    feed.newest_recognition = Recognition(frame, (scene.sighting(scene.accepted()),))
    feed.newest_draft = Draft(frame, looked, taken)
    made.settings.encoders.show_encoders(EncoderListing(ENCODERS, "sface", "", (), ("MobileFaceNet",)))
    made.settings.encoders.table.setCurrentIndex(made.settings.encoders.model.index(1, 0))
    made.enrol.form.name.setText("Eve")
    made.enrol.show_job(JobState(Phase.READY, report=EnrolReport(1, 1, 1, (9,), (3,)), files=FILES))
    return made


def goes_round(window, qtbot):
    """Press Tab until it comes back to where it began; give what had the keyboard on the way."""
    reached, first = [], None
    for _ in range(120):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        now = window.focusWidget()
        first = first or now
        if reached and now is first:
            return reached
        reached.append(now)
    raise AssertionError("Tab does not come round")


def operable(page):
    """Give everything of a page that can be operated now, but the parts of a switch that arrow keys reach."""
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QAbstractItemView)
    found = [w for kind in kinds for w in page.findChildren(kind) if w.isVisible() and w.isEnabled()]
    inner = [w for w in found if w.objectName().startswith("qt_") or isinstance(w.parent(), QLineEdit)]
    headers = [w for w in found if w.metaObject().className() in {"QHeaderView", "QTableCornerButton"}]
    switched = [w for w in found if isinstance(w, QAbstractButton) and w.group() is not None and not w.isChecked()]
    return [w for w in found if w not in (*inner, *headers, *switched)]


PAGES = [("identify", 0), ("enrol", 0), ("enrol", 1), ("gallery", 0), ("gallery", 1), ("settings", 0), ("settings", 1)]
PAGES += [("calibrate", 0), ("calibrate", 1)]


@pytest.fixture(params=PAGES, ids=[f"{name}-{way}" for name, way in PAGES])
def page(request, window):
    name, way = request.param
    window.show_page(name)
    shown = getattr(window, name)
    if name in {"identify", "enrol"}:
        shown.pull()
    if name in {"enrol", "gallery"}:
        shown.switch.choose(way)
    if name == "settings" and way:
        shown.encoders.show_shelf(ShelfState(Phase.READY, found=FOUND))
        shown.encoders.remove.click()
    if name == "calibrate":
        shown.show_calibration(view_of(make(probes=1, strangers=60), bands=False))
        shown.body.point.choose_matcher("cosine")
        shown.body.point.plots.switch.choose(way)
    shown.setFocus()
    shown.focusNextChild()
    return shown


def test_tab_reaches_everything_that_can_be_operated(window, page, qtbot):
    wanted = operable(page)
    assert len(wanted) >= 3
    reached = goes_round(window, qtbot)
    missed = [w for w in wanted if w not in reached]
    assert not missed


def test_everything_that_has_the_keyboard_has_a_name(window, page, qtbot):
    for widget in goes_round(window, qtbot):
        said = QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)
        assert said.strip(), widget


def test_whatever_has_the_keyboard_looks_different(window, page, qtbot):
    # The window is not active without a window manager; styles draw focus only in one that is.
    QApplication.setActiveWindow(window)
    for widget in goes_round(window, qtbot):
        if not page.isAncestorOf(widget):
            continue
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        place = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size()).adjusted(-3, -3, 3, 3)
        with_focus = window.grab(place).toImage()
        widget.clearFocus()
        assert window.grab(place).toImage() != with_focus, widget


def test_arrow_keys_switch_between_the_ways_to_enrol(window, qtbot):
    window.show_page("enrol")
    switch = window.enrol.switch
    switch.button(0).setFocus()
    qtbot.keyClick(switch.button(0), Qt.Key.Key_Right)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert switch.index() == 1
    assert window.enrol.imports.isVisible()
