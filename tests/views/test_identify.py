"""The identify page shows what is seen, what was decided, and why; and asks for what the operator wants."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from yardsticks import COSINE, NAC

from osfi_gui.core.decide import decide
from osfi_gui.core.desk import EngineState, FacePicture, GalleryState, Phase, SourceState
from osfi_gui.core.values import Decision, Recognition, Verdict
from osfi_gui.views.bars import scales
from osfi_gui.views.identify import IdentifyPage

LEFT, RIGHT = (20.0, 40.0, 90.0, 90.0), (200.0, 60.0, 60.0, 60.0)


@pytest.fixture
def page(qtbot, feed, playing, loaded, opened):
    widget = IdentifyPage(feed)
    qtbot.addWidget(widget)
    widget.resize(1100, 660)
    widget.show_source(playing)
    widget.show_engine(loaded)
    widget.show_gallery(opened)
    widget.show()
    return widget


def show(page, feed, frame, *sightings):
    feed.newest_frame = frame
    feed.newest_recognition = Recognition(frame, sightings)
    page.pull()


def words(page):
    return [(entry.verdict.value, entry.name) for entry in page.strip.entries]


# What stands in the way


def test_before_anything_it_says_what_to_do_first(qtbot, feed):
    page = IdentifyPage(feed)
    qtbot.addWidget(page)
    assert page.picture.message[0] == "Nothing plays yet"
    with qtbot.waitSignal(page.source_choice_requested):
        page.picture.action_requested.emit()


def test_the_picture_is_live_while_the_models_load(page, feed, scene):
    page.show_engine(EngineState(Phase.WAITING))
    feed.newest_frame = scene.frame()
    page.pull()
    assert page.picture.frame is feed.newest_frame
    assert page.picture.message[:2] == (
        "Loading the face models…",
        "The picture is live, recognition follows.",
    )


def test_a_source_that_failed_says_what_to_do_and_can_be_tried_again(page, feed, scene, qtbot):
    show(page, feed, scene.frame(), scene.sighting(scene.accepted()))
    page.show_source(SourceState(Phase.FAILED, "camera:Desk", None, "The camera was unplugged.", "Plug it in again."))
    assert page.picture.message == ("The camera was unplugged.", "Plug it in again.", "Try again")
    assert page.picture.frame is None
    assert page.panel.sighting is None
    with qtbot.waitSignal(page.retry_requested):
        page.picture.action_requested.emit()


def test_a_video_that_is_over_can_be_played_again(page, qtbot, playing):
    page.show_source(replace(playing, phase=Phase.ENDED, what="clip.mp4 is over."))
    assert page.picture.message[2] == "Play again"
    with qtbot.waitSignal(page.retry_requested):
        page.picture.action_requested.emit()


def test_an_empty_gallery_leads_to_enrolling(page, qtbot):
    page.show_gallery(GalleryState(Phase.READY, "gallery.osfi", people=0))
    assert page.picture.message[0] == "Nobody is enrolled yet"
    with qtbot.waitSignal(page.enrol_page_requested):
        page.picture.action_requested.emit()


def test_a_locked_gallery_shows_no_faces_and_can_be_opened(page, feed, scene, qtbot):
    show(page, feed, scene.frame(), scene.sighting(scene.accepted()))
    page.show_gallery(GalleryState(Phase.NONE, "gallery.osfi"))
    assert page.picture.message[0] == "No gallery is open"
    assert page.strip.entries == ()
    with qtbot.waitSignal(page.unlock_requested):
        page.picture.action_requested.emit()


def test_a_password_in_an_address_is_never_shown(page):
    page.show_source(SourceState(Phase.WAITING, "rtsp://desk:secret@10.0.0.2:554/stream1?token=abc"))
    assert page.picture.message[0] == "Opening rtsp://10.0.0.2:554/stream1…"


# Pulling


def test_the_same_values_again_do_no_work(page, feed, scene, monkeypatch):
    show(page, feed, scene.frame(), scene.sighting(scene.accepted()))
    monkeypatch.setattr(page, "_show", lambda *_: pytest.fail("worked for nothing"))
    page.pull()


def test_boxes_of_another_source_are_not_drawn(page, feed, scene):
    feed.newest_recognition = Recognition(scene.frame(), (scene.sighting(scene.accepted()),))
    smaller = scene.frame()
    feed.newest_frame = replace(smaller, pixels=smaller.pixels[:100])
    page.pull()
    assert page.picture._sightings == ()


def test_boxes_of_one_picture_are_not_drawn_on_the_next(page, feed, scene, pictures):
    page.show_source(pictures)
    show(page, feed, scene.frame(0), scene.sighting(scene.accepted(), track=0))
    assert len(page.picture._sightings) == 1
    feed.newest_frame = scene.frame(1)
    page.pull()
    assert page.picture._sightings == ()


def test_boxes_go_when_recognition_hangs(page, feed, scene):
    show(page, feed, scene.frame(0, 0.0), scene.sighting(scene.accepted()))
    feed.newest_frame = scene.frame(50, 2.0)
    page.pull()
    assert page.picture._sightings == ()


# The chosen face


def test_the_largest_face_is_shown_first(page, feed, scene):
    show(page, feed, scene.frame(), scene.sighting(scene.accepted("Ada")), scene.sighting(scene.rejected(), track=2))
    assert page.panel.verdict.text() == "ACCEPT Ada"
    assert page.panel.reason.text().startswith("ACCEPT Ada: cosine 0.640 ≥ 0.360, 7 of 9 frames")


def test_a_rejection_and_a_doubt_say_so(page, feed, scene):
    show(page, feed, scene.frame(), scene.sighting(scene.rejected()))
    assert page.panel.verdict.text() == "REJECT Unknown"
    show(page, feed, scene.frame(), scene.sighting(scene.undecided()))
    assert page.panel.verdict.text() == "UNDECIDED Still looking"


def test_a_chosen_face_is_followed_by_its_track(page, feed, scene):
    one = scene.sighting(scene.accepted("Ada"), track=1, box=LEFT)
    two = scene.sighting(scene.accepted("Bea", 2), track=2, box=RIGHT)
    show(page, feed, scene.frame(), one, two)
    page.picture.face_clicked.emit(1)
    assert page.panel.verdict.text() == "ACCEPT Bea"
    show(page, feed, scene.frame(1), two, one)
    assert page.panel.verdict.text() == "ACCEPT Bea"
    show(page, feed, scene.frame(2), one)
    assert page.panel.verdict.text() == "ACCEPT Ada"


def test_two_faces_alike_in_size_do_not_take_turns(page, feed, scene):
    one = scene.sighting(scene.accepted("Ada"), track=1, box=(20.0, 20.0, 60.0, 60.0))
    two = scene.sighting(scene.accepted("Bea", 2), track=2, box=(200.0, 20.0, 62.0, 62.0))
    show(page, feed, scene.frame(), one, two)
    show(page, feed, scene.frame(1), two, one)
    assert page.panel.verdict.text() == "ACCEPT Ada"


def test_freezing_holds_picture_and_panel_while_live_goes_on(page, feed, scene, qtbot):
    held = scene.frame()
    show(page, feed, held, scene.sighting(scene.accepted("Ada")))
    qtbot.keyClick(page, Qt.Key.Key_F)
    qtbot.waitUntil(page.panel.freeze.isChecked)
    show(page, feed, scene.frame(1), scene.sighting(scene.accepted("Bea", 2), track=2))
    assert page.picture.frame is held
    assert page.panel.verdict.text() == "ACCEPT Ada"
    assert words(page)[0] == ("accept", "Bea")
    qtbot.keyClick(page, Qt.Key.Key_F)
    qtbot.waitUntil(lambda: not page.panel.freeze.isChecked())
    assert page.picture.frame is feed.newest_frame
    assert page.panel.verdict.text() == "ACCEPT Bea"


# What was considered


def test_the_best_identitys_picture_is_asked_for_once_a_revision(page, feed, scene, opened):
    asked = []
    page.portrait_requested.connect(asked.append)
    for index in range(3):
        show(page, feed, scene.frame(index), scene.sighting(scene.accepted("Ada", 5)))
    assert asked == [5]
    page.show_portrait(FacePicture(5, 7, scene.chip))
    assert page.panel.best._pixmap is not None
    page.show_gallery(replace(opened, revision=8))
    assert page.panel.best._pixmap is None
    assert asked == [5, 5]


def test_a_picture_of_an_older_gallery_is_not_shown(page, feed, scene):
    show(page, feed, scene.frame(), scene.sighting(scene.accepted("Ada", 5)))
    page.show_portrait(FacePicture(5, 6, scene.chip))
    assert page.panel.best._pixmap is None


def test_the_line_is_on_the_matcher_that_decides(scene):
    match = scene.match(["Ada", "Bob"], [0.6, 0.2])
    nac, cosine = scales(match, COSINE)
    assert (nac.line, cosine.line, cosine.decides) == (None, 0.36, True)
    nac, cosine = scales(match, NAC)
    assert (nac.line, nac.decides, cosine.line, cosine.decides) == (0.083, True, 0.335, False)
    assert nac.top > max(n.nac for n in match.neighbours)


def test_the_panel_says_which_matcher_decides(page, feed, scene):
    show(page, feed, scene.frame(), scene.sighting(scene.accepted()))
    assert page.panel.rule.text() == "The cosine decides: 0.360 or more is accepted."
    match = scene.match(["Ada", *"BCDEFGHIJKLMNOP"], [0.6, *[0.1] * 15], matcher="nac")
    show(page, feed, scene.frame(1), scene.sighting(scene.decision(match, NAC)))
    assert page.panel.rule.text() == (
        "NAC decides: 0.083 or more is accepted where the cosine reaches its floor of 0.335."
    )


def test_with_one_person_it_says_why_there_is_no_nac(page, feed, scene):
    match = scene.match(["Ada"], [0.6])
    show(page, feed, scene.frame(), scene.sighting(scene.decision(match)))
    assert scales(match, COSINE)[0] is None
    assert page.panel.rule.text().startswith("NAC compares neighbours and only one person is enrolled")


def test_as_many_neighbours_are_shown_as_there_is_room_for(page, feed, scene):
    match = scene.match(["Ada", *"BCDEFGHIJKLMNOP"], [0.6, *[0.1] * 15], matcher="nac")
    show(page, feed, scene.frame(), scene.sighting(scene.decision(match, NAC)))
    assert 3 <= len(page.panel.bars.rows()) < 16
    assert page.panel.bars.rows()[0].name == "Ada"
    assert page.panel.bars.accessibleDescription().startswith("Ada, NAC 0.")


# The last decisions


def test_a_track_is_told_once_and_again_when_its_outcome_changes(page, feed, scene, qtbot):
    told = []
    page.decided.connect(told.append)
    for index, decision in enumerate(
        [
            scene.undecided(),
            scene.accepted("Ada"),
            scene.accepted("Ada"),
            scene.undecided(),
            scene.accepted("Ada"),
            scene.rejected(),
        ]
    ):
        show(page, feed, scene.frame(index), scene.sighting(decision))
    assert words(page) == [("reject", "Unknown"), ("accept", "Ada")]
    assert [s.decision.verdict.value for s in told] == ["accept", "reject"]


def test_every_picture_of_a_folder_is_told_once(page, feed, scene, pictures):
    page.show_source(pictures)
    for index in (0, 0, 1):
        show(page, feed, scene.frame(index), scene.sighting(scene.accepted("Ada"), track=0))
    assert words(page) == [("accept", "Ada")] * 2


def test_another_source_counts_its_tracks_anew(page, feed, scene, playing):
    show(page, feed, scene.frame(), scene.sighting(scene.accepted("Ada")))
    page.show_source(replace(playing, phase=Phase.WAITING))
    page.show_source(playing)
    show(page, feed, scene.frame(1), scene.sighting(scene.accepted("Ada")))
    assert words(page) == [("accept", "Ada")] * 2


def test_twelve_decisions_are_kept(page, feed, scene):
    for track in range(1, 20):
        show(page, feed, scene.frame(track), scene.sighting(scene.accepted(f"P{track}", track), track=track))
    assert [name for _, name in words(page)] == [f"P{track}" for track in range(19, 7, -1)]
    assert page.strip.accessibleDescription().split("; ")[0].endswith("ACCEPT P19")


# What the operator asks for


def test_enrol_this_person_gives_the_face_and_its_frame(page, feed, scene, qtbot):
    sighting = scene.sighting(scene.rejected())
    show(page, feed, scene.frame(), sighting)
    with qtbot.waitSignal(page.enrol_this_requested) as asked:
        page.panel.enrol_this.click()
    assert asked.args[0].sighting is sighting
    assert asked.args[0].frame is feed.newest_frame


def test_not_this_person_is_for_those_who_were_accepted(page, feed, scene):
    show(page, feed, scene.frame())
    assert not page.panel.not_this.isEnabled()
    assert not page.panel.enrol_this.isEnabled()
    show(page, feed, scene.frame(1), scene.sighting(scene.rejected()))
    assert not page.panel.not_this.isEnabled()
    show(page, feed, scene.frame(2), scene.sighting(scene.accepted()))
    assert page.panel.not_this.isEnabled()


def test_a_stranger_is_kept_as_seen_when_the_button_was_pressed(page, feed, scene, qtbot):
    wrong = scene.sighting(scene.accepted("Ada"))
    show(page, feed, scene.frame(), wrong)
    page.panel.not_this.click()
    show(page, feed, scene.frame(1), scene.sighting(scene.accepted("Bea", 2), track=2))
    with qtbot.waitSignal(page.not_this_person_requested) as asked:
        page.question.nobody.click()
    assert asked.args[0].sighting is wrong


def test_somebody_else_is_sent_to_enrol_and_nothing_is_kept(page, feed, scene, qtbot):
    show(page, feed, scene.frame(), scene.sighting(scene.accepted("Ada")))
    page.panel.not_this.click()
    with qtbot.assertNotEmitted(page.not_this_person_requested):
        page.question.somebody.click()
    assert "more shots of that person" in page.question.text.text()
    with qtbot.waitSignal(page.enrol_page_requested):
        page.question.enrol.click()


def test_everything_is_painted_in_both_themes(theme, page, feed, scene):
    decisions = (scene.accepted(), scene.rejected(), scene.undecided())
    boxes = (LEFT, RIGHT, (120.0, 200.0, 70.0, 80.0))
    faces = [scene.sighting(d, track=i, box=b) for i, (d, b) in enumerate(zip(decisions, boxes, strict=True), 1)]
    show(page, feed, scene.frame(), *faces)
    for index in range(3):
        page.picture.face_clicked.emit(index)
        image = page.grab().toImage()
        rows = np.frombuffer(image.constBits(), np.uint8)
        assert rows.std() > 10


def test_an_empty_gallery_compares_with_nobody_and_says_so(page, feed, scene):
    # The vote of a track has no operating point yet either, but that is not why nothing is decided.
    nobody = Decision(Verdict.UNDECIDED, None, None, None, None, 1, 1, "Still looking: 1 of 1 frames agree.")
    show(page, feed, scene.frame(), scene.sighting(nobody))
    assert page.panel.verdict.text() == "UNDECIDED Still looking"
    assert page.panel.rule.text() == "Nobody is enrolled, so there is nobody to compare with."
    shown = [label.text() for label in page.panel.findChildren(QLabel) if label.isVisible()]
    assert "As seen now" in shown
    assert not any(text.startswith("Right:") for text in shown)


def test_an_encoder_without_a_threshold_decides_nothing_and_says_so(page, feed, scene):
    match = scene.match(["Ada", "Bob"], [0.5, 0.1])
    decision = decide(match, None)
    show(page, feed, scene.frame(), scene.sighting(decision))
    assert page.panel.verdict.text() == "UNDECIDED No threshold"


def test_while_the_demos_people_are_enrolled_nobody_is_asked_to_enrol(page):
    page.show_gallery(GalleryState(Phase.READY, "demo.osfi", people=0, revision=0, temporary=True))
    assert page.picture.message == ("Enrolling the demo's people…", "", "")
    page.show_gallery(GalleryState(Phase.READY, "demo.osfi", people=0, revision=9, temporary=True))
    assert page.picture.message[2] == "Enrol somebody"


def test_who_is_erased_leaves_the_last_decisions(page, feed, scene):
    show(page, feed, scene.frame(0), scene.sighting(scene.accepted("Ada", 1), track=1))
    show(page, feed, scene.frame(1), scene.sighting(scene.accepted("Eve", 2), track=2))
    show(page, feed, scene.frame(2), scene.sighting(scene.rejected(), track=3))
    page.forget_person(1)
    assert words(page) == [("reject", "Unknown"), ("accept", "Eve")]
    assert "Ada" not in page.strip.accessibleDescription()
