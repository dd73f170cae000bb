"""Real portraits as pixels, and a feed that gives what a test puts into it."""

import gc
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from yardsticks import COSINE

from osfi_gui.core.decide import decide, sentence
from osfi_gui.core.desk import EngineState, GalleryState, Phase, SourceState
from osfi_gui.core.enrolment import Draft
from osfi_gui.core.rates import Flow
from osfi_gui.core.values import (
    Decision,
    Face,
    Frame,
    Match,
    Neighbour,
    Quality,
    Recognition,
    Sighting,
    SourceInfo,
    Verdict,
)
from osfi_gui.views.theme import apply_theme


def windows():
    """Give every window that is there, shown or not, after what was to be deleted is."""
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return [widget for widget in QApplication.topLevelWidgets() if not _lasts(widget)]


def _lasts(widget):
    """Whether a window is kept by a library: Qt's one label for tool tips, the menus of pyqtgraph's plots."""
    kind = widget.metaObject().className()
    return kind == "QTipLabel" or (widget.parent() is None and kind in {"QMenu", "ViewBoxMenu"})


@pytest.fixture(autouse=True)
def no_widget_left_behind(qapp):
    """Fail the test that made a widget which outlives it."""
    before = set(map(id, windows()))
    yield
    # The hooks of pytest-qt have closed and deleted what tests gave to qtbot.
    left = [widget for widget in windows() if id(widget) not in before]
    assert not left, f"widgets left behind: {left}"


@dataclass
class FakeFeed:
    """The port ``Feed``; pulls are counted."""

    newest_frame: Frame | None = None
    newest_recognition: Recognition | None = None
    newest_draft: Draft | None = None
    passed: Flow = field(default_factory=Flow)
    pulled: Counter[str] = field(default_factory=Counter)

    def frame(self):
        self.pulled["frame"] += 1
        return self.newest_frame

    def recognition(self):
        self.pulled["recognition"] += 1
        return self.newest_recognition

    def draft(self):
        self.pulled["draft"] += 1
        return self.newest_draft

    def flow(self):
        self.pulled["flow"] += 1
        return self.passed


def rgb(path, side=0):
    """Read a picture as RGB; scaled to a square where a side is given."""
    image = QImage(str(path)).convertToFormat(QImage.Format.Format_RGB888)
    if side:
        image = image.scaled(side, side)
    height, width, stride = image.height(), image.width(), image.bytesPerLine()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, stride)
    return rows[:, : 3 * width].reshape(height, width, 3).copy()


@dataclass
class Scene:
    """Makes values of real portraits."""

    picture: np.ndarray
    chip: np.ndarray

    def frame(self, index=0, time_s=0.0):
        return Frame(self.picture.copy(), index, time_s)

    def match(self, names, cosines, *, matcher="cosine"):
        shares = np.exp(cosines) / np.exp(cosines).sum()
        alone = len(names) == 1
        neighbours = tuple(
            Neighbour(number, name, float(cosine), None if alone else float(share))
            for number, (name, cosine, share) in enumerate(zip(names, cosines, shares, strict=True), 1)
        )
        score = neighbours[0].cosine if matcher == "cosine" else neighbours[0].nac
        return Match(matcher, 16, score, neighbours[0].cosine, neighbours)

    def decision(self, match, point=COSINE, *, votes=7, frames=9):
        decision = decide(match, point)
        return replace(decision, votes=votes, frames=frames, reason=sentence(match, point, votes=votes, frames=frames))

    def accepted(self, name="Ada", number=1):
        match = self.match([name, "Bob"], [0.64, 0.2])
        best = match.neighbours[0]._replace(identity_id=number)
        return self.decision(replace(match, neighbours=(best, match.neighbours[1])))

    def rejected(self):
        return self.decision(self.match(["Ada", "Bob"], [0.2, 0.1]))

    def undecided(self):
        match = self.match(["Ada", "Bob"], [0.5, 0.1])
        return Decision(Verdict.UNDECIDED, None, None, match, COSINE, 1, 2, "Still looking: 1 of 2 frames agree.")

    def sighting(self, decision, *, track=1, box=(40.0, 40.0, 80.0, 90.0)):
        face = Face(box, np.zeros((5, 2), np.float32), 0.99)
        quality = Quality(80, 90, 120, 40, 0, 0, 0)
        return Sighting(track, face, self.chip.copy(), np.zeros(128, np.float32), quality, decision)


@pytest.fixture
def feed():
    return FakeFeed()


@pytest.fixture
def scene(demo_dir):
    picture = rgb(demo_dir / "enrol" / "Grace Hopper" / "1983.jpg", 320)
    return Scene(picture, rgb(demo_dir / "strangers" / "obama.jpg", 112))


@pytest.fixture
def playing():
    return SourceState(Phase.READY, "camera:Desk", SourceInfo("Desk", 320, 320, 25.0, None, live=True, video=True))


@pytest.fixture
def pictures():
    info = SourceInfo("holiday", 0, 0, 0.0, 3, live=False, video=False)
    return SourceState(Phase.READY, "/pictures/holiday", info)


@pytest.fixture
def loaded():
    return EngineState(Phase.READY, "CPU, 2 threads", "", "SFace (2021)")


@pytest.fixture
def opened():
    return GalleryState(Phase.READY, "gallery.osfi", "/tmp/gallery.osfi", 2, 7, COSINE, "none")


@pytest.fixture(params=["light", "dark"])
def theme(request, qapp):
    """Run a test in both themes."""
    apply_theme(qapp, request.param)
    yield request.param
    apply_theme(qapp, "")
