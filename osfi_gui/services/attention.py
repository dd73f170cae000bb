"""Where recognition spends its time: when a whole frame is searched, and which chips are worth an encoding.

All of it follows from the frames and their times, never from a clock: the same frames are looked at in the same way
again. It gives way under load all the same, because then fewer frames come and they lie further apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SEARCH_S, SEARCH_FRAMES = 0.25, 8.0
"""The whole frame is searched so often while somebody is in sight: a newcomer waits no longer."""
EMPTY_SEARCH_S = 0.09
"""The same while nobody is: there is nothing else to do."""
FIRST_CHIPS = 3
"""Chips encoded on the first frames of a track: as many as must agree before anything is decided."""
UNSETTLED_S, SETTLED_S = 0.15, 0.5
"""A track is looked at anew after so long: while its last chips disagree or are few, and when they do not."""
SETTLED_CHIPS = 7
ABRUPT = 0.3
"""Change of a chip since the frame before from which somebody else may have stepped in. On LFW, in all kinds of light,
the chips of two strangers differ by less in 5 of 2.2 million pairs; consecutive frames of one person by 0.1, of one who
turns the head quickly by as much (``benchmarks.changes``)."""
NEW_POSE = 0.45
"""Change since the chip that was encoded last from which it is another pose."""
NEW_POSE_S = 0.1
SAME_PICTURE = 0.01
"""Change below which a chip is the one that was encoded: a camera's noise alone is more."""
WANTED_MOST = 2
"""Encodings a frame that can wait; those that cannot are all made."""
TOGETHER_S = UNSETTLED_S
"""Where several are in sight, all about whom there is no doubt are looked at anew no more often together than one who
is unsettled: otherwise a frame would cost the more the more people merely stay."""


class Need(IntEnum):
    """How much a track needs its chip encoded."""

    NONE = 0
    WANTED = 1
    MUST = 2


@dataclass(frozen=True)
class Standing:
    """What is known of a track when its chip has been cut.

    Attributes
    ----------
    chips : int
        How many of its chips count for its decision.
    unanimous : bool
        Whether its last decisions agree.
    waited_s : float
        Since a chip was encoded, in the frames' time.
    changed, moved_on : float
        Change of the chip since the frame before, and since the chip encoded last.
    shaken : bool
        Whether it changed abruptly while the chips that count were taken: some may be of somebody else.
    """

    chips: int
    unanimous: bool
    waited_s: float
    changed: float
    moved_on: float
    shaken: bool = False


def search_due(waited_s: float, *, interval_s: float, empty: bool) -> bool:
    """Say whether a whole frame is to be searched.

    Parameters
    ----------
    waited_s : float
        Since the last search, in the frames' time.
    interval_s : float
        Between frames.
    empty : bool
        Whether nobody is in sight.
    """
    pause_s = EMPTY_SEARCH_S if empty else max(SEARCH_S, SEARCH_FRAMES * interval_s)
    return waited_s < 0.0 or waited_s >= pause_s - 1e-6


def need_of(standing: Standing) -> Need:
    """Say how much a track needs its chip encoded."""
    if standing.changed > ABRUPT:
        return Need.MUST
    if standing.chips < FIRST_CHIPS:
        return Need.WANTED
    if standing.moved_on < SAME_PICTURE:
        return Need.NONE
    return Need.WANTED if standing.waited_s >= _pause_s(standing) - 1e-6 else Need.NONE


def chosen(standings: Sequence[Standing], *, searched: bool, rested_s: float) -> list[int]:
    """Choose the tracks of a frame whose chips are encoded.

    Parameters
    ----------
    standings : sequence of Standing, length m
    searched : bool
        Whether the whole frame was searched: then what can wait for the next frame does, and no frame takes both times.
    rested_s : float
        Since anybody about whom there was no doubt was looked at anew because it was time, in the frames' time.

    Returns
    -------
    list of int
        Places in ``standings``, ascending: all that must be; of the others those who have no decision yet, those about
        whom there is doubt, and one whose turn it is.
    """
    needs = [need_of(standing) for standing in standings]
    must = [place for place, need in enumerate(needs) if need is Need.MUST]
    wanted = [place for place, need in enumerate(needs) if need is Need.WANTED]
    first = [place for place in wanted if not _decided(standings[place])]
    doubted = [place for place in wanted if _decided(standings[place]) and not _calm(standings[place])]
    calm = [place for place in wanted if _calm(standings[place])]
    # Whoever turns or has shown little has a shorter pause, and so the turn sooner; nobody is passed over for ever.
    calm.sort(key=lambda place: -standings[place].waited_s / _pause_s(standings[place]))
    rested = len(standings) == 1 or rested_s < 0.0 or rested_s >= TOGETHER_S - 1e-6
    again = [*doubted, *(calm[:1] if rested else [])]
    for some in (first, again):
        some.sort(key=lambda place: -standings[place].waited_s)
    can_wait = first if searched else first + again
    return sorted(must + can_wait[: max(0, WANTED_MOST - len(must))])


def in_turn(standing: Standing) -> bool:
    """Say whether a track whose chip is encoded is looked at anew only because it is its turn."""
    return _calm(standing) and need_of(standing) is not Need.MUST


def _calm(standing: Standing) -> bool:
    """Say whether a track has been decided and nothing speaks against it."""
    return _decided(standing) and standing.unanimous and not standing.shaken


def _decided(standing: Standing) -> bool:
    return standing.chips >= FIRST_CHIPS


def _pause_s(standing: Standing) -> float:
    """Give the seconds between two looks at a track that has been decided."""
    if standing.moved_on > NEW_POSE:
        return NEW_POSE_S
    return SETTLED_S if standing.unanimous and standing.chips >= SETTLED_CHIPS else UNSETTLED_S
