"""The style sheet of the desk, written once and filled with the colours of a palette."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from osfi_gui.paths import resources_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

# Sizes of type are multiples of the system's, which people enlarge because they need to.
TITLE, HEADING, SMALL = 1.6, 1.15, 0.92


def stylesheet(colours: Mapping[str, str], *, dark: bool, points: float) -> str:
    """Fill the sheet.

    Parameters
    ----------
    colours : mapping of str to str
        ``#rrggbb`` by the names of ``Palette``.
    dark : bool
        Chooses the drawings, which carry their colour inside.
    points : float
        Size of the system's font; not positive where it is given in pixels.
    """
    base = points if points > 0 else 10.0
    return Template(_SHEET).substitute(
        colours,
        icons=(resources_dir() / "icons").as_posix(),
        tone="dark" if dark else "light",
        title=f"{base * TITLE:.1f}pt",
        heading=f"{base * HEADING:.1f}pt",
        small=f"{base * SMALL:.1f}pt",
    )


_SHEET = """
QMainWindow, QDialog { background: $window; }
QWidget { color: $text; }
QLabel { background: transparent; }
QToolTip { background: $panel; color: $text; border: 1px solid $edge; padding: 4px 6px; }

QLabel[role="title"] { font-size: $title; font-weight: 600; }
QLabel[role="heading"] { font-size: $heading; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: $small; }
QLabel[role="error"] { color: $reject; }
QLabel[role="badge"], QToolButton[role="badge"] {
    background: $window; color: $muted; border: 1px solid $line; border-radius: 9px; padding: 4px 10px;
    font-size: $small;
}
QLabel[role="accept"], QToolButton[role="accept"] {
    background: $accept_soft; color: $accept; border: 1px solid $accept_soft; border-radius: 9px; padding: 4px 10px;
    font-size: $small; font-weight: 600;
}
QLabel[role="reject"], QToolButton[role="reject"] {
    background: $reject_soft; color: $reject; border: 1px solid $reject_soft; border-radius: 9px; padding: 4px 10px;
    font-size: $small; font-weight: 600;
}
QLabel[role="undecided"], QToolButton[role="undecided"] {
    background: $undecided_soft; color: $undecided; border: 1px solid $undecided_soft; border-radius: 9px;
    padding: 4px 10px; font-size: $small; font-weight: 600;
}
QLabel[role="warning"], QToolButton[role="warning"] {
    background: $warning_soft; color: $warning; border: 1px solid $warning_soft; border-radius: 9px;
    padding: 4px 10px; font-size: $small; font-weight: 600;
}
QToolButton[role="badge"]:hover, QToolButton[role="accept"]:hover, QToolButton[role="warning"]:hover {
    border-color: $edge;
}

QFrame[role="card"] { background: $panel; border: 1px solid $line; border-radius: 10px; }
QFrame[role="stage"] { background: $stage; border: none; border-radius: 10px; }
QFrame[role="bar"] { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame[role="column"] { background: $panel; border: none; border-right: 1px solid $line; }
QLabel[role="wordmark"] { font-size: $heading; font-weight: 700; color: $text; }
QFrame[role="rule"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="notice-info"] { background: $accent_soft; border: 1px solid $accent; border-radius: 8px; }
QFrame[role="notice-good"] { background: $accept_soft; border: 1px solid $accept; border-radius: 8px; }
QFrame[role="notice-bad"] { background: $reject_soft; border: 1px solid $reject; border-radius: 8px; }

QPushButton {
    background: $panel; color: $text; border: 1px solid $edge; border-radius: 7px; padding: 6px 14px;
}
QPushButton:hover { background: $accent_soft; border-color: $accent; }
QPushButton:pressed { background: $line; }
QPushButton:checked { background: $accent_soft; border-color: $accent; color: $accent; }
QPushButton:focus { border: 2px solid $focus; padding: 5px 13px; }
QPushButton:disabled { color: $disabled; border-color: $line; background: $window; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="primary"]:disabled { background: $line; color: $disabled; border-color: $line; }
QPushButton[role="danger"] { color: $reject; border-color: $reject; }
QPushButton[role="danger"]:hover { background: $reject_soft; }
QPushButton[role="danger"]:focus { border: 2px solid $reject; }
QPushButton[role="danger"]:disabled { color: $disabled; border-color: $line; }
QPushButton[role="recording"] { background: $reject; color: $on_status; border-color: $reject; font-weight: 600; }
QPushButton[role="recording"]:hover { background: $reject; border-color: $text; }
QPushButton[role="recording"]:focus { border: 2px solid $text; }
QLabel[role="recording"] { color: $reject; font-weight: 600; }
QPushButton[role="quiet"] { background: transparent; border-color: transparent; color: $accent; }
QPushButton[role="quiet"]:hover { background: $accent_soft; }
QPushButton[role="quiet"]:focus { border: 2px solid $focus; }
QPushButton[role="quiet"]:disabled { color: $disabled; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 7px; padding: 5px; }
QToolButton:hover { background: $accent_soft; }
QToolButton:checked { background: $accent_soft; }
QToolButton:focus { border: 2px solid $focus; padding: 4px; }
QToolButton:disabled { color: $disabled; }
QToolButton[role="badge"], QToolButton[role="accept"], QToolButton[role="warning"] { padding: 3px 10px; }
QToolButton[role="badge"]:focus, QToolButton[role="accept"]:focus, QToolButton[role="warning"]:focus {
    border: 2px solid $focus; padding: 2px 9px;
}
QPushButton[role="picker"] { background: $field; padding: 6px 30px 6px 12px; text-align: left; font-weight: 600; }
QPushButton[role="picker"]:hover { border-color: $accent; }
QPushButton[role="picker"]:focus { border: 2px solid $focus; padding: 5px 29px 5px 11px; }
QPushButton[role="picker"]::menu-indicator {
    image: url($icons/down-$tone.svg); width: 12px; height: 12px;
    subcontrol-position: right center; subcontrol-origin: padding; right: 10px;
}
QPushButton[role="navigation"] {
    background: transparent; border: 2px solid transparent; border-radius: 8px; padding: 9px 12px;
    color: $muted; text-align: left; font-weight: 500;
}
QPushButton[role="navigation"]:hover { background: $window; color: $text; }
QPushButton[role="navigation"]:checked { background: $accent_soft; color: $accent; font-weight: 600; }
QPushButton[role="navigation"]:focus { border-color: $focus; }
QToolButton::menu-indicator { image: none; }

QAbstractScrollArea { background: transparent; border: none; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: $field; color: $text; border: 1px solid $edge; border-radius: 7px; padding: 6px 9px;
    selection-background-color: $accent; selection-color: $on_accent; placeholder-text-color: $muted;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {
    border: 2px solid $focus; padding: 5px 8px;
}
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled,
QComboBox:disabled { background: $window; color: $disabled; border-color: $line; }
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"] { border: 2px solid $reject; padding: 5px 8px; }
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url($icons/down-$tone.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $edge; padding: 4px; outline: none; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
    border: none; width: 20px; background: transparent;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url($icons/up-$tone.svg); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url($icons/down-$tone.svg); width: 10px; height: 10px; }

QCheckBox, QRadioButton { spacing: 8px; padding: 3px; border: 2px solid transparent; border-radius: 6px; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $focus; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator, QTableView::indicator, QListView::indicator {
    width: 16px; height: 16px; border: 1px solid $edge; background: $field;
}
QCheckBox::indicator, QTableView::indicator, QListView::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QTableView::indicator:checked, QListView::indicator:checked {
    background: $accent; border-color: $accent; image: url($icons/check-$tone.svg);
}
QRadioButton::indicator:checked { background: $accent; border-color: $accent; image: url($icons/dot-$tone.svg); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: $line; border-color: $line; }

QMenu { background: $panel; border: 1px solid $edge; padding: 5px; }
QMenu::item { padding: 7px 26px 7px 14px; border-radius: 5px; background: transparent; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }

QScrollArea:focus { border: 2px solid $focus; border-radius: 6px; }
QScrollArea > QWidget > QWidget[role="page"] { background: transparent; }
QTableView, QListView, QTreeView {
    background: $panel; alternate-background-color: $window; border: 1px solid $line; border-radius: 10px;
    gridline-color: $line; selection-background-color: $accent_soft; selection-color: $text; outline: none;
}
QTableView:focus, QListView:focus, QTreeView:focus { border: 2px solid $focus; }
QTableView::item, QListView::item { padding: 5px 8px; }
QTableView::item { padding: 5px; }
QTableView::item:selected, QListView::item:selected { background: $accent_soft; color: $text; }
QTableView::item:focus, QListView::item:focus { border: 1px solid $focus; }
QHeaderView { background: transparent; }
QHeaderView::section {
    background: transparent; color: $muted; border: none; border-bottom: 1px solid $line; padding: 8px;
    font-weight: 600;
}
QHeaderView::up-arrow { image: url($icons/up-$tone.svg); width: 12px; height: 12px; }
QHeaderView::down-arrow { image: url($icons/down-$tone.svg); width: 12px; height: 12px; }
QTableCornerButton::section { background: $panel; border: none; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 2px; }
QScrollBar::handle { background: $edge; border-radius: 4px; }
QScrollBar::handle:vertical { min-height: 30px; }
QScrollBar::handle:horizontal { min-width: 30px; }
QScrollBar::handle:hover { background: $accent; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar {
    background: $line; border: none; border-radius: 4px; min-height: 8px; max-height: 8px; text-align: center;
}
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QSlider::groove:horizontal { background: $line; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $panel; border: 2px solid $accent; width: 14px; margin: -7px 0; border-radius: 9px;
}
QSlider::handle:horizontal:hover { background: $accent_soft; }
QSlider::handle:horizontal:focus { background: $accent; border: 2px solid $text; }
QTabWidget::pane { border: none; }
QTabBar::tab { padding: 8px 14px; border: none; border-bottom: 2px solid transparent; color: $muted; }
QTabBar::tab:selected { color: $accent; border-bottom: 2px solid $accent; font-weight: 600; }
QTabBar::tab:focus { border: 2px solid $focus; }
QGroupBox { border: 1px solid $line; border-radius: 10px; margin-top: 10px; padding: 14px 12px 12px 12px; }
QGroupBox::title { subcontrol-origin: margin; left: 12px; padding: 0 5px; color: $muted; }
QSplitter::handle { background: transparent; }
"""
