"""Enrolment at the camera: which pose to ask for, when to take the shot, and what each shot is worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.enrolment import Draft, Lookalike, Pose, TakenShot
from osfi_gui.core.gallery import normalise
from osfi_gui.core.poses import next_pose, shows
from osfi_gui.core.worth import worth_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from osfi_gui.core.enrolment import Examination
    from osfi_gui.core.ports import Encoder
    from osfi_gui.core.values import Frame, Quality
    from osfi_gui.services.session import Session

HOLD_S = 0.6
"""A good pose is held this long before its shot is taken: nobody blurs, nobody is surprised."""
MOST_SHOTS = 20


class Guide:
    """Leads one person through an enrolment at the camera; the draft is all of it that anybody sees.

    Parameters
    ----------
    encoder : str
        Whose embeddings the shots carry.
    """

    def __init__(self, encoder: str) -> None:
        self._encoder = encoder
        self._draft = Draft()
        self._front: Quality | None = None
        self._good_since_s: float | None = None

    @property
    def draft(self) -> Draft:
        """The draft as it is now."""
        return self._draft

    def use_encoder(self, encoder: Encoder) -> None:
        """Give the shots that were taken embeddings of another encoder, so that they can be compared with its gallery.

        Parameters
        ----------
        encoder : Encoder
        """
        self._encoder = encoder.name
        shots = self._draft.shots
        vectors = encoder.embed([encoder.chip(taken.shot.portrait) for taken in shots])
        again = tuple(
            replace(taken, shot=replace(taken.shot, embeddings={**taken.shot.embeddings, encoder.name: vector}))
            for taken, vector in zip(shots, vectors, strict=True)
        )
        # What was seen last carries the other encoder's embedding: the next frame brings a new one.
        self._draft = replace(self._draft, shots=again, examination=None)

    def see(self, frame: Frame, examination: Examination, *, session: Session | None, auto: bool) -> Draft:
        """Take in a newly examined frame; a shot is taken when the asked pose was held.

        Parameters
        ----------
        frame : Frame
        examination : Examination
        session : Session or None
            For lookalikes and conflicts; None while no gallery is open.
        auto : bool
            Whether shots are taken without being asked for.
        """
        asked, quality = self._draft.asked, examination.quality
        wanted = auto and asked is not None and quality is not None and examination.passed
        if not (wanted and asked is not None and quality is not None and shows(asked, quality, front=self._front)):
            self._good_since_s = None
        elif self._good_since_s is None or frame.time_s < self._good_since_s:
            self._good_since_s = frame.time_s
        held = 0.0 if self._good_since_s is None else min(1.0, (frame.time_s - self._good_since_s) / HOLD_S)
        self._draft = replace(self._draft, frame=frame, examination=examination, held=held)
        if held >= 1.0:
            self.take(session=session, pose=asked)
        return self._draft

    def take(self, *, session: Session | None, pose: Pose | None = None) -> str:
        """Take a shot of the newest frame.

        Parameters
        ----------
        session : Session or None
        pose : Pose or None
            The pose it is for; None when the operator asked for it, then it counts for front if it is.

        Returns
        -------
        str
            Why no shot was taken; empty when one was.
        """
        seen, shots = self._draft.examination, self._draft.shots
        if seen is None:
            return "There is no picture yet."
        if seen.shot is None or seen.chip is None or seen.quality is None or not seen.passed:
            return " ".join(seen.advice)
        if len(shots) >= MOST_SHOTS:
            return f"{MOST_SHOTS} shots are enough for one person."
        if pose is None and Pose.FRONT not in self._draft.taken and shows(Pose.FRONT, seen.quality, front=None):
            pose = Pose.FRONT
        if pose is Pose.FRONT:
            self._front = seen.quality
        worth, text = worth_of(
            seen.shot.embeddings[self._encoder],
            others=self._vectors(),
            gallery=session.gallery if session else None,
            point=session.operating_point if session else None,
        )
        self._put((*shots, TakenShot(seen.shot, seen.chip, pose, worth, text)), session)
        return ""

    def remove(self, index: int, *, session: Session | None) -> None:
        """Take a shot out of the draft; an index that is not there does nothing."""
        shots = self._draft.shots
        if 0 <= index < len(shots):
            self._put(shots[:index] + shots[index + 1 :], session)

    def clear(self) -> None:
        """Begin with the next person."""
        self._draft = Draft(frame=self._draft.frame, examination=self._draft.examination)
        self._front = self._good_since_s = None

    def _put(self, shots: tuple[TakenShot, ...], session: Session | None) -> None:
        self._good_since_s = None
        self._draft = replace(self._draft, shots=shots, held=0.0)
        self._draft = replace(
            self._draft, asked=next_pose(self._draft.taken), lookalike=lookalike(self._vectors(), session)
        )

    def _vectors(self) -> NDArray[np.float32]:
        rows = [taken.shot.embeddings[self._encoder] for taken in self._draft.shots]
        return np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)


def lookalike(vectors: NDArray[np.float32], session: Session | None) -> Lookalike | None:
    """Give the enrolled identity that shots come near to, if any.

    Parameters
    ----------
    vectors : ndarray of float32, shape (m, d)
        Unit rows.
    session : Session or None
    """
    if not len(vectors) or session is None or session.operating_point is None or not len(session.gallery):
        return None
    cosines = session.gallery.matrix @ normalise(vectors.sum(axis=0))
    best = int(cosines.argmax())
    if float(cosines[best]) < session.operating_point.cosine_floor:
        return None
    return Lookalike(session.gallery.identity_ids[best], session.gallery.names[best], float(cosines[best]))
