"""Choosing where the pictures come from: a camera, a file, a folder, a stream, the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from osfi_gui.core.desk import Phase, SourceState
from osfi_gui.core.recording import SUFFIX as RECORDING
from osfi_gui.views.addresses import is_stream, shown_name
from osfi_gui.views.theme import set_role

if TYPE_CHECKING:
    from osfi_gui.core.desk import SourceChoice

_VIDEOS = "*.mp4 *.mkv *.avi *.mov *.webm *.m4v *.mpg *.mpeg *.wmv"
_PICTURES = "*.jpg *.jpeg *.png *.bmp *.webp *.tif *.tiff"


class StreamDialog(QDialog):
    """Asks for the address of a network camera."""

    address_given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Stream address"))
        intro = QLabel(
            self.tr(
                "Type the address of a network camera. User and password may stand before the host; they are "
                "never shown and not kept for the next start."
            )
        )
        intro.setWordWrap(True)
        self.address = QLineEdit()
        self.address.setPlaceholderText("rtsp://user:password@192.168.1.20/stream1")
        self.address.setAccessibleName(self.tr("Stream address"))
        self.error = QLabel()
        self.error.setWordWrap(True)
        set_role(self.error, "error")
        buttons = QDialogButtonBox()
        self.connect_button = QPushButton(self.tr("Connect"))
        set_role(self.connect_button, "primary")
        buttons.addButton(self.connect_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        for widget in (intro, self.address, self.error, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(30 * self.fontMetrics().height())

    @Slot()
    def _on_accepted(self) -> None:
        address = self.address.text().strip()
        if not is_stream(address):
            self.error.setText(self.tr("That is no address of a stream: it starts with http://, https:// or rtsp://."))
            return
        self.address_given.emit(address)
        self.accept()


class SourcePicker(QPushButton):
    """Shows the source that plays, and the others to choose from in a menu."""

    source_requested = Signal(str)
    cameras_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "picker")
        self.setAutoDefault(False)
        self.setMenu(QMenu(self))
        self._cameras: tuple[SourceChoice, ...] | None = None
        self._address = ""
        self._dialog: QDialog | None = None
        line = self.fontMetrics().height()
        self.setMinimumWidth(10 * line)
        self.setMaximumWidth(17 * line)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name = ""
        self._fill()
        self.show_source(SourceState())

    def show_cameras(self, cameras: tuple[SourceChoice, ...]) -> None:
        """List the cameras by name."""
        self._cameras = cameras
        self._fill()

    def show_source(self, state: SourceState) -> None:
        """Show what plays."""
        self._address = state.address
        if state.phase is Phase.NONE:
            name = self.tr("Choose a source")
        else:
            name = state.info.name if state.info is not None else shown_name(state.address)
        self._name = name
        self._fit_name()
        self.setToolTip(name)
        self.setAccessibleName(self.tr("Source: {name}").format(name=name))
        for action in self.menu().actions():
            if action.isCheckable():
                action.setChecked(action.data() == state.address)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Ask for room for a long name."""
        return QSize(self.maximumWidth(), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Shorten the name to the room there is."""
        super().resizeEvent(event)
        self._fit_name()

    def _fit_name(self) -> None:
        room = self.width() - 66
        # Qt forgets the style's left padding on a button that has a menu.
        self.setText("   " + self.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideMiddle, room))

    def open_menu(self) -> None:
        """Open the menu without waiting for it."""
        self.menu().popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        self._heading(self.tr("Cameras"))
        for choice in self._cameras or ():
            self._entry(choice.label, choice.address)
        if not self._cameras:
            text = self.tr("Looking for cameras…") if self._cameras is None else self.tr("No camera was found")
            self._heading(text)
        menu.addAction(self.tr("Look for cameras again"), self.cameras_requested.emit)
        menu.addSeparator()
        menu.addAction(self.tr("Video or picture file…"), self._ask_for_file)
        menu.addAction(self.tr("Folder of pictures…"), self._ask_for_folder)
        menu.addAction(self.tr("Stream address…"), self._ask_for_stream)
        menu.addSeparator()
        self._entry(self.tr("Demo"), "demo")

    def _heading(self, text: str) -> None:
        action = self.menu().addAction(text)
        action.setEnabled(False)

    def _entry(self, label: str, address: str) -> None:
        action = QAction(label, self.menu())
        action.setCheckable(True)
        action.setData(address)
        action.setChecked(address == self._address)
        action.triggered.connect(lambda: self.source_requested.emit(address))
        self.menu().addAction(action)

    @Slot()
    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Video or picture file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            [
                self.tr("Videos, pictures and recordings ({suffixes})").format(
                    suffixes=f"{_VIDEOS} {_PICTURES} *{RECORDING}"
                ),
                self.tr("All files (*)"),
            ]
        )
        self._open(dialog)

    @Slot()
    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self.window(), self.tr("Folder of pictures"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._open(dialog)

    def _open(self, dialog: QFileDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.source_requested)
        dialog.open()

    @Slot()
    def _ask_for_stream(self) -> StreamDialog:
        dialog = StreamDialog(self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.address_given.connect(self.source_requested)
        dialog.open()
        return dialog
