"""Measuring again by itself when an operating point expired for a small reason; what comes of it is only offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from osfi_gui.core.desk import GalleryState, Notice, Phase, Tone, TuneState
from osfi_gui.core.events import Failed, Finished
from osfi_gui.workers.aside import Aside
from osfi_gui.workers.desk import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.events import Event, Token
    from osfi_gui.core.remeasure import MeasuredAgain
    from osfi_gui.workers.calibrate_desk import CalibrateDesk
    from osfi_gui.workers.desk import Desk

QUIET_MS = 2000
"""The gallery has to stay as it is for so long: whoever erases one person often erases another."""

Key = tuple[str, int, int]


class RemeasureDesk(QObject):
    """Watches the gallery, scores a copy of it on a thread of its own, and offers what was measured.

    It belongs to the desk of calibration and moves with it. Nothing is measured while something else is worked on,
    imports and runs above all.

    Parameters
    ----------
    desk : Desk
    calibrating : CalibrateDesk
        Shows the calibration when the operator wants to look at it.
    """

    offered = Signal(object)
    noticed = Signal(object)

    def __init__(self, desk: Desk, calibrating: CalibrateDesk) -> None:
        super().__init__(calibrating)
        self._desk, self._calibrating = desk, calibrating
        self._made: MeasuredAgain | None = None
        self._tunes = False
        self._done: Key | None = None
        self._running: Key | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self._measure)
        self._aside = Aside("measuring again")
        self._aside.over.connect(self._on_over)
        desk.gallery_changed.connect(self.follow)
        desk.job_began.connect(self._aside.cancel, Qt.ConnectionType.DirectConnection)
        # Direct, so before the desk's thread ends: afterwards nobody would join the other one.
        desk.ended.connect(self._on_ended, Qt.ConnectionType.DirectConnection)

    @Slot()
    def _on_ended(self) -> None:
        self._timer.stop()  # by its own thread, while there is one
        self._aside.end()

    @Slot(object)
    @told
    def follow(self, state: GalleryState) -> None:
        """Withdraw what was measured for another gallery, and wait until this one stays as it is."""
        key = self._key() if state.phase is Phase.READY else None
        if self._made is not None and (key is None or key[:2] != self._done_for() or state.calibration == "valid"):
            self._withdraw()
        if self._running is not None and key != self._running:
            self._aside.cancel()
        if key is None:
            self._done = None
            self._timer.stop()
        elif state.calibration != "valid" and key not in (self._done, self._running):
            self._timer.start()

    @Slot(object)
    def follow_run(self, state: TuneState) -> None:
        """Measure nothing while the encoder is being fine-tuned."""
        self._tunes = state.phase is Phase.WAITING
        if self._tunes:
            self._aside.cancel()
        else:
            self._timer.start()

    @Slot()
    @told
    def use(self) -> None:
        """Decide with what was offered from now on."""
        from osfi_gui.services.calibrate import apply

        made = self._made
        if made is None:
            return  # withdrawn meanwhile
        store, (encoder, _) = self._desk.opened(), self._desk.tools()
        point = made.offer.point
        apply(store, encoder, made.calibration, matcher=point.matcher, threshold=point.threshold)
        self._withdraw()
        self._desk.refresh()
        self._calibrating.adopt(made.calibration, made.bands, offered=point)
        what = f"In use now: {made.offer.title} from {point.threshold:.4f} on."
        self.noticed.emit(Notice(what, "It holds until the gallery changes.", Tone.GOOD))

    @Slot()
    @told
    def look(self) -> None:
        """Show what was measured on the Calibrate page; it stays offered."""
        if self._made is not None and self._desk.ready:
            self._calibrating.adopt(self._made.calibration, self._made.bands, offered=self._made.offer.point)

    @Slot()
    def leave(self) -> None:
        """Offer it no more; another change of the gallery begins anew."""
        self._withdraw()

    # Inside

    def _key(self) -> Key | None:
        """Say what a measurement is of: encoder, revision, and how many strangers; None while there is nothing."""
        session = self._desk.session
        if session is None or not self._desk.ready:
            return None
        return session.encoder.name, session.gallery.revision, self._desk.opened().stranger_count()

    def _done_for(self) -> tuple[str, int] | None:
        return None if self._done is None else self._done[:2]

    def _withdraw(self) -> None:
        if self._made is not None:
            self._made = None
            self.offered.emit(None)

    @Slot()
    @told
    def _measure(self) -> None:
        from osfi_gui.services.probes import gather
        from osfi_gui.services.remeasure import measured_again, occasion

        key, session = self._key(), self._desk.session
        if key is None or session is None or key == self._done or self._running is not None:
            return
        if self._tunes or self._desk.busy:
            return  # whatever is worked on tells its end, and then this is asked again
        store, (encoder, _) = self._desk.opened(), self._desk.tools()
        found = occasion(store, session)
        if found is None:
            return
        material = gather(store, encoder)

        def steps(token: Token) -> Iterator[Event]:
            return measured_again(material, found, token=token)

        if self._aside.begin(steps):
            self._running = key

    @Slot(object)
    def _on_over(self, event: Event) -> None:
        # Here and not at the top: it brings the statistics along, and the window is there before them.
        from osfi_gui.core.remeasure import MeasuredAgain as Made

        key, self._running = self._running, None
        now = key is not None and key == self._key()
        if now and isinstance(event, Finished) and isinstance(event.result, Made):
            self._done, self._made = key, event.result
            self.offered.emit(event.result.offer)
        elif now and isinstance(event, Failed):
            self._done = key  # it cannot be measured; the page says why when it is asked to
        else:
            self._timer.start()  # cancelled for something else, or the gallery is another one by now
