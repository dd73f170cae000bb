"""Colours and type of the desk, light and dark: one palette, and the style made from it.

Widgets ask for a look by a property: ``set_role(label, "title")``. Roles of labels: ``title``, ``heading``, ``muted``,
``small``, ``error``, ``accept``, ``reject``, ``undecided``, ``warning``, ``badge``, ``recording``. Roles of buttons:
``primary``, ``danger``, ``quiet``, ``recording``; without one a button is an ordinary one. Roles of frames: ``card``,
``stage``, ``rule``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from osfi_gui.views.stylesheet import stylesheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget


@dataclass(frozen=True)
class Palette:
    """The named colours of one theme.

    Attributes
    ----------
    dark : bool
    window, panel, field : QColor
        Grounds: of the window, of cards and bars on it, of what is typed into.
    text, muted, disabled : QColor
        Writing on any of the three; ``disabled`` may be fainter than AA asks.
    line, edge : QColor
        Dividers, and the outlines of controls (3:1 against their ground).
    accent, accent_hover, accent_soft, on_accent : QColor
        The one accent: filled, filled under the pointer, as a tint, and writing on the filled one.
    accept, reject, undecided, warning : QColor
        Writing and shapes on any ground; as a fill they carry ``on_status``.
    accept_soft, reject_soft, undecided_soft, warning_soft : QColor
        Tints that carry the colour itself or ``text``.
    on_status : QColor
        Writing on a filled accept, reject, undecided or warning.
    stage, on_stage : QColor
        Behind the live picture, and writing there; dark in both themes so that the eye stays on the picture.
    focus : QColor
        The ring around what has the keyboard.
    """

    dark: bool
    window: QColor
    panel: QColor
    field: QColor
    text: QColor
    muted: QColor
    disabled: QColor
    line: QColor
    edge: QColor
    accent: QColor
    accent_hover: QColor
    accent_soft: QColor
    on_accent: QColor
    accept: QColor
    accept_soft: QColor
    reject: QColor
    reject_soft: QColor
    undecided: QColor
    undecided_soft: QColor
    warning: QColor
    warning_soft: QColor
    on_status: QColor
    stage: QColor
    on_stage: QColor
    focus: QColor

    def named(self) -> dict[str, str]:
        """Give every colour as ``#rrggbb`` by its name."""
        return {f.name: getattr(self, f.name).name() for f in fields(self) if f.name != "dark"}


LIGHT = Palette(
    dark=False,
    window=QColor("#f3f5f8"),
    panel=QColor("#ffffff"),
    field=QColor("#ffffff"),
    text=QColor("#18202f"),
    muted=QColor("#556075"),
    disabled=QColor("#8d96a8"),
    line=QColor("#dfe3ea"),
    edge=QColor("#7c869a"),
    accent=QColor("#2456c7"),
    accent_hover=QColor("#1b459f"),
    accent_soft=QColor("#e6edfc"),
    on_accent=QColor("#ffffff"),
    accept=QColor("#126b41"),
    accept_soft=QColor("#e1f4e9"),
    reject=QColor("#b0281f"),
    reject_soft=QColor("#fce9e7"),
    undecided=QColor("#7a5200"),
    undecided_soft=QColor("#fbf0d8"),
    warning=QColor("#8a4b00"),
    warning_soft=QColor("#fdeeda"),
    on_status=QColor("#ffffff"),
    stage=QColor("#10141c"),
    on_stage=QColor("#e8ecf4"),
    focus=QColor("#2456c7"),
)

DARK = Palette(
    dark=True,
    window=QColor("#11151d"),
    panel=QColor("#191f2a"),
    field=QColor("#131821"),
    text=QColor("#e8ecf4"),
    muted=QColor("#a3aec1"),
    disabled=QColor("#6c778b"),
    line=QColor("#2b3444"),
    edge=QColor("#6c7a92"),
    accent=QColor("#86abff"),
    accent_hover=QColor("#a9c4ff"),
    accent_soft=QColor("#20304f"),
    on_accent=QColor("#0a1430"),
    accept=QColor("#5fd198"),
    accept_soft=QColor("#143326"),
    reject=QColor("#ff968c"),
    reject_soft=QColor("#401e1d"),
    undecided=QColor("#f0c061"),
    undecided_soft=QColor("#3a2d10"),
    warning=QColor("#f7b06b"),
    warning_soft=QColor("#3d2a15"),
    on_status=QColor("#0b1018"),
    stage=QColor("#0a0d13"),
    on_stage=QColor("#e8ecf4"),
    focus=QColor("#a9c4ff"),
)


class _Current(QObject):
    """What is shown now; follows the system where the operator chose nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.palette = LIGHT
        self.app: QApplication | None = None
        self.name = ""

    @Slot()
    def follow(self) -> None:
        """Take over the system's change from light to dark or back."""
        if not self.name and self.app is not None:
            _show(self.app, _system_palette())


_current: list[_Current] = []


def palette() -> Palette:
    """Give the colours shown now, for those who paint themselves; ask again at every painting."""
    return _current[0].palette if _current else LIGHT


def theme_name() -> str:
    """Give what was chosen: ``light``, ``dark``, or empty while the system is followed."""
    return _current[0].name if _current else ""


def apply_theme(app: QApplication, name: str) -> None:
    """Dress the whole program.

    Parameters
    ----------
    app : QApplication
    name : str
        ``light``, ``dark``, or empty for the system's, which is then followed.
    """
    if not _current:
        _current.append(_Current())
    current = _current[0]
    hints = app.styleHints()
    if current.app is not app:
        current.app = app
        # Once: below a style sheet the style has no name to know it by, and PySide keeps every style that it has seen.
        app.setStyle("Fusion")
        hints.colorSchemeChanged.connect(current.follow)
    current.name = name
    # Told to the platform as well, so that file choosers and title bars go along where it can.
    schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
    hints.setColorScheme(schemes.get(name, Qt.ColorScheme.Unknown))
    _show(app, {"light": LIGHT, "dark": DARK}.get(name) or _system_palette())


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another look of the style sheet, also after it was shown."""
    if widget.property("role") == role:
        return
    widget.setProperty("role", role)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


def _system_palette() -> Palette:
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if dark else LIGHT


def _show(app: QApplication, chosen: Palette) -> None:
    _current[0].palette = chosen
    app.setPalette(_qt_palette(chosen))
    app.setStyleSheet(stylesheet(chosen.named(), dark=chosen.dark, points=app.font().pointSizeF()))


def _qt_palette(p: Palette) -> QPalette:
    """Fill Qt's own roles, for what no style sheet reaches."""
    result = QPalette()
    role = QPalette.ColorRole
    for qt_role, colour in (
        (role.Window, p.window),
        (role.WindowText, p.text),
        (role.Base, p.field),
        (role.AlternateBase, p.window),
        (role.Text, p.text),
        (role.PlaceholderText, p.muted),
        (role.Button, p.panel),
        (role.ButtonText, p.text),
        (role.BrightText, p.reject),
        (role.ToolTipBase, p.panel),
        (role.ToolTipText, p.text),
        (role.Highlight, p.accent),
        (role.HighlightedText, p.on_accent),
        (role.Accent, p.accent),
        (role.Link, p.accent),
        (role.LinkVisited, p.accent),
        (role.Light, p.panel),
        (role.Midlight, p.line),
        (role.Mid, p.line),
        (role.Dark, p.edge),
        (role.Shadow, p.edge),
    ):
        result.setColor(qt_role, colour)
    for qt_role in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, qt_role, p.disabled)
    return result
