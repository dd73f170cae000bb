"""How fast the live path is: the window's threads and mailbox without the window, on a source at its own pace."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.errors import DeskError
from osfi_gui.core.values import Recognition
from osfi_gui.services.memory import resident_mb
from osfi_gui.workers.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from osfi_gui.core.ports import FrameSource
    from osfi_gui.core.values import Frame, SourceInfo
    from osfi_gui.services.live import Live

PULL_S = 0.033
"""The window looks for a new picture this often (``views/window.py``)."""
PATIENCE_S = 0.5


@dataclass(frozen=True)
class LiveSpeed:
    """What was measured.

    Attributes
    ----------
    source_fps : float
        What the source says of itself; 0 where it says nothing.
    seconds : float
        From the first frame to the last decision.
    frames, dropped, decisions : int
        Frames that came; those that a newer one replaced before recognition took them; frames that were decided.
    faces : int
        Faces that were decided, over all of these frames.
    display_fps : float
        New frames a second that the window's timer finds; painting them is not in it.
    decision_fps : float
        Frames a second that are decided.
    glass_ms : tuple of float
        From a frame's coming out of the source to its decision, milliseconds, in order. What a camera itself takes
        before that is not in it.
    stages_ms : dict of str to float
        Median milliseconds of each stage; of those after detection in frames with a face, where there are any.
    rss_mb : float
        Resident memory at the end, megabytes.
    """

    source_fps: float
    seconds: float
    frames: int
    dropped: int
    decisions: int
    faces: int
    display_fps: float
    decision_fps: float
    glass_ms: tuple[float, ...]
    stages_ms: dict[str, float]
    rss_mb: float

    def glass_percentile(self, percent: float) -> float:
        """Give a percentile of the milliseconds from glass to decision, 0 <= percent <= 100."""
        return float(np.percentile(self.glass_ms, percent))


@dataclass(frozen=True, eq=False)
class Arrived:
    """A frame and when it came, seconds of ``perf_counter``."""

    frame: Frame
    at_s: float


@dataclass(frozen=True)
class Decided:
    """A frame that was decided: when, how long after it came, and what its stages took."""

    at_s: float
    glass_ms: float
    faces: int
    stages_ms: dict[str, float]


def measure_live(source: FrameSource, live: Live, *, seconds: float = 0.0) -> LiveSpeed:
    """Play a source and recognise it as the window does: newest frame wins, nothing waits for recognition.

    Parameters
    ----------
    source : FrameSource
        Not open yet; it decides the pace.
    live : Live
        With a session.
    seconds : float
        End after so many; 0 at the source's end.

    Raises
    ------
    DeskError
        When the source is no video, has no end and no seconds were given, or fails; or when recognition fails.
    """
    return _Run(source, live, seconds=seconds).go()


class _Run:
    """One run: capture and recognition on threads of their own, this one looks at the newest frame as a window does."""

    def __init__(self, source: FrameSource, live: Live, *, seconds: float) -> None:
        self._source, self._live, self._seconds = source, live, seconds
        self._box: Mailbox[Arrived] = Mailbox()
        self._over = threading.Event()
        self._failed: list[Exception] = []
        self._decided: list[Decided] = []
        self._first_s = self._last_s = 0.0
        self._info: SourceInfo | None = None

    def go(self) -> LiveSpeed:
        """Run it to its end."""
        capture = threading.Thread(target=self._guarded, args=(self._capture,), name="capture")
        recognition = threading.Thread(target=self._guarded, args=(self._recognise,), name="recognition")
        shown = 0
        last: Arrived | None = None
        recognition.start()
        capture.start()
        try:
            while not self._over.wait(PULL_S):
                newest = self._box.peek()
                shown += newest is not last
                last = newest
        finally:
            self._end()
            capture.join()
            recognition.join()
        shown += self._box.peek() is not last
        if self._failed:
            raise self._failed[0]
        return self._result(shown)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Let a failure end the run instead of one thread alone."""
        try:
            work()
        except Exception as error:
            self._failed.append(error)
            self._end()

    def _end(self) -> None:
        self._over.set()
        self._box.wake()

    def _capture(self) -> None:
        self._source.open()
        try:
            self._info = info = self._source.info
            self._check(info)
            while not self._over.is_set():
                frame = self._source.read()
                if frame is None:
                    break
                now = time.perf_counter()
                self._first_s = self._first_s or now
                if self._seconds and now - self._first_s >= self._seconds:
                    break
                self._last_s = now
                self._box.put(Arrived(frame, now))
        finally:
            self._source.close()
        self._end()

    def _check(self, info: SourceInfo) -> None:
        if not info.video:
            msg = f"{info.name} is no video, so it has no rates."
            raise DeskError(msg, "Give a video, a camera, a stream, or demo.")
        if info.frames is None and not self._seconds:
            raise DeskError(f"{info.name} has no end.", "Say how long to measure, such as --seconds 20.")

    def _recognise(self) -> None:
        self._live.begin_source(video=True)
        last: Arrived | None = None
        while True:
            over = self._over.is_set()  # asked first: what was put before the end is taken after it
            arrived = self._box.take(timeout_s=PATIENCE_S)
            if arrived is None or arrived is last:
                if over:
                    return
                continue
            last = arrived
            made = self._live.work(arrived.frame)
            if not isinstance(made, Recognition):
                raise ValueError("the live path has no session to identify with")
            now = time.perf_counter()
            glass_ms = 1000.0 * (now - arrived.at_s)
            self._decided.append(Decided(now, glass_ms, len(made.sightings), made.stages_ms))

    def _result(self, shown: int) -> LiveSpeed:
        decided, passed, info = self._decided, self._box.passed, self._info
        if not decided or info is None:
            raise DeskError("No frame came to be decided.", "Give a longer video, or more --seconds.")
        with_faces = [d for d in decided if d.faces] or decided
        stages = {
            name: statistics.median(d.stages_ms[name] for d in (decided if name == "detect" else with_faces))
            for name in decided[0].stages_ms
        }
        # The last frame is seen for its time, too.
        played_s = self._last_s - self._first_s + (1.0 / info.fps if info.fps else 0.0)
        seconds = decided[-1].at_s - self._first_s
        return LiveSpeed(
            source_fps=info.fps,
            seconds=seconds,
            frames=passed.put,
            dropped=passed.dropped,
            decisions=len(decided),
            faces=sum(d.faces for d in decided),
            display_fps=shown / played_s if played_s else 0.0,
            decision_fps=len(decided) / seconds,
            glass_ms=tuple(d.glass_ms for d in decided),
            stages_ms=stages,
            rss_mb=resident_mb(),
        )
