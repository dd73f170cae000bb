"""Recognition, spelled out once: detect -> align -> encode -> track -> match -> decide."""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.align import aligned_face
from osfi_gui.core.decide import Vote, decide
from osfi_gui.core.errors import PictureError
from osfi_gui.core.match import match
from osfi_gui.core.quality import measure
from osfi_gui.core.values import Portrait, Recognition, Sighting, Verdict
from osfi_gui.vision.track import Tracker

if TYPE_CHECKING:
    from osfi_gui.core.ports import Detector
    from osfi_gui.core.values import Decision, Face, Frame, Vector
    from osfi_gui.services.session import Session

MAX_FACES = 32
"""Faces recognised in one frame, the largest first."""


class Recogniser:
    """Recognise the faces of frames, one frame after the other.

    Parameters
    ----------
    detector : Detector
    video : bool
        Follow tracks and let their last frames vote; pictures are decided one by one.
    aligned : bool
        The frames are aligned chips already: nothing is detected.
    """

    def __init__(self, detector: Detector, *, video: bool, aligned: bool = False) -> None:
        self._detector = detector
        self._video = video
        self._aligned = aligned
        self._tracker = Tracker()
        self._votes: dict[int, Vote] = {}
        self._session: Session | None = None

    def recognise(self, frame: Frame, session: Session) -> Recognition:
        """Find, follow and decide every face of a frame.

        Parameters
        ----------
        frame : Frame
        session : Session
            May be another one at every call; votes that were cast under another gallery do not count.

        Raises
        ------
        PictureError
            When an aligned chip was announced and the frame is none.
        """
        if session is not self._session:
            self._session, self._votes = session, {}
        began = time.perf_counter()
        faces = self._find(frame)
        found = time.perf_counter()
        chips = [session.encoder.chip(Portrait(frame.pixels, face)) for face in faces]
        embeddings = session.encoder.embed(chips)
        encoded = time.perf_counter()
        tracks = self._tracker.assign(faces, embeddings, time_s=frame.time_s) if self._video else [0] * len(faces)
        sightings = tuple(
            Sighting(track, face, chip, embedding, measure(face, chip), self._decide(embedding, track, session))
            for track, face, chip, embedding in zip(tracks, faces, chips, embeddings, strict=True)
            if track or not self._video
        )
        self._votes = {track: vote for track, vote in self._votes.items() if track in self._tracker.alive}
        done = time.perf_counter()
        stages = {"detect": found - began, "encode": encoded - found, "match": done - encoded}
        return Recognition(frame, sightings, {stage: 1000.0 * seconds for stage, seconds in stages.items()})

    def reset(self) -> None:
        """Forget every track, as when the source or the gallery changes."""
        self._tracker = Tracker()
        self._votes = {}

    def _find(self, frame: Frame) -> list[Face]:
        if self._aligned:
            height, width = frame.pixels.shape[:2]
            if height != width:
                msg = f"{PurePath(frame.file).name if frame.file else 'The picture'} is not an aligned chip: "
                raise PictureError(msg + "it is not square.", "Leave out --aligned to have its faces found.")
            return [aligned_face(height)]
        return self._detector.detect(frame.pixels)[:MAX_FACES]

    def _decide(self, embedding: Vector, track: int, session: Session) -> Decision:
        point = session.operating_point
        found = match(
            np.asarray(embedding),
            session.gallery,
            matcher=session.deciding,
            cohort=session.cohort,
            shots=session.shots,
            owners=session.owners,
        )
        single = decide(found, point)
        if not self._video or single.verdict is Verdict.UNDECIDED:
            return single
        return self._votes.setdefault(track, Vote()).add(single)
