"""Fields of the recipe: they keep still under the wheel, say what is wrong, and explain the choice that was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSizePolicy, QSpinBox, QToolButton, QVBoxLayout, QWidget

from osfi_gui.views.theme import set_role
from osfi_gui.views.tune_words import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from osfi_gui.core.tune import Choice


class StillCombo(QComboBox):
    """A list that turns with the wheel only where it has the keyboard: whoever scrolls the form changes nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the form."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class StillSpin(QSpinBox):
    """A number that turns with the wheel only where it has the keyboard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # The style sheet's padding does not reach the line inside.
        self.lineEdit().setTextMargins(7, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the wheel to the form."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class NumberField(QLineEdit):
    """A number that people write in powers of ten, such as 1e-3; what is typed stays, right or wrong.

    Parameters
    ----------
    low, high : float
        Both allowed.
    parent : QWidget, optional
    """

    def __init__(self, low: float, high: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.low, self.high = low, high
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._on_text)

    def value(self) -> float | None:
        """Give the number; None where what was typed is none, or out of its limits."""
        # With a point as recipes and papers write it; a comma is meant as one.
        try:
            number = float(self.text().strip().replace(",", "."))
        except ValueError:
            return None
        return number if self.low <= number <= self.high else None

    def set_value(self, value: float) -> None:
        """Write a number, unless it stands there already in other letters."""
        if self.value() != value:
            self.setText(number_text(value))

    @Slot()
    def _on_text(self) -> None:
        invalid = "true" if self.value() is None else "false"
        if self.property("invalid") != invalid:
            self.setProperty("invalid", invalid)
            self.style().unpolish(self)
            self.style().polish(self)


class ExplainedField(QWidget):
    """A label above a field, and one line of help below it.

    Parameters
    ----------
    label : str
    field : QWidget
    help_text : str
        Empty where another value of the field brings its own.
    parent : QWidget, optional
    """

    def __init__(self, label: str, field: QWidget, help_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        name = QLabel(label)
        name.setBuddy(field)
        self.help = QLabel()
        self.help.setWordWrap(True)
        self.help.setTextFormat(Qt.TextFormat.PlainText)
        self.help.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        set_role(self.help, "small")
        field.setAccessibleName(label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(name)
        layout.addWidget(field)
        layout.addWidget(self.help)
        self.explain(help_text)

    def explain(self, text: str) -> None:
        """Say what the value does; a screen reader reads it after the name."""
        self.help.setText(text)
        self.help.setVisible(bool(text))
        self.field.setAccessibleDescription(text)


class ChoiceField(ExplainedField):
    """A choice among named values; its help changes with it.

    Parameters
    ----------
    label : str
    parent : QWidget, optional
    """

    changed = Signal()

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        self.combo = StillCombo()
        super().__init__(label, self.combo, "", parent)
        # Long titles are cut in the list's box, not widening the form.
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(8)
        self._choices: tuple[Choice, ...] = ()
        self.combo.currentIndexChanged.connect(self._on_index)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer other values; the one that was chosen stays where it is still offered."""
        if tuple(choices) == self._choices:
            return
        before = self.value()
        self._choices = tuple(choices)
        self.combo.blockSignals(True)
        self.combo.clear()
        self.combo.addItems([choice.title for choice in self._choices])
        self.combo.blockSignals(False)
        self.choose(before)
        self._explain()

    def value(self) -> str:
        """Give the name of the chosen value; empty where there are none."""
        index = self.combo.currentIndex()
        return self._choices[index].name if 0 <= index < len(self._choices) else ""

    def choose(self, name: str) -> None:
        """Choose a value by its name; one that is not offered changes nothing."""
        for index, choice in enumerate(self._choices):
            if choice.name == name:
                self.combo.setCurrentIndex(index)

    @Slot()
    def _on_index(self) -> None:
        self._explain()
        self.changed.emit()

    def _explain(self) -> None:
        index = self.combo.currentIndex()
        self.explain(self._choices[index].help if 0 <= index < len(self._choices) else "")


class Fold(QWidget):
    """A button with an arrow, and what it unfolds.

    Parameters
    ----------
    title : str
    content : QWidget
    parent : QWidget, optional
    """

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setCheckable(True)
        self.button.setIconSize(QSize(10, 10))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(content)
        self.button.toggled.connect(self._on_toggled)
        self._on_toggled(unfolded=False)

    @Slot(bool)
    def _on_toggled(self, unfolded: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        self.content.setVisible(unfolded)
