"""Decisions: score and floor both count; a track's vote waits for a majority."""

from __future__ import annotations

from dataclasses import replace

import pytest

from osfi_gui.core.decide import NO_THRESHOLD, Vote, decide
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.core.values import Decision, Match, Neighbour, Verdict

ADA, BEA = (1, "Ada"), (2, "Bea")
NAC_POINT = OperatingPoint("nac", 16, 0.10, 0.40, "e")
COS_POINT = OperatingPoint("cosine", 1, 0.40, 0.40, "e")


def seen(score, cosine, *, best=ADA, runner_up=BEA, matcher="nac", behind=0.2):
    neighbours = [Neighbour(*best, cosine, None)]
    if runner_up:
        neighbours.append(Neighbour(*runner_up, cosine - behind, None))
    return Match(matcher, 16 if matcher == "nac" else 1, score, cosine, tuple(neighbours))


def frame(who):
    """One frame's decision: Ada, Bea, or a stranger (None)."""
    if who is None:
        return decide(seen(0.07, 0.2), NAC_POINT)
    return decide(seen(0.12, 0.6, best=who, runner_up=ADA if who is BEA else BEA), NAC_POINT)


@pytest.mark.parametrize(
    ("score", "cosine", "accepted"),
    [
        (0.11, 0.41, True),
        (0.11, 0.39, False),  # the floor alone refuses: NAC cannot see a shift of all cosines
        (0.09, 0.41, False),
        (0.09, 0.39, False),
        (0.10, 0.40, True),  # exactly at both
        (0.0999999, 0.40, False),
        (0.10, 0.3999999, False),
    ],
)
def test_accepting_takes_the_threshold_and_the_floor(score, cosine, accepted):
    decision = decide(seen(score, cosine), NAC_POINT)
    assert decision.verdict is (Verdict.ACCEPT if accepted else Verdict.REJECT)
    assert (decision.identity_id, decision.identity) == (ADA if accepted else (None, None))
    assert (decision.votes, decision.frames) == (1, 1)


def test_nobody_enrolled_rejects_everybody_whatever_the_point():
    for point in (None, NAC_POINT):
        decision = decide(None, point)
        assert decision.verdict is Verdict.REJECT
        assert decision.identity is None
        assert decision.reason == "REJECT: nobody is enrolled."


def test_without_a_threshold_nothing_is_decided():
    decision = decide(seen(0.9, 0.9), None)
    assert decision.verdict is Verdict.UNDECIDED
    assert decision.identity is None
    assert decision.reason == NO_THRESHOLD
    assert decision.match is not None


def test_an_accept_says_its_evidence_in_one_sentence():
    assert decide(seen(0.1234, 0.716), NAC_POINT).reason == (
        "ACCEPT Ada: NAC 0.123 ≥ 0.100, cosine 0.72 ≥ 0.40, runner-up Bea 0.20 behind"
    )


def test_a_reject_names_the_nearest_and_what_was_missing():
    assert decide(seen(0.123, 0.25), NAC_POINT).reason == (
        "REJECT: nearest is Ada: NAC 0.123 ≥ 0.100, cosine 0.25 < 0.40, runner-up Bea 0.20 behind"
    )
    assert decide(seen(0.07, 0.55), NAC_POINT).reason.startswith(
        "REJECT: nearest is Ada: NAC 0.070 < 0.100, cosine 0.55 ≥ 0.40"
    )


def test_the_plain_cosine_is_said_once():
    only = seen(0.5, 0.5, matcher="cosine", runner_up=None)
    assert decide(only, COS_POINT).reason == "ACCEPT Ada: cosine 0.500 ≥ 0.400"


def feed(vote, *people):
    decision = None
    for who in people:
        decision = vote.add(frame(who))
    return decision


def test_a_vote_is_undecided_before_three_frames_agree():
    vote = Vote()
    assert feed(vote, ADA).verdict is Verdict.UNDECIDED
    waiting = feed(vote, ADA)
    assert waiting.verdict is Verdict.UNDECIDED
    assert waiting.reason == "Still looking: 2 of 2 frames agree."
    assert (waiting.identity, waiting.votes, waiting.frames) == (None, 2, 2)
    decided = feed(vote, ADA)
    assert (decided.verdict, decided.identity, decided.votes, decided.frames) == (Verdict.ACCEPT, "Ada", 3, 3)


def test_half_of_the_frames_is_no_majority():
    # 3 of 6 agree on each outcome: nobody has more than half.
    vote = Vote()
    tied = feed(vote, ADA, None, ADA, None, ADA, None)
    assert tied.verdict is Verdict.UNDECIDED
    assert (tied.votes, tied.frames) == (3, 6)
    assert feed(vote, ADA).identity == "Ada"  # 4 of 7


def test_a_decided_track_flips_only_after_the_majority_turned():
    # Window 9, full of Ada. With 4 of Bea Ada still has 5 of 9; with the fifth Bea has 5 of 9.
    vote = Vote()
    feed(vote, *[ADA] * 9)
    for _ in range(4):
        assert feed(vote, BEA).identity == "Ada"
    flipped = feed(vote, BEA)
    assert (flipped.identity, flipped.votes, flipped.frames) == ("Bea", 5, 9)


def test_only_the_last_nine_frames_vote():
    vote = Vote()
    feed(vote, *[ADA] * 100)
    late = feed(vote, *[None] * 9)
    assert (late.verdict, late.votes, late.frames) == (Verdict.REJECT, 9, 9)


def test_strangers_are_rejected_by_vote_too():
    decided = feed(Vote(), None, None, None)
    assert (decided.verdict, decided.identity, decided.votes) == (Verdict.REJECT, None, 3)
    assert decided.reason.startswith("REJECT: nearest is Ada: NAC 0.070 < 0.100")
    assert "3 of 3 frames" in decided.reason


def test_the_sentence_of_a_vote_shows_evidence_for_the_winner():
    # The newest frame disagrees; the sentence must not show its numbers for the winner.
    decided = feed(Vote(), ADA, ADA, ADA, ADA, None)
    assert decided.identity == "Ada"
    assert decided.reason == (
        "ACCEPT Ada: NAC 0.120 ≥ 0.100, cosine 0.60 ≥ 0.40, 4 of 5 frames, runner-up Bea 0.20 behind"
    )
    assert decided.match.score == 0.12


def test_a_vote_of_rejects_without_a_gallery_keeps_its_reason():
    vote = Vote()
    for _ in range(3):
        decision = vote.add(decide(None, None))
    assert (decision.verdict, decision.reason) == (Verdict.REJECT, "REJECT: nobody is enrolled.")


def test_quorum_and_window_are_the_caller_s():
    assert Vote(window=1, quorum=1).add(frame(ADA)).identity == "Ada"
    vote = Vote(window=5, quorum=4)
    assert feed(vote, ADA, ADA, ADA).verdict is Verdict.UNDECIDED
    assert feed(vote, ADA).identity == "Ada"


@pytest.mark.parametrize(("window", "quorum"), [(9, 0), (3, 4), (0, 0)])
def test_a_quorum_outside_the_window_is_refused(window, quorum):
    with pytest.raises(ValueError, match="quorum"):
        Vote(window=window, quorum=quorum)


def test_no_number_of_disagreeing_strangers_makes_an_accept():
    vote = Vote()
    for _ in range(50):
        for who in (ADA, None, BEA):
            decision = vote.add(frame(who))
            assert isinstance(decision, Decision)
            assert decision.verdict is Verdict.UNDECIDED


def test_a_person_s_own_threshold_holds_where_it_is_the_higher_one_and_the_sentence_says_so():
    neighbours = (Neighbour(1, "Ada", 0.6, None), Neighbour(2, "Bea", 0.2, None))
    match = Match("cosine", 1, 0.6, 0.6, neighbours)
    point = OperatingPoint("cosine", 1, 0.5, 0.5, "sface")
    assert decide(match, point).verdict is Verdict.ACCEPT
    strict = replace(point, own_thresholds=((1, 0.65), (2, 0.9)))
    refused = decide(match, strict)
    assert (refused.verdict, refused.identity) == (Verdict.REJECT, None)
    assert refused.reason == (
        "REJECT: nearest is Ada: cosine 0.600 < 0.650 (own threshold of Ada), runner-up Bea 0.40 behind"
    )
    # Bea's own threshold is nothing to Ada, and one below the common threshold changes nothing.
    for own in (((2, 0.9),), ((1, 0.4),)):
        accepted = decide(match, replace(point, own_thresholds=own))
        assert accepted.verdict is Verdict.ACCEPT
        assert accepted.reason == "ACCEPT Ada: cosine 0.600 ≥ 0.500, runner-up Bea 0.40 behind"
