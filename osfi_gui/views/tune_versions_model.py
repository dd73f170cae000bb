"""The versions of an encoder as a Qt model, newest first, the pretrained encoder last; notes are edited in place."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal
from PySide6.QtGui import QFont

from osfi_gui.core.desk import NoteVersion
from osfi_gui.core.tune import Standing
from osfi_gui.views.gallery_table import ROOT, Index
from osfi_gui.views.marks import Mark
from osfi_gui.views.tune_words import (
    change_text,
    counts_text,
    people_text,
    recipe_text,
    size_text,
    standing_mark,
    standing_of,
    standing_text,
)
from osfi_gui.views.words import day, shots_text

if TYPE_CHECKING:
    from osfi_gui.core.tune import Version, VersionListing

MARK_ROLE = int(Qt.ItemDataRole.UserRole)
"""Gives the mark drawn before a cell's words, or None."""


class Column(IntEnum):
    """What a version is shown by."""

    NUMBER = 0
    MADE = 1
    RECIPE = 2
    STANDING = 3
    DIR = 4
    TRAINED = 5
    SIZE = 6
    NOTE = 7


class VersionsModel(QAbstractTableModel):
    """The rows of a listing.

    Parameters
    ----------
    parent : QObject, optional
    """

    note_requested = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listing: VersionListing | None = None

    def show_listing(self, listing: VersionListing | None) -> None:
        """Show other versions."""
        self.beginResetModel()
        self.listing = listing
        self.endResetModel()

    def version(self, row: int) -> Version | None:
        """Give the version of a row; None for the pretrained encoder."""
        versions = () if self.listing is None else self.listing.versions
        return versions[row] if 0 <= row < len(versions) else None

    def version_id(self, row: int) -> int:
        """Give the number of a row's version; 0 for the pretrained encoder."""
        version = self.version(row)
        return 0 if version is None else version.version_id

    def row_of(self, version_id: int) -> int | None:
        """Give the row of a version; None where it is not there."""
        return next((row for row in range(self.rowCount()) if self.version_id(row) == version_id), None)

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count the versions, and the pretrained encoder."""
        return 0 if parent.isValid() or self.listing is None else len(self.listing.versions) + 1

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count what a version is shown by."""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's variant
        """Name the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("No."),
                self.tr("Made"),
                self.tr("Recipe"),
                self.tr("Compared"),
                self.tr("DIR before → after"),
                self.tr("Trained on"),
                self.tr("Size"),
                self.tr("Note"),
            )[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let notes be edited, of every version that has one."""
        flags = super().flags(index)
        if index.isValid() and index.column() == Column.NOTE and self.version(index.row()) is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ANN401, N802 - Qt's
        """Ask for a note to be kept; it is shown once it is."""
        version = self.version(index.row()) if index.isValid() else None
        if role != Qt.ItemDataRole.EditRole or index.column() != Column.NOTE or version is None:
            return False
        note = str(value).strip()
        if note != version.note:
            self.note_requested.emit(NoteVersion(version.version_id, note))
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Give a cell."""
        if not index.isValid() or self.listing is None:
            return None
        row, column = index.row(), Column(index.column())
        version = self.version(row)
        used = self.version_id(row) == self.listing.in_use
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            if column is Column.NUMBER:
                number = str(self.version_id(row))
                return self.tr("{number}, in use").format(number=number) if used else number
            return self._pretrained(column) if version is None else self._text(version, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            header = self.headerData(column, Qt.Orientation.Horizontal)
            return f"{header}: {self.data(index)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._hint(version, column)
        if role == Qt.ItemDataRole.FontRole and used and column is Column.NUMBER:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        if role == MARK_ROLE:
            return self._mark(version, column, used=used)
        return None

    def _pretrained(self, column: Column) -> str:
        assert self.listing is not None
        return {
            Column.RECIPE: self.tr("{encoder}, as it came").format(encoder=self.listing.title),
            Column.STANDING: "–",
        }.get(column, "")

    def _text(self, version: Version, column: Column) -> str:
        comparison = version.comparison
        if column is Column.MADE:
            return day(version.made_at)
        if column is Column.RECIPE:
            return recipe_text(version.recipe)
        if column is Column.STANDING:
            # Worse than what was in use counts for more than better than pretrained; the hint says both.
            if comparison is not None and comparison.in_use is not None and _worse_than_in_use(version):
                return self.tr("Worse than version {number}").format(number=comparison.in_use.against)
            return standing_text(standing_of(version))
        if column is Column.DIR:
            return change_text(comparison)
        if column is Column.TRAINED:
            if comparison is None:
                return people_text(len(version.trained_on))
            counts = comparison.counts
            return f"{people_text(counts.people)}, {shots_text(counts.shots)}"
        if column is Column.SIZE:
            return size_text(version.size_bytes)
        return version.note

    def _hint(self, version: Version | None, column: Column) -> str | None:
        if version is None:
            return None
        if column is Column.RECIPE:
            return recipe_text(version.recipe)
        if column is Column.STANDING and version.comparison is not None:
            against = version.comparison.in_use
            return "\n".join([version.comparison.sentence, *([against.sentence] if against is not None else [])])
        if column is Column.TRAINED and version.comparison is not None:
            return counts_text(version.comparison.counts)
        if column is Column.NOTE:
            return version.note or self.tr("F2 or a double click writes a note")
        return None

    def _mark(self, version: Version | None, column: Column, *, used: bool) -> Mark | None:
        if column is Column.NUMBER and used:
            return Mark.GOOD
        if column is Column.STANDING and version is not None:
            return standing_mark(Standing.WORSE if _worse_than_in_use(version) else standing_of(version))
        return None


def _worse_than_in_use(version: Version) -> bool:
    in_use = version.comparison.in_use if version.comparison is not None else None
    return in_use is not None and in_use.standing is Standing.WORSE
