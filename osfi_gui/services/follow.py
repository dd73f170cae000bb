"""Recognition of a video: faces are followed, their best chips encoded, and each track decided by all it has shown."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from osfi_gui.core.decide import Vote
from osfi_gui.core.evidence import TrackEvidence, weight_of
from osfi_gui.core.quality import measure
from osfi_gui.core.values import Face, Portrait, Recognition, Sighting, Verdict
from osfi_gui.services.attention import ABRUPT, Standing, chosen, in_turn, search_due
from osfi_gui.services.decisions import MAX_FACES, decide_probes
from osfi_gui.vision.change import change, thumb
from osfi_gui.vision.track import LEAST_BEGIN, Tracker, best_pairs, overlap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from osfi_gui.core.ports import Detector
    from osfi_gui.core.values import Decision, Frame, Pixels, Quality, Vector
    from osfi_gui.services.session import Session
    from osfi_gui.vision.track import Track

SAME_FACE = 0.5
"""Overlap from which a face that was found and one that was followed are one."""
STEADY = 0.8
"""Share of the box that is shown which comes from the one before, carried along with the landmarks: the net's own boxes
swing to and fro by several pixels."""
CROSSING = 0.3
"""Overlap of two followed faces from which it is open who is who: only their embeddings tell."""


@dataclass(frozen=True, eq=False)
class _Look:
    """A face of this frame and its chip."""

    face: Face
    chip: Pixels
    thumb: NDArray[np.float32]
    quality: Quality
    weight: float


class _Known:
    """What is known of a track."""

    def __init__(self, look: _Look, embedding: Vector, *, time_s: float) -> None:
        self.evidence = TrackEvidence()
        self.vote = Vote()
        self.decision: Decision | None = None
        self.last = look
        self.best = look
        self.shown = look.face
        self.found_s = time_s
        self.shaken = 0
        self.encoded(look, embedding, time_s=time_s)

    def encoded(self, look: _Look, embedding: Vector, *, time_s: float) -> None:
        """Take the embedding of a chip."""
        self.evidence.add(embedding, weight=look.weight)
        self.shaken = max(0, self.shaken - 1)
        self.embedding, self.encoded_look, self.encoded_s = embedding, look, time_s
        self.best = look

    def forget_decisions(self) -> None:
        """Count from zero again, as under another gallery."""
        self.evidence, self.vote, self.decision = TrackEvidence(), Vote(), None

    def count_newest_again(self) -> None:
        """Take the newest embedding for a beginning: none of the votes, only what was seen."""
        self.evidence.add(self.embedding, weight=self.encoded_look.weight)

    def standing(self, *, time_s: float, changed: float, moved_on: float) -> Standing:
        return Standing(
            chips=self.evidence.count,
            unanimous=self.vote.unanimous,
            waited_s=time_s - self.encoded_s,
            changed=changed,
            moved_on=moved_on,
            shaken=self.shaken > 0,
        )

    def see(self, look: _Look, *, shown: Face, abrupt: bool) -> _Look:
        """Take the chip of another frame; give the one to encode if one is: the best since the last that was."""
        if abrupt:
            self.shaken = self.evidence.window  # until every chip that counts was taken afterwards
        stale = self.best is self.encoded_look
        if abrupt or stale or look.weight >= self.best.weight:
            self.best = look
        self.last = look
        self.shown = shown
        return self.best


class Following:
    """Recognise the faces of one video, frame after frame.

    Parameters
    ----------
    detector : Detector
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._tracker = Tracker()
        self._known: dict[int, _Known] = {}
        self._searched_s = -np.inf
        self._again_s = -np.inf
        self._session: Session | None = None

    def recognise(self, frame: Frame, session: Session) -> Recognition:
        """Find, follow and decide every face of a frame; see ``Recogniser.recognise``."""
        self._use(session)
        began = time.perf_counter()
        kept, strange = self._faces(frame)
        found = time.perf_counter()
        looks = [self._look(frame, face, session) for _, face in kept]
        new = [self._look(frame, face, session) for face in strange]
        standings, bests = self._see([track for track, _ in kept], looks, time_s=frame.time_s)
        rested_s = frame.time_s - self._again_s
        due = chosen(standings, searched=self._searched_s == frame.time_s, rested_s=rested_s)
        if any(in_turn(standings[place]) for place in due):
            self._again_s = frame.time_s
        embeddings = session.encoder.embed([*(bests[place].chip for place in due), *(look.chip for look in new)])
        encoded = time.perf_counter()
        here = {track.number: look for (track, _), look in zip(kept, looks, strict=True)}
        fresh: set[int] = set()
        others = list(zip(new, embeddings[len(due) :], strict=True))
        for place, embedding in zip(due, embeddings[: len(due)], strict=True):
            track, look = kept[place][0], bests[place]
            if self._tracker.confirm(track, embedding):
                self._known[track.number].encoded(look, embedding, time_s=frame.time_s)
                fresh.add(track.number)
            else:  # somebody else has stepped into its place
                del here[track.number]
                others.append((looks[place], embedding))
        # Before the others get their numbers: who has that of an ended track again inherits nothing that was decided.
        alive = self._tracker.alive
        self._known = {number: known for number, known in self._known.items() if number in alive}
        fresh |= self._assign(others, here, time_s=frame.time_s)
        # Under another gallery everybody is decided anew, those too whose chip is not encoded in this frame.
        for number in here.keys() - fresh:
            if self._known[number].decision is None:
                self._known[number].count_newest_again()
                fresh.add(number)
        self._decide([self._known[number] for number in sorted(fresh)], session)
        sightings = [self._sighting(number, look) for number, look in here.items()]
        sightings.sort(key=lambda s: s.face.box[2] * s.face.box[3], reverse=True)
        done = time.perf_counter()
        stages = {"detect": found - began, "encode": encoded - found, "match": done - encoded}
        return Recognition(frame, tuple(sightings), {stage: 1000.0 * seconds for stage, seconds in stages.items()})

    def _use(self, session: Session) -> None:
        if session is self._session:
            return
        if self._session is not None and session.encoder is not self._session.encoder:
            self._tracker.drop_all()
            self._known = {}
        for known in self._known.values():
            known.forget_decisions()
        self._session = session

    def _faces(self, frame: Frame) -> tuple[list[tuple[Track, Face]], list[Face]]:
        """Give the faces of the frame: those of tracks of the last one, and the others."""
        before = self._tracker.begin(frame.time_s)
        again = self._detector.follow(frame.pixels, [track.face for track in before])
        kept = [(track, face) for track, face in zip(before, again, strict=True) if face is not None]
        apart = _apart([face for _, face in kept])
        kept = [pair for pair, alone in zip(kept, apart, strict=True) if alone]
        waited = frame.time_s - self._searched_s
        missed = len(kept) < len(before)
        if not missed and not search_due(waited, interval_s=self._tracker.interval_s, empty=not before):
            strange: list[Face] = []
        else:
            self._searched_s = frame.time_s
            kept, strange = self._searched(frame, kept)
        for track, face in kept:
            self._tracker.keep(track, face)
        if not self._tracker.lost:  # nobody whom an uncertain face could continue
            strange = [face for face in strange if face.score >= LEAST_BEGIN]
        return kept, strange

    def _searched(self, frame: Frame, kept: list[tuple[Track, Face]]) -> tuple[list[tuple[Track, Face]], list[Face]]:
        """Search a whole frame: for newcomers, and for one of those who are followed, so that no box goes astray.

        Finding everybody again would let a search cost the more the more people stay.
        """
        turn = min((track for track, _ in kept), key=lambda t: self._known[t.number].found_s, default=None)
        others = [face for track, face in kept if track is not turn]
        if turn is not None:
            self._known[turn.number].found_s = frame.time_s
        kept, strange = _merged(kept, self._detector.search(frame.pixels, known=others)[:MAX_FACES])
        return kept, strange[: max(0, MAX_FACES - len(kept))]

    def _see(
        self, tracks: Sequence[Track], looks: Sequence[_Look], *, time_s: float
    ) -> tuple[list[Standing], list[_Look]]:
        """Take the looks at tracks that go on; give what is known of each, and the look to encode if one is."""
        if not looks:
            return [], []
        known = [self._known[track.number] for track in tracks]
        now = np.stack([look.thumb for look in looks])
        changed = change(np.stack([one.last.thumb for one in known]), now).tolist()
        moved_on = change(np.stack([one.encoded_look.thumb for one in known]), now).tolist()
        standings = [
            one.standing(time_s=time_s, changed=a, moved_on=b)
            for one, a, b in zip(known, changed, moved_on, strict=True)
        ]
        shown = _steadied([one.shown for one in known], [look.face for look in looks])
        bests = [
            one.see(look, shown=face, abrupt=a > ABRUPT)
            for one, look, face, a in zip(known, looks, shown, changed, strict=True)
        ]
        return standings, bests

    def _look(self, frame: Frame, face: Face, session: Session) -> _Look:
        chip = session.encoder.chip(Portrait(frame.pixels, face))
        quality = measure(face, chip)
        return _Look(face, chip, thumb(chip), quality, weight_of(quality, score=face.score))

    def _assign(self, others: list[tuple[_Look, Vector]], here: dict[int, _Look], *, time_s: float) -> set[int]:
        """Give faces that continue no track of the last frame a track; give the numbers."""
        looks, vectors = [look for look, _ in others], np.array([vector for _, vector in others])
        numbers = self._tracker.assign([look.face for look in looks], vectors)
        for number, (look, embedding) in zip(numbers, others, strict=True):
            if not number:
                continue
            here[number] = look
            if number in self._known:
                known = self._known[number]
                (shown,) = _steadied([known.shown], [look.face])
                known.see(look, shown=shown, abrupt=float(change(known.last.thumb, look.thumb)) > ABRUPT)
                known.encoded(look, embedding, time_s=time_s)
            else:
                self._known[number] = _Known(look, embedding, time_s=time_s)
        return {number for number in numbers if number}

    def _decide(self, tracks: list[_Known], session: Session) -> None:
        singles = decide_probes([known.evidence.mean for known in tracks], session)
        for known, single in zip(tracks, singles, strict=True):
            known.decision = single if single.verdict is Verdict.UNDECIDED else known.vote.add(single)

    def _sighting(self, number: int, look: _Look) -> Sighting:
        known = self._known[number]
        if known.decision is None:
            msg = "a track that was never decided is in sight"
            raise AssertionError(msg)
        return Sighting(number, known.shown, look.chip, known.embedding, look.quality, known.decision)


def _steadied(before: Sequence[Face], now: Sequence[Face]) -> list[Face]:
    """Give faces whose boxes move and grow with their landmarks, and come nearer to their own boxes with time."""
    if not now:
        return []
    old, new = (np.array([face.landmarks for face in faces], dtype=np.float64) for faces in (before, now))
    middle, here = old.mean(axis=1), new.mean(axis=1)
    spread_old, spread_new = (
        np.linalg.norm((marks - mean[:, None]).reshape(len(marks), -1), axis=1)
        for marks, mean in ((old, middle), (new, here))
    )
    growth = (spread_new / np.maximum(spread_old, 1e-6))[:, None]
    boxes, own = (np.array([face.box for face in faces], dtype=np.float64) for faces in (before, now))
    carried = np.concatenate(((boxes[:, :2] - middle) * growth + here, boxes[:, 2:] * growth), axis=1)
    shown = (STEADY * carried + (1.0 - STEADY) * own).tolist()
    return [
        Face((x, y, width, height), face.landmarks, face.score)
        for (x, y, width, height), face in zip(shown, now, strict=True)
    ]


def _apart(faces: Sequence[Face]) -> list[bool]:
    """Say of each face whether it overlaps no other one much."""
    shares = overlap(faces, faces)
    np.fill_diagonal(shares, 0.0)
    return [not bool((row >= CROSSING).any()) for row in shares]


def _merged(kept: list[tuple[Track, Face]], found: list[Face]) -> tuple[list[tuple[Track, Face]], list[Face]]:
    """Put the faces that were found in the place of those that were followed; give the others too."""
    if not kept or not found:
        return kept, found
    shares = overlap([face for _, face in kept], found)
    places = {row: column for row, column in best_pairs(shares) if shares[row, column] >= SAME_FACE}
    merged = [(track, found[places[row]] if row in places else face) for row, (track, face) in enumerate(kept)]
    # What overlaps a face that is kept already is that face again, with a box that differs.
    open_ = [
        face
        for column, face in enumerate(found)
        if column not in places.values() and not (shares[:, column] >= SAME_FACE).any()
    ]
    return merged, open_
