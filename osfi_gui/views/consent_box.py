"""What the person agrees to, whether they did, and who recorded it."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from osfi_gui.core.enrolled import Consent
from osfi_gui.views.theme import set_role


class ConsentBox(QWidget):
    """The text as it is shown is the text that is recorded.

    Parameters
    ----------
    parent : QWidget, optional
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLabel(
            self.tr(
                "Pictures of my face, and the numbers computed from them, are kept encrypted in this gallery to "
                "recognise me here. I can have them erased at any time."
            )
        )
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self.text, "muted")
        self.agrees = QCheckBox(self.tr("The person agrees"))
        self.agrees.setAccessibleDescription(self.text.text())
        self.operator = QLineEdit()
        self.operator.setPlaceholderText(self.tr("Recorded by"))
        self.operator.setAccessibleName(self.tr("Consent recorded by"))
        self.operator.setToolTip(self.tr("Your name: it is kept with the consent"))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.agrees)
        line.addWidget(self.operator, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.text)
        layout.addLayout(line)
        self._given_at = ""
        self.agrees.toggled.connect(self._on_agrees)
        self.operator.textChanged.connect(self.changed)

    def consent(self) -> Consent | None:
        """Give the consent; None while the person has not agreed or nobody says who recorded it."""
        operator = self.operator.text().strip()
        if not self.agrees.isChecked() or not operator:
            return None
        return Consent(self.text.text(), operator, self._given_at)

    @property
    def lacks_operator(self) -> bool:
        """Whether the person agreed and nobody recorded it."""
        return self.agrees.isChecked() and not self.operator.text().strip()

    def clear(self) -> None:
        """Begin with the next person; the operator stays."""
        self.agrees.setChecked(False)

    @Slot(bool)
    def _on_agrees(self, agrees: bool) -> None:
        self._given_at = QDateTime.currentDateTimeUtc().toString(Qt.DateFormat.ISODateWithMs) if agrees else ""
        self.changed.emit()
