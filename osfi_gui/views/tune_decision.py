"""The choice after a run: work with the new version, or leave everything as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from osfi_gui.core.compare import against_in_use
from osfi_gui.core.desk import Promote
from osfi_gui.core.tune import Standing
from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_words import standing_of

if TYPE_CHECKING:
    from osfi_gui.core.tune import Version


class PromoteChoice(QWidget):
    """A button that promotes, and a box to tick before it where promoting is not advised.

    Parameters
    ----------
    leave : bool
        Whether there is a button that does nothing, and says so.
    parent : QWidget, optional
    """

    promote_requested = Signal(object)
    left = Signal()

    def __init__(self, *, leave: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._version_id = 0
        self._standing: Standing | None = None
        self._against: Standing | None = None
        self._said = ""
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.anyway = QCheckBox(self.tr("Use it anyway"))
        self.promote, self.leave = QPushButton(), QPushButton(self.tr("Leave as it is"))
        self.leave.setToolTip(self.tr("Nothing changes; the version is kept and can be promoted later"))
        self.line = QHBoxLayout()
        self.line.setSpacing(10)
        self.line.addWidget(self.anyway)
        self.line.addStretch(1)
        self.line.addWidget(self.leave)
        self.line.addWidget(self.promote)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.reason)
        layout.addLayout(self.line)
        self.leave.setVisible(leave)
        self.anyway.toggled.connect(self._refresh)
        self.promote.clicked.connect(self._ask)
        self.leave.clicked.connect(self.left)
        self.show_choice(None, in_use=0)

    def show_choice(self, version: Version | None, *, in_use: int, current: Version | None = None) -> None:
        """Offer a version; None offers the pretrained encoder, which needs no excuse.

        Parameters
        ----------
        version : Version or None
        in_use : int
            The version that recognition works with.
        current : Version or None
            The same, where it is a tuned one.
        """
        version_id = version.version_id if version is not None else 0
        standing = standing_of(version) if version is not None else None
        against, self._said = against_in_use(version, current) if version is not None else (None, "")
        if (version_id, standing, against) != (self._version_id, self._standing, self._against):
            self.anyway.setChecked(False)
        self._version_id, self._standing, self._against = version_id, standing, against
        self._in_use = in_use
        name = (
            self.tr("version {number}").format(number=version_id) if version_id else self.tr("the pretrained encoder")
        )
        self.promote.setText(self.tr("Promote {version}").format(version=name))
        self._refresh()

    def _needs_excuse(self) -> bool:
        doubtful = self._standing not in {None, Standing.BETTER} or self._against is Standing.WORSE
        return doubtful and self._version_id != self._in_use

    def _reason(self) -> str:
        if self._version_id == self._in_use:
            return self.tr("This is in use now.")
        if self._against is Standing.WORSE:
            worse = self.tr("Better not: it recognised worse than the version that is in use.")
            return worse if self._standing is Standing.BETTER else f"{worse} {self._against_pretrained()}"
        # Where the version in use could not be compared with, that is all there is to say.
        unknown = self._said if self._against is Standing.UNJUDGED else ""
        return " ".join(part for part in (self._against_pretrained(), unknown) if part)

    def _against_pretrained(self) -> str:
        return {
            None: "",
            Standing.BETTER: "",
            Standing.WORSE: self.tr(
                "Better not: it recognised worse than the encoder it was compared with. Whoever uses it anyway should "
                "have a reason that the comparison does not know."
            ),
            Standing.OPEN: self.tr(
                "No difference was shown, so nothing speaks for the change. More held-out shots or strangers would "
                "show a smaller one."
            ),
            Standing.UNJUDGED: self.tr(
                "Nobody knows whether it is better: there was nothing to compare with. It may recognise worse."
            ),
        }[self._standing]

    @Slot()
    def _refresh(self) -> None:
        used = self._version_id == self._in_use
        excuse = self._needs_excuse()
        reason = self._reason()
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        worse = Standing.WORSE in {self._standing, self._against}
        set_role(self.reason, "error" if worse and not used else "muted")
        self.anyway.setVisible(excuse)
        self.anyway.setAccessibleDescription(reason)
        self.promote.setVisible(not used)
        self.promote.setEnabled(not used and (not excuse or self.anyway.isChecked()))
        # The button that stands out is the one that is advised.
        set_role(self.promote, "" if excuse else "primary")
        set_role(self.leave, "primary" if excuse else "")

    @Slot()
    def _ask(self) -> None:
        self.promote_requested.emit(Promote(self._version_id, anyway=self._needs_excuse() and self.anyway.isChecked()))
