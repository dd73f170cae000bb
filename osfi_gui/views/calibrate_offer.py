"""One line that offers a threshold that was measured again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from osfi_gui.core.tune import Estimate
from osfi_gui.views.calibrate_words import interval_text, share_text, threshold_text
from osfi_gui.views.inline_row import InlineRow
from osfi_gui.views.marks import Mark
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.remeasure import Offer


def _tr(text: str) -> str:
    return QCoreApplication.translate("calibrate", text)


def offer_text(offer: Offer) -> str:
    """Say what was measured, and instead of what it would decide."""
    point, before, measured = offer.point, offer.before, offer.point.measured
    people = _tr("1 person") if offer.people == 1 else _tr("{count} people").format(count=f"{offer.people:,}")
    new = threshold_text(point.threshold)
    if before is None:
        begin = _tr("Measured again for {people}: {title} from {new} on; nothing is decided yet").format(
            people=people, title=offer.title, new=new
        )
    elif before.matcher != point.matcher:
        begin = _tr("Measured again for {people}: {title} from {new} on instead of {title_before} from {old}").format(
            people=people,
            title=offer.title,
            new=new,
            title_before=offer.title_before,
            old=threshold_text(before.threshold),
        )
    elif before.threshold == point.threshold:
        begin = _tr("Threshold {new} measured again for {people}").format(new=new, people=people)
    else:
        begin = _tr("Threshold measured again for {people}: {new} instead of {old}").format(
            people=people, new=new, old=threshold_text(before.threshold)
        )
    if measured is not None:
        far = Estimate(*measured.far)
        begin += _tr(", FAR {share} ({interval})").format(
            share=share_text(far.value), interval=interval_text(far).removesuffix(" %")
        )
    text = f"{begin}."
    return f"{text} {offer.caution}" if offer.caution else text


class OfferRow(InlineRow):
    """What is offered, and what can be done about it; hidden while there is nothing.

    Parameters
    ----------
    parent : QWidget, optional
    """

    used = Signal()
    looked_at = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Mark.INFO, parent)
        self.use, self.look, self.leave = (
            QPushButton(text) for text in (self.tr("Use it"), self.tr("Look at it"), self.tr("Not now"))
        )
        layout = self.layout()
        assert layout is not None
        layout.setAlignment(self._mark_label, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.use, self.look, self.leave):
            button.setAutoDefault(False)
            layout.addWidget(button)
            layout.setAlignment(button, Qt.AlignmentFlag.AlignVCenter)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.use.clicked.connect(self.used)
        self.look.clicked.connect(self.looked_at)
        self.leave.clicked.connect(self.left)
        self.hide()

    @Slot(object)
    def show_offer(self, offer: Offer | None) -> None:
        """Offer something, or nothing any more."""
        if offer is not None:
            # A number and its sign stay on one line.
            self.set_text(offer_text(offer).replace(" %", "\u00a0%"))
            self.set_mark(Mark.WARNING if offer.caution else Mark.INFO)
            self.use.setText(self.tr("Use it anyway") if offer.caution else self.tr("Use it"))
            set_role(self.use, "" if offer.caution else "primary")
        self.setVisible(offer is not None)
