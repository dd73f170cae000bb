"""A page whose contents are made when it is first looked at, so that the window is there sooner."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from osfi_gui.core.desk import GalleryState, Phase

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from osfi_gui.core.desk import EngineState

Body = TypeVar("Body", bound=QWidget)


class LatePage(QWidget, Generic[Body]):
    """Keeps the newest state of each kind until there is a body to show it, and passes on what the body asks for.

    A page of this kind says which of its body's signals it has too (``FORWARDED``), and which states belong to the
    gallery (``OF_THE_GALLERY``) and which do not (``OTHERS``), each by the name of the slot that shows it.

    Parameters
    ----------
    title : str
        Accessible name.
    margins : tuple of int
        Left, top, right, bottom; pixels.
    parent : QWidget, optional
    """

    FORWARDED: ClassVar[tuple[str, ...]] = ()
    OTHERS: ClassVar[tuple[str, ...]] = ()
    OF_THE_GALLERY: ClassVar[tuple[str, ...]] = ()

    def __init__(self, title: str, margins: tuple[int, int, int, int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._body: Body | None = None
        self._kept: dict[str, object] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*margins)

    @property
    def body(self) -> Body:
        """What is on the page; made at the first time."""
        if self._body is None:
            self._body = self._joined(self._make_body())
        return self._body

    @Slot(object)
    def show_gallery(self, state: GalleryState) -> None:
        """Follow the gallery; a locked one leaves nothing behind."""
        if state.phase is not Phase.READY:
            for name in self.OF_THE_GALLERY:
                self._kept.pop(name, None)
        self._hand_on("show_gallery", state)

    @Slot(object)
    def show_engine(self, state: EngineState) -> None:
        """Know whether there is an encoder."""
        self._hand_on("show_engine", state)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Make what is on the page at the first time."""
        super().showEvent(event)
        # Shown at once, as children that are there already are, and not at the next turn of the loop.
        self.body.show()

    def _make_body(self) -> Body:
        """Import and make the body; connect what is not merely passed on."""
        raise NotImplementedError

    def _hand_on(self, name: str, state: object) -> None:
        if self._body is None:
            self._kept[name] = state
        else:
            getattr(self._body, name)(state)

    def _joined(self, body: Body) -> Body:
        for name in self.FORWARDED:
            getattr(body, name).connect(getattr(self, name))
        # The gallery comes first: what belongs to it is only shown while it is open.
        for name in ("show_gallery", "show_engine", *self.OTHERS, *self.OF_THE_GALLERY):
            if name in self._kept:
                getattr(body, name)(self._kept.pop(name))
        self._column.addWidget(body)
        return body
