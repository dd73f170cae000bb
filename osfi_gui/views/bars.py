"""The nearest identities of a face: their NAC and their cosine as bars, and the thresholds as lines across them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from osfi_gui.views.theme import palette

if TYPE_CHECKING:
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.values import Decision, Match, Neighbour

FEWEST_ROWS = 3


@dataclass(frozen=True)
class Scale:
    """One column of bars.

    Attributes
    ----------
    top : float
        The value that fills the column.
    line : float or None
        Where the threshold is.
    decides : bool
        Whether the score is compared to this threshold; otherwise it is a floor, drawn dashed.
    """

    top: float
    line: float | None
    decides: bool


def scales(match: Match, point: OperatingPoint | None) -> tuple[Scale | None, Scale]:
    """Give the columns of NAC and cosine.

    Parameters
    ----------
    match : Match
    point : OperatingPoint or None
        None where no threshold is known; then there are no lines.

    Returns
    -------
    nac : Scale or None
        None where NAC means nothing. It fills at a little more than the largest of shares and threshold, because with
        many neighbours every share is small.
    cosine : Scale
        It fills at 1.
    """
    by_nac = point is not None and point.matcher in {"nac", "nac-cohort"}
    shares = [n.nac for n in match.neighbours if n.nac is not None]
    nac = None
    if shares:
        line = point.threshold if point is not None and by_nac else None
        nac = Scale(1.15 * max([*shares, line or 0.0]), line, decides=True)
    line = None if point is None else point.threshold if point.matcher == "cosine" else point.cosine_floor
    return nac, Scale(1.0, line, decides=not by_nac)


class NeighbourBars(QWidget):
    """A table of bars: name, NAC, cosine; the best first, as many as there is room for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._match: Match | None = None
        self._point: OperatingPoint | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Nearest people"))

    def show_decision(self, decision: Decision | None) -> None:
        """Show what was considered for a decision, or nothing."""
        match = decision.match if decision is not None else None
        if match is self._match:
            return
        self._match, self._point = match, decision.operating_point if decision is not None else None
        self.setAccessibleDescription(self._spoken())
        self.update()

    def rows(self) -> tuple[Neighbour, ...]:
        """Give the identities that are shown at the present height."""
        if self._match is None:
            return ()
        room = int((self.height() - self._header()) // self._row())
        return self._match.neighbours[: max(1, room)]

    def _spoken(self) -> str:
        if self._match is None:
            return ""
        said = []
        for neighbour in self._match.neighbours[:5]:
            share = "" if neighbour.nac is None else f", NAC {neighbour.nac:.3f}"
            said.append(f"{neighbour.name}{share}, {self.tr('cosine')} {neighbour.cosine:.3f}")
        return "; ".join(said)

    def _row(self) -> float:
        return 1.6 * QFontMetricsF(self.font()).height()

    def _header(self) -> float:
        return 2.25 * QFontMetricsF(self.font()).height()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Ask for five rows."""
        return QSize(300, round(self._header() + 5 * self._row()))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Do with few rows."""
        return QSize(240, round(self._header() + FEWEST_ROWS * self._row()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw header, rows, and the lines over them."""
        del event
        if self._match is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        nac, cosine = scales(self._match, self._point)
        gap = 12.0
        name_width = 0.35 * self.width()
        column = (self.width() - name_width - 2 * gap) / 2
        places = (QRectF(name_width + gap, 0, column, 0), QRectF(name_width + 2 * gap + column, 0, column, 0))
        rows = self.rows()
        self._paint_header(painter, name_width, places, (nac, cosine))
        for index, neighbour in enumerate(rows):
            top = self._header() + index * self._row()
            self._paint_name(painter, QRectF(0, top, name_width, self._row()), neighbour.name, first=index == 0)
            for place, scale, value in ((places[0], nac, neighbour.nac), (places[1], cosine, neighbour.cosine)):
                cell = QRectF(place.left(), top, place.width(), self._row())
                self._paint_bar(painter, cell, scale, value, first=index == 0)
        for place, scale in zip(places, (nac, cosine), strict=True):
            if scale is not None and scale.line is not None:
                self._paint_line(painter, place, scale, len(rows))

    def _number_width(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance("-0.000") + 8.0

    def _bar_width(self, cell: QRectF) -> float:
        return cell.width() - self._number_width()

    def _small(self) -> QFont:
        font = QFont(self.font())
        if font.pointSizeF() > 0:
            font.setPointSizeF(0.9 * font.pointSizeF())
        return font

    def _paint_header(
        self,
        painter: QPainter,
        name_width: float,
        places: tuple[QRectF, QRectF],
        columns: tuple[Scale | None, Scale],
    ) -> None:
        colours, height = palette(), QFontMetricsF(self.font()).height()
        bold = QFont(self._small())
        bold.setBold(True)
        painter.setPen(colours.muted)
        painter.setFont(bold)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, name_width, height), left, self.tr("Nearest"))
        for place, scale, word in zip(places, columns, ("NAC", self.tr("Cosine")), strict=True):
            painter.setFont(bold)
            painter.setPen(colours.muted)
            painter.drawText(QRectF(place.left(), 0, place.width(), height), left, word)
            if scale is None or scale.line is None:
                continue
            # The second line of the header names the line that crosses the bars below it.
            text = self.tr("threshold {value}") if scale.decides else self.tr("floor {value}")
            painter.setFont(self._small())
            painter.setPen(colours.text)
            text = text.format(value=f"{scale.line:.3f}")
            painter.drawText(QRectF(place.left(), 0.92 * height, place.width(), height), left, text)

    def _paint_name(self, painter: QPainter, cell: QRectF, name: str, *, first: bool) -> None:
        font = QFont(self.font())
        font.setBold(first)
        painter.setFont(font)
        painter.setPen(palette().text)
        shown = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, cell.width())
        painter.drawText(cell, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_bar(
        self, painter: QPainter, cell: QRectF, scale: Scale | None, value: float | None, *, first: bool
    ) -> None:
        colours = palette()
        width, height = self._bar_width(cell), 0.36 * cell.height()
        ground = QRectF(cell.left(), cell.center().y() - height / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.line)
        painter.drawRoundedRect(ground, height / 2, height / 2)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self.font())
        if scale is None or value is None:
            painter.setPen(colours.muted)
            painter.drawText(cell, right, "–")
            return
        share = min(1.0, max(0.0, value / scale.top))
        if share > 0:
            filled = QRectF(ground.left(), ground.top(), max(height, share * width), height)
            painter.setBrush(colours.accent if first else _between(colours.accent, colours.line))
            painter.drawRoundedRect(filled, height / 2, height / 2)
        painter.setPen(colours.text)
        painter.drawText(cell, right, f"{value:.3f}")

    def _paint_line(self, painter: QPainter, place: QRectF, scale: Scale, rows: int) -> None:
        assert scale.line is not None
        colours = palette()
        x = place.left() + min(1.0, max(0.0, scale.line / scale.top)) * self._bar_width(place)
        top, bottom = self._header() + 1.0, self._header() + rows * self._row() - 2.0
        pen = QPen(colours.text, 1.8)
        if not scale.decides:
            pen.setDashPattern([2.5, 2.0])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        if scale.decides:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.text)
            painter.drawPolygon(QPolygonF([QPointF(x - 4, top - 3), QPointF(x + 4, top - 3), QPointF(x, top + 3)]))


def _between(one: QColor, other: QColor) -> QColor:
    return QColor((one.red() + other.red()) // 2, (one.green() + other.green()) // 2, (one.blue() + other.blue()) // 2)
