"""Asking for a folder, without holding up the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable


def ask_for_folder(parent: QWidget, title: str, then: Callable[[str], object], *, start: str = "") -> None:
    """Open a dialog for a folder, and go on with the one that is chosen, if one is.

    Parameters
    ----------
    parent : QWidget
        Its window stands behind the dialog.
    title : str
    then : callable
        A slot; is given the folder.
    start : str
        Where to look first; empty for where the program was started.
    """
    dialog = QFileDialog(parent.window(), title, start)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(then)
    dialog.open()
