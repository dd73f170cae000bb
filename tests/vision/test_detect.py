"""The detector finds what facenet-pytorch's MTCNN finds, box by box and landmark by landmark."""

from __future__ import annotations

import numpy as np
import pytest
from facenet_pytorch import MTCNN

from osfi_gui.core.values import Face
from osfi_gui.vision.detect import SMALLEST_PX, MtcnnDetector
from osfi_gui.vision.pictures import read_picture

# Alone, in front of others (three faces, two faces), turned, and with the black borders of a rotated picture.
LFW = (
    "Aaron_Sorkin/Aaron_Sorkin_0001.jpg",
    "Angela_Bassett/Angela_Bassett_0001.jpg",
    "Bill_Gates/Bill_Gates_0003.jpg",
    "Tim_Henman/Tim_Henman_0002.jpg",
    "Vicente_Fox/Vicente_Fox_0002.jpg",
    "Winona_Ryder/Winona_Ryder_0004.jpg",
    "Yao_Ming/Yao_Ming_0004.jpg",
    "Yao_Ming/Yao_Ming_0006.jpg",
)


def reference(pixels, *, smallest):
    """Give boxes (n, 4) as x, y, width, height, scores and landmarks, largest first, by facenet-pytorch."""
    found = MTCNN(keep_all=True, min_face_size=smallest, device="cpu")
    boxes, scores, marks = found.detect(pixels, landmarks=True)
    boxes = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    order = np.argsort(-boxes[:, 2] * boxes[:, 3], kind="stable")
    return boxes[order].astype(float), scores[order].astype(float), marks[order].astype(float)


def assert_same_faces(faces, pixels, *, smallest):
    boxes, scores, marks = reference(pixels, smallest=smallest)
    assert len(faces) == len(boxes)
    np.testing.assert_allclose([face.box for face in faces], boxes, atol=0.01)
    np.testing.assert_allclose([face.landmarks for face in faces], marks, atol=0.01)
    np.testing.assert_allclose([face.score for face in faces], scores, atol=1e-4)


@pytest.mark.parametrize("name", LFW)
def test_faces_of_lfw_are_facenet_pytorch_s_to_a_hundredth_of_a_pixel(name, shared_data, device):
    path = shared_data / "lfw250" / name
    pixels = read_picture(path)
    # Its own threshold for the last net is 0.7, ours for a face is higher.
    faces = MtcnnDetector(device, smallest_px=20, least_score=0.7).detect(pixels)
    assert faces
    assert_same_faces(faces, pixels, smallest=20)


@pytest.mark.parametrize("smallest", [40, 150])
def test_a_large_portrait_gives_the_same_face_at_every_smallest_size(smallest, demo_dir, device):
    pixels = read_picture(demo_dir / "strangers" / "obama.jpg")
    faces = MtcnnDetector(device, smallest_px=smallest, least_score=0.7).detect(pixels)
    assert faces
    assert_same_faces(faces, pixels, smallest=smallest)


def test_the_smallest_face_looked_for_is_a_twelfth_of_the_shorter_side(demo_dir, device, mtcnn):
    pixels = read_picture(demo_dir / "strangers" / "obama.jpg")
    assert pixels.shape[:2] == (785, 682)
    explicit = MtcnnDetector(device, smallest_px=56).detect(pixels)  # 682 / 12 = 56.8
    faces = mtcnn.detect(pixels)
    assert [face.box for face in faces] == [face.box for face in explicit]
    assert all(np.array_equal(a.landmarks, b.landmarks) for a, b in zip(faces, explicit, strict=True))


def test_faces_come_largest_first_and_sure_enough(shared_data, mtcnn):
    faces = mtcnn.detect(read_picture(shared_data / "lfw250" / "Yao_Ming" / "Yao_Ming_0004.jpg"))
    areas = [face.box[2] * face.box[3] for face in faces]
    assert len(faces) == 3
    assert areas == sorted(areas, reverse=True)
    assert all(0.9 <= face.score <= 1.0 for face in faces)


def test_landmarks_lie_where_a_face_has_them(demo_dir, mtcnn):
    (face,) = mtcnn.detect(read_picture(demo_dir / "strangers" / "obama.jpg"))
    left, right, nose, mouth_left, mouth_right = face.landmarks
    x, y, width, height = face.box
    assert x < left[0] < nose[0] < right[0] < x + width
    assert max(left[1], right[1]) < nose[1] < min(mouth_left[1], mouth_right[1]) < y + height
    assert mouth_left[0] < mouth_right[0]


@pytest.mark.filterwarnings("error")
def test_the_same_pixels_give_the_same_faces_however_they_lie_in_memory(shared_data, mtcnn):
    pixels = read_picture(shared_data / "lfw250" / LFW[0])
    view = np.ascontiguousarray(pixels[:, ::-1])[:, ::-1]
    assert not view.flags.c_contiguous
    fixed = pixels.copy()
    fixed.flags.writeable = False
    (once,), (again,), (third,) = mtcnn.detect(pixels), mtcnn.detect(view), mtcnn.detect(fixed)
    assert once.box == again.box == third.box


@pytest.mark.parametrize("shape", [(1, 1), (SMALLEST_PX - 1, 400), (400, 11), (20, 20), (240, 320)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_nobody_or_of_nearly_nothing_has_no_faces(shape, level, mtcnn):
    assert mtcnn.detect(np.full((*shape, 3), level, np.uint8)) == []


def test_noise_is_nobody(mtcnn):
    pixels = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    assert mtcnn.detect(pixels) == []


def test_a_face_cut_by_the_border_is_still_a_face(demo_dir, mtcnn):
    pixels = read_picture(demo_dir / "strangers" / "obama.jpg")
    (whole,) = mtcnn.detect(pixels)
    x, _, width, _ = whole.box
    cut = pixels[:, int(x + 0.12 * width) :]
    faces = mtcnn.detect(cut)
    assert faces
    assert faces[0].box[0] < 0.05 * width


def eye_distance(face):
    return float(np.linalg.norm(face.landmarks[1] - face.landmarks[0]))


def apart(a, b):
    """Give the mean distance of two faces' landmarks, in distances of the eyes."""
    return float(np.linalg.norm(a.landmarks - b.landmarks, axis=1).mean()) / eye_distance(a)


@pytest.mark.parametrize("name", LFW[:5])
def test_a_face_that_moved_by_a_fifth_is_found_where_it_is_now(name, shared_data, mtcnn):
    pixels = read_picture(shared_data / "lfw250" / name)
    (face, *_) = mtcnn.detect(pixels)
    step = round(0.2 * face.box[2])
    moved = np.roll(pixels, step, axis=1)
    (again,) = mtcnn.follow(moved, [face])
    assert again is not None
    (expected, *_) = mtcnn.detect(moved)
    assert apart(expected, again) < 0.12
    assert again.landmarks[:, 0].mean() - face.landmarks[:, 0].mean() == pytest.approx(step, abs=0.1 * face.box[2])


def test_a_face_that_is_gone_is_not_followed(shared_data, demo_dir, mtcnn):
    pixels = read_picture(demo_dir / "strangers" / "obama.jpg")
    (face,) = mtcnn.detect(pixels)
    elsewhere = Face((5.0, 5.0, 80.0, 80.0), face.landmarks, 1.0)
    outside = Face((-500.0, -500.0, 80.0, 80.0), face.landmarks, 1.0)
    found = mtcnn.follow(pixels, [elsewhere, face, outside])
    assert found[0] is None
    assert found[2] is None
    assert apart(face, found[1]) < 0.08
    assert mtcnn.follow(np.zeros_like(pixels), [face]) == [None]
    assert mtcnn.follow(pixels, []) == []


def test_a_search_finds_what_a_detection_finds(demo_dir, mtcnn):
    """Portraits of 300 to 2,000 pixels, in which it looks at a copy of 240."""
    for path in sorted((demo_dir / "strangers").glob("*.jpg")):
        pixels = read_picture(path)
        exact, quick = mtcnn.detect(pixels), mtcnn.search(pixels)
        assert len(quick) == len(exact)
        for a, b in zip(exact, quick, strict=True):
            assert apart(a, b) < 0.1
