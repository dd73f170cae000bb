"""The Gallery page: everybody enrolled, searchable, and one of them in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from osfi_gui.core.desk import GalleryState, Phase
from osfi_gui.views.empty_page import EmptyPage
from osfi_gui.views.erase_dialog import EraseDialog
from osfi_gui.views.gallery_lists import PeopleLists
from osfi_gui.views.gallery_table import PeopleFilter, PeopleModel
from osfi_gui.views.merge_dialog import MergeDialog
from osfi_gui.views.person_panel import PersonPanel
from osfi_gui.views.portrait_cache import PortraitCache
from osfi_gui.views.segments import Segments
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from osfi_gui.core.desk import FacePicture, PersonDetail
    from osfi_gui.core.enrolment import GalleryListing, PersonRow

PANEL_LINES = 23
"""Width of the person's panel, in heights of a line of text."""


class GalleryPage(QWidget):
    """Who is enrolled; everything it changes, it asks for.

    Parameters
    ----------
    parent : QWidget, optional
    """

    listing_requested = Signal()
    person_requested = Signal(int)
    portrait_requested = Signal(int)
    rename_requested = Signal(object)
    merge_requested = Signal(object)
    remove_shot_requested = Signal(int)
    erase_requested = Signal(int)
    enrol_page_requested = Signal()
    unlock_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = GalleryState()
        self._listing: GalleryListing | None = None
        self._asked: tuple[object, ...] | None = None
        self._selected = 0
        self._portraits = PortraitCache()
        self._people = PeopleModel(self._portraits.get, self)
        self._found = PeopleFilter(self._people, parent=self)
        self._reselect = QTimer(self, singleShot=True, interval=0)
        self._reselect.timeout.connect(self._select_again)
        self._merge_dialog: MergeDialog | None = None
        self._erase_dialog: EraseDialog | None = None

        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search name, external id or note"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setToolTip(self.tr("Every word is looked for (Ctrl+F)"))
        self.search.setClearButtonEnabled(True)
        self.switch = Segments((self.tr("Table"), self.tr("Grid")), self.tr("Show people as"))
        self.count = QLabel()
        set_role(self.count, "muted")
        self.lists = PeopleLists(self._found)
        self.no_hits, self.empty = EmptyPage(), EmptyPage()
        self.panel = PersonPanel()
        self.nobody = EmptyPage()
        self._lay_out()
        self._connect()
        self._refresh()

    # States

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Follow the gallery; a locked one leaves nothing behind on the screen."""
        self._state = state
        point = state.operating_point
        self.lists.set_floor(None if point is None else point.cosine_floor)
        if state.phase is not Phase.READY:
            self._forget()
        self._refresh()
        self._ask_listing()

    @Slot(object)
    def show_listing(self, listing: GalleryListing) -> None:
        """Show everybody; whoever was selected stays selected, and what was typed stays typed."""
        if self._state.phase is not Phase.READY:
            return  # an answer from before it was locked
        self._listing = listing
        self._portraits.begin(listing.revision)
        names = frozenset(row.identity.name for row in listing.rows)
        self._people.show_rows(listing.rows)
        self.panel.fields.set_taken(names)
        self._close_dialogs_about_others()
        self._refresh()
        row = self._row(self._selected)
        if row is None:
            self._show_person(0)
        else:
            self.panel.show_row(row)
            if self.panel.row is row:  # not when the operator's answer just led on to somebody else
                self.lists.select(self._selected)
                self._show_face()
                self.person_requested.emit(self._selected)
        self._ask_listing()

    @Slot(object)
    def show_person(self, detail: PersonDetail) -> None:
        """Show a person's shots, in the panel or in the open dialog."""
        self.panel.show_detail(detail)
        if self._merge_dialog is not None:
            self._merge_dialog.show_detail(detail)

    @Slot(object)
    def show_portrait(self, picture: FacePicture) -> None:
        """Show a face where it is in sight."""
        if self._portraits.put(picture):
            self._people.picture_changed(picture.identity_id)
            if picture.identity_id == self._selected:
                self._show_face()

    def unsaved(self) -> str:
        """Say what would be lost; empty when nothing would."""
        row = self.panel.row
        if row is None or not self.panel.fields.dirty():
            return ""
        return self.tr("What you typed about {name} is not saved yet.").format(name=row.identity.name)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what changed while another page was in front."""
        super().showEvent(event)
        self._ask_listing()

    # What the operator does

    @Slot(str)
    def _on_search(self, text: str) -> None:
        self.lists.search(text)
        self.lists.select(self._selected)
        self.lists.look()
        self._refresh()

    @Slot(int)
    def _on_chosen(self, identity_id: int) -> None:
        if identity_id == self._selected:
            return
        if self.panel.ask_leave(identity_id):
            self._show_person(identity_id)
        else:
            # The one whose panel it is, until the operator has answered; later, for the view that was clicked selects
            # only after it has told of it.
            self._reselect.start()

    @Slot()
    def _select_again(self) -> None:
        self.lists.select(self._selected)

    @Slot(int)
    def _on_leave(self, identity_id: int) -> None:
        self._show_person(identity_id)

    @Slot(object)
    def _on_seen(self, identity_ids: tuple[int, ...]) -> None:
        for identity_id in self._portraits.missing(identity_ids):
            self.portrait_requested.emit(identity_id)

    @Slot(int)
    def _on_switch(self, index: int) -> None:
        self.lists.show_table(index == 0)

    @Slot()
    def _open_merge(self) -> None:
        row = self.panel.row
        if row is None:
            return
        dialog = MergeDialog(row, self._people, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.merge_requested.connect(self.merge_requested)
        dialog.person_requested.connect(self.person_requested)
        dialog.finished.connect(self._on_merge_closed)
        self._merge_dialog = dialog
        if self.panel.detail is not None:
            dialog.show_detail(self.panel.detail)
        dialog.begin()
        dialog.open()

    @Slot()
    def _on_merge_closed(self) -> None:
        self._merge_dialog = None

    @Slot()
    def _open_erase(self) -> None:
        row = self.panel.row
        if row is None:
            return
        dialog = EraseDialog(row.identity, self._portraits.get(row.identity.identity_id), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.erase_requested.connect(self.erase_requested)
        dialog.finished.connect(self._on_erase_closed)
        self._erase_dialog = dialog
        dialog.open()

    @Slot()
    def _on_erase_closed(self) -> None:
        self._erase_dialog = None

    @Slot()
    def _on_empty_action(self) -> None:
        if self._state.phase is Phase.READY:
            self.enrol_page_requested.emit()
        else:
            self.unlock_requested.emit()

    # Inside

    def _ask_listing(self) -> None:
        """Ask for the listing once for every state of the gallery, and only when somebody looks at it."""
        state = self._state
        if state.phase is not Phase.READY or not self.isVisible():
            return
        # Once the encoder is loaded the same revision has lookalikes, which it had not before.
        encoder = state.operating_point.encoder if state.operating_point is not None else ""
        wanted = (state.name, state.revision, encoder, state.encoder)
        if wanted != self._asked:
            self._asked = wanted
            self.listing_requested.emit()

    def _row(self, identity_id: int) -> PersonRow | None:
        number = self._people.row_of(identity_id)
        return None if number is None else self._people.person(number)

    def _show_person(self, identity_id: int) -> None:
        row = self._row(identity_id)
        self._selected = 0 if row is None else identity_id
        self.panel.show_row(row)
        self._side.setCurrentWidget(self.nobody if row is None else self.panel)
        self.lists.select(self._selected)
        if row is not None:
            self.lists.bring_into_sight(identity_id)
            self._show_face()
            self.person_requested.emit(identity_id)

    def _show_face(self) -> None:
        self.panel.show_face(self._portraits.get(self._selected))
        for identity_id in self._portraits.missing([self._selected]):
            self.portrait_requested.emit(identity_id)

    def _forget(self) -> None:
        self._close_dialogs()
        self._listing = None
        self._asked = None
        self._portraits.clear()
        self._people.show_rows(())
        self._show_person(0)
        self.search.clear()

    def _close_dialogs(self) -> None:
        for dialog in (self._merge_dialog, self._erase_dialog):
            if dialog is not None:
                dialog.reject()

    def _close_dialogs_about_others(self) -> None:
        """Close dialogs whose person has changed or gone: they speak of the gallery as it was when they opened."""
        row = self._row(self._selected)
        if row is None or self.panel.row is None or row.identity != self.panel.row.identity:
            self._close_dialogs()

    def _refresh(self) -> None:
        """Show the lists, or why there are none."""
        people, hits = self._people.rowCount(), self._found.rowCount()
        ready = self._state.phase is Phase.READY
        if not ready:
            if self._state.phase is Phase.WAITING:
                self.empty.show_words(self.tr("The gallery is being opened"), self.tr("This takes a moment."))
            else:
                self.empty.show_words(
                    self.tr("The gallery is locked"),
                    self.tr("Unlock it to see who is enrolled."),
                    self.tr("Unlock…"),
                )
        elif self._listing is not None and not people:
            self.empty.show_words(
                self.tr("Nobody is enrolled yet"),
                self.tr("Enrol people at the camera, or import their pictures from a folder."),
                self.tr("Enrol somebody"),
            )
        elif self._listing is None:
            self.empty.show_words(self.tr("Reading the gallery"), self.tr("This takes a moment."))
        self._whole.setCurrentIndex(1 if ready and people else 0)
        self._left.setCurrentWidget(self.lists if hits else self.no_hits)
        self.no_hits.show_words(
            self.tr("Nobody matches “{text}”").format(text=self.search.text().strip()),
            self.tr("Name, external id and note are searched."),
            self.tr("Show everybody"),
        )
        if hits == people:
            self.count.setText(self.tr("1 person") if people == 1 else self.tr("%n people", "", people))
        else:
            self.count.setText(self.tr("{hits} of {people}").format(hits=hits, people=people))

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_search)
        self.switch.chosen.connect(self._on_switch)
        self.lists.person_chosen.connect(self._on_chosen)
        self.lists.seen.connect(self._on_seen)
        self.no_hits.action_requested.connect(self.search.clear)
        self.empty.action_requested.connect(self._on_empty_action)
        self.panel.rename_requested.connect(self.rename_requested)
        self.panel.remove_shot_requested.connect(self.remove_shot_requested)
        self.panel.merge_asked.connect(self._open_merge)
        self.panel.erase_asked.connect(self._open_erase)
        self.panel.leave_agreed.connect(self._on_leave)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.search.setFocus)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(12)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.count)
        bar.addWidget(self.switch)
        self._left = QStackedWidget()
        self._left.addWidget(self.lists)
        self._left.addWidget(self.no_hits)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addLayout(bar)
        left.addWidget(self._left, 1)
        self.nobody.show_words(self.tr("Nobody is selected"), self.tr("Choose somebody to see the shots."))
        self.nobody.text.setMinimumWidth(16 * self.fontMetrics().height())
        self._side = QStackedWidget()
        self._side.addWidget(self.nobody)
        self._side.addWidget(self.panel)
        self._side.setFixedWidth(PANEL_LINES * self.fontMetrics().height())
        open_gallery = QWidget()
        columns = QHBoxLayout(open_gallery)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(14)
        columns.addLayout(left, 1)
        columns.addWidget(self._side)
        self._whole = QStackedWidget()
        self._whole.addWidget(self.empty)
        self._whole.addWidget(open_gallery)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(self._whole)
