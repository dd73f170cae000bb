"""What the operator asks for when a recording is to be handed to somebody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExportRequest:
    """A recording as a video that is not encrypted.

    Attributes
    ----------
    recording : str
        Path of the recording.
    out : str
        Path of the video, ends in ``.mp4``; what is there is replaced.
    drawn : bool
        Whether boxes, names and decisions are drawn over the frames.
    """

    recording: str
    out: str
    drawn: bool = True
