"""The last decisions, each with its face: one a track, and a new one whenever the track's outcome changes."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTime
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from osfi_gui.core.values import Verdict
from osfi_gui.views.face_boxes import paint_glyph
from osfi_gui.views.face_tile import STORED, paint_face
from osfi_gui.views.pixels import to_pixmap
from osfi_gui.views.theme import palette
from osfi_gui.views.verdict import colour_of, ground_of, outcome, who

if TYPE_CHECKING:
    from osfi_gui.core.values import Recognition, Sighting

KEPT = 12
_TRACKS = 256
"""How many tracks' outcomes are remembered."""


class NewDecisions:
    """Finds in each recognition what was decided anew."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, int, int], tuple[Verdict, int | None]] = OrderedDict()

    def forget(self) -> None:
        """Begin anew: another source counts its tracks and pictures from the start again."""
        self._last.clear()

    def of(self, recognition: Recognition) -> list[Sighting]:
        """Give the sightings whose outcome is decided and differs from the last one of their track.

        Parameters
        ----------
        recognition : Recognition
            Faces of pictures have no track; there the number of the picture and the place in it stand for one.
        """
        found = []
        for place, sighting in enumerate(recognition.sightings):
            decision = sighting.decision
            if decision.verdict is Verdict.UNDECIDED:
                continue
            key = ("track", sighting.track, 0) if sighting.track else ("picture", recognition.frame.index, place)
            now = (decision.verdict, decision.identity_id)
            if self._last.get(key) != now:
                found.append(sighting)
            self._last[key] = now
            self._last.move_to_end(key)
        while len(self._last) > _TRACKS:
            self._last.popitem(last=False)
        return found


@dataclass(frozen=True, eq=False)
class Entry:
    """One decision as it is shown."""

    face: QPixmap
    verdict: Verdict
    name: str
    time: str
    identity_id: int | None = None


class DecisionStrip(QWidget):
    """The newest decision on the left; as many as fit, twelve at most."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Last decisions"))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is kept, newest first."""
        return tuple(self._entries)

    def add(self, sighting: Sighting) -> None:
        """Put a decision in front; the oldest goes."""
        decision = sighting.decision
        time = QTime.currentTime().toString("HH:mm:ss")
        face = to_pixmap(sighting.chip, STORED)
        self._entries.appendleft(Entry(face, decision.verdict, who(decision), time, decision.identity_id))
        self._changed()

    def clear(self) -> None:
        """Forget every decision: faces are not shown while the gallery is locked."""
        self._entries.clear()
        self._changed()

    def forget(self, identity_id: int) -> None:
        """Drop every decision for one identity: whoever is erased is not shown here any longer either."""
        self._entries = deque((e for e in self._entries if e.identity_id != identity_id), maxlen=KEPT)
        self._changed()

    def _changed(self) -> None:
        said = (f"{entry.time} {outcome(entry.verdict)} {entry.name}" for entry in self._entries)
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Be as high as a face and three lines of text."""
        line = QFontMetricsF(self.font()).height()
        return QSize(600, round(2.7 * line + 3 * line + 18))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the entries, or what will be here."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._entries:
            painter.setPen(palette().muted)
            text = self.tr("The last decisions will stand here, the newest on the left.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
            return
        gap = 8.0
        width = max(6.8 * QFontMetricsF(self.font()).height(), (self.width() - gap * (KEPT - 1)) / KEPT)
        # Shared out, so that the row ends where the page does.
        fit = max(1, int((self.width() + gap) // (width + gap)))
        width = (self.width() - gap * (fit - 1)) / fit
        for index, entry in enumerate(self._entries):
            left = index * (width + gap)
            if left + width > self.width() + 1:
                break
            self._paint_entry(painter, QRectF(left, 0, width, self.height()), entry)

    def _paint_entry(self, painter: QPainter, cell: QRectF, entry: Entry) -> None:
        colours = palette()
        colour = colour_of(entry.verdict, colours)
        painter.setPen(colours.line)
        painter.setBrush(colours.panel)
        painter.drawRoundedRect(cell.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        metrics = QFontMetricsF(self.font())
        side = 2.7 * metrics.height()
        face = QRectF(cell.left() + 7, cell.top() + 7, side, side)
        paint_face(painter, face, entry.face, entry.name)
        sign = QRectF(cell.right() - 7 - 0.5 * side, face.top(), 0.5 * side, 0.5 * side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground_of(entry.verdict, colours))
        # The same shapes as in the picture: round for accepted, square for rejected.
        radius = sign.height() / 2 if entry.verdict is Verdict.ACCEPT else 3.0
        painter.drawRoundedRect(sign, radius, radius)
        inset = 0.25 * sign.width()
        paint_glyph(painter, entry.verdict, sign.adjusted(inset, inset, -inset, -inset), colour)
        line = QRectF(cell.left() + 7, face.bottom() + 3, cell.width() - 11, metrics.height())
        small, bold = QFont(self.font()), QFont(self.font())
        for font in (small, bold):
            if font.pointSizeF() > 0:
                font.setPointSizeF(0.88 * font.pointSizeF())
        bold.setBold(True)
        for font, pen, text in (
            (bold, colour, outcome(entry.verdict)),
            (self.font(), colours.text, entry.name),
            (small, colours.muted, entry.time),
        ):
            painter.setFont(font)
            painter.setPen(pen)
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            line.translate(0, metrics.height())
