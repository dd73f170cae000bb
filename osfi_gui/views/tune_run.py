"""The right side of the Fine-tune page: before a run what there is for it, then how it goes, then what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from osfi_gui.core.desk import Phase, TuneState
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_comparison import ComparisonCard
from osfi_gui.views.tune_curves import TuneCurves
from osfi_gui.views.tune_decision import PromoteChoice
from osfi_gui.views.tune_progress import TuneProgress
from osfi_gui.views.tune_readiness import ReadinessCard

if TYPE_CHECKING:
    from osfi_gui.core.tune import Version, VersionListing


class RunPanel(QWidget):
    """Follows one run from what it needs to what is done with it.

    Parameters
    ----------
    parent : QWidget, optional
    """

    promote_requested = Signal(object)
    decision_pending = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = TuneState()
        self._in_use = 0
        self._current: Version | None = None
        self._left: int | None = None
        self.progress, self.curves = TuneProgress(), TuneCurves()
        self.outcome = InlineRow(Mark.INFO)
        self.comparison = ComparisonCard()
        self.readiness = ReadinessCard()
        self.course = _course()
        self.choice = PromoteChoice(leave=True)
        self._foot = QFrame()
        self._lay_out()
        self.choice.promote_requested.connect(self.promote_requested)
        self.choice.left.connect(self._on_left)
        self._refresh()

    @property
    def runs(self) -> bool:
        """Whether a run goes on."""
        return self._state.phase is Phase.WAITING

    def show_run(self, state: TuneState) -> None:
        """Follow a run; nothing is drawn more often than the eye can follow."""
        same = state.phase is self._state.phase and state.version == self._state.version
        self._state = state
        self.progress.show_run(state)
        self.curves.show_run(state)
        if not same:
            self._left = None
            self._refresh()
            self.curves.finish()
            self._area.verticalScrollBar().setValue(0)

    def show_versions(self, listing: VersionListing | None) -> None:
        """Know which version is in use."""
        self._in_use = 0 if listing is None else listing.in_use
        self._current = None if listing is None else listing.current
        self._refresh()

    def forget(self) -> None:
        """Leave nothing of the last run on the screen."""
        self.readiness.forget()
        if not self.runs:
            self.show_run(TuneState())

    @Slot()
    def _on_left(self) -> None:
        version = self._state.version
        self._left = None if version is None else version.version_id
        self._refresh()
        self._area.verticalScrollBar().setValue(0)

    def _refresh(self) -> None:
        state = self._state
        version = state.version if state.phase is Phase.READY else None
        decided = version is not None and version.version_id in {self._left, self._in_use}
        self._say(version.version_id if version is not None else 0)
        self.progress.setVisible(self.runs)
        # A run that ended early has nothing to compare; its curves say how far it came.
        self.curves.setVisible(self.runs or bool(state.steps))
        self.comparison.setVisible(version is not None)
        if version is not None:
            self.comparison.show_version(version)
            self.choice.show_choice(version, in_use=self._in_use, current=self._current)
        pending = version is not None and not decided
        self._foot.setVisible(pending)
        self.decision_pending.emit(pending)
        self.readiness.setVisible(not self.runs)
        self.course.setVisible(not self.runs and not state.steps)

    def _say(self, version_id: int) -> None:
        """Say in a row what became of the run."""
        state = self._state
        mark, text = Mark.INFO, ""
        if state.phase is Phase.ENDED:
            text = " ".join(part for part in (state.what, state.remedy) if part)
            text = text or self.tr("The run was cancelled. Nothing was changed.")
        elif state.phase is Phase.FAILED:
            mark = Mark.BAD
            text = " ".join(part for part in (state.what or self.tr("The run failed."), state.remedy) if part)
        elif state.phase is Phase.READY and version_id and self._in_use == version_id:
            mark, text = Mark.GOOD, self.tr("Version {number} is in use now.").format(number=version_id)
        elif state.phase is Phase.READY and version_id and self._left == version_id:
            text = self.tr("Nothing was changed. Version {number} is kept under Versions.").format(number=version_id)
        self.outcome.setVisible(bool(text))
        if text:
            self.outcome.set_mark(mark)
            self.outcome.set_text(text)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("role", "page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.outcome)
        column.addWidget(self.comparison)
        column.addWidget(self.curves, 1)
        column.addWidget(self.readiness)
        column.addWidget(self.course)
        column.addStretch(0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Reached with the keyboard so that what is longer than the window can be scrolled with it.
        self._area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._area.setAccessibleName(self.tr("The run"))
        self._area.setWidget(inside)
        set_role(self._foot, "card")
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(18, 10, 18, 10)
        foot.addWidget(self.choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.progress)
        layout.addWidget(self._area, 1)
        layout.addWidget(self._foot)


def _course() -> QFrame:
    """Say how a run goes, for whoever starts the first one."""
    translate = QCoreApplication.translate
    card = QFrame()
    set_role(card, "card")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(18, 14, 18, 14)
    layout.setSpacing(8)
    heading = QLabel(translate("tune", "How a run goes"))
    set_role(heading, "heading")
    layout.addWidget(heading)
    for number, text in enumerate(
        (
            translate("tune", "Some shots are held out to judge by. Strangers are never trained on."),
            translate("tune", "A copy of the encoder learns the other shots. The live picture goes on meanwhile."),
            translate("tune", "Before and after are compared on the held-out shots and the strangers."),
            translate("tune", "You decide. Until then, and after Cancel, everything stays as it is."),
        ),
        start=1,
    ):
        line = QHBoxLayout()
        line.setSpacing(10)
        place, words = QLabel(f"{number}."), QLabel(text)
        words.setWordWrap(True)
        set_role(place, "muted")
        line.addWidget(place, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(words, 1)
        layout.addLayout(line)
    return card
