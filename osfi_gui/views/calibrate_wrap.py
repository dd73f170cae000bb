"""Two parts beside each other, or one below the other where there is no room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent


class Wrap(QWidget):
    """Needs no more width than the wider of its two parts, so that large letters do not widen the window.

    Parameters
    ----------
    first, second : QLayout
    stretch : tuple of int
        Of both, while they are beside each other.
    spacing : int
        Pixels between them.
    """

    def __init__(self, first: QLayout, second: QLayout, *, stretch: tuple[int, int], spacing: int) -> None:
        super().__init__()
        self._parts = (first, second)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._both.setContentsMargins(0, 0, 0, 0)
        self._both.setSpacing(spacing)
        for part, share in zip(self._parts, stretch, strict=True):
            self._both.addLayout(part, share)

    @property
    def beside(self) -> bool:
        """Whether both are in one line."""
        return self._both.direction() is QBoxLayout.Direction.LeftToRight

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Need the width of the wider part."""
        width = max(part.minimumSize().width() for part in self._parts)
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Lay them out as there is room."""
        super().resizeEvent(event)
        needed = sum(part.minimumSize().width() for part in self._parts) + self._both.spacing()
        fits = self.width() >= needed
        if fits is not self.beside:
            self._both.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)
            self.updateGeometry()
