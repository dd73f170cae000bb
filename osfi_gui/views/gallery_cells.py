"""How a person is painted: as a row of the table, and as a card of the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from osfi_gui.views.face_tile import paint_face
from osfi_gui.views.gallery_table import PERSON_ROLE, Column
from osfi_gui.views.marks import Mark, colour_of, paint_mark
from osfi_gui.views.theme import palette
from osfi_gui.views.words import shots_text

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from osfi_gui.core.enrolment import PersonRow
    from osfi_gui.views.gallery_table import Index

PADDING = 9
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
FACE_LINES, CARD_LINES, NAME_LINES = 2.1, 6.0, 1.5
"""Side of a face in a row, on a card and beside a name, in heights of a line of text."""


def draw_text(painter: QPainter, rect: QRect, text: str, align: Qt.AlignmentFlag, colour: QColor) -> None:
    """Draw one line, with an ellipsis where it is too long."""
    painter.setPen(colour)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(align) | int(Qt.TextFlag.TextSingleLine), shown)


def _mark_rect(rect: QRect, side: float) -> QRectF:
    return QRectF(rect.left(), rect.top() + (rect.height() - side) / 2, side, side)


class _PersonPainter(QStyledItemDelegate):
    """What rows and cards share.

    Parameters
    ----------
    parent : QObject, optional
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.floor: float | None = None
        """Cosine from which two people may be taken for each other; None while nobody knows."""

    def alike(self, row: PersonRow) -> bool:
        """Whether the nearest other person is near enough to be taken for this one."""
        return self.floor is not None and row.lookalike is not None and row.lookalike.cosine >= self.floor

    def ground(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw what lies behind: the tint of the selection, never the default text or icon."""
        plain = QStyleOptionViewItem(option)
        self.initStyleOption(plain, index)
        plain.text = ""
        plain.icon = QIcon()
        # The keyboard's place is the selected row; a second outline around one cell of it says nothing more.
        plain.state &= ~QStyle.StateFlag.State_HasFocus
        widget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, plain, painter, widget)


class PersonCells(_PersonPainter):
    """A cell of the table."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Be high enough for the face."""
        del index
        height = QFontMetrics(option.font).height()
        return QSize(4 * height, row_height(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell."""
        self.ground(painter, option, index)
        row: PersonRow = index.data(PERSON_ROLE)
        colours = palette()
        column = Column(index.column())
        whole: QRect = option.rect
        rect = whole.adjusted(PADDING, 0, -PADDING, 0)
        painter.save()
        painter.setFont(option.font)
        line = painter.fontMetrics().height()
        text = str(index.data() or "")
        if column is Column.PICTURE:
            if option.state & QStyle.StateFlag.State_Selected:
                painter.fillRect(QRect(whole.left(), whole.top(), 3, whole.height()), colours.accent)
            side = float(round(FACE_LINES * line))
            face = QRectF(rect.left() + 2, rect.top() + (rect.height() - side) / 2, side, side)
            picture = index.data(Qt.ItemDataRole.DecorationRole)
            paint_face(painter, face, picture if isinstance(picture, QPixmap) else None, row.identity.name)
        elif column is Column.NAME:
            self._name(painter, rect, row)
        elif column is Column.LOOKALIKE and row.lookalike is not None:
            self._alike(painter, rect, row)
        elif column is Column.FLAGGED and row.flagged:
            self._marked(painter, rect, Mark.WARNING, text)
        elif column is Column.CONSENT:
            self._marked(painter, rect, Mark.WARNING if row.identity.consent is None else Mark.GOOD, text)
        elif column is Column.SHOTS:
            draw_text(painter, rect, text, RIGHT, colours.text)
        else:
            draw_text(painter, rect, text, LEFT, colours.muted)
        painter.restore()

    def _name(self, painter: QPainter, rect: QRect, row: PersonRow) -> None:
        colours, who = palette(), row.identity
        font = painter.font()
        font.setWeight(font.Weight.DemiBold)
        below = who.external_id or who.note.replace("\n", " ")
        upper = QRect(rect)
        if below:
            upper.setHeight(rect.height() // 2 + 1)
            lower = QRect(rect.left(), upper.bottom(), rect.width(), rect.height() // 2 - 2)
            draw_text(painter, lower, below, LEFT & ~Qt.AlignmentFlag.AlignVCenter, colours.muted)
            upper.adjust(0, 3, 0, 0)
        painter.setFont(font)
        draw_text(painter, upper, who.name, LEFT, colours.text)

    def _alike(self, painter: QPainter, rect: QRect, row: PersonRow) -> None:
        assert row.lookalike is not None
        colours = palette()
        number = f"{row.lookalike.cosine:.2f}"
        width = painter.fontMetrics().horizontalAdvance("-0.00") + 4
        close = self.alike(row)
        colour = colours.warning if close else colours.muted
        draw_text(painter, rect, number, RIGHT, colour)
        names = rect.adjusted(0, 0, -width - 6, 0)
        if close:
            side = painter.fontMetrics().height() * 0.8
            paint_mark(painter, Mark.WARNING, _mark_rect(names, side), colour)
            names.adjust(round(side) + 6, 0, 0, 0)
        draw_text(painter, names, row.lookalike.name, LEFT, colour if close else colours.text)

    def _marked(self, painter: QPainter, rect: QRect, mark: Mark, text: str) -> None:
        colour = colour_of(mark, palette())
        side = painter.fontMetrics().height() * 0.8
        paint_mark(painter, mark, _mark_rect(rect, side), colour)
        draw_text(painter, rect.adjusted(round(side) + 6, 0, 0, 0), text, LEFT, colour)


class PersonNames(_PersonPainter):
    """A line of a list to choose from: a small face and the name."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Be high enough for the face."""
        del index
        line = QFontMetrics(option.font).height()
        return QSize(8 * line, round(NAME_LINES * line) + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the line."""
        self.ground(painter, option, index)
        row: PersonRow = index.data(PERSON_ROLE)
        rect: QRect = option.rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.save()
        painter.setFont(option.font)
        side = float(round(NAME_LINES * painter.fontMetrics().height()))
        face = QRectF(rect.left(), rect.top() + (rect.height() - side) / 2, side, side)
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        paint_face(painter, face, picture if isinstance(picture, QPixmap) else None, row.identity.name)
        words = rect.adjusted(round(side) + 8, 0, 0, 0)
        draw_text(painter, words, row.identity.name, LEFT, palette().text)
        painter.restore()


class PersonCards(_PersonPainter):
    """A card of the grid: the face, the name, and one line below.

    Parameters
    ----------
    parent : QObject, optional
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.width = 0
        """Of a card; cards share out what the row has left. 0 for the smallest."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Be as large as a card."""
        del index
        smallest = card_size(QFontMetrics(option.font).height())
        return smallest.expandedTo(QSize(self.width, 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the card."""
        row: PersonRow = index.data(PERSON_ROLE)
        colours = palette()
        rect: QRect = option.rect.adjusted(4, 4, -4, -4)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(colours.accent)
            painter.setBrush(colours.accent_soft)
            painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.window)
            painter.drawRoundedRect(QRectF(rect), 8, 8)
        painter.setFont(option.font)
        line = painter.fontMetrics().height()
        side = round(CARD_LINES * line)
        face = QRectF(rect.center().x() - side / 2, rect.top() + 8, side, side)
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        paint_face(painter, face, picture if isinstance(picture, QPixmap) else None, row.identity.name)
        words = QRect(rect.left() + 6, round(face.bottom()) + 5, rect.width() - 12, line + 2)
        font = painter.font()
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        draw_text(painter, words, row.identity.name, CENTRE, colours.text)
        painter.setFont(option.font)
        words.translate(0, line + 1)
        text, colour = self._line(row)
        draw_text(painter, words, text, CENTRE, colour)
        painter.restore()

    def _line(self, row: PersonRow) -> tuple[str, QColor]:
        """Say the one thing about a person that most wants to be known."""
        colours = palette()
        shots = shots_text(row.identity.shots)
        if row.flagged:
            return self.tr("{shots}, {count} flagged").format(shots=shots, count=len(row.flagged)), colours.warning
        if self.alike(row) and row.lookalike is not None:
            return self.tr("like {name}").format(name=row.lookalike.name), colours.warning
        if row.identity.consent is None:
            return self.tr("no consent"), colours.warning
        return shots, colours.muted


def row_height(line: int) -> int:
    """Give the height of a row for a height of text."""
    return round(FACE_LINES * line) + 10


def card_size(line: int) -> QSize:
    """Give the size of a card for a height of text."""
    return QSize(round(8.6 * line) + 8, round((CARD_LINES + 2) * line) + 30)
