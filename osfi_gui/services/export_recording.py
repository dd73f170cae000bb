"""Handing a recording to somebody: an MP4 file that any player shows, with or without what was decided."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from osfi_gui.core.errors import RecordingError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.vision.movie import MovieWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken
    from osfi_gui.core.recording import RecordedFrame, Seen
    from osfi_gui.core.values import Pixels
    from osfi_gui.store.recording import RecordingFile

    Draw = Callable[[Pixels, tuple[Seen, ...]], Pixels]

ENDING = ".mp4"
LONGEST_S = 5.0
"""No frame is shown longer: a source that was away for an hour does not make an hour of video."""
_LOWEST_FPS, _HIGHEST_FPS = 25, 60


def export_recording(recording: RecordingFile, out: Path, *, draw: Draw | None, token: CancelToken) -> Iterator[Event]:
    """Write a recording as video; each frame is shown until the next one was recognised. The file is NOT encrypted.

    It is written beside ``out`` and moved there when it is whole; whatever ends it before leaves nothing.

    Parameters
    ----------
    recording : RecordingFile
    out : Path
        Ends in ``.mp4``; what is there is replaced at the end.
    draw : callable or None
        Draws what was decided over a frame; None for the frames alone.
    token : CancelToken

    Yields
    ------
    Event
        Started, Progress in frames, and at the end Finished with ``out`` or Cancelled.

    Raises
    ------
    RecordingError
        There is no frame, the recording is damaged, or the file cannot be written.
    """
    total = len(recording)
    if not total:
        raise RecordingError(f"{recording.path.name} holds no frame.", "Choose another recording.")
    yield Started(f"Exporting {recording.path.name}")
    beside = _beside(out)
    try:
        fps = _rate(total, recording.seconds())
        frames = recording.frames()
        frame = next(frames)
        height, width = frame.pixels.shape[:2]
        begun_s, shown = frame.clock_s, 0
        with MovieWriter(beside, width=width, height=height, fps=fps) as movie:
            following: RecordedFrame | None = frame
            while following is not None:
                if token.cancelled():
                    yield Cancelled("No file was made.")
                    return
                frame, following = following, next(frames, None)
                ends_s = frame.clock_s + 1.0 / fps if following is None else following.clock_s
                if ends_s - frame.clock_s > LONGEST_S:
                    begun_s += ends_s - frame.clock_s - LONGEST_S
                # Counted from the beginning, so that rounding does not add up.
                times = max(1, round((ends_s - begun_s) * fps) - shown)
                movie.add(frame.pixels if draw is None else draw(frame.pixels, frame.seen), times=times)
                shown += times
                yield Progress(frame.number + 1, total, "frames")
            movie.finish()
        beside.replace(out)
    except OSError as error:
        raise _unwritable(out, error) from error
    finally:
        beside.unlink(missing_ok=True)
    yield Finished(out)


def _rate(frames: int, seconds: float) -> int:
    """Frames a second of the video: as many as were recognised, and enough that times are kept."""
    mean = (frames - 1) / seconds if seconds > 0.0 else 0.0
    return min(_HIGHEST_FPS, max(_LOWEST_FPS, math.ceil(mean)))


def _beside(out: Path) -> Path:
    if out.suffix.lower() != ENDING:
        raise RecordingError(f"{out.name} is not named like a video.", "Let the name end in .mp4.")
    try:
        # For its owner alone: it shows faces.
        handle, name = tempfile.mkstemp(prefix=f".{out.stem}.", suffix=ENDING, dir=out.parent)
    except OSError as error:
        raise _unwritable(out, error) from error
    os.close(handle)
    return Path(name)


def _unwritable(out: Path, error: OSError) -> RecordingError:
    what = f"{out.name} cannot be written ({error.strerror})."
    return RecordingError(what, f"Check that you may write to the folder {out.absolute().parent}.")
