"""The stored shots of one person, those that do not fit marked, each removable after a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.views.face_tile import STORED, paint_face
from osfi_gui.views.gallery_cells import draw_text
from osfi_gui.views.gallery_table import ROOT, Index
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark, paint_mark
from osfi_gui.views.pixels import to_pixmap
from osfi_gui.views.theme import palette
from osfi_gui.views.words import day

if TYPE_CHECKING:
    from osfi_gui.core.desk import PersonDetail

SHOT_ROLE = int(Qt.ItemDataRole.UserRole)
FACE_LINES = 2.7
TOP_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, eq=False)
class ShownShot:
    """A shot, ready to be painted."""

    shot_id: int
    pixmap: QPixmap
    title: str
    origin: str
    flagged: bool


class _ShotsModel(QAbstractListModel):
    """The shots as the list shows them.

    Parameters
    ----------
    parent : QObject, optional
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shots: tuple[ShownShot, ...] = ()

    def show_shots(self, shots: tuple[ShownShot, ...]) -> None:
        """Show other shots."""
        self.beginResetModel()
        self.shots = shots
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count the shots."""
        return 0 if parent.isValid() else len(self.shots)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Give what a row shows."""
        if not index.isValid():
            return None
        shot = self.shots[index.row()]
        if role == SHOT_ROLE:
            return shot
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            flagged = self.tr("flagged") if shot.flagged else ""
            return ", ".join(part for part in (shot.title, shot.origin, flagged) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return shot.origin or None
        return None


class _ShotRows(QStyledItemDelegate):
    """Face, number and day, origin; under it the words of a flagged one."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Be high enough for the face."""
        del index
        line = QFontMetrics(option.font).height()
        return QSize(10 * line, round(FACE_LINES * line) + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row."""
        shot: ShownShot = index.data(SHOT_ROLE)
        colours = palette()
        rect: QRect = option.rect.adjusted(3, 2, -3, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(colours.accent_soft)
            painter.drawRoundedRect(QRectF(rect), 7, 7)
        painter.setFont(option.font)
        line = painter.fontMetrics().height()
        side = float(round(FACE_LINES * line))
        paint_face(painter, QRectF(rect.left() + 5, rect.center().y() - side / 2, side, side), shot.pixmap, shot.title)
        left = rect.left() + 5 + round(side) + 10
        words = QRect(left, rect.top(), rect.right() - left - 4, line)
        words.moveTop(rect.center().y() - line - (0 if shot.origin or shot.flagged else -line // 2))
        draw_text(painter, words, shot.title, TOP_LEFT, colours.text)
        words.translate(0, line + 2)
        if shot.flagged:
            mark = line * 0.8
            paint_mark(painter, Mark.WARNING, QRectF(words.left(), words.top() + 1, mark, mark), colours.warning)
            words.setLeft(words.left() + round(mark) + 5)
            draw_text(painter, words, self.tr("closer to somebody else"), TOP_LEFT, colours.warning)
        else:
            draw_text(painter, words, shot.origin, TOP_LEFT, colours.muted)
        painter.restore()


class PersonShots(QWidget):
    """The list of shots with its button and its question.

    Parameters
    ----------
    parent : QWidget, optional
    """

    remove_shot_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self._asked = 0
        self._model = _ShotsModel(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(_ShotRows(self))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Shots"))
        self.list.setMinimumHeight(round(2.2 * (FACE_LINES * self.fontMetrics().height() + 10)))
        self.remove_button = QPushButton(self.tr("Remove shot…"))
        self.remove_button.setToolTip(self.tr("Remove the selected shot (Delete)"))
        self.remove_button.setEnabled(False)
        self.flagged = InlineRow(Mark.WARNING)
        self.flagged.hide()
        self.question = InlineRow(Mark.WARNING)
        self.remove_now = self.question.add_button(self.tr("Remove"), role="danger")
        self.keep = self.question.add_button(self.tr("Keep it"))
        self.question.hide()

        line = QHBoxLayout()
        line.addWidget(self.remove_button)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.flagged)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.question)
        layout.addLayout(line)

        self.remove_button.clicked.connect(self._ask)
        self.remove_now.clicked.connect(self._remove)
        self.keep.clicked.connect(self._keep)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._ask)

    def clear(self) -> None:
        """Show no shots."""
        self._model.show_shots(())
        self._keep()
        self.flagged.hide()
        self.remove_button.setEnabled(False)

    def show_shots(self, detail: PersonDetail, *, flagged: frozenset[int]) -> None:
        """Show a person's shots; the selected one stays selected where it is still there.

        Parameters
        ----------
        detail : PersonDetail
        flagged : frozenset of int
            Numbers of the shots that are closer to somebody else.
        """
        before = self._current()
        self._name = detail.identity.name
        self._model.show_shots(
            tuple(
                ShownShot(
                    shot.shot_id,
                    to_pixmap(shot.portrait.pixels, STORED),
                    self._title(number, shot.added_at),
                    shot.origin,
                    shot.shot_id in flagged,
                )
                for number, shot in enumerate(detail.shots, start=1)
            )
        )
        count = sum(shot.flagged for shot in self._model.shots)
        if count == 1:
            self.flagged.set_text(
                self.tr("One shot is closer to somebody else than to {name}’s other shots.").format(name=self._name)
            )
        elif count:
            self.flagged.set_text(
                self.tr("{count} shots are closer to somebody else than to {name}’s other shots.").format(
                    count=count, name=self._name
                )
            )
        self.flagged.setVisible(count > 0)
        kept = [row for row, shot in enumerate(self._model.shots) if before is not None and shot.shot_id == before]
        if kept:
            self.list.setCurrentIndex(self._model.index(kept[0]))
        if self._asked and self._asked not in {shot.shot_id for shot in self._model.shots}:
            self._keep()
        self.remove_button.setEnabled(bool(kept))

    def _title(self, number: int, added_at: str) -> str:
        added = day(added_at)
        words = self.tr("Shot {number}").format(number=number)
        return f"{words} · {added}" if added else words

    def _current(self) -> int | None:
        index = self.list.currentIndex()
        return self._model.shots[index.row()].shot_id if index.isValid() else None

    @Slot(QModelIndex)
    def _on_current(self, current: QModelIndex) -> None:
        self.remove_button.setEnabled(current.isValid())
        self._keep()

    @Slot()
    def _ask(self) -> None:
        index = self.list.currentIndex()
        if not index.isValid():
            return
        shot = self._model.shots[index.row()]
        self._asked = shot.shot_id
        if len(self._model.shots) == 1:
            text = self.tr(
                "This is the last shot of {name}. The name stays in the gallery, but {name} is not recognised until a "
                "shot is added."
            )
        else:
            text = self.tr("Remove {shot} of {name}? This cannot be undone.")
        self.question.set_text(text.format(name=self._name, shot=shot.title.split(" · ", maxsplit=1)[0].lower()))
        self.question.show()
        self.remove_now.setFocus()

    @Slot()
    def _remove(self) -> None:
        asked = self._asked
        self._keep()
        if asked:
            self.remove_shot_requested.emit(asked)

    @Slot()
    def _keep(self) -> None:
        self._asked = 0
        if self.question.isVisibleTo(self):
            had_focus = self.question.isAncestorOf(self.focusWidget() or self)
            self.question.hide()
            if had_focus:
                self.list.setFocus()
