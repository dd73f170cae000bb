"""Pages of what this version does not do yet: what each will do, with its controls switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from osfi_gui.core.decide import LABELS
from osfi_gui.core.desk import GalleryState, Phase
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


class CalibratePage(PlannedPage):
    """Choosing the threshold; shows the one that is used now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            _tr("Calibrate"),
            _tr("Choose the threshold from which on a face is accepted, by how often a stranger may pass."),
            (
                _tr(
                    "Collect scores from held-out shots and from strangers: a folder, a live recording, or the faces "
                    "you marked as nobody who is enrolled."
                ),
                _tr("Say how often a stranger may be accepted; the best matcher and its threshold are proposed."),
                _tr("Drag the threshold over the plots and read detection and false accepts with their intervals."),
                _tr("Save it for this gallery and print the report; it expires when the gallery changes."),
            ),
            (_tr("Collect scores"), _tr("Save threshold")),
            parent,
        )
        self.present = QLabel()
        self.source = QLabel()
        for label in (self.present, self.source):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.source, "muted")
        heading = QLabel(_tr("Used now"))
        set_role(heading, "heading")
        card = QFrame()
        set_role(card, "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(24, 18, 24, 18)
        layout.setSpacing(6)
        for label in (heading, self.present, self.source):
            layout.addWidget(label)
        self.column.insertWidget(2, card)
        self.show_gallery(GalleryState())

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Show the operating point that decides now."""
        point = state.operating_point
        if state.phase is not Phase.READY:
            text = _tr("No gallery is open.")
        elif point is None and state.people == 0:
            text = _tr("Nobody is enrolled, so nothing is decided yet.")
        elif point is None:
            text = _tr("No threshold is known for this encoder yet: everybody stays undecided.")
        elif point.matcher == "cosine":
            text = _tr("The cosine decides: accepted from {threshold} on.").format(threshold=f"{point.threshold:.3f}")
        else:
            text = _tr("{matcher} decides: accepted from {threshold} on, where the cosine reaches {floor}.").format(
                matcher=LABELS.get(point.matcher, point.matcher),
                threshold=f"{point.threshold:.4f}",
                floor=f"{point.cosine_floor:.3f}",
            )
        self.present.setText(text)
        self.source.setText(point.source if point is not None and state.phase is Phase.READY else "")
        self.source.setVisible(bool(self.source.text()))


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
