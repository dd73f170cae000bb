"""The ring around the face that is enrolled: which poses there are, which one is asked for, how long it was held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from osfi_gui.core.enrolment import Pose
from osfi_gui.views.marks import Mark, paint_mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.enrolment import Draft
    from osfi_gui.core.values import Face

# On a photograph the theme does not matter, as with the boxes of the live picture.
_RIM = QColor(8, 12, 20, 150)
_OPEN = QColor(255, 255, 255, 150)
_ASKED = QColor("#ffffff")
_HELD = QColor("#7fb0ff")
_TAKEN = QColor("#43d18c")
_OTHERS = QColor("#ffc857")

# Degrees from three o'clock, counter-clockwise. The picture is not mirrored: who turns to their left looks to the
# right of the picture, and the ring shows where the nose goes.
_TOWARDS = {Pose.LEFT: 0.0, Pose.UP: 90.0, Pose.RIGHT: 180.0, Pose.DOWN: 270.0}
_ARC = 64.0


class PoseRing:
    """Paints over the live picture what the draft says; has no state but the draft it was given."""

    def __init__(self) -> None:
        self.draft: Draft | None = None

    def paint(self, painter: QPainter, to_widget: Callable[[float, float], QPointF], scale: float) -> None:
        """Draw the ring around the face, or a thin box around each face where it is not clear who is meant.

        Parameters
        ----------
        painter : QPainter
        to_widget : callable
            From a pixel of the frame to a point of the widget.
        scale : float
            Points of the widget a pixel of the frame.
        """
        seen = None if self.draft is None else self.draft.examination
        if self.draft is None or seen is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for face in seen.faces:
            if face is not seen.face:
                _paint_other(painter, _rect(face, to_widget))
        if seen.face is not None:
            _paint_ring(painter, _rect(seen.face, to_widget), self.draft, width=max(4.0, min(9.0, 4.0 * scale)))


def _rect(face: Face, to_widget: Callable[[float, float], QPointF]) -> QRectF:
    x, y, width, height = face.box
    return QRectF(to_widget(x, y), to_widget(x + width, y + height))


def _paint_other(painter: QPainter, rect: QRectF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((_RIM, 4.0), (_OTHERS, 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawRect(rect)


def _paint_ring(painter: QPainter, face: QRectF, draft: Draft, *, width: float) -> None:
    radius = 0.68 * max(face.width(), face.height())
    centre = face.center()
    inner = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
    outer = inner.adjusted(-1.9 * width, -1.9 * width, 1.9 * width, 1.9 * width)
    _arc(painter, inner, (0.0, 360.0), _colour(Pose.FRONT, draft), width * 0.7)
    if draft.asked is Pose.FRONT and draft.held:
        _arc(painter, inner, (90.0, -360.0 * draft.held), _HELD, width)
    for pose, towards in _TOWARDS.items():
        begin = towards - _ARC / 2
        _arc(painter, outer, (begin, _ARC), _colour(pose, draft), width if pose is draft.asked else width * 0.7)
        if pose is draft.asked and draft.held:
            _arc(painter, outer, (begin, _ARC * draft.held), _HELD, width)
    if Pose.FRONT in draft.taken and draft.asked is None:
        side = 0.26 * radius
        top = QRectF(centre.x() - side / 2, inner.top() - side / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#0f6139"))
        painter.drawEllipse(top.adjusted(-4, -4, 4, 4))
        paint_mark(painter, Mark.GOOD, top, QColor("#ffffff"))


def _colour(pose: Pose, draft: Draft) -> QColor:
    if pose in draft.taken:
        return _TAKEN
    return _ASKED if pose is draft.asked else _OPEN


def _arc(painter: QPainter, rect: QRectF, arc: tuple[float, float], colour: QColor, width: float) -> None:
    begin, span = (round(16 * degrees) for degrees in arc)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, thick in ((_RIM, width + 2.5), (colour, width)):
        pen = QPen(ink, thick)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(rect, begin, span)
