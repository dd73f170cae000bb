"""Tracks: which face of this frame is which face of the last ones."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.values import Face, Vector

LEAST_OVERLAP = 0.3
# Both measured on LFW by benchmarks.likeness: 751 pairs of pictures of one person, 250,235 pairs of strangers.
LEAST_ALIKE = 0.5
"""Cosine from which a face that jumped is still the same one: strangers reach it about once in 100,000 pairs."""
LEAST_SAME = 0.25
"""Cosine below which an overlapping face is somebody else who stepped into the same place: 4.2 % of strangers reach it,
0.1 % of one person's different pictures stay below, and consecutive frames are nearer still."""
PATIENCE_S = 1.0
PATIENCE_FRAMES = 3.0
"""A track outlasts so many of the recent intervals between frames, or nothing is decided where they come slowly."""
LONGEST_PATIENCE_S = 8.0
"""After so long somebody else may well stand in the same place."""
MEMORY_S = 5.0
"""So long after a track has ended a face that looks like all it had shown takes up its number again, but nothing that
was decided about it: somebody was hidden for a moment, and is not another one."""
REMEMBERED_CHIPS = 9
"""Newest embeddings of a track by whose mean it is remembered: single ones of a small face say too little."""
_INTERVALS = 5
LEAST_BEGIN = 0.98
"""Detector's score from which a face begins a track; a weaker one only continues it. An arm or a pebble that is taken
for a face in passing scores less, and of 202 faces of LFW none scored below 0.99."""


def overlap(a: Sequence[Face], b: Sequence[Face]) -> NDArray[np.float64]:
    """Give intersection over union of every pair of boxes, 0..1, shape (len(a), len(b))."""
    if not a or not b:
        return np.zeros((len(a), len(b)))
    first, second = np.array([f.box for f in a]), np.array([f.box for f in b])
    top_left = np.maximum(first[:, None, :2], second[None, :, :2])
    bottom_right = np.minimum(first[:, None, :2] + first[:, None, 2:], second[None, :, :2] + second[None, :, 2:])
    inside = np.clip(bottom_right - top_left, 0.0, None).prod(axis=2)
    area_first, area_second = first[:, 2:].prod(axis=1), second[:, 2:].prod(axis=1)
    union = area_first[:, None] + area_second[None, :] - inside
    return np.asarray(inside / np.maximum(union, 1e-9), dtype=np.float64)


def load_pairing() -> None:
    """Import what pairs several faces, for a time at which nobody waits for it: some tenths of a second."""
    import scipy.optimize  # noqa: F401


def best_pairs(worth: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Pair rows and columns so that the sum is largest."""
    if 1 in worth.shape:
        best = int(worth.argmax())
        return [(best // worth.shape[1], best % worth.shape[1])]
    # Here and not at the top: importing it takes as long as the window does; see load_pairing.
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(worth, maximize=True)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


@dataclass(eq=False)
class Track:
    """A face that is followed.

    Attributes
    ----------
    number : int
        Counted from 1.
    face : Face
        Where it was seen last.
    embedding : ndarray of float32, shape (d,)
        Of the newest chip that was encoded.
    seen_s : float
        Time of the frame in which it was seen last.
    shown : deque of ndarray
        The newest embeddings, at most nine.
    """

    number: int
    face: Face
    embedding: Vector
    seen_s: float
    shown: deque[Vector] = field(default_factory=lambda: deque(maxlen=REMEMBERED_CHIPS))

    def show(self, embedding: Vector) -> None:
        """Take the embedding of another chip."""
        self.embedding = embedding
        self.shown.append(embedding)

    @property
    def mean(self) -> Vector:
        """Direction of the mean of the newest embeddings, a unit vector of shape (d,)."""
        total = np.sum(self.shown, axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)


class Tracker:
    """Follow faces from frame to frame.

    In each frame, ``begin`` gives the tracks that were in the one before; those whose face is found where it was are
    kept, with or without a new embedding. Every other face needs one, and ``assign`` gives it the lost track whose box
    it overlaps and whom it does not contradict, or one that looks the same elsewhere, or a new one. Two faces never
    share a track; a track that nobody saw for a second, or for three frames where these come more slowly, ends. Whoever
    looks like an ended one within five seconds more has its number again, as a track that begins.
    """

    def __init__(self) -> None:
        self._time_s: float | None = None
        self._intervals: deque[float] = deque(maxlen=_INTERVALS)
        self._tracks: list[Track] = []
        self._gone: list[Track] = []
        self._here: set[int] = set()
        self._last = 0

    def begin(self, time_s: float) -> list[Track]:
        """Begin a frame; give the tracks that were seen in the last one.

        Parameters
        ----------
        time_s : float
            The frame's time; seconds before that of the last frame mean another scene.
        """
        self._watch_pace(time_s)
        patience_s = self.patience_s
        every = [*self._gone, *self._tracks]
        self._tracks = [t for t in self._tracks if 0.0 <= time_s - t.seen_s <= patience_s]
        self._gone = [
            t for t in every if t not in self._tracks and 0.0 <= time_s - t.seen_s <= max(MEMORY_S, patience_s)
        ]
        before, self._here = self._here, set()
        return [track for track in self._tracks if track.number in before]

    def keep(self, track: Track, face: Face) -> None:
        """Say where the face of a track is in this frame."""
        track.face, track.seen_s = face, self._now
        self._here.add(track.number)

    def confirm(self, track: Track, embedding: Vector) -> bool:
        """Compare a track with the newest embedding of its face; one that has become somebody else ends.

        Returns
        -------
        bool
            False where it ended.
        """
        if float(track.embedding @ embedding) < LEAST_SAME:
            self._tracks.remove(track)
            self._gone.append(track)
            self._here.discard(track.number)
            return False
        track.show(embedding)
        return True

    def assign(self, faces: Sequence[Face], embeddings: NDArray[np.float32]) -> list[int]:
        """Give the track number of each face that continues no track of the last frame.

        Parameters
        ----------
        faces : sequence of Face, length m
        embeddings : ndarray of float32, shape (m, d)
            Unit rows, one a face.

        Returns
        -------
        list of int
            Counted from 1; 0 for a face that is too uncertain to begin a track.
        """
        lost = self.lost
        numbers = [0] * len(faces)
        if faces and lost:
            iou = overlap([t.face for t in lost], faces)
            alike = np.stack([t.embedding for t in lost]) @ embeddings.T
            possible = ((iou >= LEAST_OVERLAP) & (alike >= LEAST_SAME)) | (alike >= LEAST_ALIKE)
            worth = np.where(possible, iou + np.clip(alike, 0.0, 1.0), -1.0)
            for row, column in best_pairs(worth):
                if possible[row, column]:
                    lost[row].show(embeddings[column])
                    self.keep(lost[row], faces[column])
                    numbers[column] = lost[row].number
        new = [column for column, face in enumerate(faces) if not numbers[column] and face.score >= LEAST_BEGIN]
        for column, number in zip(new, self._numbers_of(embeddings[new]), strict=True):
            track = Track(number, faces[column], embeddings[column], self._now)
            track.show(embeddings[column])
            self._tracks.append(track)
            self._here.add(number)
            numbers[column] = number
        return numbers

    def _numbers_of(self, embeddings: NDArray[np.float32]) -> list[int]:
        """Give each track that begins the number of an ended one that looked like it, or the next one."""
        again: dict[int, int] = {}
        if len(embeddings) and self._gone:
            alike = embeddings @ np.stack([track.mean for track in self._gone]).T
            again = {
                row: self._gone[column].number
                for row, column in best_pairs(np.where(alike >= LEAST_ALIKE, alike, 0.0))
                if alike[row, column] >= LEAST_ALIKE
            }
            self._gone = [track for track in self._gone if track.number not in again.values()]
        numbers = []
        for row in range(len(embeddings)):
            if row not in again:
                self._last += 1
            numbers.append(again.get(row, self._last))
        return numbers

    def drop_all(self) -> None:
        """End every track, as when another encoder's embeddings follow."""
        self._tracks, self._gone, self._here = [], [], set()

    @property
    def lost(self) -> list[Track]:
        """Tracks that may continue and were not seen in this frame so far."""
        return [track for track in self._tracks if track.number not in self._here]

    @property
    def interval_s(self) -> float:
        """Median of the last five intervals between frames, seconds; 0 while there are none."""
        return median(self._intervals) if self._intervals else 0.0

    @property
    def _now(self) -> float:
        if self._time_s is None:
            msg = "a frame begins with begin()"
            raise RuntimeError(msg)
        return self._time_s

    def _watch_pace(self, time_s: float) -> None:
        if self._time_s is not None and time_s < self._time_s:
            self._intervals.clear()  # another scene
        elif self._time_s is not None:
            self._intervals.append(time_s - self._time_s)
        self._time_s = time_s

    @property
    def patience_s(self) -> float:
        """Seconds that a track now goes on without being seen, from the median of the last five intervals."""
        return min(max(PATIENCE_S, PATIENCE_FRAMES * self.interval_s), LONGEST_PATIENCE_S)

    @property
    def alive(self) -> frozenset[int]:
        """Numbers of the tracks that may still continue."""
        return frozenset(t.number for t in self._tracks)
