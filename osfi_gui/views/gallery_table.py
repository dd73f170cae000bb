"""Everybody enrolled as a Qt model, and the search through it; both stay quick with ten thousand rows."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from osfi_gui.views.words import day, folded, shots_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QPixmap

    from osfi_gui.core.enrolment import PersonRow

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Role = Qt.ItemDataRole
PERSON_ROLE = int(Role.UserRole)
"""Gives the PersonRow of a row."""


class Column(IntEnum):
    """What a person is shown by."""

    PICTURE = 0
    NAME = 1
    SHOTS = 2
    ENROLLED = 3
    LOOKALIKE = 4
    FLAGGED = 5
    CONSENT = 6


def lookalike_cosine(row: PersonRow) -> float:
    """Give how near the nearest other identity is; below every cosine where there is none."""
    return row.lookalike.cosine if row.lookalike is not None else -2.0


_SORT: dict[Column, Callable[[PersonRow], Any]] = {
    Column.PICTURE: lambda row: row.identity.name.casefold(),
    Column.NAME: lambda row: row.identity.name.casefold(),
    Column.SHOTS: lambda row: row.identity.shots,
    Column.ENROLLED: lambda row: row.identity.created_at,
    Column.LOOKALIKE: lookalike_cosine,
    Column.FLAGGED: lambda row: len(row.flagged),
    Column.CONSENT: lambda row: row.identity.consent is not None,
}


class PeopleModel(QAbstractTableModel):
    """The rows of a listing.

    Parameters
    ----------
    picture : callable
        Gives the kept picture of an identity, or None; it must not fetch one.
    parent : QObject, optional
    """

    def __init__(self, picture: Callable[[int], QPixmap | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self._rows: list[PersonRow] = []
        self._at: dict[int, int] = {}
        self._searched: list[str] = []
        self._sorted = (Column.NAME, Qt.SortOrder.AscendingOrder)

    def show_rows(self, rows: Sequence[PersonRow]) -> None:
        """Show another listing, in the order chosen before."""
        self.beginResetModel()
        self._rows = list(rows)
        self._arrange()
        self.endResetModel()

    def person(self, row: int) -> PersonRow:
        """Give the person of a row."""
        return self._rows[row]

    def searched(self, row: int) -> str:
        """Give the text that a search looks through."""
        return self._searched[row]

    def row_of(self, identity_id: int) -> int | None:
        """Give the row of an identity, or None."""
        return self._at.get(identity_id)

    def picture_changed(self, identity_id: int) -> None:
        """Have a row painted again, now that its picture is there."""
        row = self._at.get(identity_id)
        if row is not None:
            # The grid shows the same model by its name column.
            self.dataChanged.emit(self.index(row, Column.PICTURE), self.index(row, Column.NAME), [Role.DecorationRole])

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count the people."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count the columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Give what a cell shows."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], Column(index.column())
        if role == Role.DisplayRole:
            return self._text(row, column)
        if role == PERSON_ROLE:
            return row
        if role == Role.DecorationRole and column in {Column.PICTURE, Column.NAME}:
            return self._picture(row.identity.identity_id)
        if role == Role.AccessibleTextRole:
            return self._spoken(row, column)
        if role == Role.ToolTipRole:
            return self._tip(row, column)
        if role == Role.TextAlignmentRole and column is Column.SHOTS:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:  # noqa: ANN401, N802
        """Give the heading of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Role.TextAlignmentRole:
            right = section == Column.SHOTS
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role not in {Role.DisplayRole, Role.AccessibleTextRole, Role.ToolTipRole}:
            return None
        short, long = {
            Column.PICTURE: ("", self.tr("Picture")),
            Column.NAME: (self.tr("Name"), self.tr("Name")),
            Column.SHOTS: (self.tr("Shots"), self.tr("How many shots are enrolled")),
            Column.ENROLLED: (self.tr("Enrolled"), self.tr("The day the person was enrolled")),
            Column.LOOKALIKE: (
                self.tr("Most alike"),
                self.tr("The nearest other person, and the cosine between the two (1 is the same face)"),
            ),
            Column.FLAGGED: (
                self.tr("Flagged"),
                self.tr("Shots that are closer to somebody else than to this person’s other shots"),
            ),
            Column.CONSENT: (self.tr("Consent"), self.tr("Whether the person’s consent is recorded")),
        }[Column(section)]
        return short if role == Role.DisplayRole else long

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order the rows; Python's own sort is far quicker here than a comparison a call from Qt."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        owners = [self._rows[index.row()].identity.identity_id for index in before]
        self._sorted = (Column(column), order)
        self._arrange()
        after = [self.index(self._at[owner], index.column()) for owner, index in zip(owners, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        column, order = self._sorted
        self._rows.sort(key=_SORT[Column.NAME])
        if column is not Column.NAME or order is Qt.SortOrder.DescendingOrder:
            self._rows.sort(key=_SORT[column], reverse=order is Qt.SortOrder.DescendingOrder)
        self._at = {row.identity.identity_id: number for number, row in enumerate(self._rows)}
        identities = (row.identity for row in self._rows)
        self._searched = [folded(f"{who.name}\n{who.external_id}\n{who.note}") for who in identities]

    def _text(self, row: PersonRow, column: Column) -> str:
        who = row.identity
        match column:
            case Column.NAME:
                return who.name
            case Column.SHOTS:
                return str(who.shots)
            case Column.ENROLLED:
                return day(who.created_at)
            case Column.LOOKALIKE:
                return "—" if row.lookalike is None else f"{row.lookalike.name}  {row.lookalike.cosine:.2f}"
            case Column.FLAGGED:
                return str(len(row.flagged)) if row.flagged else "—"
            case Column.CONSENT:
                return self.tr("no") if who.consent is None else self.tr("yes")
            case _:
                return ""

    def _spoken(self, row: PersonRow, column: Column) -> str:
        who = row.identity
        match column:
            case Column.PICTURE:
                return self.tr("Picture of {name}").format(name=who.name)
            case Column.SHOTS:
                return shots_text(who.shots)
            case Column.LOOKALIKE if row.lookalike is None:
                return self.tr("nobody to compare with")
            case Column.FLAGGED if not row.flagged:
                return self.tr("no flagged shots")
            case Column.CONSENT:
                return self.tr("no consent recorded") if who.consent is None else self.tr("consent recorded")
            case _:
                return self._text(row, column)

    def _tip(self, row: PersonRow, column: Column) -> str | None:
        who = row.identity
        if column is Column.NAME:
            return "\n".join(part for part in (who.name, who.external_id, who.note) if part)
        if column is Column.LOOKALIKE and row.lookalike is not None:
            return self.tr("{name}, cosine {cosine}").format(
                name=row.lookalike.name, cosine=f"{row.lookalike.cosine:.3f}"
            )
        return None


class PeopleFilter(QSortFilterProxyModel):
    """The rows in which every word of a search is found.

    Parameters
    ----------
    people : PeopleModel
    without : int
        An identity that is left out, 0 for nobody.
    parent : QObject, optional
    """

    def __init__(self, people: PeopleModel, *, without: int = 0, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._people = people
        self._without = without
        self._words: tuple[str, ...] = ()
        self.setSourceModel(people)

    def search(self, text: str) -> None:
        """Show only the rows that hold every word, in name, external id or note."""
        words = tuple(folded(text).split())
        if words != self._words:
            self._words = words
            self.invalidate()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Have the people ordered; the filter keeps their order."""
        if column >= 0:
            self._people.sort(column, order)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:  # noqa: N802 - Qt's name
        """Say whether a row is shown."""
        del source_parent
        if self._without and self._people.person(source_row).identity.identity_id == self._without:
            return False
        text = self._people.searched(source_row)
        return all(word in text for word in self._words)

    def person(self, index: Index) -> PersonRow | None:
        """Give the person of one of the filter's own indexes."""
        source = self.mapToSource(index)
        return self._people.person(source.row()) if source.isValid() else None

    def index_of(self, identity_id: int, column: int = Column.NAME) -> QModelIndex:
        """Give the index of an identity; invalid where the search hides it."""
        row = self._people.row_of(identity_id)
        return QModelIndex() if row is None else self.mapFromSource(self._people.index(row, column))
