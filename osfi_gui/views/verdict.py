"""A decision, large: the word, the name, and a frame in the shape that the face's box has in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from osfi_gui.core.values import Verdict
from osfi_gui.views.face_boxes import paint_glyph
from osfi_gui.views.theme import Palette, palette

if TYPE_CHECKING:
    from osfi_gui.core.values import Decision


def colour_of(verdict: Verdict, colours: Palette) -> QColor:
    """Give the colour that an outcome is written in."""
    return {
        Verdict.ACCEPT: colours.accept,
        Verdict.REJECT: colours.reject,
        Verdict.UNDECIDED: colours.undecided,
    }[verdict]


def ground_of(verdict: Verdict, colours: Palette) -> QColor:
    """Give the tint behind an outcome."""
    return {
        Verdict.ACCEPT: colours.accept_soft,
        Verdict.REJECT: colours.reject_soft,
        Verdict.UNDECIDED: colours.undecided_soft,
    }[verdict]


def outcome(verdict: Verdict) -> str:
    """Give the word of an outcome: ACCEPT, REJECT or UNDECIDED."""
    translate = QCoreApplication.translate
    return {
        Verdict.ACCEPT: translate("verdict", "ACCEPT"),
        Verdict.REJECT: translate("verdict", "REJECT"),
        Verdict.UNDECIDED: translate("verdict", "UNDECIDED"),
    }[verdict]


def who(decision: Decision) -> str:
    """Say who it was decided to be."""
    if decision.verdict is Verdict.ACCEPT:
        return decision.identity or ""
    if decision.verdict is Verdict.REJECT:
        return QCoreApplication.translate("verdict", "Unknown")
    if decision.match is not None and decision.operating_point is None:
        return QCoreApplication.translate("verdict", "No threshold")
    return QCoreApplication.translate("verdict", "Still looking")


class VerdictChip(QWidget):
    """The outcome in a word, and below it who."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decision: Decision | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_decision(self, decision: Decision | None) -> None:
        """Show a decision, or nothing."""
        if decision is self._decision:
            return
        self._decision = decision
        self.setAccessibleName(self.text())
        self.setToolTip("" if decision is None else who(decision))
        self.update()

    def text(self) -> str:
        """Give what is shown, as one line."""
        return "" if self._decision is None else f"{outcome(self._decision.verdict)} {who(self._decision)}"

    def _fonts(self) -> tuple[QFont, QFont]:
        small, large = QFont(self.font()), QFont(self.font())
        small.setBold(True)
        small.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 106)
        large.setBold(True)
        if small.pointSizeF() > 0:
            small.setPointSizeF(0.88 * small.pointSizeF())
            large.setPointSizeF(1.35 * large.pointSizeF())
        return small, large

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Be as high as both lines."""
        small, large = (QFontMetricsF(font) for font in self._fonts())
        return QSize(220, round(small.height() + large.height() + 20))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw frame, sign and words."""
        del event
        if self._decision is None:
            return
        colours, verdict = palette(), self._decision.verdict
        colour = colour_of(verdict, colours)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        pen = QPen(colour, 2.0)
        if verdict is Verdict.REJECT:
            pen.setDashPattern([4.0, 2.4])
        elif verdict is Verdict.UNDECIDED:
            pen.setDashPattern([0.1, 2.2])
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.setBrush(ground_of(verdict, colours))
        radius = 10.0 if verdict is Verdict.ACCEPT else 2.0
        painter.drawRoundedRect(frame, radius, radius)
        side = 0.46 * frame.height()
        disc = QRectF(frame.left() + 12, frame.center().y() - side / 2 - 3, side + 6, side + 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(disc)
        inset = 0.24 * disc.width()
        paint_glyph(painter, verdict, disc.adjusted(inset, inset, -inset, -inset), colours.on_status)
        self._paint_words(painter, frame.adjusted(disc.width() + 26, 7, -10, -7), colour)

    def _paint_words(self, painter: QPainter, room: QRectF, colour: QColor) -> None:
        assert self._decision is not None
        small, large = self._fonts()
        painter.setPen(colour)
        painter.setFont(small)
        painter.drawText(room, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, outcome(self._decision.verdict))
        painter.setPen(palette().text)
        painter.setFont(large)
        name = QFontMetricsF(large).elidedText(who(self._decision), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, name)
