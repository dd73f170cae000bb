"""The window: pages, badges, notices, and no end that loses anything."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton

from osfi_gui.core.desk import (
    EngineState,
    GalleryPrompt,
    GalleryState,
    Notice,
    OpenGallery,
    Phase,
    SourceChoice,
    SourceState,
    Tone,
)
from osfi_gui.core.values import SourceInfo
from osfi_gui.views import notice as notices
from osfi_gui.views.addresses import is_stream, shown_name
from osfi_gui.views.source_picker import StreamDialog
from osfi_gui.views.window import MainWindow


@pytest.fixture
def window(qtbot, feed):
    made = MainWindow(feed)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def lost(window, monkeypatch):
    """Leave something unsaved on a page."""
    sentence = "Three shots of Ada are not saved."
    with monkeypatch.context() as patch:
        patch.setattr(window.enrol, "unsaved", lambda: sentence)
        yield sentence


# Pages


def test_ctrl_and_a_number_show_every_page(window, qtbot):
    shown = []
    window.page_changed.connect(shown.append)
    for key in (Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6, Qt.Key.Key_1):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
    assert shown == ["enrol", "gallery", "tune", "calibrate", "activity", "identify"]


def test_only_the_page_that_is_seen_pulls(window, feed, qtbot):
    qtbot.waitUntil(lambda: feed.pulled["recognition"] > 2)
    assert feed.pulled["draft"] == 0
    window.show_page("enrol")
    before = feed.pulled["recognition"]
    qtbot.waitUntil(lambda: feed.pulled["draft"] > 2)
    assert feed.pulled["recognition"] == before
    window.hide()
    before = feed.pulled["draft"]
    qtbot.wait(100)
    assert feed.pulled["draft"] == before


def test_it_fits_a_small_screen(window):
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 720


def test_size_and_place_come_back(window, feed, qtbot):
    window.resize(1100, 640)
    again = MainWindow(feed, window_state=window.state())
    qtbot.addWidget(again)
    assert again.height() == 640
    broken = MainWindow(feed, window_state="no geometry ✗")
    qtbot.addWidget(broken)
    assert broken.height() == 720


@pytest.mark.parametrize("name", ["activity"])
def test_what_does_not_exist_says_so_and_is_switched_off(window, name):
    page = getattr(window, name)
    assert page.not_yet.text() == "Not part of this version yet."
    assert page.controls
    assert not any(button.isEnabled() for button in page.controls)


def test_states_reach_the_pages_that_want_them(window, opened):
    window.show_gallery(opened)
    assert window.calibrate.body.point.now.text().startswith("The cosine decides, from 0.3600 on.")
    assert window.enrol.form.missing.text() == "No shot was taken yet."
    window.show_gallery(GalleryState())
    assert window.enrol.form.missing.text() == "Open a gallery first."


def test_everything_that_can_be_pressed_has_a_name(window, opened, loaded, playing):
    window.show_gallery(opened)
    window.show_engine(loaded)
    window.show_source(playing)
    for button in window.findChildren(QAbstractButton):
        # Qt's own, such as the one that extends a narrow tool bar, are not the desk's.
        if not button.objectName().startswith("qt_"):
            said = QAccessible.queryAccessibleInterface(button).text(QAccessible.Text.Name)
            assert said or button.isHidden(), button


# The bar


def test_the_true_size_and_rate_are_shown(window):
    info = SourceInfo("Desk", 640, 480, 29.97, None, live=True, video=True)
    window.show_source(SourceState(Phase.READY, "camera:Desk", info))
    assert window.topbar.source_note.text() == "640×480, 29.97 fps"
    assert window.topbar.picker.toolTip() == "Desk"


def test_no_password_reaches_the_bar(window):
    window.show_source(SourceState(Phase.WAITING, "rtsp://desk:secret@10.0.0.2/cam"))
    picker = window.topbar.picker
    for said in (picker.text(), picker.toolTip(), picker.accessibleName()):
        assert "secret" not in said
        assert "10.0.0.2" in said


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("demo", "Demo"),
        ("camera:Integrated Camera", "Integrated Camera"),
        ("/home/a/clip.mp4", "clip.mp4"),
        ("https://user:pa%40ss@cam.local:8080/live?key=1", "https://cam.local:8080/live"),
        ("rtsp://user:p@ss/word@host/x", "rtsp stream"),
        ("rtsp://[::1]:554/x", "rtsp://[::1]:554/x"),
        ("http://[broken", "http stream"),
    ],
)
def test_addresses_are_named_without_their_secrets(address, name):
    assert shown_name(address) == name


def test_only_streams_are_taken_for_streams(qtbot):
    assert is_stream("rtsp://u:p@host/1")
    assert not is_stream("ftp://host/1")
    assert not is_stream("rtsp://")
    dialog = StreamDialog()
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.address.setText("C:/clip.mp4")
    with qtbot.assertNotEmitted(dialog.address_given):
        dialog.connect_button.click()
    assert dialog.error.text()
    dialog.address.setText(" rtsp://host/1 ")
    with qtbot.waitSignal(dialog.address_given) as given:
        dialog.connect_button.click()
    assert given.args == ["rtsp://host/1"]


def test_a_device_that_is_not_the_best_says_why(window, qtbot):
    window.show_engine(EngineState(Phase.READY, "CPU, 2 threads", "This torch cannot use the GPU.", "SFace"))
    badge = window.topbar.device_badge
    assert badge.text() == "CPU, 2 threads: see why"
    badge.click()
    assert window.notices.notices == (Notice("This torch cannot use the GPU."),)


@pytest.mark.parametrize(
    ("calibration", "said"),
    [("valid", "Calibrated"), ("expired", "Calibration expired: gallery changed"), ("none", "Not calibrated")],
)
def test_the_calibration_is_shown_and_leads_to_calibrate(window, calibration, said):
    window.resize(1900, 900)
    window.show_gallery(GalleryState(Phase.READY, "gallery.osfi", people=3, calibration=calibration))
    assert window.topbar.calibration_badge.text() == said
    window.topbar.calibration_badge.click()
    assert window.page == "calibrate"


def test_cameras_are_chosen_by_name(window, qtbot):
    window.show_cameras((SourceChoice("Desk", "camera:Desk"), SourceChoice("Door", "camera:Door")))
    actions = {action.text(): action for action in window.topbar.picker.menu().actions()}
    with qtbot.waitSignal(window.source_requested) as asked:
        actions["Door"].trigger()
    assert asked.args == ["camera:Door"]
    with qtbot.waitSignal(window.cameras_requested):
        actions["Look for cameras again"].trigger()
    with qtbot.waitSignal(window.source_requested) as asked:
        actions["Demo"].trigger()
    assert asked.args == ["demo"]


def test_no_camera_is_said(window):
    window.show_cameras(())
    assert "No camera was found" in [action.text() for action in window.topbar.picker.menu().actions()]


def test_the_lock_locks_and_opens(window, qtbot, opened):
    window.show_gallery(opened)
    with qtbot.waitSignal(window.lock_requested):
        qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    window.show_gallery(GalleryState(Phase.NONE, "gallery.osfi"))
    with qtbot.waitSignal(window.unlock_requested):
        window.topbar.lock_button.click()


def test_the_demos_gallery_cannot_be_locked_for_nobody_knows_its_key(window):
    window.show_gallery(GalleryState(Phase.READY, "demo.osfi", people=4, temporary=True))
    assert not window.topbar.lock_button.isEnabled()


def test_a_theme_is_asked_for(window, qtbot):
    actions = {a.text(): a for a in window.topbar.theme_button.menu().actions()}
    with qtbot.waitSignal(window.theme_requested) as asked:
        actions["Dark"].trigger()
    assert asked.args == ["dark"]


def test_a_failed_source_can_be_tried_again_from_the_bar(window, qtbot):
    window.show_source(SourceState(Phase.FAILED, "camera:Desk", None, "It is gone.", "Plug it in."))
    with qtbot.waitSignal(window.retry_requested):
        window.topbar.retry.click()


# The gallery's key


def test_the_answer_to_the_passphrase_question_goes_out(window, qtbot, opened):
    window.ask_passphrase(GalleryPrompt("/data/g.osfi", exists=True, keyring=False))
    window.unlock.passphrase.setText("correct horse")
    with qtbot.waitSignal(window.open_requested) as asked:
        window.unlock.open_button.click()
    assert asked.args == [OpenGallery("/data/g.osfi", "correct horse")]


def test_a_gallery_that_opens_meanwhile_needs_no_question(window, opened):
    window.ask_passphrase(GalleryPrompt("/data/g.osfi", exists=True, keyring=False))
    window.show_gallery(opened)
    assert not window.unlock.isVisible()


# Notices


def test_at_most_three_notices_and_bad_ones_stay_longest(window):
    bad = Notice("The disk is full.", "Free some space.", Tone.BAD)
    for notice in (bad, Notice("One"), Notice("Two"), Notice("Three")):
        window.show_notice(notice)
    assert window.notices.notices == (bad, Notice("Two"), Notice("Three"))


def test_good_notices_go_and_bad_ones_stay(window, qtbot, monkeypatch):
    monkeypatch.setattr(notices, "SHOWN_MS", 30)
    bad = Notice("The disk is full.", tone=Tone.BAD)
    for notice in (Notice("Saved.", tone=Tone.GOOD), Notice("By the way."), bad):
        window.show_notice(notice)
    qtbot.waitUntil(lambda: window.notices.notices == (bad,))
    row = window.notices.findChildren(notices.NoticeRow)[-1]
    assert row.accessibleName() == "The disk is full."
    row.close_button.click()
    assert window.notices.notices == ()
    assert not window.notices.isVisible()


def test_the_same_notice_is_not_piled_up(window):
    window.show_notice(Notice("Look."))
    window.show_notice(Notice("Look."))
    assert len(window.notices.notices) == 1


# The end


def test_it_closes_and_says_so(window, qtbot):
    with qtbot.waitSignal(window.closing):
        assert window.close()


def test_unsaved_work_asks_and_staying_keeps_it(window, lost, qtbot):
    with qtbot.assertNotEmitted(window.closing):
        assert not window.close()
    assert window.leave_question.text.text() == lost
    window.leave_question.stay.click()
    qtbot.waitUntil(lambda: window.leave_question is None)
    assert window.isVisible()


def test_leaving_all_the_same_closes(window, lost, qtbot):
    window.close()
    with qtbot.waitSignal(window.closing):
        window.leave_question.leave.click()


# The keyboard


def test_the_arrow_keys_go_through_the_pages(window, qtbot):
    window.navigation._buttons["identify"].setFocus()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.page == "enrol")


def test_tab_comes_round_to_everything(window, qtbot, opened, loaded, playing):
    window.show_gallery(opened)
    window.show_engine(loaded)
    window.show_source(playing)
    reached = set()
    for _ in range(30):
        qtbot.keyClick(window, Qt.Key.Key_Tab)
        reached.add(window.focusWidget())
    bar, panel = window.topbar, window.identify.panel
    wanted = {
        window.navigation._buttons["identify"],
        bar.picker,
        bar.device_badge,
        bar.calibration_badge,
        bar.theme_button,
        bar.lock_button,
        window.identify.picture,
    }
    assert wanted <= reached
    assert panel.not_this not in reached
