"""Dates, names and counts as people read them."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QDateTime, QLocale, Qt


def day(iso: str) -> str:
    """Give the day of a time in ISO 8601, in the system's zone and language; empty where it is none."""
    time = QDateTime.fromString(iso, Qt.DateFormat.ISODateWithMs)
    if not time.isValid():
        time = QDateTime.fromString(iso, Qt.DateFormat.ISODate)
    if not time.isValid():
        return ""
    return QLocale().toString(time.toLocalTime().date(), QLocale.FormatType.ShortFormat)


def as_name(typed: str) -> str:
    """Normalise a name as the gallery does before it compares names."""
    return unicodedata.normalize("NFC", typed).strip()


def folded(text: str) -> str:
    """Give what a search compares: without regard to case, and to how a letter's accent is written."""
    return unicodedata.normalize("NFC", text.casefold())
