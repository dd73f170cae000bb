"""The shelf of encoders: lists, imports and removes them, and changes the one in use, on a thread of its own."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from osfi_gui.core.desk import EngineState, Phase
from osfi_gui.core.encoders import ShelfState
from osfi_gui.core.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.encoders import FoundEncoder, ImportEncoder
    from osfi_gui.services.engine import Engine

log = logging.getLogger(__name__)

UNMEASURED = (
    "Nobody has measured a default threshold for it: similarities are shown, and nothing is decided until the gallery "
    "is calibrated or holds strangers."
)


class EncoderShelf(QObject):
    """Serves the list of encoders; lives on a thread of its own, because reading weights takes seconds.

    Every request ends in one ``changed`` that is not WAITING.
    """

    listed = Signal(object)
    changed = Signal(object)
    engine_loaded = Signal(object)
    engine_changed = Signal(object)
    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._engine: Engine | None = None
        self._next_start = ""
        self._asked = False
        self._found: FoundEncoder | None = None

    @Slot(object)
    def use_engine(self, engine: Engine) -> None:
        """Know what recognises faces now."""
        self._engine = engine
        self._next_start = ""
        if self._asked:  # not before: at the start everything that can wait does, so that the first decision does not
            self._list()

    @Slot()
    def show(self) -> None:
        """List the encoders."""
        self._asked = True
        self._list()

    @Slot(str)
    def examine(self, file: str) -> None:
        """Find out what a file holds."""
        self._found = None

        def look() -> ShelfState:
            from osfi_gui.services.encoders import look_at_file

            self._found = look_at_file(Path(file))
            return ShelfState(Phase.READY, found=self._found)

        self._do(f"Looking at {Path(file).name}", look)

    @Slot(object)
    def take(self, wanted: ImportEncoder) -> None:
        """Import an encoder from a file that was looked at."""

        def take() -> ShelfState:
            from osfi_gui.vision.imports import import_encoder

            entry = import_encoder(Path(wanted.file), name=wanted.name, chip=wanted.chip)
            self._found = None
            return ShelfState(Phase.ENDED, what=f"{entry.title} is here and can be used.")

        self._do(f"Importing {Path(wanted.file).name}", take)

    @Slot()
    def leave(self) -> None:
        """Forget the file that was looked at."""
        self._found = None
        self.changed.emit(ShelfState())

    @Slot(str)
    def remove(self, name: str) -> None:
        """Remove an imported encoder that is not in use."""

        def remove() -> ShelfState:
            from osfi_gui.vision.imports import remove_encoder

            if self._engine is not None and self._engine.encoder.base == name:
                msg = f"“{name}” is in use and was not removed."
                raise DeskError(msg, "Use another encoder first.")
            remove_encoder(name)
            return ShelfState(Phase.ENDED, what=f"“{name}” is removed; galleries keep what they hold of it.")

        self._do(f"Removing {name}", remove)

    @Slot(str)
    def use(self, name: str) -> None:
        """Recognise faces with another encoder from now on, and at the next start."""
        self._do("Loading the encoder", lambda: self._use(name))

    def _use(self, name: str) -> ShelfState:
        from osfi_gui.core.calibrate import DEFAULTS
        from osfi_gui.vision.encode import load_encoder
        from osfi_gui.vision.manifest import encoder_entry
        from osfi_gui.vision.weights import require_weights

        engine = self._engine
        if engine is None:
            # Nothing was loaded at the start, perhaps because of the encoder that was chosen: another one may help.
            entry = encoder_entry(name)
            require_weights(entry)
            self._next_start = name
            self.chosen.emit(name)
            return ShelfState(Phase.ENDED, what=f"{entry.title} is used from the next start on.")
        encoder = load_encoder(name, device=engine.encoder.device)
        self._engine = engine = replace(engine, encoder=encoder, title=encoder.title)
        self.engine_loaded.emit(engine)
        self.engine_changed.emit(EngineState(Phase.READY, engine.device, engine.device_note, engine.title))
        self.chosen.emit(name)
        return ShelfState(
            Phase.ENDED,
            what=f"{encoder.title} is in use now.",
            remedy="" if name in DEFAULTS else UNMEASURED,
        )

    def _do(self, title: str, step: Callable[[], ShelfState]) -> None:
        """Take one step, say how it ended, and list what there is then."""
        self.changed.emit(ShelfState(Phase.WAITING, title, self._found))
        try:
            ended = step()
        except DeskError as error:
            ended = ShelfState(Phase.FAILED, found=self._found, what=error.what, remedy=error.remedy)
        except MemoryError:
            what, remedy = "There is not enough memory for this encoder.", "Close other programs, and try again."
            ended = ShelfState(Phase.FAILED, found=self._found, what=what, remedy=remedy)
        except Exception as error:
            log.exception("the shelf failed in a way nobody foresaw")
            what = f"That did not work ({type(error).__name__})."
            ended = ShelfState(Phase.FAILED, found=self._found, what=what, remedy="Nothing was changed.")
        self._list()
        self.changed.emit(ended)

    def _list(self) -> None:
        from osfi_gui.services.encoders import list_encoders

        in_use = "" if self._engine is None else self._engine.encoder.base
        try:
            self.listed.emit(list_encoders(in_use=in_use, next_start=self._next_start))
        except Exception as error:
            log.exception("the encoders could not be listed")
            what = f"The encoders could not be listed ({type(error).__name__})."
            self.changed.emit(ShelfState(Phase.FAILED, what=what, remedy="Run “osfi doctor”."))
