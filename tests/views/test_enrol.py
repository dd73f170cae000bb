"""The enrol page leads a person through the poses, asks what has to be asked, and imports with a way back."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton

from osfi_gui.core.desk import (
    EngineState,
    Enrolled,
    FacePicture,
    GalleryState,
    ImportFiles,
    ImportFolder,
    JobState,
    Phase,
    SourceState,
)
from osfi_gui.core.enrolled import Identity
from osfi_gui.core.enrolment import (
    Draft,
    EnrolReport,
    Examination,
    FileReport,
    Lookalike,
    NewShot,
    Pose,
    TakenShot,
    Worth,
)
from osfi_gui.core.values import Face, Portrait, Quality
from osfi_gui.views.enrol import EnrolPage
from osfi_gui.views.marks import MarkLabel
from osfi_gui.views.pose_ring import _ASKED, _HELD, _TAKEN

BOX = (110.0, 80.0, 90.0, 110.0)
SPACE, DELETE = Qt.Key.Key_Space, Qt.Key.Key_Delete


class Camera:
    """What a person does in front of the camera, put into the feed."""

    def __init__(self, page, feed, scene):
        self.page, self.feed, self.scene = page, feed, scene
        self.index = 0

    def face(self, box=BOX):
        return Face(box, np.zeros((5, 2), np.float32), 0.99)

    def shot(self, pose=Pose.FRONT, worth=Worth.ADDS, text="adds something"):
        return TakenShot(NewShot(Portrait(self.scene.chip, self.face()), "Desk"), self.scene.chip, pose, worth, text)

    def shows(self, shots=(), *, advice=(), asked=Pose.LEFT, held=0.0, lookalike=None, late_s=0.0, others=()):
        """Let the page see a new frame, and a draft of one that is ``late_s`` older."""
        self.index += 1
        frame = self.scene.frame(self.index, self.index + late_s)
        seen = replace(frame, time_s=frame.time_s - late_s)
        face = self.face()
        looked = Examination(
            (face, *others), face, self.scene.chip, Quality(90, 90, 120, 40, 0, 0, 0), self.shot().shot, tuple(advice)
        )
        self.feed.newest_frame = frame
        self.feed.newest_draft = Draft(seen, looked, tuple(shots), asked, held, lookalike)
        self.page.pull()


@pytest.fixture
def page(qtbot, feed, playing, loaded, opened):
    widget = EnrolPage(feed)
    qtbot.addWidget(widget)
    widget.resize(1100, 660)
    widget.show_source(playing)
    widget.show_engine(loaded)
    widget.show_gallery(opened)
    widget.show_names(("Ada", "Bob"))
    widget.show()
    return widget


@pytest.fixture
def camera(page, feed, scene):
    return Camera(page, feed, scene)


@pytest.fixture
def three(camera):
    return [camera.shot(pose) for pose in (Pose.FRONT, Pose.LEFT, Pose.RIGHT)]


def agreed(page, name="Eve"):
    page.form.name.setText(name)
    page.form.consent.agrees.setChecked(True)
    page.form.consent.operator.setText("Max")


# What to do now


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Pose.FRONT, "Look straight at the camera."),
        (Pose.LEFT, "Turn the head a little to your left."),
        (Pose.RIGHT, "Turn the head a little to your right."),
        (Pose.UP, "Raise the chin a little."),
        (Pose.DOWN, "Lower the chin a little."),
        (None, "All five poses are taken."),
    ],
)
def test_the_next_pose_is_asked_for_in_words(page, camera, asked, said):
    camera.shows(asked=asked)
    assert page.guide.text.text() == said
    assert page.guide.take.isEnabled()


def test_a_check_that_fails_says_what_to_do_and_no_shot_can_be_taken(page, camera, qtbot):
    camera.shows(advice=("Move closer to the camera.", "Turn the light on: the face is too dark."))
    assert page.guide.text.text() == "Move closer to the camera."
    assert not page.guide.take.isEnabled()
    with qtbot.assertNotEmitted(page.shot_requested):
        qtbot.keyClick(page, SPACE)


def test_space_takes_a_shot_but_not_out_of_a_field(page, camera, qtbot):
    camera.shows()
    page.picture.setFocus()
    with qtbot.waitSignal(page.shot_requested):
        qtbot.keyClick(page.picture, SPACE)
    page.form.name.setFocus()
    with qtbot.assertNotEmitted(page.shot_requested):
        qtbot.keyClicks(page.form.name, "Ada L")
    assert page.form.name.text() == "Ada L"


def test_shots_by_hand_only_are_asked_for_with_space(page, camera, qtbot):
    camera.shows()
    with qtbot.waitSignal(page.auto_requested) as asked:
        page.guide.auto.click()
    assert asked.args == [False]
    assert page.guide.text.text() == "Good: press Space to take a shot."


def test_a_slow_computer_goes_on_guiding_without_a_ring_in_the_wrong_place(page, camera):
    camera.shows(late_s=1.0)
    assert page._ring.draft is not None
    camera.shows(late_s=3.0)
    assert page._ring.draft is None
    assert page.guide.text.text() == "Turn the head a little to your left."
    assert page.guide.take.isEnabled()
    camera.shows(late_s=30.0)
    assert page.guide.text.text() == "Looking for a face…"
    assert not page.guide.take.isEnabled()


# The ring


def ring(page, towards):
    """Give the colour of the ring's arc right, above, left of or below the face, or of the circle itself (0, 0)."""
    shown = page.picture.grab().toImage()
    x, y, width, height = BOX
    scale = page.picture._scale()
    pen = max(4.0, min(9.0, 4.0 * scale))
    radius = 0.68 * max(width, height) * scale
    centre = page.picture.to_widget(x + width / 2, y + height / 2)
    across, down = towards
    if towards == (0, 0):  # on the circle, between two arcs
        reach, (across, down) = radius, (0.7071, -0.7071)
    else:
        reach = radius + 1.9 * pen
    return shown.pixelColor(round(centre.x() + reach * across), round(centre.y() + reach * down))


def test_the_ring_shows_taken_asked_and_held(page, camera):
    camera.shows([camera.shot(Pose.FRONT), camera.shot(Pose.LEFT)], asked=Pose.UP)
    # To the person's left is to the right of the picture.
    assert ring(page, (0, 0)) == _TAKEN
    assert ring(page, (1, 0)) == _TAKEN
    assert ring(page, (0, -1)) == _ASKED
    assert ring(page, (-1, 0)) not in (_TAKEN, _ASKED)
    camera.shows([camera.shot(Pose.FRONT), camera.shot(Pose.LEFT)], asked=Pose.UP, held=0.9)
    assert ring(page, (0, -1)) == _HELD
    assert page.guide.text.text() == "Hold it…"


def test_nothing_is_drawn_over_a_picture_without_a_draft(page, feed, scene):
    feed.newest_frame = scene.frame(1, 1.0)
    page.pull()
    bare = page.picture.grab().toImage()
    page._ring.draft = None
    page.picture.set_overlay(None)
    assert page.picture.grab().toImage() == bare


# The shots


def test_every_shot_says_what_it_is_worth(page, camera):
    camera.shows(
        [
            camera.shot(Pose.FRONT, text="the first shot"),
            camera.shot(Pose.LEFT, Worth.NOTHING_NEW, "nothing new"),
            camera.shot(None, Worth.CONFLICTS, "looks like Ada"),
        ]
    )
    assert [tile.accessibleName() for tile in page.strip.tiles] == [
        "Shot 1: front, the first shot",
        "Shot 2: left, nothing new",
        "Shot 3: by hand, looks like Ada",
    ]
    adds, same, conflicts = (tile.findChild(MarkLabel).grab().toImage() for tile in page.strip.tiles)
    assert adds != same
    assert same != conflicts
    assert conflicts != adds
    assert "A shot does not fit the others" in page.form.warning.text()


def test_a_shot_is_removed_by_its_button_and_with_delete(page, camera, three, qtbot):
    camera.shows(three)
    with qtbot.waitSignal(page.shot_removed_requested) as asked:
        page.strip.tiles[1].remove.click()
    assert asked.args == [1]
    with qtbot.waitSignal(page.shot_removed_requested) as asked:
        qtbot.keyClick(page.strip.tiles[2].findChild(QToolButton), DELETE)
    assert asked.args == [2]
    camera.shows([three[0], three[2]])
    assert [tile.accessibleName()[:6] for tile in page.strip.tiles] == ["Shot 1", "Shot 2"]


def test_the_newest_of_many_shots_is_in_sight_and_none_is_cut(page, camera, qtbot):
    camera.shows([camera.shot(None, text="closer to Bartholomew than to the others") for _ in range(9)])
    bar = page.strip.horizontalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    last = page.strip.tiles[-1]
    assert page.strip.viewport().rect().contains(last.mapTo(page.strip.viewport(), last.rect().center()))
    assert last.height() >= last.sizeHint().height() - 2


# What is missing


def test_what_is_missing_is_said_one_after_the_other(page, camera, three):
    assert page.form.missing.text() == "No shot was taken yet."
    assert not page.form.enrol.isEnabled()
    camera.shows(three)
    assert page.form.missing.text() == "A name is missing."
    page.form.name.setText("Eve")
    assert page.form.enrol.isEnabled()
    assert page.form.enrol.text() == "Enrol anyway"
    assert page.form.warning.text() == "No consent is recorded."
    page.form.consent.operator.clear()
    page.form.consent.agrees.setChecked(True)
    assert page.form.missing.text() == "Say who records the consent."
    page.form.consent.operator.setText("Max")
    assert page.form.enrol.isEnabled()
    assert page.form.enrol.text() == "Enrol"
    assert not page.form.warning.isVisible()


def test_too_few_shots_are_said_before_saving(page, camera):
    agreed(page)
    camera.shows([camera.shot()])
    assert page.form.warning.text() == "Only 1 shot so far: three or more are recognised better."
    assert page.form.enrol.text() == "Enrol anyway"


def test_a_locked_gallery_and_missing_models_switch_everything_off(page, camera, three):
    camera.shows(three)
    agreed(page)
    page.show_gallery(GalleryState())
    assert page.form.missing.text() == "Open a gallery first."
    assert not page.form.enrol.isEnabled()
    assert page.picture.message[2] == "Open gallery"
    assert not page.imports.folder.isEnabled()
    assert page.imports.why.text() == "Open a gallery first."
    page.show_engine(EngineState(Phase.WAITING))
    page.show_gallery(GalleryState(Phase.READY, "g.osfi", people=1, revision=1))
    assert page.imports.why.text() == "The face models are still being loaded."


def test_locking_leaves_nothing_of_the_person_on_the_screen(page, camera, three, qtbot):
    camera.shows(three)
    agreed(page)
    with qtbot.waitSignal(page.draft_cleared):
        page.show_gallery(GalleryState())
    assert page.form.name.text() == ""
    assert page.strip.tiles == []
    assert page.unsaved() == ""


# Consent


def test_the_consent_that_is_recorded_is_the_text_that_was_shown(page, camera, three, qtbot):
    camera.shows(three)
    agreed(page, " Eve ")
    page.form.external_id.setText("E-42")
    page.form.note.setPlainText("night shift")
    with qtbot.waitSignal(page.enrol_requested) as asked:
        page.form.enrol.click()
    wanted = asked.args[0]
    assert (wanted.name, wanted.external_id, wanted.note) == ("Eve", "E-42", "night shift")
    assert wanted.shots == tuple(taken.shot for taken in three)
    assert wanted.consent.text == page.form.consent.text.text()
    assert wanted.consent.operator == "Max"
    assert wanted.consent.given_at.endswith("Z")
    assert wanted.consent.given_at[:2] == "20"


def test_the_next_person_has_not_agreed_yet_but_the_operator_stays(page, camera, three):
    camera.shows(three)
    agreed(page)
    page.form.enrol.click()
    page.show_enrolled(Enrolled(Identity(3, "Eve", shots=3), 3))
    assert page.form.done.text() == "Eve is enrolled, with 3 shots."
    assert not page.form.consent.agrees.isChecked()
    assert page.form.consent.operator.text() == "Max"
    assert page.form.name.text() == ""
    assert page.strip.tiles == []


# Lookalikes


def test_a_lookalike_is_shown_beside_the_shot_and_has_to_be_answered(page, camera, three, scene, qtbot):
    agreed(page)
    with qtbot.waitSignal(page.portrait_requested) as asked:
        camera.shows(three, lookalike=Lookalike(1, "Ada", 0.61))
    assert asked.args == [1]
    question = page.form.question
    assert question.isVisible()
    assert question.text() == "This looks like Ada, who is enrolled (cosine 0.61)."
    assert page.form.missing.text() == "Say first whether it is the same person."
    assert not page.form.enrol.isEnabled()
    bare = question.enrolled.grab().toImage()
    page.show_portrait(FacePicture(1, 7, scene.chip))
    assert question.enrolled.grab().toImage() != bare
    question.other.click()
    assert not question.isVisible()
    assert page.form.enrol.isEnabled()
    # Somebody else who looks like it is another question.
    camera.shows(three, lookalike=Lookalike(2, "Bob", 0.5))
    assert question.isVisible()


def test_the_same_person_gets_more_shots(page, camera, three):
    camera.shows(three, lookalike=Lookalike(1, "Ada", 0.61))
    page.form.question.same.click()
    assert page.form.name.text() == "Ada"
    assert page.form.known.text() == "Ada is enrolled already: the shots are added."
    assert not page.form.warning.isVisible()
    assert page.form.enrol.isEnabled()


def test_portraits_of_another_revision_are_dropped(page, camera, three, scene):
    camera.shows(three, lookalike=Lookalike(1, "Ada", 0.61))
    bare = page.form.question.enrolled.grab().toImage()
    page.show_portrait(FacePicture(1, 6, scene.chip))
    assert page.form.question.enrolled.grab().toImage() == bare


# Nothing is lost


def test_what_was_typed_or_taken_counts_as_unsaved(page, camera, three):
    assert page.unsaved() == ""
    page.form.note.setPlainText("x")
    assert page.unsaved() == "A person on the Enrol page is not enrolled yet."
    page.form.note.clear()
    camera.shows(three)
    assert page.unsaved() == "A person on the Enrol page is not enrolled yet."


def test_a_refused_enrolment_keeps_everything(page, camera, three):
    camera.shows(three)
    agreed(page)
    page.form.enrol.click()
    assert page.form.missing.text() == "Being stored…"
    assert not page.form.enrol.isEnabled()
    assert not page.form.start_over.isEnabled()
    page.show_refused()
    assert page.form.name.text() == "Eve"
    assert len(page.strip.tiles) == 3
    assert page.form.enrol.isEnabled()


def test_starting_over_drops_shots_and_words_at_once(page, camera, three, qtbot):
    camera.shows(three)
    agreed(page)
    with qtbot.waitSignal(page.draft_cleared):
        page.form.start_over.click()
    assert page.unsaved() == ""
    page.pull()  # the draft of the threads still has the shots
    assert page.strip.tiles == []


# From pictures


REPORT = EnrolReport(2, 5, 1, (11, 12, 13, 14, 15), (3, 4))
FILES = (
    FileReport("eve/1.jpg", "Eve", "enrolled"),
    FileReport("eve/2.jpg", "Eve", "refused", "2.jpg is damaged or incomplete."),
)


@pytest.fixture
def imports(page):
    page.switch.choose(1)
    assert page.imports.isVisible()
    return page.imports


def test_a_folder_and_files_are_asked_for(page, imports, qtbot):
    assert imports.folder.isEnabled()
    assert not imports.files.isEnabled()
    with qtbot.waitSignal(page.import_folder_requested) as asked:
        imports.import_folder("/people")
    assert asked.args == [ImportFolder("/people")]
    imports.name.setText(" Eve ")
    assert imports.files.isEnabled()
    with qtbot.waitSignal(page.import_files_requested) as asked:
        imports.import_files(["/a.jpg", "/b.jpg"])
    assert asked.args == [ImportFiles("Eve", ("/a.jpg", "/b.jpg"))]


def test_an_import_shows_its_progress_and_can_be_cancelled_once(page, imports, qtbot):
    page.show_job(JobState(Phase.WAITING, "Enrolling 3 people", 4, 10, "pictures", "Eve"))
    assert (imports.bar.value(), imports.bar.maximum()) == (4, 10)
    assert imports.current.text() == "4 of 10 · Eve"
    assert not imports.folder.isEnabled()
    assert page.unsaved().startswith("An import is running")
    with qtbot.waitSignal(page.import_cancel_requested):
        imports.cancel.click()
    assert not imports.cancel.isEnabled()
    page.show_job(JobState(Phase.ENDED, what="Cancelled.", report=REPORT, files=FILES))
    assert page.unsaved() == ""
    assert not imports.bar.isVisible()
    assert imports.folder.isEnabled()
    page.show_job(JobState(Phase.WAITING, "Enrolling 3 people"))
    assert imports.cancel.isEnabled()


def test_the_report_names_every_refused_file_and_its_reason(page, imports):
    page.show_job(JobState(Phase.READY, report=REPORT, files=FILES))
    report = imports.report
    assert report.summary.text() == "2 people enrolled with 5 shots. 1 file was refused."
    assert report.refused.text() == "Refused files (1)"
    model = report.table.model()
    assert model.rowCount() == 1
    cells = [model.data(model.index(0, column)) for column in range(model.columnCount())]
    assert cells[0] == "Eve"
    assert "2.jpg" in cells[1]
    assert cells[2] == "2.jpg is damaged or incomplete."
    report.copy.click()
    assert "2.jpg is damaged or incomplete." in QGuiApplication.clipboard().text()


def test_an_import_is_undone_and_nothing_is_left_of_its_report(page, imports, qtbot):
    page.show_job(JobState(Phase.READY, report=REPORT, files=FILES))
    with qtbot.waitSignal(page.import_undo_requested) as asked:
        imports.report.undo.click()
    assert asked.args == [REPORT]
    assert imports.report.isVisible()
    page.show_job(JobState(Phase.NONE))
    assert not imports.report.isVisible()


def test_an_import_that_stored_nothing_has_nothing_to_undo(page, imports):
    page.show_job(JobState(Phase.READY, report=EnrolReport(0, 0, 1), files=FILES[1:]))
    assert imports.report.summary.text() == "0 people enrolled with no shots. 1 file was refused."
    assert not imports.report.undo.isVisible()
    page.show_job(JobState(Phase.FAILED, what="The folder is gone.", remedy="Choose another."))
    assert imports.report.summary.text() == "The folder is gone. Choose another."
    assert not imports.report.table.isVisible()


# What stands in the way


def test_the_button_of_the_message_asks_for_what_it_says(page, qtbot, playing):
    page.show_source(SourceState())
    with qtbot.waitSignal(page.source_choice_requested):
        page.picture._message.button.click()
    page.show_source(replace(playing, phase=Phase.FAILED, what="It is gone.", remedy="Plug it in."))
    with qtbot.waitSignal(page.retry_requested):
        page.picture._message.button.click()
    page.show_source(playing)
    page.show_gallery(GalleryState())
    with qtbot.waitSignal(page.unlock_requested):
        page.picture._message.button.click()


def test_an_empty_gallery_does_not_stand_in_the_way_of_enrolling(page):
    page.show_gallery(GalleryState(Phase.READY, "g.osfi", people=0, revision=0))
    assert page.picture.message == ("", "", "")
