"""Fields of the Calibrate page: shares in percent, and numbers whose Ctrl+Z takes back the choice, not the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QSizePolicy, QSpinBox, QWidget

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractSpinBox


class ShareField(QLineEdit):
    """A share typed in percent; what is typed stays, right or wrong.

    Parameters
    ----------
    low, high : float
        0..1, both allowed.
    parent : QWidget, optional
    """

    changed = Signal()

    def __init__(self, low: float, high: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = low, high
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(5 * self.fontMetrics().height())
        self.setToolTip(self.tr("From {low} to {high} %").format(low=f"{100 * low:g}", high=f"{100 * high:g}"))
        self.textChanged.connect(self._on_text)

    def share(self) -> float | None:
        """Give the share, 0..1; None where what was typed is none, or out of its limits."""
        try:
            share = float(self.text().strip().removesuffix("%").strip().replace(",", ".")) / 100.0
        except ValueError:
            return None
        return share if self._low - 1e-12 <= share <= self._high + 1e-12 else None

    def set_share(self, share: float) -> None:
        """Write a share, unless it stands there already in other letters."""
        if self.share() != share:
            self.setText(f"{100.0 * share:g} %")

    @Slot()
    def _on_text(self) -> None:
        invalid = "true" if self.share() is None else "false"
        if self.property("invalid") != invalid:
            self.setProperty("invalid", invalid)
            self.style().unpolish(self)
            self.style().polish(self)
        self.changed.emit()


def _undoes(event: QEvent) -> bool:
    """Whether a line asks for Ctrl+Z before the page's shortcut gets it."""
    return (
        event.type() is QEvent.Type.ShortcutOverride
        and isinstance(event, QKeyEvent)
        and event.matches(QKeySequence.StandardKey.Undo)
    )


def _prepare(spin: QAbstractSpinBox) -> None:
    spin.setKeyboardTracking(False)
    line = spin.lineEdit()
    # The style sheet's padding does not reach the line inside.
    line.setTextMargins(7, 0, 0, 0)
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class ThresholdSpin(QDoubleSpinBox):
    """A number that is taken when it was typed to its end, and turns with the wheel only where it has the keyboard.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _prepare(self)

    def event(self, event: QEvent) -> bool:
        """Leave Ctrl+Z to the page."""
        if _undoes(event):
            event.ignore()
            return False
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the page."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CountSpin(QSpinBox):
    """A count with thousands set apart; otherwise as :class:`ThresholdSpin`.

    Parameters
    ----------
    parent : QWidget, optional
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _prepare(self)
        self.setGroupSeparatorShown(True)

    def event(self, event: QEvent) -> bool:
        """Leave Ctrl+Z to the page."""
        if _undoes(event):
            event.ignore()
            return False
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the page."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
