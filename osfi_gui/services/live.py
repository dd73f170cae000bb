"""The live path: one frame after the other is recognised or examined, as the page in front of the operator needs it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from osfi_gui.services.enrol import examination_of, examine
from osfi_gui.services.guide import Guide
from osfi_gui.services.recognise import Recogniser

if TYPE_CHECKING:
    from osfi_gui.core.desk import SeenFace
    from osfi_gui.core.enrolment import Draft
    from osfi_gui.core.ports import Encoder
    from osfi_gui.core.values import Frame, Recognition
    from osfi_gui.services.engine import Engine
    from osfi_gui.services.session import Session


class Looking(StrEnum):
    """What is done with a frame."""

    IDENTIFY = "identify"
    ENROL = "enrol"
    NOTHING = "nothing"


class Live:
    """Works on frames, one at a time; used from one thread.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Engine) -> None:
        self._encoder: Encoder = engine.encoder
        self._detector = engine.new_detector()
        self._recogniser = Recogniser(self._detector, video=True)
        self._guide = Guide(engine.encoder.name)
        self._session: Session | None = None
        self._looking = Looking.IDENTIFY
        self._auto = True

    @property
    def draft(self) -> Draft:
        """The person who is about to be enrolled."""
        return self._guide.draft

    def begin_source(self, *, video: bool) -> None:
        """Forget every track: the next frame is another source's."""
        self._recogniser = Recogniser(self._detector, video=video)

    def use_session(self, session: Session | None) -> None:
        """Work with another session; None while the gallery is locked, then nobody's draft stays either."""
        self._session = session
        if session is None:
            self._guide.clear()
        elif session.encoder is not self._encoder:
            self._encoder = session.encoder
            self._guide.use_encoder(session.encoder)

    def look(self, looking: Looking) -> None:
        """Do something else with the frames that follow."""
        if looking is not self._looking:
            self._looking = looking
            self._recogniser.reset()

    def take_by_itself(self, auto: bool) -> None:
        """Take shots when the asked pose is held, or only when asked."""
        self._auto = auto

    def work(self, frame: Frame) -> Recognition | Draft | None:
        """Recognise or examine a frame; None where there is nothing to do."""
        if self._looking is Looking.IDENTIFY and self._session is not None:
            return self._recogniser.recognise(frame, self._session)
        if self._looking is Looking.ENROL:
            seen = examine(frame, detector=self._detector, encoder=self._encoder)
            return self._guide.see(frame, seen, session=self._session, auto=self._auto)
        return None

    def take_shot(self) -> str:
        """Take a shot of the newest frame; gives the reason where none was taken."""
        return self._guide.take(session=self._session)

    def remove_shot(self, index: int) -> None:
        """Take a shot out of the draft."""
        self._guide.remove(index, session=self._session)

    def clear_draft(self) -> None:
        """Begin with the next person."""
        self._guide.clear()

    def begin_draft_with(self, seen: SeenFace) -> str:
        """Begin a draft with a face that was recognised; gives the reason where it is not good enough."""
        self._guide.clear()
        found = examination_of(seen.frame, seen.sighting, encoder=self._encoder.name)
        self._guide.see(seen.frame, found, session=self._session, auto=False)
        return self.take_shot()
