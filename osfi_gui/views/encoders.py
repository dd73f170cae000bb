"""The encoders: which there are, which one is in use, using another one, importing and removing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import GalleryState, Phase, TuneState
from osfi_gui.core.encoders import ShelfState
from osfi_gui.views.encoder_import import EncoderImport
from osfi_gui.views.encoders_model import Column, EncodersModel
from osfi_gui.views.gallery_cells import LEFT
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from osfi_gui.core.encoders import EncoderListing, EncoderRow

LEAST_ROWS = 4


class EncodersSection(QWidget):
    """A table of encoders; everything it changes, it asks for, and ``show_shelf`` says what became of it.

    Parameters
    ----------
    parent : QWidget, optional
    """

    encoders_requested = Signal()
    examine_requested = Signal(str)
    import_requested = Signal(object)
    import_left = Signal()
    use_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._gallery, self._run = ShelfState(), GalleryState(), TuneState()
        self._asked = ""
        self.model = EncodersModel(self)
        self.table = QTableView()
        self.now, self.detail, self.doing = QLabel(), QLabel(), QLabel()
        self.bar = QProgressBar()
        self.use, self.remove = QPushButton(self.tr("Use this encoder")), QPushButton(self.tr("Remove…"))
        self.outcome, self.question = InlineRow(Mark.INFO), InlineRow(Mark.WARNING)
        self.remove_now = self.question.add_button(self.tr("Remove"), role="danger")
        self.keep = self.question.add_button(self.tr("Keep it"))
        self.card = EncoderImport()
        self._lay_out()
        self._connect()
        self._refresh()

    # States

    @Slot(object)
    def show_encoders(self, listing: EncoderListing) -> None:
        """Show which encoders there are; the selection stays."""
        if listing == self.model.listing:
            return
        selected = self._selected()
        name = selected.name if selected is not None else listing.in_use
        self.model.show_listing(listing)
        self._fit_table()
        self.table.setCurrentIndex(self.model.index(max(0, self.model.number_of(name)), 0))
        self.card.show_importable(listing.importable)
        self._refresh()

    @Slot(object)
    def show_shelf(self, state: ShelfState) -> None:
        """Follow what is done, and say how it ended."""
        self._state = state
        text = " ".join(part for part in (state.what, state.remedy) if part)
        self.outcome.setVisible(bool(text))
        if text:
            self.outcome.set_mark(Mark.BAD if state.phase is Phase.FAILED else Mark.GOOD)
            self.outcome.set_text(text)
        self.card.show_shelf(state)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.FontChange} and hasattr(self, "table"):
            self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 14)
            self._fit_table()

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Say with what the open gallery works."""
        self._gallery = state
        self._refresh()

    @Slot(object)
    def show_run(self, state: TuneState) -> None:
        """Wait with another encoder while one is being tuned."""
        runs = self._run.phase is Phase.WAITING
        self._run = state
        if runs != (state.phase is Phase.WAITING):
            self._refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for what may have changed while another page was in front."""
        super().showEvent(event)
        self.encoders_requested.emit()

    # What the operator does

    @Slot()
    def _on_use(self) -> None:
        row = self._selected()
        if row is not None:
            self.use_requested.emit(row.name)

    @Slot()
    def _ask(self) -> None:
        row = self._selected()
        if row is None:
            return
        self._asked = row.name
        text = self.tr("Remove {name}? Its weights are deleted here; the file they came from is not.")
        self.question.set_text(text.format(name=row.title))
        self.question.show()
        self.keep.setFocus()

    @Slot()
    def _on_remove(self) -> None:
        asked = self._asked
        self._close_question()
        self.remove_requested.emit(asked)

    @Slot()
    def _close_question(self) -> None:
        had_focus = self.question.isAncestorOf(self.focusWidget() or self)
        self.question.hide()
        if had_focus:
            self.table.setFocus()

    @Slot(QModelIndex)
    def _on_current(self, _: QModelIndex) -> None:
        self._close_question()
        self._refresh()

    # Inside

    def _selected(self) -> EncoderRow | None:
        return self.model.row(self.table.currentIndex().row())

    def _refresh(self) -> None:
        row, listing = self._selected(), self.model.listing
        busy, tunes = self._state.phase is Phase.WAITING, self._run.phase is Phase.WAITING
        self.doing.setText(f"{self._state.title}…")
        for part in (self.doing, self.bar):
            part.setVisible(busy)
        current = row is not None and row.name in {listing.in_use, listing.next_start}
        self.use.setEnabled(row is not None and row.here and not (current or busy or tunes))
        self.remove.setEnabled(row is not None and row.imported and not (busy or row.name == listing.in_use))
        self.now.setText(self._now())
        self.detail.setText(self._about(row, tunes=tunes))

    def _now(self) -> str:
        listing = self.model.listing
        title = next((row.title for row in listing.rows if row.name == listing.in_use), "")
        if self._gallery.phase is Phase.READY and self._gallery.encoder:
            return self.tr("The open gallery works with {encoder}.").format(encoder=self._gallery.encoder)
        if title:
            return self.tr("Faces are recognised with {encoder}. No gallery is open.").format(encoder=title)
        return self.tr("No encoder is loaded. One that is chosen here is used from the next start on.")

    def _about(self, row: EncoderRow | None, *, tunes: bool) -> str:
        """Say what there is to know of the selected encoder, and why it cannot be used."""
        if row is None:
            return ""
        parts = [
            self.tr("{title}: {dim} numbers a face, named “{name}”, {origin}.").format(
                title=row.title, dim=row.dim, name=row.name, origin=row.origin
            )
        ]
        if not row.here:
            way = (
                self.tr("Its weights are gone: remove it, and import the file again.")
                if row.imported
                else self.tr("Its weights are not on this computer: “osfi encoders fetch {name}” gets them.")
            )
            parts.append(way.format(name=row.name))
        elif not row.measured:
            parts.append(
                self.tr(
                    "No default threshold was measured for it: nothing is decided with it until the gallery is "
                    "calibrated or holds strangers."
                )
            )
        if tunes:
            parts.append(self.tr("Another encoder can be used when the fine-tuning run has ended."))
        return " ".join((*parts, *self.model.listing.broken))

    def _fit_table(self) -> None:
        """Show every row: the page scrolls, and not the table in it."""
        rows = max(LEAST_ROWS, self.model.rowCount()) * self.table.verticalHeader().defaultSectionSize()
        frame = 2 * self.table.frameWidth()
        self.table.setFixedHeight(rows + self.table.horizontalHeader().sizeHint().height() + frame + 2)

    def _connect(self) -> None:
        self.table.selectionModel().currentChanged.connect(self._on_current)
        self.use.clicked.connect(self._on_use)
        self.remove.clicked.connect(self._ask)
        self.remove_now.clicked.connect(self._on_remove)
        self.keep.clicked.connect(self._close_question)
        self.card.examine_requested.connect(self.examine_requested)
        self.card.import_requested.connect(self.import_requested)
        self.card.left.connect(self.import_left)

    def _lay_out(self) -> None:
        heading = QLabel(self.tr("Encoders"))
        set_role(heading, "heading")
        table, line = self.table, self.fontMetrics().height()
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Encoders"))
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(line + 14)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(LEFT)
        for column, lines in ((Column.TITLE, 21.0), (Column.USE, 9.0), (Column.WEIGHTS, 8.5), (Column.SIZE, 6.0)):
            table.setColumnWidth(column, round(lines * line))
        header.setSectionResizeMode(Column.LICENCE, QHeaderView.ResizeMode.Stretch)
        self._fit_table()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Working"))
        for label in (self.now, self.detail):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            set_role(label, "muted")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.use)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        for part in (heading, self.now, self.outcome, self.doing, self.bar, table, self.detail):
            layout.addWidget(part)
        layout.addLayout(buttons)
        layout.addWidget(self.question)
        layout.addWidget(self.card)
        for part in (self.outcome, self.question):
            part.hide()
