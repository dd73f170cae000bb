"""What the Calibrate page reads out, and its lines as the mouse takes them."""

from calibrations import PEOPLE, at
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from yardsticks import COSINE

from osfi_gui.core.desk import GalleryState, Phase

READY = GalleryState(Phase.READY, "g.osfi", "/g.osfi", PEOPLE, 7, COSINE, "none", encoder="SFace")
LEFT = Qt.MouseButton.LeftButton


def shown(point):
    """Give DIR, FAR and FNIR as they are read out."""
    return [point.numbers.numbers[name].text() for name in ("dir", "far", "fnir")]


def as_shown(calibration, chosen):
    far, found = at(calibration, chosen.matcher, chosen.threshold)

    def text(share):
        return f"{100 * share:.2f} %" if 0 < share < 0.01 else f"{100 * share:.1f} %"

    return [text(found), text(far), text(1 - found)]


def drag(plot, to, *, drop=True):
    """Take the line with the mouse, over three places, to a place on the axis."""
    begin, end = plot.place_of(plot.line.value()), plot.place_of(to)
    QTest.mousePress(plot.viewport(), LEFT, pos=begin)
    for part in (0.3, 0.7, 1.0):
        QTest.mouseMove(plot.viewport(), begin + (end - begin) * part)
    if drop:
        QTest.mouseRelease(plot.viewport(), LEFT, pos=end)
    return end
