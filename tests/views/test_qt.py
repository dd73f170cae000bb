"""What the window takes for granted of its toolkit."""

import sys

from PySide6.QtCore import QRectF


def test_calls_that_return_nothing_do_not_use_up_none():
    # PySide6 6.12.0 took one reference to None with each such call; before Python 3.12, where None is not immortal, a
    # window that paints 25 frames a second was dead after about two minutes.
    rect, times = QRectF(0.0, 0.0, 1.0, 1.0), 1000
    before = sys.getrefcount(None)
    for _ in range(times):
        rect.translate(0.0, 0.0)
    assert abs(sys.getrefcount(None) - before) < times / 2
