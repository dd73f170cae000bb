"""How a face is marked in the live picture: outcome by colour, by the shape of its box, and by a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from osfi_gui.core.decide import LABELS
from osfi_gui.core.values import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.values import Decision

# On a photograph the theme does not matter: a light line with a dark rim stands out of any ground, and the label brings
# its own ground (white on each of these passes AA).
LINES = {
    Verdict.ACCEPT: QColor("#43d18c"),
    Verdict.REJECT: QColor("#ff7a6e"),
    Verdict.UNDECIDED: QColor("#ffc857"),
}
GROUNDS = {
    Verdict.ACCEPT: QColor("#0f6139"),
    Verdict.REJECT: QColor("#a3221a"),
    Verdict.UNDECIDED: QColor("#6b4800"),
}
ON_GROUND = QColor("#ffffff")
_RIM = QColor(8, 12, 20, 170)


def word(decision: Decision) -> str:
    """Say who it is in a word or two: the name, unknown, or that it is still looked at."""
    return _word(decision.verdict, decision.identity)


def _word(verdict: Verdict, identity: str | None) -> str:
    if verdict is Verdict.ACCEPT:
        return identity or ""
    if verdict is Verdict.REJECT:
        return QCoreApplication.translate("FaceBoxes", "Unknown")
    return QCoreApplication.translate("FaceBoxes", "Undecided")


def caption(decision: Decision) -> str:
    """Give the label of a face: its word, and the score that was decided on."""
    match = decision.match
    matcher, score = (None, None) if match is None else (match.matcher, match.score)
    return caption_of(decision.verdict, decision.identity, matcher, score)


def caption_of(verdict: Verdict, identity: str | None, matcher: str | None, score: float | None) -> str:
    """Give the label of a face of which no more is known than its outcome and score; None where there is none."""
    if matcher is None or score is None:
        return _word(verdict, identity)
    digits = 2 if matcher == "cosine" else 3
    return f"{_word(verdict, identity)}  {LABELS.get(matcher, matcher)} {score:.{digits}f}"


def paint_glyph(painter: QPainter, verdict: Verdict, rect: QRectF, colour: QColor) -> None:
    """Draw the sign of an outcome: a tick, a cross, or three dots."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
    if verdict is Verdict.UNDECIDED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for step in (0.18, 0.5, 0.82):
            painter.drawEllipse(QPointF(x + step * w, y + 0.5 * h), 0.1 * w, 0.1 * w)
        painter.restore()
        return
    path = QPainterPath()
    if verdict is Verdict.ACCEPT:
        path.moveTo(x + 0.14 * w, y + 0.54 * h)
        path.lineTo(x + 0.40 * w, y + 0.80 * h)
        path.lineTo(x + 0.88 * w, y + 0.24 * h)
    else:
        path.moveTo(x + 0.2 * w, y + 0.2 * h)
        path.lineTo(x + 0.8 * w, y + 0.8 * h)
        path.moveTo(x + 0.8 * w, y + 0.2 * h)
        path.lineTo(x + 0.2 * w, y + 0.8 * h)
    pen = QPen(colour, max(1.6, 0.14 * w))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)
    painter.restore()


def paint_box(painter: QPainter, rect: QRectF, verdict: Verdict, *, selected: bool) -> None:
    """Draw the box of a face: solid and rounded, dashed and square, or only its dotted corners."""
    width = 4.0 if selected else 2.4
    path = _outline(rect, verdict)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    rim = QPen(_RIM, width + 2.6)
    rim.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(rim)
    painter.drawPath(path)
    pen = QPen(LINES[verdict], width)
    if verdict is Verdict.REJECT:
        pen.setDashPattern([4.0, 2.4] if not selected else [3.0, 1.8])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    elif verdict is Verdict.UNDECIDED:
        pen.setDashPattern([0.1, 2.0])
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawPath(path)


def _outline(rect: QRectF, verdict: Verdict) -> QPainterPath:
    path = QPainterPath()
    if verdict is Verdict.ACCEPT:
        radius = min(14.0, 0.14 * min(rect.width(), rect.height()))
        path.addRoundedRect(rect, radius, radius)
        return path
    if verdict is Verdict.REJECT:
        path.addRect(rect)
        return path
    arm = 0.28 * min(rect.width(), rect.height())
    for corner, across, down in (
        (rect.topLeft(), 1, 1),
        (rect.topRight(), -1, 1),
        (rect.bottomRight(), -1, -1),
        (rect.bottomLeft(), 1, -1),
    ):
        path.moveTo(corner + QPointF(arm * across, 0.0))
        path.lineTo(corner)
        path.lineTo(corner + QPointF(0.0, arm * down))
    return path


def label_place(rect: QRectF, width: float, height: float, bounds: QRectF, taken: Sequence[QRectF]) -> QRectF:
    """Find a place for a face's label: above its box, below it, or inside; never over the border of the picture.

    Parameters
    ----------
    rect : QRectF
        The box.
    width, height : float
        Of the label; the width is cut to the picture's.
    bounds : QRectF
        What is seen of the picture.
    taken : sequence of QRectF
        Labels that are already there; a place free of them is preferred.
    """
    width = min(width, bounds.width())
    left = min(max(rect.left(), bounds.left()), bounds.right() - width)
    highest, lowest = bounds.top(), max(bounds.top(), bounds.bottom() - height)
    places = [
        QRectF(left, min(max(top, highest), lowest), width, height)
        for top in (rect.top() - height - 5.0, rect.bottom() + 5.0, rect.top() + 5.0, rect.bottom() - height - 5.0)
    ]
    fitting = [p for p, top in zip(places, _tops(rect, height), strict=True) if abs(p.top() - top) < 0.5]
    free = [p for p in (*fitting, *places) if not any(p.intersects(other) for other in taken)]
    return (free or fitting or places)[0]


def _tops(rect: QRectF, height: float) -> tuple[float, float, float, float]:
    return rect.top() - height - 5.0, rect.bottom() + 5.0, rect.top() + 5.0, rect.bottom() - height - 5.0


def paint_label(
    painter: QPainter,
    rect: QRectF,
    decision: Decision,
    *,
    font: QFont,
    bounds: QRectF,
    taken: Sequence[QRectF],
) -> QRectF:
    """Write the label of a face.

    Parameters
    ----------
    painter : QPainter
    rect : QRectF
        The face's box.
    decision : Decision
    font : QFont
    bounds : QRectF
        What is seen of the picture; the label stays inside and is shortened before it is cut.
    taken : sequence of QRectF
        Labels that are already there.

    Returns
    -------
    QRectF
        Where the label is.
    """
    return paint_words(painter, rect, decision.verdict, caption(decision), font=font, bounds=bounds, taken=taken)


def paint_words(
    painter: QPainter,
    rect: QRectF,
    verdict: Verdict,
    text: str,
    *,
    font: QFont,
    bounds: QRectF,
    taken: Sequence[QRectF],
) -> QRectF:
    """Write a label whose words are given; see ``paint_label``."""
    metrics = QFontMetricsF(font)
    pad, sign = 7.0, 0.62 * metrics.height()
    height = metrics.height() + 8.0
    width = metrics.horizontalAdvance(text) + sign + 3.0 * pad + 1.0
    place = label_place(rect, width, height, bounds, taken)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(GROUNDS[verdict])
    painter.drawRoundedRect(place, 6.0, 6.0)
    middle = place.center().y()
    paint_glyph(painter, verdict, QRectF(place.left() + pad, middle - sign / 2, sign, sign), ON_GROUND)
    room = place.adjusted(2.0 * pad + sign, 0.0, -pad, 0.0)
    painter.setFont(font)
    painter.setPen(ON_GROUND)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room.width() + 1.0)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    return place
