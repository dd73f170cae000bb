"""Printing HTML to a PDF file, in the window or without one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from osfi_gui.core.errors import DeskError
from osfi_gui.store.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from os import PathLike

MARGIN_MM = 16.0
LAYOUT_DPI = 96
"""What HTML counts its pixels by."""
DPI = 1200
BELOW_HEADING = 110.0
"""Pixels of a page that have to be left below a heading."""
AT_TOP = 40.0
"""Pixels from the top of a page within which a heading begins it already."""
FOOTER = 28
"""Pixels of the layout that the number of the page takes below the text."""


def print_pdf(html: str, path: PathLike[str]) -> Iterator[tuple[int, int]]:
    """Lay HTML out on A4 and write it as PDF, whole or not at all: nothing is there before the last page is.

    May run on any thread, but on one from beginning to end: Qt's text documents and its PDF writer are reentrant, and
    whoever paints on what is no widget or pixmap need not be on the thread of the window.

    Parameters
    ----------
    html : str
        Of the kind that Qt's text documents know; pictures as data.
    path : path-like

    Yields
    ------
    tuple of (int, int)
        Pages that are printed, and how many there are; whoever stops listening leaves no file.

    Raises
    ------
    OSError
        When the file cannot be written; one that was there before stays as it was.
    DeskError
        When nothing can be printed here.
    """
    # On the command line there is no window and there may be no screen; fonts need an application all the same.
    application = QGuiApplication.instance() or _application()
    data = yield from _printed(html)
    write_whole(Path(path), data)
    del application


def _application() -> QGuiApplication:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication(["osfi"])


def _printed(html: str) -> Generator[tuple[int, int], None, bytes]:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setCreator("OSFI Desk")
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter
        )
    )
    scale = DPI / LAYOUT_DPI
    width, height = writer.width() / scale, writer.height() / scale - FOOTER
    document = document_of(html, QSizeF(width, height))
    writer.setTitle(document.metaInformation(QTextDocument.MetaInformation.DocumentTitle))
    painter = QPainter()
    if not painter.begin(writer):
        raise DeskError("The PDF cannot be printed here.", "Let the name end in .html, and print that from a browser.")
    try:
        painter.scale(scale, scale)
        pages = document.pageCount()
        for page in range(pages):
            if page:
                writer.newPage()
            draw_page(document, painter, page)
            yield page + 1, pages
    finally:
        painter.end()
    buffer.close()
    return bytes(data.data())


def document_of(html: str, page: QSizeF) -> QTextDocument:
    """Lay HTML out on pages of a size.

    Parameters
    ----------
    html : str
    page : QSizeF
        In pixels of 1/96 inch, without margins and footer.
    """
    document = QTextDocument()
    # Letters where the font has them, not where the pixels of some screen are.
    document.setUseDesignMetrics(True)
    document.setDocumentMargin(0.0)
    document.setDefaultFont(_font(13))
    document.setHtml(html)
    document.setPageSize(page)
    _keep_headings(document)
    return document


def _keep_headings(document: QTextDocument) -> None:
    """Begin a page before what would be parted from what belongs to it: headings, and pictures from their captions."""
    size = document.pageSize()
    while (block := _parted(document)) is not None:
        look = block.blockFormat()
        look.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        QTextCursor(block).setBlockFormat(look)
        # A change in the middle lays out only what is near it, and loses blocks that go to another page.
        document.setPageSize(QSizeF(size.width(), size.height() + 1.0))
        document.setPageSize(size)


def _parted(document: QTextDocument) -> QTextBlock | None:
    layout, height = document.documentLayout(), document.pageSize().height()
    block = document.begin()
    while block.isValid():
        after = block.next()
        box = layout.blockBoundingRect(block)
        heading, picture = bool(block.blockFormat().headingLevel()), _is_picture(block)
        if (heading or picture) and after.isValid() and box.top() % height > AT_TOP:
            # A picture below a heading brings its caption along.
            last = after.next() if heading and _is_picture(after) and after.next().isValid() else after
            bottom, foot = layout.blockBoundingRect(last).bottom(), (box.top() // height + 1) * height
            little = heading and foot - box.bottom() < BELOW_HEADING
            if not (_breaks(block) or _breaks(after)) and (bottom > foot or little):
                return block
        block = after
    return None


def _is_picture(block: QTextBlock) -> bool:
    return block.text() == "\ufffc"  # the letter that stands for one


def _breaks(block: QTextBlock) -> bool:
    return bool(block.blockFormat().pageBreakPolicy() & QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)


def draw_page(document: QTextDocument, painter: QPainter, page: int) -> None:
    """Draw one page of a document, from 0, with its number below.

    Parameters
    ----------
    document : QTextDocument
        Of :func:`document_of`.
    painter : QPainter
        Scaled to the document's pixels, its origin where the text begins.
    page : int
    """
    size = document.pageSize()
    painter.save()
    painter.translate(0.0, -page * size.height())
    document.drawContents(painter, QRectF(0.0, page * size.height(), size.width(), size.height()))
    painter.restore()
    title = document.metaInformation(QTextDocument.MetaInformation.DocumentTitle)
    painter.save()
    painter.setFont(_font(11))
    painter.setPen("#555555")
    row = QRectF(0.0, size.height() + FOOTER - 16.0, size.width(), 16.0)
    painter.drawText(row, Qt.AlignmentFlag.AlignLeft, title)
    painter.drawText(row, Qt.AlignmentFlag.AlignRight, f"Page {page + 1} of {document.pageCount()}")
    painter.restore()


def _font(pixels: int) -> QFont:
    font = QFont("Helvetica")
    font.setStyleHint(QFont.StyleHint.SansSerif)
    # In pixels of the layout: points would be scaled once by the printer's resolution and once by ours.
    font.setPixelSize(pixels)
    return font
