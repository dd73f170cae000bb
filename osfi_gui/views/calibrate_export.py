"""Plots as files: PNG and SVG of what is on the screen, CSV of the numbers behind it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, QRectF, QSaveFile, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QImageWriter, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from osfi_gui.core.desk import Notice, Tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.views.calibrate_plot import LinePlot

KINDS = ("png", "svg", "csv")
SCALE = 3
"""Pixels of a PNG for each on the screen."""


class ExportButton(QToolButton):
    """A menu of three kinds of files, below every plot; the menu key on the plot opens it as well.

    Parameters
    ----------
    plot : callable
        Gives the plot that is shown.
    name : str
        Which plot, for screen readers and as the file's name.
    parent : QWidget, optional
    """

    noticed = Signal(object)

    def __init__(self, plot: Callable[[], LinePlot | None], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plot, self._name = plot, name
        self.setText(self.tr("Export"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Export: {plot}").format(plot=name))
        self.setToolTip(self.tr("Save this plot as a picture, or its numbers"))
        menu = QMenu(self)
        words = {
            "png": self.tr("Picture (PNG)…"),
            "svg": self.tr("Drawing (SVG)…"),
            "csv": self.tr("Numbers (CSV)…"),
        }
        self.kinds = {kind: menu.addAction(words[kind]) for kind in KINDS}
        for kind, action in self.kinds.items():
            action.setData(kind)
        menu.triggered.connect(lambda action: self.ask(action.data()))
        self.setMenu(menu)

    @Slot(str)
    def ask(self, kind: str) -> None:
        """Ask where to write."""
        dialog = QFileDialog(self.window(), self.tr("Export {plot}").format(plot=self._name))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind)
        dialog.setNameFilter(f"{kind.upper()} (*.{kind})")
        dialog.selectFile(f"{self._name}.{kind}")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.export(path, kind))
        dialog.open()

    def export(self, path: str, kind: str) -> None:
        """Write a file, and say that it is there, or why not."""
        plot = self._plot()
        if plot is None:
            return
        try:
            export_plot(plot, path, kind, title=self._name)
        except OSError as error:
            what = self.tr("{path} could not be written ({why}).").format(path=path, why=str(error))
            self.noticed.emit(Notice(what, self.tr("Choose another folder."), Tone.BAD))
            return
        self.noticed.emit(Notice(self.tr("Saved: {path}").format(path=path), tone=Tone.GOOD))


def export_plot(plot: LinePlot, path: str, kind: str, *, title: str) -> None:
    """Write a plot.

    Parameters
    ----------
    plot : LinePlot
    path : str
    kind : str
        ``png``, ``svg`` or ``csv``.
    title : str

    Raises
    ------
    OSError
        When the file cannot be written; one that was there before stays as it was.
    """
    if kind == "csv":
        _write(path, _table(plot).encode("utf-8"))
        return
    size = plot.viewport().size()
    if kind == "png":
        image = QImage(size * SCALE, QImage.Format.Format_ARGB32_Premultiplied)
        # Lines whose width is meant in pixels of the screen become as many times wider as everything else.
        image.setDevicePixelRatio(SCALE)
        image.fill(plot.backgroundBrush().color())
        plot.times = float(SCALE)
        plot.dress()
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot.render(painter, QRectF(plot.viewport().rect()), plot.viewport().rect())
        painter.end()
        plot.times = 1.0
        plot.dress()
        _write(path, _png(image))
        return
    _write(path, _svg(plot, size, title))


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


def _svg(plot: LinePlot, size: QSize, title: str) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(plot.viewport().rect())
    generator.setTitle(title)
    painter = QPainter(generator)
    plot.render(painter, QRectF(plot.viewport().rect()), plot.viewport().rect())
    painter.end()
    buffer.close()
    return bytes(data.data())


def _table(plot: LinePlot) -> str:
    columns, rows = plot.table()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _write(path: str, data: bytes) -> None:
    file = QSaveFile(path)
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly) or file.write(data) != len(data) or not file.commit():
        raise OSError(file.errorString() or QCoreApplication.translate("calibrate", "It cannot be written."))
