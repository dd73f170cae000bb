"""The versions of the encoder: a list, how the selected one stands, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeySequence, QPainter, QPen, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.views.gallery_cells import LEFT, draw_text
from osfi_gui.views.gallery_table import Index
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark, colour_of, paint_mark
from osfi_gui.views.theme import palette, set_role
from osfi_gui.views.tune_comparison import ComparisonCard
from osfi_gui.views.tune_decision import PromoteChoice
from osfi_gui.views.tune_versions_model import MARK_ROLE, Column, VersionsModel

if TYPE_CHECKING:
    from osfi_gui.core.tune import VersionListing

PAD = 8
SHOWN_ROWS = 5


class _VersionCells(QStyledItemDelegate):
    """Words with a mark before them where there is one."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a cell."""
        colours = palette()
        rect: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colours.accent_soft)
        mark = index.data(MARK_ROLE)
        font = index.data(Qt.ItemDataRole.FontRole)
        if isinstance(font, QFont):
            weight, font = font.weight(), QFont(option.font)
            font.setWeight(weight)
            painter.setFont(font)
        else:
            painter.setFont(option.font)
        words = rect.adjusted(PAD, 0, -4, 0)
        colour = colours.text
        if mark in set(Mark):
            mark = Mark(mark)  # Qt hands it on as a plain string
            side = 0.8 * painter.fontMetrics().height()
            place = QRectF(words.left(), rect.center().y() + 0.5 - side / 2, side, side)
            colour = colour_of(mark, colours)
            paint_mark(painter, mark, place, colour)
            words.setLeft(words.left() + round(side) + 6)
        draw_text(painter, words, str(index.data() or ""), LEFT, colour)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colours.focus, 1))
            painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.restore()

    def createEditor(  # noqa: N802 - Qt's name
        self, parent: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> QWidget:
        """Give a line to type in that fits into its row."""
        del option, index
        editor = QLineEdit(parent)
        editor.setAccessibleName(self.tr("Note"))
        # The padding of a form would leave no room for the letters.
        editor.setStyleSheet("padding: 0px 5px;")
        return editor


class VersionsPanel(QWidget):
    """The second half of the Fine-tune page.

    Parameters
    ----------
    parent : QWidget, optional
    """

    promote_requested = Signal(object)
    roll_back_requested = Signal()
    note_requested = Signal(object)
    remove_version_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._selected: int | None = None
        self._waiting: VersionListing | None = None
        self._asked = 0
        self.model = VersionsModel(self)
        self.table = QTableView()
        self.card = ComparisonCard()
        self.nothing = QLabel()
        self.nothing.setWordWrap(True)
        set_role(self.nothing, "muted")
        self.choice = PromoteChoice(leave=False)
        self.note = QPushButton(self.tr("Edit note"))
        self.note.setToolTip(self.tr("Write a note beside the selected version (F2)"))
        self.remove_button = QPushButton(self.tr("Remove…"))
        self.remove_button.setToolTip(self.tr("Remove the selected version (Delete)"))
        self.roll_back = QPushButton()
        self.question = InlineRow(Mark.WARNING)
        self.remove_now = self.question.add_button(self.tr("Remove"), role="danger")
        self.keep = self.question.add_button(self.tr("Keep it"))
        self.question.hide()
        self._lay_out()
        self._connect()
        self._refresh()

    def show_versions(self, listing: VersionListing | None) -> None:
        """Show the versions; a note that is being written is not interrupted."""
        if self.table.state() is QAbstractItemView.State.EditingState and listing is not None:
            self._waiting = listing
            return
        self._waiting = None
        if listing == self.model.listing:
            return
        column = max(0, self.table.currentIndex().column())
        self.model.show_listing(listing)
        row = None if self._selected is None else self.model.row_of(self._selected)
        if row is None and self.model.rowCount():
            row = 0
        if row is not None:
            self.table.setCurrentIndex(self.model.index(row, column))
        if self._asked and self.model.row_of(self._asked) is None:
            self._keep()
        self._refresh()

    def select(self, version_id: int) -> None:
        """Select a version."""
        row = self.model.row_of(version_id)
        if row is not None:
            self.table.setCurrentIndex(self.model.index(row, 0))

    # What the operator does

    @Slot(QModelIndex)
    def _on_current(self, current: QModelIndex) -> None:
        self._selected = self.model.version_id(current.row()) if current.isValid() else self._selected
        self._keep()
        self._refresh()

    @Slot()
    def _edit_note(self) -> None:
        row = self.table.currentIndex().row()
        index = self.model.index(row, Column.NOTE)
        if self.model.version(row) is not None:
            self.table.setFocus()
            self.table.setCurrentIndex(index)
            self.table.edit(index)

    @Slot()
    def _on_editor_closed(self) -> None:
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self.model.show_listing(waiting)
            self.select(self._selected or 0)
            self._refresh()

    @Slot()
    def _ask(self) -> None:
        version = self.model.version(self.table.currentIndex().row())
        if version is None:
            return
        self._asked = version.version_id
        text = self.tr(
            "Remove version {number}? Its weights and the embeddings made with them go. This cannot be undone."
        )
        self.question.set_text(text.format(number=version.version_id))
        self.question.show()
        self.keep.setFocus()

    @Slot()
    def _remove(self) -> None:
        asked = self._asked
        self._keep()
        if asked:
            self.remove_version_requested.emit(asked)

    @Slot()
    def _keep(self) -> None:
        self._asked = 0
        if self.question.isVisibleTo(self):
            had_focus = self.question.isAncestorOf(self.focusWidget() or self)
            self.question.hide()
            if had_focus:
                self.table.setFocus()

    # Inside

    def _refresh(self) -> None:
        listing = self.model.listing
        row = self.table.currentIndex().row()
        version = self.model.version(row)
        there = listing is not None and row >= 0
        if version is not None:
            self.card.show_version(version)
        self._area.setVisible(version is not None)
        self.nothing.setVisible(version is None)
        tuned = listing is not None and bool(listing.versions)
        self.nothing.setText(
            self.tr("The encoder as it came, before anything was tuned.")
            if tuned
            else self.tr(
                "Nothing was tuned yet. Each run adds a version here, and changes nothing until it is promoted."
            )
        )
        self.choice.setVisible(there)
        in_use = listing.in_use if listing is not None else 0
        current = listing.current if listing is not None else None
        self.choice.show_choice(version, in_use=in_use, current=current)
        self.note.setEnabled(version is not None)
        self.remove_button.setEnabled(version is not None)
        back = listing.back_to if listing is not None else None
        self.roll_back.setVisible(back is not None)
        if back is not None:
            name = self.tr("version {number}").format(number=back) if back else self.tr("the pretrained encoder")
            self.roll_back.setText(self.tr("Roll back to {version}").format(version=name))
            self.roll_back.setAccessibleName(self.roll_back.text())

    def _connect(self) -> None:
        self.table.selectionModel().currentChanged.connect(self._on_current)
        self.table.itemDelegate().closeEditor.connect(self._on_editor_closed, Qt.ConnectionType.QueuedConnection)
        self.model.note_requested.connect(self.note_requested)
        self.choice.promote_requested.connect(self.promote_requested)
        self.note.clicked.connect(self._edit_note)
        self.remove_button.clicked.connect(self._ask)
        self.remove_now.clicked.connect(self._remove)
        self.keep.clicked.connect(self._keep)
        self.roll_back.clicked.connect(self.roll_back_requested)
        for key, slot in ((Qt.Key.Key_Delete, self._ask), (Qt.Key.Key_F2, self._edit_note)):
            shortcut = QShortcut(QKeySequence(key), self.table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(slot)

    def _lay_out(self) -> None:
        table, line = self.table, self.fontMetrics().height()
        table.setModel(self.model)
        table.setItemDelegate(_VersionCells(self))
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setEditTriggers(QTableView.EditTrigger.DoubleClicked)
        table.setAccessibleName(self.tr("Versions"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(line + 14)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(LEFT)
        for column, lines in (
            (Column.NUMBER, 6.4),
            (Column.MADE, 6.2),
            (Column.RECIPE, 17.0),
            (Column.STANDING, 11.9),
            (Column.DIR, 10.4),
            (Column.TRAINED, 9.9),
            (Column.SIZE, 4.5),
        ):
            table.setColumnWidth(column, round(lines * line))
        header.setSectionResizeMode(Column.NOTE, QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight((SHOWN_ROWS + 1) * (line + 14))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        # Reached with the keyboard so that what is longer than the window can be scrolled with it.
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._area.setAccessibleName(self.tr("How the version stands"))
        self._area.setWidget(self.card)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.note)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        buttons.addWidget(self.roll_back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(table, 2)
        layout.addLayout(buttons)
        layout.addWidget(self.question)
        layout.addWidget(self._area, 3)
        layout.addWidget(self.nothing)
        layout.addWidget(self.choice)
