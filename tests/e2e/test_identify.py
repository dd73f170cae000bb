"""From the source to the decision, in the window."""

from mjpeg_camera import Camera

from osfi_gui.vision import sources


def test_the_demo_accepts_whom_it_knows_and_rejects_a_stranger(begin):
    desk = begin(demo=True)
    desk.until(lambda: {"Emmanuel Macron", None} <= set(desk.outcomes()))
    assert set(desk.outcomes()) <= {"Emmanuel Macron", "Jacinda Ardern", None}
    # The show begins with Emmanuel Macron when recognition does, and a stranger comes second.
    assert desk.outcomes()[:2] == ["Emmanuel Macron", None]
    assert desk.galleries[-1].people == 4
    rejected = next(d for d in desk.decided if d.identity is None)
    assert rejected.match.score < rejected.operating_point.threshold
    accepted = next(d for d in desk.decided if d.identity is not None)
    assert accepted.match.score >= accepted.operating_point.threshold


def test_a_source_that_does_not_exist_says_so_and_another_one_plays(begin, demo_dir):
    desk = begin(source="/nowhere/clip.mp4")
    picture = desk.window.identify.picture
    desk.until(lambda: picture.message[0] == "/nowhere/clip.mp4 does not exist.")
    _, text, button = picture.message
    assert text == "Choose a camera, a video, pictures, a stream or the demo in the list at the top left."
    assert button == "Try again"
    assert picture.frame is None
    desk.choose("Demo")
    desk.until(lambda: picture.frame is not None)
    assert picture.frame.pixels.shape == (480, 640, 3)


def test_a_network_camera_that_is_killed_is_said_in_the_window_and_plays_by_itself_when_it_is_back(begin):
    with Camera() as camera:
        desk = begin(source=camera.url)
        picture = desk.window.identify.picture
        desk.until(lambda: picture.frame is not None)
        camera.kill()
        desk.until(lambda: "127.0.0.1" in picture.message[0])
        assert picture.message[1].endswith("It is tried again by itself.")
        desk.until(lambda: picture.frame is None)
        with Camera(camera.port):
            desk.until(lambda: picture.frame is not None)
            assert "127.0.0.1" not in picture.message[0]


def test_no_camera_is_said_in_the_window(begin, cameras):
    cameras()
    desk = begin(source="camera")
    picture = desk.window.identify.picture
    desk.until(lambda: picture.message[0] == "No camera was found.")
    assert picture.message[1] == (
        "Plug one in, or choose a video or a folder of pictures. It is tried again by itself."
    )
    desk.until(
        lambda: "No camera was found" in [action.text() for action in desk.window.topbar.picker.menu().actions()]
    )


def test_a_camera_that_another_program_uses_is_said_in_the_window(begin, cameras):
    plugged = [sources.Camera("Desk", "", 0, 0)]
    cameras(Desk=lambda: sources.CameraSource("Desk", cameras=lambda: plugged, capture=lambda camera: None))
    desk = begin()
    desk.choose("Desk")
    picture = desk.window.identify.picture
    desk.until(lambda: bool(picture.message[0]) and "Desk cannot" in picture.message[0])
    assert picture.message[0] == "The camera Desk cannot be opened; another program may be using it."
    assert picture.message[1] == ("Close the other program, or plug the camera in again. It is tried again by itself.")


def test_an_opencv_that_breaks_the_window_is_said_at_the_start(begin, tmp_path, monkeypatch):
    made = tmp_path / "packages" / "opencv_python-4.10.0.84.dist-info"
    made.mkdir(parents=True)
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: opencv-python\nVersion: 4.10.0.84\n")
    monkeypatch.syspath_prepend(str(made.parent))
    desk = begin()
    desk.until(lambda: bool(desk.window.notices.notices))
    (notice,) = desk.window.notices.notices
    assert notice.what.startswith("Opencv-python is installed")
    assert "break the window on Linux" in notice.what
    assert notice.remedy.startswith("Run: pip uninstall opencv-python")
