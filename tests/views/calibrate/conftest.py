"""The Calibrate page in the real window, with a calibration."""

import pytest
from calibrations import make, view_of
from PySide6.QtTest import QTest
from threshold_lines import READY

from osfi_gui.views.window import MainWindow


@pytest.fixture(scope="module")
def calibration():
    return make(unusable=(("NAC with a cohort", "There are too few strangers to spare."),))


@pytest.fixture
def window(qtbot, feed, loaded):
    made = MainWindow(feed)
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    made.show_engine(loaded)
    made.show_gallery(READY)
    made.show_page("calibrate")
    return made


@pytest.fixture
def page(window, calibration):
    window.calibrate.show_calibration(view_of(calibration))
    QTest.qWait(20)  # the view boxes take their size at the next turn of the loop
    return window.calibrate


@pytest.fixture
def point(page):
    return page.body.point
