"""One line that says what the person at the camera should do now, and the button that takes a shot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from osfi_gui.core.enrolment import Pose
from osfi_gui.views.marks import Mark, MarkLabel
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.enrolment import Draft


class EnrolGuide(QWidget):
    """Follows the draft.

    Parameters
    ----------
    parent : QWidget, optional
    """

    shot_requested = Signal()
    auto_requested = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = MarkLabel(Mark.INFO)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        set_role(self.text, "heading")
        self.auto = QCheckBox(self.tr("Automatic"))
        self.auto.setToolTip(self.tr("Take a shot when the pose that is asked for was held for a moment"))
        self.auto.setAccessibleName(self.tr("Take shots by itself"))
        self.auto.setChecked(True)
        self.take = QPushButton(self.tr("Take a shot (Space)"))
        self.take.setAccessibleName(self.tr("Take a shot"))
        self._draft: Draft | None = None
        self._looks = False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._mark)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.auto)
        layout.addWidget(self.take)
        self.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 8)
        self.auto.toggled.connect(self._on_auto)
        self.take.clicked.connect(self.shot_requested)
        self.show_draft(None)

    def show_draft(self, draft: Draft | None, *, looks: bool = False) -> None:
        """Say what to do in view of the newest draft.

        Parameters
        ----------
        draft : Draft or None
            None while there is none of what is shown.
        looks : bool
            Whether one is to come, so that something is said while it is waited for.
        """
        self._draft, self._looks = draft, looks
        mark, text = self._says(draft)
        self._mark.setVisible(bool(text))
        self._mark.set_mark(mark)
        if text != self.text.text():
            self.text.setText(text)
        seen = None if draft is None else draft.examination
        self.take.setEnabled(seen is not None and seen.passed)

    def _on_auto(self, auto: bool) -> None:
        self.auto_requested.emit(auto)
        self.show_draft(self._draft, looks=self._looks)

    def _says(self, draft: Draft | None) -> tuple[Mark, str]:
        if draft is None or draft.examination is None:
            return Mark.INFO, self.tr("Looking for a face…") if self._looks else ""
        if draft.examination.advice:
            return Mark.WARNING, draft.examination.advice[0]
        if draft.held:
            return Mark.GOOD, self.tr("Hold it…")
        if draft.asked is None:
            return Mark.GOOD, self.tr("All five poses are taken.")
        if not self.auto.isChecked():
            return Mark.GOOD, self.tr("Good: press Space to take a shot.")
        return Mark.INFO, {
            Pose.FRONT: self.tr("Look straight at the camera."),
            Pose.LEFT: self.tr("Turn the head a little to your left."),
            Pose.RIGHT: self.tr("Turn the head a little to your right."),
            Pose.UP: self.tr("Raise the chin a little."),
            Pose.DOWN: self.tr("Lower the chin a little."),
        }[draft.asked]
