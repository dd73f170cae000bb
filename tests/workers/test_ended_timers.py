"""What waits on the desk's thread has stopped when that thread ends: afterwards nobody can stop it."""

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from osfi_gui.core.desk import TuneState
from osfi_gui.workers.calibrate_desk import CalibrateDesk
from osfi_gui.workers.desk import Desk
from osfi_gui.workers.remeasure_desk import RemeasureDesk


class Window(QObject):
    run_over = Signal(object)
    closed = Signal()


def test_a_measurement_that_is_waited_for_when_the_program_ends_leaves_no_timer(qapp):
    window, desk, thread = Window(), Desk(), QThread()
    calibrating = CalibrateDesk(desk)
    again = calibrating.findChild(RemeasureDesk)
    waiting = []
    desk.moveToThread(thread)
    calibrating.moveToThread(thread)
    window.run_over.connect(again.follow_run)
    window.closed.connect(desk.end)
    direct = Qt.ConnectionType.DirectConnection
    desk.session_changed.connect(lambda _: waiting.extend(t.isActive() for t in again.findChildren(QTimer)), direct)
    desk.ended.connect(thread.quit, direct)
    thread.start()
    window.run_over.emit(TuneState())  # from now on two seconds are waited
    window.closed.emit()
    assert thread.wait(10_000)
    assert waiting == [True], "nothing was waited for, so nothing was tested"
    assert [timer.isActive() for timer in again.findChildren(QTimer)] == [False]
