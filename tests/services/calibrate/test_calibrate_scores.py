"""Calibration through a real gallery: who probes, who is a stranger or in the cohort, and what each matcher gives."""

from __future__ import annotations

import numpy as np
import pytest
from calibrated import DRAWS, crowd, run

from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.core.strangers import in_cohort
from osfi_gui.core.threshold import for_far, read_out
from osfi_gui.services.calibrate import calibrate


def test_a_probe_has_no_part_in_the_prototype_it_is_compared_with(people, strangers, store, colours):
    found = run(store, colours)
    cosine = found.of("cosine")
    # Ada's shots against each other: 0.8, though her prototype is nearer to both (0.949). Bea's likewise: 0.6.
    np.testing.assert_allclose(cosine.scores.mated, [0.8, 0.8, 0.6, 0.6], atol=1e-6)
    assert cosine.scores.correct.all()
    assert cosine.ranks.tolist() == [1, 1, 1, 1]
    np.testing.assert_allclose(np.sort(cosine.scores.non_mated), [0.2, 0.4, 0.6, 0.7], atol=1e-6)
    where = found.provenance
    assert (where.mated, where.non_mated) == ("leave-one-shot-out", "strangers")
    assert (where.probes, where.probe_people, where.strangers, where.stranger_people, where.cohort) == (4, 2, 4, 4, 0)
    # 1 - 0.05^(1/4)
    assert where.least_far == pytest.approx(0.52713, abs=1e-5)
    assert any(note.startswith("1 person has a single shot") for note in where.notes)
    assert any("none is in a cohort, which takes 16" in note for note in where.notes)
    assert any("not measurable with n = 4" in note for note in where.notes)


def test_a_wrong_neighbour_is_no_find_and_its_rank_is_kept(put, store, colours):
    # Ada's second shot lies nearer to Bea (0.8) than to her first (0.6); Bea's shots are the same.
    put("Ada", [1, 0], [0.6, 0.8])
    put("Bea", [0, 1], [0, 1])
    put("stranger", [0, 0, 1], stranger=True)
    cosine = run(store, colours).of("cosine")
    assert cosine.ranks.tolist() == [1, 2, 1, 1]
    assert cosine.scores.correct.tolist() == [True, False, True, True]
    np.testing.assert_allclose(cosine.scores.mated, [0.6, 0.8, 1.0, 1.0], atol=1e-6)


def test_thresholds_and_rates_are_counts(people, strangers, store, colours):
    found = run(store, colours)
    # One of four may be accepted at 25 %: the threshold is the highest stranger's, 0.7; Ada's two shots reach it.
    threshold = for_far(found, "cosine", 0.25)
    assert threshold == pytest.approx(0.7, abs=1e-6)
    read = read_out(found, "cosine", threshold)
    assert (read.accepted, read.strangers, read.found, read.probes) == (1, 4, 2, 4)
    assert (read.far.value, read.dir.value) == (0.25, 0.5)
    assert found.of("cosine").dir_at_target.value == 0.5
    assert not read.measurable
    assert "1 of 4 faces of strangers would be accepted: FAR 25.0 %" in read.sentence
    assert "2 of 4 faces of enrolled people would be found: DIR 50.0 %" in read.sentence
    # None may be accepted at 10 %: just above 0.7.
    assert read_out(found, "cosine", for_far(found, "cosine", 0.1)).accepted == 0


def test_whoever_is_below_the_cosine_floor_is_rejected_whatever_nac_says(people, put, store, colours):
    for i, cosine in enumerate((0.1, 0.2, 0.4, 0.7)):
        put(f"stranger {i}", [0, 0, 0, 0, cosine, (1 - cosine**2) ** 0.5], stranger=True)
    found = run(store, colours, far=0.05)
    nac = found.of("nac")
    # Ten times 5 % of four strangers are two: the floor is the third cosine.
    assert nac.cosine_floor == pytest.approx(0.4, abs=1e-6)
    np.testing.assert_array_equal(np.isfinite(nac.scores.non_mated), [False, False, True, True])
    # exp(0.7) / (exp(0.7) + 2) by hand, among three people.
    assert nac.scores.non_mated[3] == pytest.approx(np.exp(0.7) / (np.exp(0.7) + 2.0), abs=1e-6)
    assert found.of("cosine").cosine_floor == -np.inf
    assert np.isfinite(found.of("cosine").scores.non_mated).all()


def test_without_strangers_everybody_enrolled_stands_in_against_the_others(put, store, colours):
    put("Ada", [1, 0], [0.8, 0.6])
    put("Bea", [0, 1])
    found = run(store, colours)
    assert found.provenance.non_mated == "leave-one-identity-out"
    # Ada's shots against Bea alone: 0 and 0.6; Bea's against Ada's prototype (1.8, 0.6)/1.897: 0.316.
    np.testing.assert_allclose(found.of("cosine").scores.non_mated, [0.0, 0.6, 0.31623], atol=1e-5)
    assert found.persons.non_mated.tolist() == [0, 0, 1]
    assert (found.provenance.strangers, found.provenance.stranger_people, found.cohort_ids) == (3, 2, ())
    assert any("stands in" in note for note in found.provenance.notes)
    assert any("n = 2 people who stand in for strangers" in note for note in found.provenance.notes)
    # NAC would be left with a single neighbour, and says so.
    assert [why for title, why in found.unusable if title == "NAC"] == [
        "Without strangers everybody is compared with the others alone, and these are too few for it."
    ], "two are enrolled, so that it may not say that only one is"
    # As many people as that with a stranger are enough for it.
    put("stranger", [0, 0, 1], stranger=True)
    assert "NAC" not in [title for title, _ in run(store, colours).unusable]


@pytest.mark.parametrize("enrolled", [0, 1])
def test_nobody_to_compare_with_is_one_clear_sentence(put, store, colours, enrolled):
    if enrolled:
        put("Ada", [1, 0], [0.8, 0.6])
    with pytest.raises(DeskError) as caught:
        run(store, colours)
    assert caught.value.remedy
    assert "Nobody is enrolled" in caught.value.what if not enrolled else "no strangers" in caught.value.what


@pytest.mark.parametrize("far", [0.0, 1.0, -0.1, float("nan")])
def test_a_rate_that_is_none_is_refused(people, strangers, store, colours, far):
    with pytest.raises(DeskError, match="between 0 and 1"):
        run(store, colours, far=far)


def test_who_was_enrolled_since_is_no_stranger(people, strangers, put, store, colours):
    put("stranger 3", [0, 0, 0, 0, 0, 0, 1])
    found = run(store, colours)
    assert (found.provenance.stranger_people, found.people) == (3, 4)
    assert np.max(found.of("cosine").scores.non_mated) == pytest.approx(0.6, abs=1e-6)
    assert any("a person of that name is enrolled" in note for note in found.provenance.notes)


def test_a_person_is_in_the_cohort_or_calibrates_and_stays_there(people, put, store, colours):
    crowd(put, 60, faces=2)
    first = run(store, colours)
    names = {stranger.shot.shot_id: stranger.person for stranger in store.strangers()}
    in_first = {names[i] for i in first.cohort_ids}
    assert 2 * len(in_first) == len(first.cohort_ids), "both faces of each"
    assert len(in_first) >= 16
    assert first.provenance.cohort == len(in_first)
    assert first.provenance.stranger_people == 60 - len(in_first)
    assert first.provenance.strangers == 120 - 2 * len(in_first)
    crowd(put, 20, first=60)
    second = run(store, colours)
    names = {stranger.shot.shot_id: stranger.person for stranger in store.strangers()}
    in_second = {names[i] for i in second.cohort_ids}
    assert {name for name in in_second if int(name.split()[1]) < 60} == in_first
    assert second.proposed == "nac-cohort"


def test_the_cohort_is_a_third_and_at_most_64_and_adding_never_calls_anybody_into_it():
    # Fewer than sixteen would be no cohort: of thirty, one of three is not enough.
    assert not in_cohort([f"p{i}" for i in range(30)]).any()
    names = [f"p{i}" for i in range(1000)]
    small, large = in_cohort(names[:150]), in_cohort(names)
    assert 35 <= small.sum() <= 64
    assert large.sum() == 64
    assert not (large[:150] & ~small).any()
    # Whatever the order, and for every face of a person.
    assert in_cohort([*names[::-1], *names]).tolist() == [*large[::-1], *large]


def test_events_begin_and_end_and_a_cancel_is_heard(people, strangers, store, colours):
    events = list(calibrate(store, colours, target_far=0.25, token=Token(), draws=DRAWS))
    assert events[0] == Started("Calibrating Colours")
    assert Progress(8, 8, "faces", "Comparing with the gallery") in events
    assert sum(isinstance(event, Finished | Cancelled) for event in events) == 1
    token = Token()
    token.cancel()
    *_, last = calibrate(store, colours, target_far=0.25, token=token, draws=DRAWS)
    assert isinstance(last, Cancelled)
    assert store.operating_point("sface") is None
