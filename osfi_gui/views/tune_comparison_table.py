"""Before and after as a table: one row a matcher and FAR, the difference drawn as a line with its zero."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from osfi_gui.views.gallery_cells import draw_text
from osfi_gui.views.gallery_table import ROOT, Index
from osfi_gui.views.theme import palette
from osfi_gui.views.tune_words import far_text, matcher_text, percent, points_text

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from osfi_gui.core.tune import Compared, Comparison, Estimate

CELL_ROLE = int(Qt.ItemDataRole.UserRole)
ROW_ROLE = CELL_ROLE + 1
PAD = 8
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Column(IntEnum):
    """What two encoders are compared by."""

    MATCHER = 0
    BEFORE = 1
    IN_USE = 2
    AFTER = 3
    DIFFERENCE = 4
    DRAWN = 5
    RANK1 = 6


@dataclass(frozen=True)
class Cell:
    """Two lines of text."""

    first: str
    second: str


def reach(rows: tuple[Compared, ...]) -> float:
    """Give how far the drawn axis goes to both sides of zero: the widest interval, in a round number, 0..1."""
    widest = max((max(abs(row.difference.low), abs(row.difference.high)) for row in rows), default=0.0)
    for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5):
        if widest <= step:
            return step
    return 1.0


class ComparedModel(QAbstractTableModel):
    """The rows of a comparison; the first one decides.

    Parameters
    ----------
    parent : QObject, optional
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Compared, ...] = ()
        self.in_use: Comparison | None = None
        self.reach = reach(())

    def show_rows(self, rows: tuple[Compared, ...], *, in_use: Comparison | None = None) -> None:
        """Show another comparison, and the one with the version that was in use then."""
        self.beginResetModel()
        self.rows, self.in_use = rows, in_use
        self.reach = reach(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count the rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count what is compared."""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's variant
        """Name the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("Matcher"),
                self.tr("DIR before"),
                self.tr("DIR in use"),
                self.tr("DIR after"),
                self.tr("Points, 95 %"),
                self.tr("worse ◂ 0 ▸ better"),
                self.tr("Rank-1"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == Column.DRAWN:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.AccessibleTextRole and section == Column.DRAWN:
            return self.tr("Difference, drawn")
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                self.tr("What the score is, and the false accept rate that the threshold was chosen for"),
                self.tr("Share of held-out shots that were identified, with the pretrained encoder"),
                self._of_what_was_in_use(),
                self.tr("The same with the tuned encoder"),
                self.tr("Tuned minus pretrained, in percentage points, with its 95 % interval"),
                self.tr("The interval as a line; right of the zero line the tuned encoder is better"),
                self.tr("Share of held-out shots whose person was the nearest, whatever the threshold"),
            )[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Give a cell as two lines, and as words."""
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], Column(index.column())
        if role == ROW_ROLE:
            return row
        if role == CELL_ROLE:
            return self.cell(index.row(), column)
        if role == Qt.ItemDataRole.AccessibleTextRole and column is Column.DRAWN:
            return self._in_words(row.difference)
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            cell = self.cell(index.row(), column)
            return ", ".join(part for part in (cell.first, cell.second) if part)
        if role == Qt.ItemDataRole.ToolTipRole and column is Column.DRAWN:
            return self._in_words(row.difference)
        return None

    def cell(self, number: int, column: Column) -> Cell:
        """Give the two lines of a cell."""
        row = self.rows[number]
        if column is Column.MATCHER:
            at = self.tr("at FAR {far}").format(far=far_text(row.far))
            return Cell(matcher_text(row.matcher), self.tr("{at}, decides").format(at=at) if number == 0 else at)
        if column in {Column.BEFORE, Column.IN_USE, Column.AFTER}:
            estimate = {Column.BEFORE: row.before, Column.AFTER: row.after}.get(column) or self._of_in_use(row)
            if estimate is None:
                return Cell("–", "")
            interval = self.tr("{low} to {high}").format(
                low=f"{100 * estimate.low:.1f}", high=f"{100 * estimate.high:.1f}"
            )
            return Cell(percent(estimate.value), interval)
        if column is Column.DIFFERENCE:
            difference = row.difference
            interval = self.tr("{low} to {high}").format(
                low=points_text(difference.low), high=points_text(difference.high)
            )
            return Cell(points_text(difference.value), interval)
        if column is Column.RANK1:
            before = self.tr("before {share}").format(share=percent(row.rank1_before))
            return Cell(percent(row.rank1_after), before)
        return Cell("", "")

    def _of_in_use(self, row: Compared) -> Estimate | None:
        """Give the DIR of the version in use with the same matcher at the same FAR."""
        rows = self.in_use.rows if self.in_use is not None else ()
        found = (each.before for each in rows if (each.matcher, each.far) == (row.matcher, row.far))
        return next(found, None)

    def _of_what_was_in_use(self) -> str:
        if self.in_use is None:
            return ""
        words = self.tr(
            "The same with version {number}, which was in use, on the {count} held-out shots that it was not trained on"
        )
        return words.format(number=self.in_use.against, count=self.in_use.counts.held_out)

    def _in_words(self, difference: Estimate) -> str:
        if difference.low > 0:
            return self.tr("The whole interval is right of zero: better.")
        if difference.high < 0:
            return self.tr("The whole interval is left of zero: worse.")
        return self.tr("The interval holds zero: no difference shown.")


class ComparedCells(QStyledItemDelegate):
    """Two lines a cell, the number before its interval; in one column the interval is drawn."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell."""
        colours = palette()
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colours.accent_soft)
        if index.column() == Column.DRAWN:
            model = index.model()
            assert isinstance(model, ComparedModel)
            self._draw_interval(painter, QRectF(rect), model.rows[index.row()].difference, model.reach)
        else:
            cell: Cell = index.data(CELL_ROLE)
            font = QFont(option.font)
            line = QFontMetrics(font).height()
            words = QRect(rect.left() + PAD, rect.center().y() - line, rect.width() - PAD - 2, line)
            if index.row() == 0:
                font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            draw_text(painter, words, cell.first, LEFT, colours.text)
            painter.setFont(option.font)
            words.translate(0, line + 1)
            draw_text(painter, words, cell.second, LEFT, colours.muted)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colours.focus, 1))
            painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.restore()

    def _draw_interval(self, painter: QPainter, rect: QRectF, difference: Estimate, reach: float) -> None:
        """Draw a line from low to high with a dot at the value, over the zero line; whole dots exclude zero."""
        colours = palette()
        left, width = rect.left() + 14.0, rect.width() - 28.0
        middle = rect.center().y()

        def at(value: float) -> float:
            return left + width * (min(1.0, max(-1.0, value / reach)) + 1.0) / 2.0

        painter.setPen(QPen(colours.line, 1.0))
        painter.drawLine(QPointF(left, middle), QPointF(left + width, middle))
        painter.setPen(QPen(colours.muted, 1.4, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(at(0.0), rect.top() + 3), QPointF(at(0.0), rect.bottom() - 3))
        colour: QColor = colours.text
        if difference.low > 0:
            colour = colours.accept
        elif difference.high < 0:
            colour = colours.reject
        painter.setPen(QPen(colour, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(at(difference.low), middle), QPointF(at(difference.high), middle))
        for end in (difference.low, difference.high):
            painter.drawLine(QPointF(at(end), middle - 5), QPointF(at(end), middle + 5))
        shows = difference.low > 0 or difference.high < 0
        painter.setBrush(colour if shows else colours.panel)
        painter.setPen(QPen(colour, 2.0))
        painter.drawEllipse(QPointF(at(difference.value), middle), 5.0, 5.0)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Ask for room for both lines."""
        del index
        metrics = QFontMetrics(option.font)
        return QSize(6 * metrics.height(), row_height(metrics.height()))


def row_height(line: int) -> int:
    """Give the height of a row for a height of text."""
    return 2 * line + 13


class ComparedTable(QTableView):
    """As high as its rows: the page scrolls, not the table.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.compared = ComparedModel(self)
        self.setModel(self.compared)
        self.setItemDelegate(ComparedCells(self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Before and after"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.verticalHeader().hide()
        line = self.fontMetrics().height()
        self.verticalHeader().setDefaultSectionSize(row_height(line))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setDefaultAlignment(LEFT)
        header.setMinimumSectionSize(4 * line)
        for column, lines in (
            (Column.MATCHER, 9.8),
            (Column.BEFORE, 6.9),
            (Column.IN_USE, 6.2),
            (Column.AFTER, 6.9),
            (Column.DIFFERENCE, 7.4),
            (Column.RANK1, 7.4),
        ):
            self.setColumnWidth(column, round(lines * line))
        header.setSectionResizeMode(Column.DRAWN, QHeaderView.ResizeMode.Stretch)
        self.setColumnHidden(Column.IN_USE, True)

    def show_rows(self, rows: tuple[Compared, ...], *, in_use: Comparison | None = None) -> None:
        """Show another comparison; the version that was in use then has a column where there was one."""
        if (rows, in_use) == (self.compared.rows, self.compared.in_use):
            return
        self.compared.show_rows(rows, in_use=in_use)
        self.setColumnHidden(Column.IN_USE, in_use is None)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Make room for the bar where large type needs one."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        line = self.fontMetrics().height()
        height = self.horizontalHeader().sizeHint().height() + len(self.compared.rows) * row_height(line)
        bar = self.horizontalScrollBar()
        height += bar.sizeHint().height() if bar.maximum() > 0 else 0
        self.setFixedHeight(height + 2 * self.frameWidth() + 4)
