"""The live picture: the newest frame as large as it fits, and what was found in it drawn over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from osfi_gui.views.face_boxes import paint_box, paint_label, word
from osfi_gui.views.picture_message import PictureMessage
from osfi_gui.views.pixels import to_image
from osfi_gui.views.theme import palette

if TYPE_CHECKING:
    from osfi_gui.core.values import Frame, Sighting

Overlay = Callable[[QPainter, Callable[[float, float], QPointF], float], None]
"""Draws over the picture: the painter, a mapping from a frame's pixel to a point of the widget, and the scale."""

RADIUS = 10.0


class LivePicture(QWidget):
    """Shows the newest frame letterboxed, boxes and labels over it, or a message where there is no frame.

    Faces are chosen with the mouse, or with the arrow keys while the picture has the keyboard.
    """

    face_clicked = Signal(int)
    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._scaled = QPixmap()
        self._frame: Frame | None = None
        self._sightings: tuple[Sighting, ...] = ()
        self._selected = -1
        self._overlay: Overlay | None = None
        self._tag = ""
        self._ringed = False
        self._above = 0
        self._painted: Frame | None = None
        self._paintings = 0
        self._message = PictureMessage(self)
        self._message.action_requested.connect(self.action_requested)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setAccessibleName(self.tr("Live picture"))

    # What it shows

    def show_frame(self, frame: Frame | None) -> None:
        """Show a frame, or an empty stage."""
        if frame is self._frame:
            return
        had = self._frame is not None
        self._frame = frame
        self._image = QImage() if frame is None else to_image(frame.pixels)
        self._rescale()
        if had != (frame is not None):
            self._place_message()
        self.update()

    def show_sightings(self, sightings: tuple[Sighting, ...]) -> None:
        """Show boxes and labels, in pixels of the frame."""
        if sightings is self._sightings:
            return
        self._sightings = sightings
        if self._selected >= len(sightings):
            self._selected = -1
        words = ", ".join(word(s.decision) for s in sightings)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
        self.update()

    def show_selected(self, index: int) -> None:
        """Emphasise one face.

        Parameters
        ----------
        index : int
            Of the sightings shown; -1 for none.
        """
        if index != self._selected:
            self._selected = index
            self.update()

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Let somebody draw over the picture at every painting; None stops it."""
        self._overlay = overlay
        self.update()

    def set_tag(self, text: str) -> None:
        """Write a word into the picture's upper left corner; empty takes it away."""
        self._tag = text
        self.update()

    def keep_above(self, height: int) -> None:
        """Leave the upper edge to somebody else: the picture fits below so many pixels."""
        if height != self._above:
            self._above = height
            self._rescale()
            self.update()

    def set_message(self, title: str, text: str, action: str = "") -> None:
        """Say something in the picture's place, or over its lower edge where there is a picture.

        Parameters
        ----------
        title : str
            Empty: nothing is said.
        text : str
            What to do.
        action : str
            Word of a button that emits ``action_requested``; empty for none.
        """
        self._message.say(title, text, action)
        self._place_message()

    @property
    def message(self) -> tuple[str, str, str]:
        """Title, text and button of the message; three empty strings where nothing is said."""
        return self._message.says

    @property
    def frame(self) -> Frame | None:
        """The frame that is shown."""
        return self._frame

    @property
    def paintings(self) -> int:
        """How many different frames were painted so far; the same one again, as under a pointer, is none."""
        return self._paintings

    # Geometry

    def picture_rect(self) -> QRectF:
        """Give where the picture is, in the widget; empty where there is none."""
        if self._image.isNull():
            return QRectF()
        scale = self._scale()
        width, height = self._image.width() * scale, self._image.height() * scale
        top = self._above + (self.height() - self._above - height) / 2
        return QRectF((self.width() - width) / 2, top, width, height)

    def to_widget(self, x: float, y: float) -> QPointF:
        """Map a pixel of the frame to a point of the widget."""
        corner, scale = self.picture_rect().topLeft(), self._scale()
        return QPointF(corner.x() + x * scale, corner.y() + y * scale)

    def box_rect(self, index: int) -> QRectF:
        """Give where the box of a face is drawn: in the widget, inside the picture."""
        x, y, width, height = self._sightings[index].face.box
        drawn = QRectF(self.to_widget(x, y), self.to_widget(x + width, y + height))
        return drawn.intersected(self.picture_rect().adjusted(2.0, 2.0, -2.0, -2.0))

    def _scale(self) -> float:
        if self._image.isNull():
            return 1.0
        return min(self.width() / self._image.width(), max(1, self.height() - self._above) / self._image.height())

    def _rescale(self) -> None:
        """Scale once a frame, not once a painting."""
        if self._image.isNull():
            self._scaled = QPixmap()
            return
        ratio = self.devicePixelRatioF()
        scale = self._scale() * ratio
        size = QSize(max(1, round(self._image.width() * scale)), max(1, round(self._image.height() * scale)))
        self._scaled = QPixmap.fromImage(
            self._image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
        self._scaled.setDevicePixelRatio(ratio)

    def _place_message(self) -> None:
        self._message.place_in(self, over_picture=self._frame is not None)

    # Qt

    def sizeHint(self) -> QSize:  # noqa: N802
        """Ask for a common picture's size."""
        return QSize(800, 600)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Scale the picture anew."""
        super().resizeEvent(event)
        self._rescale()
        self._place_message()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw stage, picture, boxes, labels and overlay."""
        if self._frame is not None and self._frame is not self._painted:
            self._paintings += 1
        self._painted = self._frame
        colours = palette()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        stage = QPainterPath()
        stage.addRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        painter.fillPath(stage, colours.stage)
        if not self._scaled.isNull():
            painter.setClipPath(stage)
            painter.drawPixmap(self.picture_rect().topLeft(), self._scaled)
            self._paint_sightings(painter)
            if self._overlay is not None:
                painter.save()
                self._overlay(painter, self.to_widget, self._scale())
                painter.restore()
            painter.setClipping(False)
        if self._tag:
            self._paint_tag(painter)
        if self._ringed and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            # Two lines: one is seen against the page around the picture, the other against the picture.
            for colour, inset, width in ((colours.focus, 1.5, 3.0), (colours.on_stage, 4.0, 2.0)):
                painter.setPen(QPen(colour, width))
                edge = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
                painter.drawRoundedRect(edge, RADIUS - inset, RADIUS - inset)
        painter.end()

    def _paint_sightings(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setBold(True)
        # Labels keep clear of the rounded corners of the stage, too.
        bounds = self.picture_rect().adjusted(6.0, 6.0, -6.0, -6.0)
        taken: list[QRectF] = []
        # The chosen face comes last, so that it lies above the others; no box crosses a label.
        order = sorted(range(len(self._sightings)), key=lambda i: i == self._selected)
        seen = [(i, rect) for i in order if not (rect := self.box_rect(i)).isEmpty()]
        for index, rect in seen:
            verdict = self._sightings[index].decision.verdict
            paint_box(painter, rect, verdict, selected=index == self._selected)
        for index, rect in seen:
            decision = self._sightings[index].decision
            taken.append(paint_label(painter, rect, decision, font=font, bounds=bounds, taken=taken))

    def _paint_tag(self, painter: QPainter) -> None:
        colours, metrics = palette(), QFontMetricsF(self.font())
        place = QRectF(12, 12 + self._above, metrics.horizontalAdvance(self._tag) + 20, metrics.height() + 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.stage)
        painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
        painter.setFont(self.font())
        painter.setPen(colours.on_stage)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._tag)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Show a ring to those who came by the keyboard."""
        super().focusInEvent(event)
        self._ringed = event.reason() != Qt.FocusReason.MouseFocusReason
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose the face under the pointer, the smallest where boxes overlap."""
        super().mousePressEvent(event)
        hit = [i for i in range(len(self._sightings)) if self.box_rect(i).contains(event.position())]
        if hit:
            self.face_clicked.emit(min(hit, key=lambda i: self.box_rect(i).width()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Choose the next face to the left or right with the arrow keys."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(
            Qt.Key(event.key())
        )
        if step is None or not self._sightings:
            super().keyPressEvent(event)
            return
        across = sorted(range(len(self._sightings)), key=lambda i: self._sightings[i].face.box[0])
        at = across.index(self._selected) if self._selected in across else -step if step > 0 else 0
        self.face_clicked.emit(across[(at + step) % len(across)])
