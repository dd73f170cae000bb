"""Table and grid of the people; both know which of them are in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QListView, QStackedWidget, QTableView, QWidget

from osfi_gui.views.gallery_cells import PersonCards, PersonCells, card_size, row_height
from osfi_gui.views.gallery_table import Column

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from osfi_gui.views.gallery_table import PeopleFilter

SETTLED_MS = 40
"""Pictures are asked for once scrolling has paused this long: who flies past is not fetched."""


class PeopleLists(QStackedWidget):
    """The same people as a table and as a grid, with one selection.

    Parameters
    ----------
    people : PeopleFilter
    parent : QWidget, optional
    """

    person_chosen = Signal(int)
    seen = Signal(object)

    def __init__(self, people: PeopleFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._people = people
        self.table, self.grid = QTableView(), QListView()
        self._cells, self._cards = PersonCells(self), PersonCards(self)
        self._selection = QItemSelectionModel(people, self)
        self._quiet = False
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._tell_seen)
        self._build_table()
        self._build_grid()
        self._selection.currentChanged.connect(self._on_current)
        for view in (self.table, self.grid):
            view.setSelectionModel(self._selection)
            view.verticalScrollBar().valueChanged.connect(self.look)
            self.addWidget(view)
        for signal in (people.modelReset, people.layoutChanged, people.rowsInserted, people.rowsRemoved):
            signal.connect(self.look)
        self.currentChanged.connect(self.look)

    def set_floor(self, floor: float | None) -> None:
        """Mark the people whose nearest other one reaches this cosine."""
        self._cells.floor = self._cards.floor = floor
        self.table.viewport().update()
        self.grid.viewport().update()

    def select(self, identity_id: int) -> bool:
        """Select somebody without telling anybody; says whether the person is shown."""
        index = self._people.index_of(identity_id)
        flag = QItemSelectionModel.SelectionFlag
        self._quiet = True
        if index.isValid():
            self._selection.setCurrentIndex(index, flag.ClearAndSelect | flag.Rows)
        else:
            self._selection.clear()
        self._quiet = False
        return index.isValid()

    def search(self, text: str) -> None:
        """Show only who is searched for; who is current then is up to the caller, not to Qt's choice of a neighbour."""
        self._quiet = True
        self._people.search(text)
        self._quiet = False

    def bring_into_sight(self, identity_id: int) -> None:
        """Scroll to somebody."""
        index = self._people.index_of(identity_id)
        if index.isValid():
            self.table.scrollTo(index)
            self.grid.scrollTo(index)

    def show_table(self, table: bool) -> None:
        """Show the table, or the grid."""
        self.setCurrentWidget(self.table if table else self.grid)
        current = self._selection.currentIndex()
        if current.isValid():
            view = self.table if table else self.grid
            view.scrollTo(current)

    def visible_people(self) -> list[int]:
        """Give the identities in sight, from the top."""
        rows = self._table_rows() if self.currentWidget() is self.table else self._grid_rows()
        found = (self._people.person(self._people.index(row, Column.NAME)) for row in rows)
        return [row.identity.identity_id for row in found if row is not None]

    @Slot()
    def look(self) -> None:
        """Say soon who is in sight now."""
        self._settled.start()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """See more or fewer people."""
        super().resizeEvent(event)
        self._share_out()
        self.look()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """See the people."""
        super().showEvent(event)
        self.look()

    def _build_table(self) -> None:
        table, line = self.table, self.fontMetrics().height()
        table.setModel(self._people)
        table.setItemDelegate(self._cells)
        table.setAccessibleName(self.tr("People enrolled, as a table"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setCornerButtonEnabled(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(row_height(line))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorShown(True)
        header.setMinimumSectionSize(3 * line)
        # Fixed widths: measuring the contents of ten thousand rows is not worth a pixel.
        for column, widths in {
            Column.PICTURE: 3.4,
            Column.SHOTS: 4.4,
            Column.ENROLLED: 7.0,
            Column.FLAGGED: 5.3,
            Column.CONSENT: 5.6,
        }.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, round(widths * line))
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(Column.LOOKALIKE, QHeaderView.ResizeMode.Stretch)
        header.setSortIndicator(Column.NAME, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)

    def _build_grid(self) -> None:
        grid = self.grid
        grid.setModel(self._people)
        grid.setModelColumn(Column.NAME)
        grid.setItemDelegate(self._cards)
        grid.setAccessibleName(self.tr("People enrolled, as a grid"))
        grid.setViewMode(QListView.ViewMode.IconMode)
        grid.setMovement(QListView.Movement.Static)
        grid.setResizeMode(QListView.ResizeMode.Adjust)
        grid.setUniformItemSizes(True)
        grid.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        grid.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        grid.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        grid.setGridSize(self._card())
        grid.setMouseTracking(True)

    def _card(self) -> QSize:
        return card_size(self.fontMetrics().height()).expandedTo(QSize(self._cards.width, 0))

    def _share_out(self) -> None:
        """Let the cards of a row fill it, however wide the window is; the bar has its place even while it is hidden."""
        room = self.width() - self.grid.verticalScrollBar().sizeHint().width() - 2 * self.grid.frameWidth() - 4
        smallest = card_size(self.fontMetrics().height()).width()
        self._cards.width = room // max(1, room // smallest)
        self.grid.setGridSize(self._card())

    def _table_rows(self) -> range:
        height = self.table.viewport().height()
        first = self.table.rowAt(0)
        last = self.table.rowAt(height - 1)
        if first < 0:
            return range(0)
        return range(first, (last if last >= 0 else self._people.rowCount() - 1) + 1)

    def _grid_rows(self) -> range:
        # Every card has the same size, so what is in sight is arithmetic and no search.
        card, port, top = self._card(), self.grid.viewport().size(), self.grid.verticalScrollBar().value()
        across = max(1, port.width() // card.width())
        first = (top // card.height()) * across
        last = ((top + port.height() - 1) // card.height() + 1) * across
        return range(min(first, self._people.rowCount()), min(last, self._people.rowCount()))

    @Slot()
    def _tell_seen(self) -> None:
        if self.isVisible():
            self.seen.emit(tuple(self.visible_people()))

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, before: QModelIndex) -> None:
        del before
        row = self._people.person(current) if current.isValid() and not self._quiet else None
        if row is not None:
            self.person_chosen.emit(row.identity.identity_id)
