"""A long job, one step at a time: it ends, and exactly once."""

import pytest
from PySide6.QtCore import QObject, QTimer

from osfi_gui.core.desk import JobState, Phase
from osfi_gui.core.enrolment import EnrolReport, FileReport
from osfi_gui.core.errors import GalleryError
from osfi_gui.core.events import Cancelled, Failed, Finished, Progress, Started
from osfi_gui.workers.job import Job

REPORT = EnrolReport(people=2, shots=5, refused=1)
REFUSED = FileReport("a.jpg", "Ada", "refused", "No face was found.")


class Run:
    """A job and everything it says."""

    def __init__(self, make):
        self.parent, self.changed, self.ended = QObject(), [], []
        self.job = Job(make, self.parent)
        self.job.changed.connect(self.changed.append)
        self.job.ended.connect(self.ended.append)


def finishes(token):
    yield Started("Enrolling")
    yield Progress(1, 2, "pictures", "Ada")
    yield REFUSED
    yield Progress(2, 2, "pictures", "Bob")
    yield Finished(REPORT)


def raises_for_people(token):
    yield Started("Enrolling")
    raise GalleryError("The disk is full.", "Free some space.")


def raises(token):
    yield Started("Enrolling")
    raise ZeroDivisionError


def raises_at_once(token):
    raise ZeroDivisionError
    yield


def falls_silent(token):
    yield Started("Enrolling")


def fails(token):
    yield Failed("The folder is gone.", "Choose another one.")


def goes_on_after_the_end(token):
    yield Finished()
    yield Progress(1, 1)
    yield Finished()


@pytest.mark.parametrize(
    ("make", "end"),
    [
        (finishes, JobState(Phase.READY, "Enrolling", files=(REFUSED,), report=REPORT)),
        (
            raises_for_people,
            JobState(Phase.FAILED, "Enrolling", what="The disk is full.", remedy="Free some space."),
        ),
        (
            raises,
            JobState(
                Phase.FAILED,
                "Enrolling",
                what="That did not work (ZeroDivisionError).",
                remedy="What was done by then stays.",
            ),
        ),
        (
            raises_at_once,
            JobState(
                Phase.FAILED, what="That did not work (ZeroDivisionError).", remedy="What was done by then stays."
            ),
        ),
        (falls_silent, JobState(Phase.FAILED, "Enrolling", what="The job stopped without saying why.")),
        (fails, JobState(Phase.FAILED, what="The folder is gone.", remedy="Choose another one.")),
        (goes_on_after_the_end, JobState(Phase.READY)),
    ],
)
def test_it_ends_exactly_once(make, end, qtbot):
    run = Run(make)
    destroyed = []
    run.job.destroyed.connect(lambda *_: destroyed.append(True))
    qtbot.waitUntil(lambda: len(destroyed) == 1)
    assert run.ended == [end]
    assert run.changed[-1] == end
    assert all(state.phase is Phase.WAITING for state in run.changed[:-1])


def test_every_step_is_said(qtbot):
    run = Run(finishes)
    qtbot.waitUntil(lambda: len(run.ended) == 1)
    assert run.changed[:-1] == [
        JobState(Phase.WAITING, "Enrolling"),
        JobState(Phase.WAITING, "Enrolling", 1, 2, "pictures", "Ada"),
        JobState(Phase.WAITING, "Enrolling", 2, 2, "pictures", "Bob"),
    ]


def test_a_cancelled_job_stops_at_its_next_step(qtbot):
    steps = []

    def make(token):
        yield Started("Enrolling")
        for number in range(1, 100):
            if token.cancelled():
                yield Cancelled("2 people are enrolled and stay.", REPORT)
                return
            steps.append(number)
            yield Progress(number, 99)

    run = Run(make)
    run.job.changed.connect(lambda state: run.job.cancel() if state.done == 3 else None)
    qtbot.waitUntil(lambda: len(run.ended) == 1)
    assert steps == [1, 2, 3]
    assert run.ended == [
        JobState(Phase.ENDED, "Enrolling", report=REPORT, what="Stopped.", remedy="2 people are enrolled and stay.")
    ]


def test_a_job_that_is_stopped_ends_at_once_and_takes_no_further_step(qtbot):
    log = []

    def make(token):
        try:
            yield Started("Enrolling")
            while True:
                log.append("step")
                yield Progress(len(log), 0)
        finally:
            log.append("let go")

    run = Run(make)
    qtbot.waitUntil(lambda: len(log) >= 2)
    run.job.stop("The gallery was closed.")
    assert [state.phase for state in run.ended] == [Phase.ENDED]
    assert run.ended[0].remedy == "The gallery was closed."
    assert log[-1] == "let go"
    before = list(log)
    destroyed = []
    run.job.destroyed.connect(lambda *_: destroyed.append(True))
    run.job.stop("Again.")
    qtbot.waitUntil(lambda: len(destroyed) == 1)
    assert log == before
    assert len(run.ended) == 1


def test_others_get_their_turn_between_two_steps(qtbot):
    log = []

    def make(token):
        for number in range(3):
            log.append(number)
            if number == 0:
                QTimer.singleShot(0, lambda: log.append("rename"))
            yield Progress(number, 3)
        yield Finished()

    run = Run(make)
    qtbot.waitUntil(lambda: len(run.ended) == 1)
    assert log.index("rename") < log.index(2)
