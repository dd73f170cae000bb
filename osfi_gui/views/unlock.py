"""Asks for what opens a gallery, or for what is to lock a new one."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import GalleryPrompt, OpenGallery
from osfi_gui.views.theme import set_role

SHORTEST = 8
"""Characters of a new passphrase, at least."""


class UnlockDialog(QDialog):
    """One passphrase for an existing gallery; a passphrase typed twice, or the keyring, for a new one.

    What was typed is taken out of the fields as soon as it was used, and whenever the dialog goes.
    """

    open_requested = Signal(object)
    gallery_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prompt = GalleryPrompt("", exists=False, keyring=False)
        self.title, self.place, self.intro, self.error = QLabel(), QLabel(), QLabel(), QLabel()
        set_role(self.title, "title")
        set_role(self.place, "muted")
        set_role(self.error, "error")
        for label in (self.place, self.intro, self.error):
            label.setWordWrap(True)
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.by_passphrase, self.by_keyring = QRadioButton(self.tr("Choose a passphrase")), QRadioButton()
        self.passphrase, self.again = QLineEdit(), QLineEdit()
        for field in (self.passphrase, self.again):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
            field.textEdited.connect(self._on_edited)
        self.again.setPlaceholderText(self.tr("The same again"))
        self.again.setAccessibleName(self.tr("The passphrase again"))
        self.show_typed = QCheckBox(self.tr("Show what is typed"))
        self.other = QPushButton(self.tr("Choose another gallery…"))
        self.cancel, self.open_button = QPushButton(self.tr("Cancel")), QPushButton()
        set_role(self.other, "quiet")
        set_role(self.open_button, "primary")
        self.other.setAutoDefault(False)
        self.cancel.setAutoDefault(False)
        self.open_button.setDefault(True)
        self._lay_out()
        self.by_passphrase.toggled.connect(self._on_way_changed)
        self.show_typed.toggled.connect(self._on_show_typed)
        self.other.clicked.connect(self._on_other)
        self.cancel.clicked.connect(self.reject)
        self.open_button.clicked.connect(self._on_open)
        self.finished.connect(self._forget)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(28, 24, 28, 22)
        layout.setSpacing(10)
        for label in (self.title, self.place, self.intro):
            layout.addWidget(label)
        layout.addSpacing(4)
        for widget in (
            self.by_passphrase,
            self.passphrase,
            self.again,
            self.show_typed,
            self.by_keyring,
            self.error,
        ):
            layout.addWidget(widget)
        layout.addSpacing(8)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.other)
        line.addStretch(1)
        line.addWidget(self.cancel)
        line.addWidget(self.open_button)
        layout.addLayout(line)
        self.setMinimumWidth(round(29 * self.fontMetrics().height()))

    def ask(self, prompt: GalleryPrompt) -> None:
        """Show the questions of a prompt, with the error of the last try."""
        self._prompt = prompt
        self._forget()
        new, exists = not prompt.exists, prompt.exists
        title = self.tr("Make a gallery") if new else self.tr("Open the gallery")
        self.setWindowTitle(title)
        self.title.setText(title)
        self.place.setText(prompt.path)
        self.intro.setText(
            self.tr(
                "Faces and names are stored encrypted in this file. Without its key nobody can read it, not even "
                "you: there is no way around a forgotten passphrase."
            )
            if new
            else self.tr("It is encrypted; it opens with its passphrase.")
        )
        self.by_keyring.setText(
            self.tr("Let this computer's keyring keep the key")
            if new
            else self.tr("Open it with the key in this computer's keyring")
        )
        for choice in (self.by_passphrase, self.by_keyring):
            choice.setVisible(prompt.keyring)
        self.by_passphrase.setText(self.tr("Choose a passphrase") if new else self.tr("Type its passphrase"))
        # The key in the keyring was just tried where there is an error.
        (self.by_keyring if exists and prompt.keyring and not prompt.error else self.by_passphrase).setChecked(True)
        hint = self.tr("Passphrase, at least {count} characters").format(count=SHORTEST)
        self.passphrase.setPlaceholderText(hint if new else self.tr("Passphrase"))
        self.passphrase.setAccessibleName(self.tr("New passphrase") if new else self.tr("Passphrase"))
        self.again.setVisible(new)
        self.open_button.setText(self.tr("Make gallery") if new else self.tr("Open"))
        self._complain(prompt.error)
        self._on_way_changed()
        self.adjustSize()
        self._fit()
        self.open()
        if not self.by_keyring.isChecked():
            self.passphrase.setFocus()

    @property
    def prompt(self) -> GalleryPrompt:
        """What is asked."""
        return self._prompt

    def _complain(self, text: str) -> None:
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.error.setAccessibleName(text)
        self._fit()

    def _fit(self) -> None:
        """Make room for what wraps; Qt does so only when a dialog is shown for the first time."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), max(layout.totalHeightForWidth(self.width()), layout.totalSizeHint().height()))

    @Slot()
    def _forget(self) -> None:
        """Take what was typed out of the fields."""
        self.passphrase.clear()
        self.again.clear()
        self.show_typed.setChecked(False)

    @Slot()
    def _on_edited(self) -> None:
        self._complain("")

    @Slot()
    def _on_way_changed(self) -> None:
        typed = not self.by_keyring.isChecked()
        for widget in (self.passphrase, self.again, self.show_typed):
            widget.setEnabled(typed)

    @Slot(bool)
    def _on_show_typed(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.passphrase.setEchoMode(mode)
        self.again.setEchoMode(mode)

    @Slot()
    def _on_open(self) -> None:
        if self.by_keyring.isChecked() and self._prompt.keyring:
            self._give("")
            return
        typed = self.passphrase.text()
        if self._prompt.exists and not typed:
            self._complain(self.tr("Type the passphrase of this gallery."))
        elif not self._prompt.exists and len(typed) < SHORTEST:
            self._complain(
                self.tr("Take at least {count} characters; a short sentence is good.").format(count=SHORTEST)
            )
        elif not self._prompt.exists and typed != self.again.text():
            self._complain(self.tr("The two are not the same. Type them again."))
        else:
            self._give(typed)
            return
        self.passphrase.setFocus()

    def _give(self, passphrase: str) -> None:
        wanted = OpenGallery(self._prompt.path, passphrase)
        self.accept()
        self.open_requested.emit(wanted)

    @Slot()
    def _on_other(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose another gallery, or name a new one"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setNameFilters([self.tr("Galleries (*.osfi)"), self.tr("All files (*)")])
        dialog.setDefaultSuffix("osfi")
        dialog.setDirectory(str(Path(self._prompt.path).parent))
        dialog.fileSelected.connect(self.choose)
        dialog.open()

    @Slot(str)
    def choose(self, path: str) -> None:
        """Ask about another gallery.

        Whether the keyring has its key is not known here: whoever hears ``gallery_requested`` may ask again, or open
        it. Until then an existing one is opened by its passphrase.
        """
        exists = Path(path).exists()
        self.ask(GalleryPrompt(path, exists, keyring=self._prompt.keyring and not exists))
        self.gallery_requested.emit(path)
