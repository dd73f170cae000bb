"""Decisions: one frame's, and the vote of a track's last frames."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

from osfi_gui.core.matchers.registry import MATCHERS
from osfi_gui.core.values import Decision, Verdict

if TYPE_CHECKING:
    from osfi_gui.core.operating_point import OperatingPoint
    from osfi_gui.core.values import Match

LABELS = {entry.name: entry.title for entry in MATCHERS.values()}
NO_THRESHOLD = "UNDECIDED: no threshold is known for this encoder. Calibrate it first."


def decide(match: Match | None, point: OperatingPoint | None) -> Decision:
    """Decide one probe: accept when the score reaches the threshold *and* the cosine reaches its floor.

    The threshold is the identity's own where it has a higher one.

    Parameters
    ----------
    match : Match or None
        None where nobody is enrolled: everybody is rejected.
    point : OperatingPoint or None
        None where no threshold is known: then nothing is decided.
    """
    if match is None:
        return Decision(Verdict.REJECT, None, None, match, point, reason="REJECT: nobody is enrolled.")
    if point is None:
        return Decision(Verdict.UNDECIDED, None, None, match, point, reason=NO_THRESHOLD)
    best = match.neighbours[0]
    accepted = match.score >= point.threshold_of(best.identity_id) and match.cosine >= point.cosine_floor
    if accepted:
        return Decision(Verdict.ACCEPT, best.identity_id, best.name, match, point, reason=sentence(match, point))
    return Decision(Verdict.REJECT, None, None, match, point, reason=sentence(match, point))


def sentence(match: Match, point: OperatingPoint, *, votes: int = 1, frames: int = 1) -> str:
    """Put a decision and its evidence into one sentence for the operator."""
    best = match.neighbours[0]
    threshold = point.threshold_of(best.identity_id)
    score_ok = match.score >= threshold
    floor_ok = match.cosine >= point.cosine_floor
    label = LABELS.get(match.matcher, match.matcher)
    own = f" (own threshold of {best.name})" if threshold > point.threshold else ""
    parts = [f"{label} {match.score:.3f} {'≥' if score_ok else '<'} {threshold:.3f}{own}"]
    if match.matcher != "cosine":
        parts.append(f"cosine {match.cosine:.2f} {'≥' if floor_ok else '<'} {point.cosine_floor:.2f}")
    if frames > 1:
        parts.append(f"{votes} of {frames} frames")
    if len(match.neighbours) > 1:
        runner_up = match.neighbours[1]
        parts.append(f"runner-up {runner_up.name} {match.cosine - runner_up.cosine:.2f} behind")
    head = f"ACCEPT {best.name}" if score_ok and floor_ok else f"REJECT: nearest is {best.name}"
    return f"{head}: {', '.join(parts)}"


class Vote:
    """The decisions of one track's last frames; a majority decides, nobody before it has gathered enough.

    Parameters
    ----------
    window : int
        How many of the last frames vote.
    quorum : int
        How many frames must agree before anything is decided.
    """

    def __init__(self, *, window: int = 9, quorum: int = 3) -> None:
        if not 1 <= quorum <= window:
            msg = "the quorum lies between 1 and the window"
            raise ValueError(msg)
        self._quorum = quorum
        self._last: deque[Decision] = deque(maxlen=window)

    @property
    def unanimous(self) -> bool:
        """Whether all of the last frames agree; true while there are none."""
        return len({decision.identity_id for decision in self._last}) <= 1

    def add(self, decision: Decision) -> Decision:
        """Take one frame's decision and give the track's.

        Parameters
        ----------
        decision : Decision
            Of one frame, accept or reject.

        Returns
        -------
        Decision
            UNDECIDED until one outcome has the quorum and more than half of the window's frames.
        """
        self._last.append(decision)
        counts = Counter(d.identity_id for d in self._last)
        winner, votes = counts.most_common(1)[0]
        frames = len(self._last)
        match, point = decision.match, decision.operating_point
        if votes < self._quorum or 2 * votes <= frames:
            return Decision(
                Verdict.UNDECIDED,
                None,
                None,
                match,
                point,
                votes=votes,
                frames=frames,
                reason=f"Still looking: {votes} of {frames} frames agree.",
            )
        # The newest frame that agrees with the winner is the evidence that is shown with the decision.
        evidence = next(d for d in reversed(self._last) if d.identity_id == winner)
        reason = evidence.reason
        if evidence.match is not None and evidence.operating_point is not None:
            reason = sentence(evidence.match, evidence.operating_point, votes=votes, frames=frames)
        return Decision(
            evidence.verdict,
            evidence.identity_id,
            evidence.identity,
            evidence.match,
            evidence.operating_point,
            votes=votes,
            frames=frames,
            reason=reason,
        )
