"""Pages of what this version does not do yet: what each will do, with its controls switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from collections.abc import Sequence


class PlannedPage(QWidget):
    """A title, what will be done here, and disabled controls.

    Parameters
    ----------
    title, lead : str
        What the page is for.
    points : sequence of str
        What it will do, one sentence each.
    controls : sequence of str
        Words of its main buttons; they are disabled.
    parent : QWidget, optional
    """

    def __init__(
        self, title: str, lead: str, points: Sequence[str], controls: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        heading, text = QLabel(title), QLabel(lead)
        set_role(heading, "title")
        set_role(text, "muted")
        text.setWordWrap(True)
        self.column = QVBoxLayout()
        self.column.setSpacing(14)
        self.column.addWidget(heading)
        self.column.addWidget(text)
        self.column.addSpacing(4)
        self.column.addWidget(self._card(points, controls))
        content = QWidget()
        # Lines of text are read best when they are not too long.
        content.setMaximumWidth(round(52 * self.fontMetrics().height()))
        content.setLayout(self.column)
        self.column.setContentsMargins(32, 26, 32, 26)
        self.column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(content)
        area.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)

    def _card(self, points: Sequence[str], controls: Sequence[str]) -> QFrame:
        card = QFrame()
        set_role(card, "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        will = QLabel(self.tr("What it will do"))
        set_role(will, "heading")
        layout.addWidget(will)
        for point in points:
            line = QHBoxLayout()
            line.setSpacing(10)
            bullet, words = QLabel("•"), QLabel(point)
            set_role(bullet, "muted")
            words.setWordWrap(True)
            line.addWidget(bullet, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(words, 1)
            layout.addLayout(line)
        rule = QFrame()
        set_role(rule, "rule")
        layout.addWidget(rule)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.not_yet = QLabel(self.tr("Not part of this version yet."))
        self.not_yet.setWordWrap(True)
        set_role(self.not_yet, "muted")
        foot.addWidget(self.not_yet, 1)
        self.controls = [QPushButton(word) for word in controls]
        for button in self.controls:
            button.setEnabled(False)
            button.setAccessibleName(button.text())
            button.setToolTip(self.not_yet.text())
            foot.addWidget(button)
        layout.addLayout(foot)
        return card


class ActivityPage(PlannedPage):
    """What was recognised, and what operators did."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            _tr("Activity"),
            _tr("What was recognised, and what was done at this desk."),
            (
                _tr("List recognitions and what operators did, with time, person and outcome."),
                _tr("Filter by person, outcome and day, and export the list as CSV."),
                _tr("Keep entries for as many days as you choose, then erase them by themselves."),
                _tr("Show that nobody changed the list afterwards: every entry is chained to the one before it."),
            ),
            (_tr("Export CSV"),),
            parent,
        )


def _tr(text: str) -> str:
    return QCoreApplication.translate("planned", text)
