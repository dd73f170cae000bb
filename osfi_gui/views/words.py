"""Dates, names and counts as people read them."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

from osfi_gui.core.enrolment import Pose


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


def shots_text(count: int) -> str:
    """Give "no shots", "1 shot", "2 shots"."""
    if count == 0:
        return QCoreApplication.translate("words", "no shots")
    if count == 1:
        return QCoreApplication.translate("words", "1 shot")
    return QCoreApplication.translate("words", "%n shots", None, count)


def pose_text(pose: Pose | None) -> str:
    """Name a pose in one word; "by hand" for shots that were taken without asking for one."""
    translate = QCoreApplication.translate
    return {
        Pose.FRONT: translate("words", "front"),
        Pose.LEFT: translate("words", "left"),
        Pose.RIGHT: translate("words", "right"),
        Pose.UP: translate("words", "up"),
        Pose.DOWN: translate("words", "down"),
        None: translate("words", "by hand"),
    }[pose]
