"""Recognition, spelled out once: pictures detect -> align -> encode -> match -> decide; videos are followed."""

from __future__ import annotations

import time
from pathlib import PurePath
from typing import TYPE_CHECKING

from osfi_gui.core.align import aligned_face
from osfi_gui.core.errors import PictureError
from osfi_gui.core.quality import measure
from osfi_gui.core.values import Portrait, Recognition, Sighting
from osfi_gui.services.decisions import MAX_FACES, decide_probes
from osfi_gui.services.follow import Following

if TYPE_CHECKING:
    from osfi_gui.core.ports import Detector
    from osfi_gui.core.values import Face, Frame
    from osfi_gui.services.session import Session


class Recogniser:
    """Recognise the faces of frames, one frame after the other.

    Parameters
    ----------
    detector : Detector
    video : bool
        Follow tracks and decide each by all it has shown; pictures are decided one by one.
    aligned : bool
        The frames are aligned chips already: nothing is detected.
    """

    def __init__(self, detector: Detector, *, video: bool, aligned: bool = False) -> None:
        self._detector = detector
        self._video = video and not aligned
        self._aligned = aligned
        self._following = Following(detector)

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
        if self._video:
            return self._following.recognise(frame, session)
        began = time.perf_counter()
        faces = self._find(frame)
        found = time.perf_counter()
        chips = [session.encoder.chip(Portrait(frame.pixels, face)) for face in faces]
        embeddings = session.encoder.embed(chips)
        encoded = time.perf_counter()
        decisions = decide_probes(list(embeddings), session)
        sightings = tuple(
            Sighting(0, face, chip, embedding, measure(face, chip), decision)
            for face, chip, embedding, decision in zip(faces, chips, embeddings, decisions, strict=True)
        )
        done = time.perf_counter()
        stages = {"detect": found - began, "encode": encoded - found, "match": done - encoded}
        return Recognition(frame, sightings, {stage: 1000.0 * seconds for stage, seconds in stages.items()})

    def reset(self) -> None:
        """Forget every track, as when the source or the gallery changes."""
        self._following = Following(self._detector)

    def _find(self, frame: Frame) -> list[Face]:
        if self._aligned:
            height, width = frame.pixels.shape[:2]
            if height != width:
                msg = f"{PurePath(frame.file).name if frame.file else 'The picture'} is not an aligned chip: "
                raise PictureError(msg + "it is not square.", "Leave out --aligned to have its faces found.")
            return [aligned_face(height)]
        return self._detector.detect(frame.pixels)[:MAX_FACES]
