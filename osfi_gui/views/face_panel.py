"""What is known of the chosen face: what was decided, and what was considered for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.decide import LABELS
from osfi_gui.core.values import Verdict
from osfi_gui.views.bars import NeighbourBars
from osfi_gui.views.face_tile import STORED, FaceTile
from osfi_gui.views.pixels import to_pixmap
from osfi_gui.views.theme import set_role
from osfi_gui.views.verdict import VerdictChip

if TYPE_CHECKING:
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.values import Decision, Match, Sighting

TILE_LINES = 5.0


class FacePanel(QFrame):
    """Decision on top, evidence below it, what can be done about it at the foot."""

    not_this_person_clicked = Signal()
    enrol_this_clicked = Signal()
    freeze_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setAccessibleName(self.tr("The chosen face"))
        self._sighting: Sighting | None = None
        self.verdict, self.bars = VerdictChip(), NeighbourBars()
        self.reason, self.rule = QLabel(), QLabel()
        self.seen, self.best = FaceTile(TILE_LINES), FaceTile(TILE_LINES)
        self._best_name = QLabel()
        self.not_this = QPushButton(self.tr("Not this person"))
        self.enrol_this = QPushButton(self.tr("Enrol this person"))
        self.freeze = QPushButton(self.tr("Freeze"))
        self.empty = QLabel(self.tr("Nobody is in the picture."))
        self._lay_out()
        self.not_this.clicked.connect(self.not_this_person_clicked)
        self.enrol_this.clicked.connect(self.enrol_this_clicked)
        self.freeze.toggled.connect(self.freeze_toggled)
        self.show_sighting(None)

    def _lay_out(self) -> None:
        for label in (self.reason, self.rule, self.empty):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._best_name.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.rule, "small")
        set_role(self.empty, "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.freeze.setCheckable(True)
        self.freeze.setShortcut(QKeySequence("F"))
        self.freeze.setToolTip(self.tr("Hold picture and decision still; recognition goes on (F)"))
        self.not_this.setToolTip(self.tr("Say that the decision is wrong"))
        self.enrol_this.setToolTip(self.tr("Begin enrolling with this face"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        holder = QWidget()
        self._pages = QStackedLayout(holder)
        self._pages.addWidget(self.empty)
        # Scrolls where the text is so large that it does not fit, instead of being cut.
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setAccessibleName(self.tr("Decision and evidence"))
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        known = self._known()
        area.setWidget(known)
        area.viewport().setAutoFillBackground(False)
        known.setAutoFillBackground(False)
        self._pages.addWidget(area)
        layout.addWidget(holder, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.not_this, self.enrol_this, self.freeze):
            button.setAutoDefault(False)
            button.setAccessibleName(button.text())
            buttons.addWidget(button)
        layout.addLayout(buttons)

    def _known(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._heading(self.tr("Decided")))
        layout.addWidget(self.verdict)
        layout.addWidget(self.reason)
        line = QFrame()
        set_role(line, "rule")
        layout.addWidget(line)
        layout.addWidget(self._heading(self.tr("Considered")))
        pair = QHBoxLayout()
        pair.setSpacing(12)
        pair.addWidget(self.seen)
        pair.addWidget(self.best)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._seen_word, self._best_word = QLabel(), QLabel(self.tr("Right: the nearest,"))
        for label in (self._seen_word, self._best_word):
            set_role(label, "small")
        words.addStretch(1)
        for label in (self._seen_word, self._best_word, self._best_name):
            words.addWidget(label)
        words.addStretch(1)
        pair.addLayout(words, 1)
        layout.addLayout(pair)
        layout.addWidget(self.rule)
        layout.addWidget(self.bars, 1)
        return page

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text)
        set_role(label, "heading")
        return label

    @property
    def sighting(self) -> Sighting | None:
        """The face that is shown."""
        return self._sighting

    def show_sighting(self, sighting: Sighting | None) -> None:
        """Show a face, or that there is none."""
        if sighting is not None and sighting is self._sighting:
            return
        self._sighting = sighting
        self._pages.setCurrentIndex(0 if sighting is None else 1)
        self.not_this.setEnabled(sighting is not None and sighting.decision.verdict is Verdict.ACCEPT)
        self.enrol_this.setEnabled(sighting is not None)
        if sighting is None:
            self.verdict.show_decision(None)
            self.bars.show_decision(None)
            return
        decision = sighting.decision
        self.verdict.show_decision(decision)
        self.reason.setText(decision.reason)
        self.seen.show_pixmap(to_pixmap(sighting.chip, STORED), self.tr("The face as seen now"))
        self.bars.show_decision(decision)
        self.rule.setText(self._rule(decision))

    def show_best(self, picture: QPixmap | None) -> None:
        """Show the picture of the nearest identity, or its initial while there is none."""
        match = None if self._sighting is None else self._sighting.decision.match
        name = match.neighbours[0].name if match is not None and match.neighbours else ""
        for widget in (self.best, self._best_word, self._best_name):
            widget.setVisible(bool(name))
        self._seen_word.setText(self.tr("Left: as seen now") if name else self.tr("As seen now"))
        self.best.show_pixmap(picture, name)
        room = max(60, self.width() - 2 * self.seen.sizeHint().width() - 60)
        self._best_name.setText(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room))
        self._best_name.setToolTip(name)

    def say_nothing(self, text: str) -> None:
        """Say why no face is shown."""
        self.empty.setText(text)

    def _rule(self, decision: Decision) -> str:
        """Say which matcher decides, with its numbers, and why NAC cannot be used where it cannot."""
        if decision.match is None:
            return self.tr("Nobody is enrolled, so there is nobody to compare with.")
        return " ".join(s for s in (self._nac_note(decision.match), self._deciding(decision.operating_point)) if s)

    def _nac_note(self, match: Match) -> str:
        if match.neighbours and match.neighbours[0].nac is None:
            return self.tr("NAC compares neighbours and only one person is enrolled, so there is none.")
        return ""

    def _deciding(self, point: OperatingPoint | None) -> str:
        if point is None:
            return self.tr("Nothing decides: no threshold is known for this encoder.")
        if point.matcher == "cosine":
            text = self.tr("The cosine decides: {threshold} or more is accepted.")
            return text.format(threshold=f"{point.threshold:.3f}")
        text = self.tr(
            "{matcher} decides: {threshold} or more is accepted where the cosine reaches its floor of {floor}."
        )
        label = LABELS.get(point.matcher, point.matcher)
        return text.format(matcher=label, threshold=f"{point.threshold:.3f}", floor=f"{point.cosine_floor:.3f}")
