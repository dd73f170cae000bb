"""What is on the Calibrate page: scores and matchers to the left, the operating point to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from osfi_gui.core.calibration import WriteReport
from osfi_gui.core.desk import EngineState, GalleryState, JobState, Phase
from osfi_gui.views.calibrate_matchers import MatchersCard
from osfi_gui.views.calibrate_offer import OfferRow
from osfi_gui.views.calibrate_point import PointPanel
from osfi_gui.views.calibrate_report import ReportChooser, ReportRow
from osfi_gui.views.calibrate_sources import SourcesCard
from osfi_gui.views.calibrate_words import deciding_text, state_text
from osfi_gui.views.empty_page import EmptyPage

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QShowEvent

    from osfi_gui.core.calibration import CalibrationView
    from osfi_gui.core.remeasure import Offer

WIDTH_LINES = 23
"""Width of the left column, in heights of a line of text."""
TEXT_LINES = 28
"""Width of the text that is there before anything is measured, in the same."""


class CalibrateBody(QWidget):
    """Everything it changes, it asks for.

    Parameters
    ----------
    parent : QWidget, optional
    """

    calibration_view_requested = Signal()
    measure_requested = Signal(object)
    measure_cancel_requested = Signal()
    point_requested = Signal(object)
    report_requested = Signal(object)
    report_cancel_requested = Signal()
    offer_used = Signal()
    offer_looked_at = Signal()
    offer_left = Signal()
    strangers_requested = Signal(object)
    strangers_cancel_requested = Signal()
    recording_toggled = Signal(bool)
    unlock_requested = Signal()
    enrol_page_requested = Signal()
    noticed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._gallery, self._engine = GalleryState(), EngineState()
        self._view: CalibrationView | None = None
        self.sources, self.matchers, self.point = SourcesCard(), MatchersCard(), PointPanel()
        self.empty, self.unmeasured = EmptyPage(), EmptyPage()
        self.offer, self.writing = OfferRow(), ReportRow()
        self.report = ReportChooser(self)
        self._lay_out()
        self._connect()
        self._refresh()

    # States

    @Slot(object)
    def show_engine(self, state: EngineState) -> None:
        """Know whether there is an encoder."""
        ready, self._engine = self._engine.phase is Phase.READY, state
        self._refresh()
        if state.phase is Phase.READY and not ready:
            self._ask_view()

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Follow the gallery; a locked one leaves nothing behind on the screen, but for the target FAR."""
        if state == self._gallery:
            return
        self._gallery = state
        if state.phase is not Phase.READY:
            self._view = None
            self.sources.forget()
            self.point.forget()
        self._refresh()
        self._ask_view()

    @Slot(object)
    def show_calibration(self, view: CalibrationView) -> None:
        """Show the newest calibration, or why there is none."""
        if self._gallery.phase is not Phase.READY:
            return  # an answer from before it was locked
        known = self._view.calibration if self._view is not None else None
        self._view = view
        if view.problem or view.calibration is not known:
            self.sources.show_problem(view.problem, view.remedy)
        if view.calibration is not known or view.calibration is None:
            self.sources.show_calibration(view.calibration)
            if view.calibration is not None:
                self.matchers.show_calibration(view.calibration)
        self._refresh()

    @Slot(object)
    def show_offer(self, offer: Offer | None) -> None:
        """Offer a threshold that was measured again, or none."""
        if offer is None and self.offer.isAncestorOf(self.focusWidget() or self):
            self.sources.measure.setFocus()  # or Qt gives it to whatever comes next in the window
        self.offer.show_offer(offer)

    @Slot(object)
    def show_report(self, state: JobState) -> None:
        """Follow the report that is being written."""
        self.writing.show_job(state)
        self.point.allow_report(on=state.phase is not Phase.WAITING)

    @Slot(object)
    def show_job(self, state: JobState) -> None:
        """Follow the measuring."""
        self.sources.show_job(state)
        self._refresh()

    @Slot(object)
    def show_strangers_job(self, state: JobState) -> None:
        """Follow the import of strangers that was asked for here."""
        self.sources.imports.show_job(state)

    @Slot(int)
    def show_recorded(self, count: int) -> None:
        """Say how many strangers were recorded."""
        self.sources.show_recorded(count)

    def unsaved(self) -> str:
        """Say what would be lost; empty when nothing would."""
        if self.writing.runs:
            return self.tr("The report is not written yet.")
        if self.point.pending:
            return self.tr("The operating point that you chose on the Calibrate page is not in use.")
        return ""

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for what may have changed while another page was in front."""
        super().showEvent(event)
        self._ask_view()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Record nobody while nobody sees that it goes on."""
        super().hideEvent(event)
        self.sources.record.setChecked(False)

    # Inside

    def _ask_view(self) -> None:
        if self.isVisible() and self._gallery.phase is Phase.READY and self._engine.phase is Phase.READY:
            self.calibration_view_requested.emit()

    def _refresh(self) -> None:
        """Show the page, or what has to be done before it is of use."""
        words = self._missing()
        if words is not None:
            self.empty.show_words(*words)
        self._whole.setCurrentIndex(0 if words is not None else 1)
        gallery = self._gallery
        deciding = deciding_text(gallery.operating_point, gallery)
        if gallery.operating_point is not None:
            deciding = f"{deciding} {state_text(gallery.calibration)}"
        self.point.show_deciding(deciding, gallery.operating_point, valid=gallery.calibration == "valid")
        calibration = self._view.calibration if self._view is not None else None
        self.matchers.setVisible(calibration is not None)
        self._right.setCurrentIndex(0 if calibration is None else 1)
        if calibration is None:
            self.unmeasured.show_words(
                self.tr("Nothing is measured yet"),
                self.tr(
                    "Every shot is compared with the others, and strangers with everybody. Say how often a stranger "
                    "may be accepted, and measure; the best matcher and its threshold are proposed, and nothing "
                    "changes before you use them."
                )
                + f"\n\n{deciding}"
                # A number and its sign stay on one line.
                + (f" {gallery.operating_point.source}" if gallery.operating_point is not None else "").replace(
                    " %", "\u00a0%"
                ),
            )
            return
        assert self._view is not None
        self.point.show_view(self._view, obsolete=self._obsolete())

    def _obsolete(self) -> str:
        """Say why the calibration that is shown cannot be used any more; empty where it can."""
        assert self._view is not None
        calibration = self._view.calibration
        assert calibration is not None
        if calibration.revision != self._gallery.revision:
            return self.tr("The gallery has changed since this was measured. Measure again to use a threshold.")
        if calibration.title != self._gallery.encoder and self._gallery.encoder:
            return self.tr("Another encoder is in use since this was measured. Measure again to use a threshold.")
        return ""

    def _missing(self) -> tuple[str, str, str] | None:
        if self._gallery.phase is Phase.WAITING:
            return self.tr("The gallery is being opened"), self.tr("This takes a moment."), ""
        if self._gallery.phase is not Phase.READY:
            words = self.tr("Unlock it: a threshold is chosen for the people in it.")
            return self.tr("No gallery is open"), words, self.tr("Unlock…")
        if self._engine.phase is Phase.FAILED:
            return self._engine.what or self.tr("Recognition does not work"), self._engine.remedy, ""
        if self._engine.phase is not Phase.READY:
            words = self.tr("There is nothing to measure before they are there.")
            return self.tr("Loading the face models…"), words, ""
        if not self._gallery.people:
            words = self.tr(
                "A threshold is chosen for the people of the gallery: enrol them first, with two shots or more."
            )
            return self.tr("Nobody is enrolled yet"), words, self.tr("Enrol somebody")
        return None

    @Slot()
    def _on_empty_action(self) -> None:
        if self._gallery.phase is Phase.READY:
            self.enrol_page_requested.emit()
        else:
            self.unlock_requested.emit()

    @Slot(str)
    def _on_report(self, path: str) -> None:
        now = self.point.choices.now if self.point.choices is not None else None
        if now is not None:
            self.report_requested.emit(WriteReport(path, now.matcher, now.threshold))

    def _connect(self) -> None:
        self.sources.measure_requested.connect(self.measure_requested)
        self.sources.cancel_requested.connect(self.measure_cancel_requested)
        self.sources.imports.strangers_requested.connect(self.strangers_requested)
        self.sources.imports.strangers_cancel_requested.connect(self.strangers_cancel_requested)
        self.sources.recording_toggled.connect(self.recording_toggled)
        self.matchers.chosen.connect(self.point.choose_matcher)
        self.point.matcher_changed.connect(self.matchers.choose)
        self.point.point_requested.connect(self.point_requested)
        self.point.report_clicked.connect(self.report.ask)
        self.point.noticed.connect(self.noticed)
        self.report.chosen.connect(self._on_report)
        self.writing.cancel_requested.connect(self.report_cancel_requested)
        self.offer.used.connect(self.offer_used)
        self.offer.looked_at.connect(self.offer_looked_at)
        self.offer.left.connect(self.offer_left)
        self.empty.action_requested.connect(self._on_empty_action)

    def _lay_out(self) -> None:
        inside = QWidget()
        inside.setProperty("role", "page")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(8)
        column.addWidget(self.sources)
        column.addWidget(self.matchers)
        column.addStretch(1)
        self._area = _Area(inside, self.tr("Scores and matchers"))
        self._area.setFixedWidth(round(WIDTH_LINES * self.fontMetrics().height()))
        self.unmeasured.text.setFixedWidth(TEXT_LINES * self.fontMetrics().height())
        self._right = QStackedWidget()
        self._right.addWidget(self.unmeasured)
        # Only where large letters leave too little room is there anything to scroll.
        self.point.setProperty("role", "page")
        self._right.addWidget(_Area(self.point, self.tr("Operating point")))
        page = QWidget()
        line = QHBoxLayout(page)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        line.addWidget(self._area)
        line.addWidget(self._right, 1)
        self._whole = QStackedWidget()
        self._whole.addWidget(self.empty)
        self._whole.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.offer)
        layout.addWidget(self._whole, 1)
        layout.addWidget(self.writing)


class _Area(QScrollArea):
    """An area that is scrolled up and down, and is never narrower than what is in it.

    Parameters
    ----------
    inside : QWidget
    name : str
        For screen readers.
    """

    def __init__(self, inside: QWidget, name: str) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setWidget(inside)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Need the width of what is inside, and of the bar beside it."""
        inside = self.widget()
        width = self.verticalScrollBar().sizeHint().width() + (inside.minimumSizeHint().width() if inside else 0)
        return QSize(width, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Ask for more room when what is inside does."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
