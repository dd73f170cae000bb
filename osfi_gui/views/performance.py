"""The performance overlay: how fast the live path is, above the picture and never over it, where names are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from osfi_gui.core.rates import Rate, Recent
from osfi_gui.views.theme import palette

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.rates import Flow
    from osfi_gui.core.values import Recognition
    from osfi_gui.views.live_picture import LivePicture

REFRESH_S = 0.5
"""Numbers that change more often cannot be read."""
UNKNOWN = "–"
SEARCH = "detect"
"""The stage that every frame goes through, with faces or without."""
_INSET, _EDGE, _GAP, _BETWEEN = 8.0, 6, 8.0, 20.0


class PerformanceOverlay(QWidget):
    """Rates, stage times and memory above a picture; off until it is shown; it measures nothing while it is hidden.

    Parameters
    ----------
    picture : LivePicture
        Whose upper edge it takes: what is shown fits below it, so that it covers nobody and no name.
    clock : callable
        Seconds now, of a clock that never goes back.
    """

    def __init__(self, picture: LivePicture, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(picture)
        self._picture = picture
        self._clock = clock
        self._rows: tuple[tuple[str, str], ...] = ()
        self._columns = 1
        self._begin()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Performance"))
        self.hide()
        picture.installEventFilter(self)

    def _begin(self) -> None:
        """Forget what was measured."""
        self._captured, self._displayed, self._decided, self._dropped = Rate(), Rate(), Rate(), Rate()
        self._stages: dict[str, Recent] = {}
        self._recognition: Recognition | None = None
        self._refreshed_s = float("-inf")

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Names and numbers, as shown."""
        return self._rows

    def note(self, flow: Flow, recognition: Recognition | None, *, painted: int) -> None:
        """Take over what has passed so far.

        Parameters
        ----------
        flow : Flow
        recognition : Recognition or None
            The newest one; the same one again counts once.
        painted : int
            Different frames that the picture has painted so far.
        """
        now_s = self._clock()
        self._captured.note(flow.captured, now_s=now_s)
        self._dropped.note(flow.dropped, now_s=now_s)
        self._decided.note(flow.recognised, now_s=now_s)
        self._displayed.note(painted, now_s=now_s)
        if recognition is not None and recognition is not self._recognition:
            for stage, taken_ms in recognition.stages_ms.items():
                recent = self._stages.setdefault(stage, Recent())
                # Without a face only looking for one takes time: the zeros of the rest would hide what a face costs.
                if stage == SEARCH or recognition.sightings:
                    recent.note(taken_ms, now_s=now_s)
        self._recognition = recognition
        if now_s - self._refreshed_s >= REFRESH_S:
            self._refreshed_s = now_s
            self._say(flow, now_s=now_s)

    def _say(self, flow: Flow, *, now_s: float) -> None:
        captured, dropped = self._captured.per_second, self._dropped.per_second
        share = f" ({100.0 * dropped / captured:.0f} %)" if captured and dropped is not None else ""
        words = {"detect": self.tr("Detect"), "encode": self.tr("Encode"), "match": self.tr("Match")}
        rows = [
            (self.tr("Capture"), self._a_second(captured)),
            (self.tr("Display"), self._a_second(self._displayed.per_second)),
            (self.tr("Decision"), self._a_second(self._decided.per_second)),
            (self.tr("Dropped"), self._a_second(dropped) + share),
        ]
        for stage, recent in self._stages.items():
            median = recent.median(now_s=now_s)
            rows.append((words.get(stage, stage), UNKNOWN if median is None else f"{median:.1f} ms"))
        rows.append((self.tr("Memory"), f"{flow.resident_mb:.0f} MB" if flow.resident_mb else UNKNOWN))
        self._rows = tuple(rows)
        self.setAccessibleDescription(", ".join(f"{name} {number}" for name, number in rows))
        self._place()
        self.update()

    def _a_second(self, rate: float | None) -> str:
        return UNKNOWN if rate is None else f"{rate:.1f} {self.tr('/s')}"

    def _place(self) -> None:
        """Take the upper edge, in as many columns as fit, and let the picture begin below."""
        if not self._rows:
            return
        metrics = QFontMetricsF(self.font())
        width = self._picture.width() - 2 * _EDGE
        room = width - 2 * _INSET + _BETWEEN
        self._columns = max(1, min(len(self._rows), int(room // (self._cell() + _BETWEEN))))
        lines = -(-len(self._rows) // self._columns)
        height = round(lines * metrics.lineSpacing() + 2 * _INSET)
        self.setGeometry(_EDGE, _EDGE, max(1, width), height)
        self._picture.keep_above(height + 2 * _EDGE)

    def _cell(self) -> float:
        """Say how wide a name and its number are, with room for a long one so that nothing moves with every digit."""
        metrics = QFontMetricsF(self.font())
        names = max(metrics.horizontalAdvance(name) for name, _ in self._rows)
        widest = [metrics.horizontalAdvance(number) for _, number in self._rows]
        return names + _GAP + max([metrics.horizontalAdvance("88.8 /s (88 %)"), *widest])

    # Qt

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Begin anew: what was counted while nobody looked is no rate."""
        super().showEvent(event)
        if not event.spontaneous():
            self._begin()
            self._place()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Give the picture its whole height back, unless only its page is hidden."""
        super().hideEvent(event)
        if self.isHidden():
            self._picture.keep_above(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay at the edge of a picture that changes its size."""
        if event.type() is QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Write each name on the left of its cell and its number on the right."""
        colours = palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(colours.stage)
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), 8.0, 8.0)
        painter.setPen(colours.on_stage)
        painter.setFont(self.font())
        line, cell = QFontMetricsF(self.font()).lineSpacing(), self._cell() if self._rows else 0.0
        step = (self.width() - 2 * _INSET + _BETWEEN) / self._columns
        for index, (name, number) in enumerate(self._rows):
            row, column = divmod(index, self._columns)
            place = QRectF(_INSET + column * step, _INSET + row * line, min(cell, self.width() - 2 * _INSET), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number)
        painter.end()
