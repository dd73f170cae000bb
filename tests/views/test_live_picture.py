"""The live picture shows the frame whole, the labels readable, and lets a face be chosen."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt

from osfi_gui.core.values import Frame
from osfi_gui.views import face_boxes
from osfi_gui.views.live_picture import LivePicture
from osfi_gui.views.pixels import to_image, to_pixmap
from osfi_gui.views.theme import palette


@pytest.fixture
def picture(qtbot):
    widget = LivePicture()
    qtbot.addWidget(widget)
    widget.resize(600, 400)
    widget.show()
    return widget


def test_an_image_is_a_copy(scene):
    pixels = scene.picture.copy()
    image = to_image(pixels)
    before = image.pixelColor(10, 10)
    pixels[:] = 0
    assert image.pixelColor(10, 10) == before


def test_pixels_that_are_not_contiguous_come_out_right(scene):
    mirrored = scene.picture[:, ::-1]
    assert to_image(mirrored).pixelColor(0, 5).getRgb()[:3] == tuple(int(c) for c in scene.picture[5, -1])


def test_a_pixmap_is_square_and_not_stretched(scene):
    wide = scene.picture[80:240]
    pixmap = to_pixmap(wide, 50)
    assert (pixmap.width(), pixmap.height()) == (50, 50)


def test_the_whole_frame_is_seen_in_the_middle(picture, scene):
    picture.show_frame(scene.frame())
    assert picture.picture_rect() == QRectF(100, 0, 400, 400)
    assert picture.to_widget(0, 0) == QPointF(100, 0)
    assert picture.to_widget(320, 320) == QPointF(500, 400)


def test_the_frames_colours_are_on_the_screen(picture, scene):
    picture.show_frame(Frame(np.full_like(scene.picture, (200, 30, 60))))
    assert picture.grab().toImage().pixelColor(300, 200).getRgb()[:3] == (200, 30, 60)


def test_the_three_outcomes_have_three_words(scene):
    texts = [face_boxes.caption(d) for d in (scene.accepted("Ada"), scene.rejected(), scene.undecided())]
    assert texts == ["Ada  cosine 0.64", "Unknown  cosine 0.20", "Undecided  cosine 0.50"]


def test_the_three_outcomes_have_three_shapes(picture, scene):
    """Drawn in one colour they are still different."""
    shapes = set()
    for decision in (scene.accepted(), scene.rejected(), scene.undecided()):
        path = face_boxes._outline(QRectF(0, 0, 100, 100), decision.verdict)
        shapes.add((path.elementCount(), len(path.toSubpathPolygons())))
    assert len(shapes) == 3


@pytest.mark.parametrize(
    "box", [QRectF(100, 0, 60, 50), QRectF(440, 5, 60, 60), QRectF(440, 340, 60, 60), QRectF(100, 0, 400, 400)]
)
def test_a_label_never_leaves_the_picture(box):
    bounds = QRectF(100, 0, 400, 400)
    assert bounds.contains(face_boxes.label_place(box, 180, 26, bounds, []))


def test_labels_of_neighbours_do_not_cover_each_other():
    bounds, box = QRectF(0, 0, 600, 400), QRectF(100, 100, 80, 80)
    first = face_boxes.label_place(box, 180, 26, bounds, [])
    second = face_boxes.label_place(box.translated(90, 0), 180, 26, bounds, [first])
    assert not first.intersects(second)


def test_a_label_wider_than_the_picture_is_shortened(picture, scene, qtbot):
    picture.resize(330, 250)
    picture.show_frame(scene.frame())
    picture.show_sightings((scene.sighting(scene.accepted("A" * 200)),))
    assert not picture.grab().isNull()
    assert face_boxes.label_place(QRectF(20, 50, 40, 40), 900, 26, QRectF(0, 0, 120, 200), []).width() == 120


def test_a_click_chooses_the_face_under_it(picture, scene, qtbot):
    picture.show_frame(scene.frame())
    left = scene.sighting(scene.accepted(), track=1, box=(20.0, 20.0, 60.0, 60.0))
    right = scene.sighting(scene.rejected(), track=2, box=(200.0, 100.0, 60.0, 60.0))
    picture.show_sightings((left, right))
    with qtbot.waitSignal(picture.face_clicked) as clicked:
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=picture.box_rect(1).center().toPoint())
    assert clicked.args == [1]
    with qtbot.assertNotEmitted(picture.face_clicked):
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPointF(5, 5).toPoint())


def test_arrow_keys_go_from_face_to_face_as_they_stand(picture, scene, qtbot):
    picture.show_frame(scene.frame())
    boxes = [(200.0, 20.0, 60.0, 60.0), (20.0, 20.0, 60.0, 60.0), (110.0, 20.0, 60.0, 60.0)]
    picture.show_sightings(tuple(scene.sighting(scene.accepted(), track=i, box=b) for i, b in enumerate(boxes, 1)))
    picture.face_clicked.connect(picture.show_selected)
    chosen = []
    picture.face_clicked.connect(chosen.append)
    for _ in range(4):
        qtbot.keyClick(picture, Qt.Key.Key_Right)
    qtbot.keyClick(picture, Qt.Key.Key_Left)
    assert chosen == [1, 2, 0, 1, 0]


def test_a_message_has_a_button_that_asks(picture, qtbot):
    picture.set_message("Nothing plays yet", "Choose a camera.", "Choose a source")
    assert picture.message == ("Nothing plays yet", "Choose a camera.", "Choose a source")
    with qtbot.waitSignal(picture.action_requested):
        picture._message.button.click()
    picture.set_message("", "")
    assert not picture._message.isVisible()


def test_a_message_leaves_the_picture_visible(picture, scene):
    picture.show_frame(scene.frame())
    picture.set_message("Loading the face models…", "The picture is live, recognition follows.")
    assert picture._message.geometry().top() > picture.height() / 2


def test_an_overlay_is_given_the_mapping(picture, scene):
    seen = []
    picture.show_frame(scene.frame())
    picture.set_overlay(lambda painter, point, scale: seen.append((point(160, 160), scale)))
    picture.grab()
    assert seen[-1] == (QPointF(300, 200), 1.25)


def test_a_screen_reader_is_told_who_is_seen(picture, scene):
    picture.show_frame(scene.frame())
    picture.show_sightings((scene.sighting(scene.accepted("Ada")), scene.sighting(scene.rejected(), track=2)))
    assert picture.accessibleName() == "Live picture"
    assert picture.accessibleDescription() == "Ada, Unknown"


def test_who_comes_by_the_keyboard_sees_where_they_are_on_any_picture(picture, scene, theme):
    picture.show_frame(Frame(np.zeros_like(scene.picture)))
    picture.clearFocus()
    plain = picture.grab().toImage()
    picture.setFocus(Qt.FocusReason.TabFocusReason)
    ringed = picture.grab().toImage()
    # Across the left edge in the middle of its height: one line for the page around it, one for the picture.
    across = [ringed.pixelColor(x, 200) for x in range(8)]
    assert palette().focus in across
    assert palette().on_stage in across
    picture.clearFocus()
    picture.setFocus(Qt.FocusReason.MouseFocusReason)
    assert picture.grab().toImage() == plain
