"""Two entries of the same person become one: both are shown side by side before anything happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import Merge
from osfi_gui.views.face_tile import STORED
from osfi_gui.views.gallery_cells import PersonNames
from osfi_gui.views.gallery_table import Column, PeopleFilter
from osfi_gui.views.pixels import to_pixmap
from osfi_gui.views.theme import set_role
from osfi_gui.views.words import shots_text

if TYPE_CHECKING:
    from osfi_gui.core.desk import PersonDetail
    from osfi_gui.core.enrolment import PersonRow
    from osfi_gui.views.gallery_table import PeopleModel

FACE_LINES = 4.0


class _Side(QFrame):
    """One of the two: a heading, the name, all shots.

    Parameters
    ----------
    heading : str
    parent : QWidget, optional
    """

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        above, self.name, self.about = QLabel(heading), QLabel(), QLabel()
        set_role(above, "small")
        set_role(self.name, "heading")
        set_role(self.about, "muted")
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self.name, self.about):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setWordWrap(True)
        self.shots = QListWidget()
        side = round(FACE_LINES * self.fontMetrics().height())
        self.shots.setViewMode(QListView.ViewMode.IconMode)
        self.shots.setIconSize(QSize(side, side))
        self.shots.setGridSize(QSize(side + 12, side + 12))
        self.shots.setResizeMode(QListView.ResizeMode.Adjust)
        self.shots.setMovement(QListView.Movement.Static)
        self.shots.setUniformItemSizes(True)
        self.shots.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.shots.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.shots.setFrameShape(QFrame.Shape.NoFrame)
        # On a card already: a second frame would only be noise.
        self.shots.setStyleSheet("QListWidget { border: none; background: transparent; }")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(4)
        layout.addWidget(above)
        layout.addWidget(self.name)
        layout.addWidget(self.about)
        layout.addSpacing(6)
        layout.addWidget(self.shots, 1)

    def show_row(self, row: PersonRow | None) -> None:
        """Show who it is; the shots follow."""
        self.shots.clear()
        self.name.setText("" if row is None else row.identity.name)
        if row is None:
            self.about.setText(self.tr("Choose somebody from the list."))
            return
        who = row.identity
        self.about.setText(" · ".join(p for p in (shots_text(who.shots), who.external_id) if p))

    def show_detail(self, detail: PersonDetail) -> None:
        """Show the shots."""
        self.shots.clear()
        for number, shot in enumerate(detail.shots, start=1):
            item = QListWidgetItem(QIcon(to_pixmap(shot.portrait.pixels, STORED)), "")
            words = self.tr("Shot {number} of {name}").format(number=number, name=detail.identity.name)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            self.shots.addItem(item)


class MergeDialog(QDialog):
    """Chooses whom a person is merged into; asks for it once both were seen.

    Parameters
    ----------
    source : PersonRow
        Whose shots move.
    people : PeopleModel
        Everybody.
    parent : QWidget, optional
    """

    merge_requested = Signal(object)
    person_requested = Signal(int)

    def __init__(self, source: PersonRow, people: PeopleModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Merge {name} into another person").format(name=source.identity.name))
        self.setModal(True)
        self._source = source
        self._target: PersonRow | None = None
        self._others = PeopleFilter(people, without=source.identity.identity_id, parent=self)
        self.left = _Side(self.tr("This person’s shots move"))
        self.right = _Side(self.tr("This person stays"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search for the person who stays"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.setClearButtonEnabled(True)
        self.list = QListView()
        self.list.setModel(self._others)
        self.list.setModelColumn(Column.NAME)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(PersonNames(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("People to merge into"))
        self.consequence = QLabel()
        self.consequence.setWordWrap(True)
        self.consequence.setTextFormat(Qt.TextFormat.PlainText)
        self.merge, self.cancel = QPushButton(), QPushButton(self.tr("Cancel"))
        set_role(self.merge, "primary")
        self.merge.setAutoDefault(False)
        self.cancel.setAutoDefault(False)
        self._lay_out()

        self.left.show_row(source)
        self._show_target(None)
        self.search.textChanged.connect(self._others.search)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self.merge.clicked.connect(self._ask)
        self.cancel.clicked.connect(self.reject)
        self.search.setFocus()

    def begin(self) -> None:
        """Propose the most alike person, who is most often the one who is meant."""
        alike = self._source.lookalike
        index = QModelIndex() if alike is None else self._others.index_of(alike.identity_id)
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index, QListView.ScrollHint.PositionAtCenter)

    def show_detail(self, detail: PersonDetail) -> None:
        """Show the shots of either person; others are nobody's here."""
        if detail.identity.identity_id == self._source.identity.identity_id:
            self.left.show_detail(detail)
        elif self._target is not None and detail.identity.identity_id == self._target.identity.identity_id:
            self.right.show_detail(detail)

    @Slot(QModelIndex)
    def _on_current(self, current: QModelIndex) -> None:
        self._show_target(self._others.person(current))

    def _show_target(self, row: PersonRow | None) -> None:
        self._target = row
        self.right.show_row(row)
        source = self._source.identity
        self.merge.setEnabled(row is not None)
        if row is None:
            self.merge.setText(self.tr("Merge"))
            self.consequence.setText(self.tr("Choose who stays. Nothing is changed before you press Merge."))
            return
        target = row.identity
        self.merge.setText(self.tr("Merge into {name}").format(name=target.name))
        text = self.tr(
            "The shots of {source} ({count}) move to {target}, who keeps the name and has {sum} afterwards. "
            "The entry {source} disappears; its external id, note and consent are kept where {target} has none. "
            "This cannot be undone."
        )
        self.consequence.setText(
            text.format(
                source=source.name,
                target=target.name,
                count=shots_text(source.shots),
                sum=shots_text(source.shots + target.shots),
            )
        )
        self.person_requested.emit(target.identity_id)

    @Slot()
    def _ask(self) -> None:
        if self._target is not None:
            self.merge_requested.emit(Merge(self._source.identity.identity_id, self._target.identity.identity_id))
            self.accept()

    def _lay_out(self) -> None:
        line = self.fontMetrics().height()
        chooser = QVBoxLayout()
        chooser.setSpacing(8)
        chooser.addWidget(self.search)
        chooser.addWidget(self.list, 1)
        sides = QHBoxLayout()
        sides.setSpacing(12)
        sides.addWidget(self.left, 3)
        arrow = QLabel("→")
        set_role(arrow, "title")
        arrow.setAccessibleName(self.tr("is merged into"))
        sides.addWidget(arrow)
        sides.addWidget(self.right, 3)
        sides.addLayout(chooser, 3)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.merge)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 16)
        layout.setSpacing(14)
        layout.addLayout(sides, 1)
        layout.addWidget(self.consequence)
        layout.addLayout(buttons)
        self.resize(54 * line, 30 * line)
