"""The encoders as a Qt model."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt
from PySide6.QtGui import QFont

from osfi_gui.core.encoders import EncoderListing
from osfi_gui.views.gallery_table import ROOT, Index
from osfi_gui.views.tune_words import size_text

if TYPE_CHECKING:
    from osfi_gui.core.encoders import EncoderRow


class Column(IntEnum):
    """What an encoder is shown by."""

    TITLE = 0
    USE = 1
    WEIGHTS = 2
    SIZE = 3
    LICENCE = 4


class EncodersModel(QAbstractTableModel):
    """The rows of a listing.

    Parameters
    ----------
    parent : QObject, optional
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.listing = EncoderListing(())

    def show_listing(self, listing: EncoderListing) -> None:
        """Show other encoders."""
        self.beginResetModel()
        self.listing = listing
        self.endResetModel()

    def row(self, number: int) -> EncoderRow | None:
        """Give a row; None where there is none."""
        rows = self.listing.rows
        return rows[number] if 0 <= number < len(rows) else None

    def number_of(self, name: str) -> int:
        """Give the row of an encoder; -1 where it is not there."""
        return next((number for number, row in enumerate(self.listing.rows) if row.name == name), -1)

    def rowCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count the encoders."""
        return 0 if parent.isValid() else len(self.listing.rows)

    def columnCount(self, parent: Index = ROOT) -> int:  # noqa: N802 - Qt's name
        """Count what is shown of each."""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:  # noqa: ANN401 - Qt's variant
        """Name the columns."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            words = (self.tr("Encoder"), self.tr("Used"), self.tr("Weights"), self.tr("Size"), self.tr("Licence"))
            return words[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's variant
        """Give a cell; what is too long for it is in its tool tip."""
        row = self.row(index.row()) if index.isValid() else None
        if row is None:
            return None
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self._text(row, Column(index.column()))
        if role == Qt.ItemDataRole.FontRole and row.name == self.listing.in_use:
            font = QFont()
            font.setWeight(QFont.Weight.DemiBold)
            return font
        return None

    def _text(self, row: EncoderRow, column: Column) -> str:
        if column is Column.TITLE:
            return row.title
        if column is Column.USE:
            if row.name == self.listing.in_use:
                return self.tr("in use")
            return self.tr("from the next start") if row.name == self.listing.next_start else ""
        if column is Column.WEIGHTS:
            if not row.here:
                return self.tr("not here")
            return self.tr("here, imported") if row.imported else self.tr("here")
        if column is Column.SIZE:
            return size_text(row.size_bytes) if row.here else ""
        return row.licence
