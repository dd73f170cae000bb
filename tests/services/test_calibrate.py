"""Calibration through a real gallery: who probes, what each matcher gives, and what decides afterwards."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from osfi_gui.core.calibrate import default_operating_point
from osfi_gui.core.calibration import Calibration
from osfi_gui.core.compare import judge
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.core.operating_point import Measurement, OperatingPoint
from osfi_gui.core.strangers import in_cohort
from osfi_gui.core.threshold import for_far, read_out
from osfi_gui.core.tune import Recipe, TuneCounts, Version
from osfi_gui.core.values import Verdict
from osfi_gui.services.calibrate import apply, calibrate
from osfi_gui.services.probes import gather
from osfi_gui.services.recognise import Recogniser
from osfi_gui.services.remeasure import measured_again, occasion
from osfi_gui.services.session import make_session
from osfi_gui.services.tune import held_out

DRAWS = 200


def run(store, encoder, far=0.25, **given):
    *_, last = calibrate(store, encoder, target_far=far, token=Token(), draws=DRAWS, **given)
    assert isinstance(last, Finished)
    assert isinstance(last.result, Calibration)
    return last.result


@pytest.fixture
def put(store, colours, shot_of):
    """Enrol somebody, or keep a stranger, with shots of these vectors; gives the colours."""
    free = iter(range(1, 256))

    def do(name, *vectors, stranger=False):
        taken = [next(free) for _ in vectors]
        for colour, vector in zip(taken, vectors, strict=True):
            colours.knows(colour, vector)
        shots = [shot_of(colour) for colour in taken]
        if stranger:
            store.add_strangers(shots, person=name)
        else:
            store.enrol(name, shots)
        return taken

    return do


@pytest.fixture
def people(put):
    """Enrol three in the plane of their own: Ada twice, Bea twice, Cleo once."""
    put("Ada", [1, 0], [0.8, 0.6])
    put("Bea", [0, 0, 1], [0, 0, 0.6, 0.8])
    put("Cleo", [0, 0, 0, 0, 1])


@pytest.fixture
def strangers(put):
    """Keep four: 0.2, 0.4, 0.6 and 0.7 near Cleo, and near nobody else."""
    for i, cosine in enumerate((0.2, 0.4, 0.6, 0.7)):
        put(f"stranger {i}", [0, 0, 0, 0, cosine, (1 - cosine**2) ** 0.5], stranger=True)


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
    # NAC would be left with a single neighbour, and says so.
    assert [title for title, _ in found.unusable if title == "NAC"] == ["NAC"]


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


def crowd(put, count, *, faces=1, first=0):
    """Keep strangers at random, of ``faces`` faces each."""
    random = np.random.default_rng(first)
    for i in range(first, first + count):
        put(f"crowd {i}", *random.normal(size=(faces, 8)), stranger=True)


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


def test_an_applied_point_decides_and_says_what_it_was_measured_on(people, strangers, store, colours, frame_of, put):
    found = run(store, colours)
    point = apply(store, colours, found, matcher="cosine", threshold=0.699)
    assert (point.threshold, point.cosine_floor, point.k, point.cohort_ids) == (0.699, 0.699, 1, ())
    measured = point.measured
    assert measured.far[0] == 0.25
    assert measured.dir[0] == 0.5
    assert (measured.probes, measured.probe_people, measured.strangers, measured.stranger_people) == (4, 2, 4, 4)
    assert (measured.measurable, measured.people) == (False, 3)
    assert measured.made_at.endswith("+00:00")
    assert point.source.startswith("Calibrated on 4 faces of 4 strangers and 4 shots of 2 people: cosine, aiming at")
    session = make_session(store, colours)
    assert (session.operating_point, session.calibration) == (point, "valid")
    recogniser = Recogniser(colours, video=False)
    assert recogniser.recognise(frame_of(1), session).sightings[0].decision.identity == "Ada"
    colours.knows(250, [0, 0, 0, 0, 0.69, (1 - 0.69**2) ** 0.5])
    assert recogniser.recognise(frame_of(250), session).sightings[0].decision.verdict is Verdict.REJECT


def test_a_point_with_a_cohort_takes_its_strangers_along_to_recognition(people, put, store, colours, frame_of):
    crowd(put, 60)
    found = run(store, colours)
    point = apply(store, colours, found, matcher="nac-cohort", threshold=0.1)
    assert point.cohort_ids == found.cohort_ids
    session = make_session(store, colours)
    assert session.cohort.shape == (found.provenance.cohort, 8)
    # By hand: Ada's first shot against three prototypes and the 13 nearest of the cohort.
    cosines = session.gallery.matrix @ colours.vectors[1]
    others = np.sort(np.concatenate([np.sort(cosines)[:-1], session.cohort @ colours.vectors[1]]))[::-1][:15]
    expected = np.exp(cosines.max()) / (np.exp(cosines.max()) + np.exp(others).sum())
    decision = Recogniser(colours, video=False).recognise(frame_of(1), session).sightings[0].decision
    assert decision.match.matcher == "nac-cohort"
    assert decision.match.score == pytest.approx(expected, abs=1e-6)
    store.clear_strangers()
    without = make_session(store, colours)
    assert without.calibration == "expired"
    assert without.operating_point.matcher == default_operating_point("sface", n=3).matcher
    assert "strangers of its cohort were deleted" in without.operating_point.source


def test_a_calibration_of_another_gallery_or_encoder_is_not_applied(people, strangers, put, store, colours):
    found = run(store, colours)
    with pytest.raises(DeskError, match="cannot be used here"):
        apply(store, colours, found, matcher="nac-cohort", threshold=0.5)
    with pytest.raises(DeskError, match="finite"):
        apply(store, colours, found, matcher="cosine", threshold=float("nan"))
    with pytest.raises(DeskError, match="another encoder"):
        apply(store, type(colours)("other"), found, matcher="cosine", threshold=0.5)
    put("Dora", [0, 0, 0, 0, 0, 0, 1])
    with pytest.raises(DeskError, match="changed"):
        apply(store, colours, found, matcher="cosine", threshold=0.5)
    assert store.operating_point("sface") is None


def test_an_expired_point_goes_on_deciding_and_says_by_how_many_people_the_gallery_changed(
    people, strangers, put, store, colours
):
    point = apply(store, colours, run(store, colours), matcher="cosine", threshold=0.65)
    put("Dora", [0, 0, 0, 0, 0, 0, 1])
    store.erase(store.find("Cleo").identity_id)
    session = make_session(store, colours)
    assert session.calibration == "expired"
    assert (session.operating_point.threshold, session.operating_point.matcher) == (0.65, "cosine")
    assert session.operating_point.source == (
        f"{point.source} Since then the gallery has changed by 2 people (1 came, 1 went): it still decides, but is no "
        "longer exact. Calibrate again."
    )


def test_a_gallery_that_more_than_doubled_is_not_decided_by_the_old_threshold(people, strangers, put, store, colours):
    apply(store, colours, run(store, colours), matcher="cosine", threshold=0.65)
    random = np.random.default_rng(3)
    for i in range(3):
        put(f"more {i}", random.normal(size=8))
    assert make_session(store, colours).operating_point.threshold == 0.65
    put("one more", random.normal(size=8))
    session = make_session(store, colours)
    assert session.calibration == "expired"
    assert session.operating_point.threshold == default_operating_point("sface", n=7).threshold
    assert "measured with 3 enrolled" in session.operating_point.source


def test_nac_among_fewer_than_sixteen_expires_with_the_number_of_people(people, strangers, put, store, colours):
    apply(store, colours, run(store, colours), matcher="nac", threshold=0.4)
    assert make_session(store, colours).operating_point.matcher == "nac"
    put("Dora", [0, 0, 0, 0, 0, 0, 1])
    session = make_session(store, colours)
    assert session.operating_point.matcher == "cosine"
    assert "neighbourhood has another size" in session.operating_point.source


def test_a_person_s_own_threshold_reaches_the_decision(people, strangers, store, colours, frame_of):
    apply(store, colours, run(store, colours), matcher="cosine", threshold=0.7)
    ada = store.find("Ada").identity_id
    store.put_identity_threshold(ada, "sface", matcher="cosine", threshold=0.96)
    session = make_session(store, colours)
    assert session.operating_point.own_thresholds == ((ada, 0.96),)
    decision = Recogniser(colours, video=False).recognise(frame_of(1), session).sightings[0].decision
    # Her first shot to her prototype: 0.949.
    assert decision.verdict is Verdict.REJECT
    assert "cosine 0.949 < 0.960 (own threshold of Ada)" in decision.reason
    assert Recogniser(colours, video=False).recognise(frame_of(3), session).sightings[0].decision.identity == "Bea"


# Tuned encoders: what they were trained on is no honest probe.

TRAINED = Version(0, "sface", 0, "", Recipe(seed=3), None, 1, (), 0)


def noted(store, *, seed=3, left_out=()):
    """Keep a version that was trained on the gallery as it is, and note its counts as a run does."""
    ids = tuple(person.identity_id for person in store.identities() if person.name not in left_out)
    owners = np.array([shot.identity_id for shot in store.shots() if shot.identity_id in ids])
    held = held_out(owners, seed=seed)
    counts = TuneCounts(len(ids), int((~held).sum()), int(held.sum()), len(np.unique(owners[held])), 0, 0)
    version = dataclasses.replace(TRAINED, trained_on=ids, comparison=judge((), counts, names={}))
    return store.add_version(version, b"weights"), held


@pytest.fixture
def tuned(people, strangers, put, store, colours):
    """Give an encoder that is version 1, trained on the gallery; its colours look as before."""
    put("Dora", [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0.8, 0.6], [0, 0, 0, 0, 0, 0, 0.9, 0.1])
    _, held = noted(store)
    encoder = type(colours)("sface@1")
    encoder.vectors = colours.vectors
    return encoder, held


def test_shots_that_the_encoder_was_trained_on_are_no_probes(tuned, store):
    encoder, held = tuned
    # Of eight shots one is held out of each identity with two or three.
    assert held.sum() == 3
    found = run(store, encoder)
    assert (found.encoder, found.provenance.mated) == ("sface@1", "held-out shots")
    assert (found.provenance.probes, found.provenance.probe_people) == (3, 3)
    rows = np.unique([shot.identity_id for shot in store.shots()], return_inverse=True)[1]
    assert found.persons.mated.tolist() == rows[held].tolist()
    assert any("trained on 4 people of this gallery" in note for note in found.provenance.notes)
    point = apply(store, encoder, found, matcher="cosine", threshold=0.65)
    assert (point.encoder, store.operating_point("sface")) == ("sface@1", None)
    assert make_session(store, encoder).operating_point == point


def test_shots_of_later_and_of_others_are_probes_too(tuned, put, store):
    encoder, _ = tuned
    put("Eve", [0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0.1, 1])
    found = run(store, encoder)
    assert (found.provenance.probes, found.provenance.probe_people) == (5, 4)


def test_a_draw_that_cannot_be_repeated_gives_no_probes(tuned, store):
    encoder, _ = tuned
    store.remove_shot(store.shots()[0].shot_id)
    found = run(store, encoder)
    assert (found.provenance.probes, found.provenance.mated) == (0, "")
    assert found.of("cosine").dir_at_target.high == 1.0
    # Strangers still say where the line is.
    assert for_far(found, "cosine", 0.25) == pytest.approx(0.7, abs=1e-6)
    assert "nobody can tell" in found.why


def test_the_trained_do_not_stand_in_for_strangers(tuned, store):
    store.clear_strangers()
    with pytest.raises(DeskError, match="trained on the people of the gallery"):
        run(store, tuned[0])


def test_each_version_decides_with_its_own_point_after_promotion_and_roll_back(tuned, store, colours):
    encoder, _ = tuned
    plain = apply(store, colours, run(store, colours), matcher="cosine", threshold=0.61)
    other = apply(store, encoder, run(store, encoder), matcher="cosine", threshold=0.68)
    store.promote(1, "sface", vectors={}, stranger_vectors={}, point=None, revision=store.revision)
    session = make_session(store, encoder)
    assert (session.operating_point, session.calibration) == (other, "valid")
    assert store.roll_back("sface") == 0
    session = make_session(store, colours)
    assert (session.operating_point, session.calibration) == (plain, "valid")


def test_real_faces_are_told_apart_by_what_real_strangers_allow(store, sface, shared_data):
    """Ten people with four shots and eighty strangers of LFW: counts by another way, and it decides well on others."""
    from PIL import Image
    from real_faces import people_of, strangers_of

    from osfi_gui.core.align import aligned_face
    from osfi_gui.core.enrolment import NewShot
    from osfi_gui.core.values import Frame, Portrait

    def shot(file):
        portrait = Portrait(np.asarray(Image.open(file).convert("RGB")), aligned_face(112))
        return NewShot(portrait, file.name, {"sface": sface.embed([sface.chip(portrait)])[0]})

    everybody, others = people_of(shared_data, 10), strangers_of(shared_data, 140)
    for person in everybody:
        store.enrol(person.name, [shot(file) for file in sorted(person.iterdir())[:4]])
    for person in others[:80]:
        store.add_strangers([shot(next(person.iterdir()))], person=person.name)
    found = run(store, sface, far=0.05)
    assert (found.provenance.probes, found.people) == (40, 10)
    assert found.proposed == "nac-cohort"
    assert found.of("cosine").dir_at_target.value >= 0.9
    for scored in found.scored:
        threshold = for_far(found, scored.matcher, 0.05)
        allowed = int(0.05 * found.provenance.strangers)
        assert read_out(found, scored.matcher, threshold).accepted == allowed
        assert (scored.scores.non_mated >= threshold).sum() == allowed
    apply(store, sface, found, matcher=found.proposed, threshold=for_far(found, found.proposed, 0.05))
    recogniser, session = Recogniser(None, video=False, aligned=True), make_session(store, sface)

    def decided(file):
        frame = Frame(np.asarray(Image.open(file).convert("RGB")))
        return recogniser.recognise(frame, session).sightings[0].decision

    right = sum(decided(sorted(person.iterdir())[5]).identity == person.name for person in everybody)
    assert right >= 8
    # What was said of as many other strangers holds for as many others.
    said = read_out(found, found.proposed, session.operating_point.threshold).far
    as_many = others[80 : 80 + found.provenance.strangers]
    wrong = sum(decided(next(person.iterdir())).verdict is Verdict.ACCEPT for person in as_many)
    assert len(as_many) == found.provenance.strangers
    assert said.low <= wrong / len(as_many) <= said.high


# Measuring again after a small change


def again(store, encoder):
    """Give what would be offered now; None where nothing is."""
    found = occasion(store, make_session(store, encoder))
    if found is None:
        return None
    *_, last = measured_again(gather(store, encoder), found, token=Token())
    assert isinstance(last, Finished)
    return last.result


def test_an_expired_point_is_measured_again_with_its_own_matcher_and_target(people, strangers, put, store, colours):
    first = run(store, colours)
    apply(store, colours, first, matcher="cosine", threshold=for_far(first, "cosine", 0.25))
    assert again(store, colours) is None, "nothing has changed"
    put("Dora", [0, 0, 0, 0, 0, 0.9, 0.435], [0, 0, 0, 0, 0, 0.9, 0.436])
    made = again(store, colours)
    # Strangers are [c, sqrt(1 - c^2)] along Cleo and an axis to which Dora's cosine is 0.9: 0.882 for c = 0.2.
    best = [max(c, (1 - c * c) ** 0.5 * 0.9 / (0.9**2 + 0.4355**2) ** 0.5) for c in (0.2, 0.4, 0.6, 0.7)]
    assert made.offer.point.threshold == pytest.approx(max(best), abs=1e-3)
    assert made.offer.before.threshold == pytest.approx(0.7, abs=1e-6)  # 25 % of the four were one of them
    assert (made.offer.point.matcher, made.offer.people) == ("cosine", 4)
    assert made.offer.point.target_far == 0.25
    assert not made.offer.stays
    assert [name for name, _ in made.bands] == [one.matcher for one in made.calibration.scored]
    assert store.operating_point("sface").threshold == made.offer.before.threshold, "it is only offered"


def test_a_threshold_that_was_set_by_hand_is_measured_again_where_it_is(people, strangers, put, store, colours):
    apply(store, colours, run(store, colours), matcher="cosine", threshold=0.3)
    put("Dora", [0, 0, 0, 0, 0, 0, 1])
    offer = again(store, colours).offer
    assert (offer.point.threshold, offer.stays) == (0.3, True)
    assert offer.point.measured.far[0] == 0.75  # all but the one at 0.2
    assert offer.point.measured.people == 4


def test_nothing_is_measured_again_after_a_large_change_or_without_strangers(people, put, store, colours):
    put("stranger", [0, 0, 0, 0, 0.5, 0.866], stranger=True)
    apply(store, colours, run(store, colours), matcher="cosine", threshold=0.65)
    for i, vector in enumerate(np.eye(8)[[5, 6, 7]]):
        put(f"more {i}", vector)
    assert occasion(store, make_session(store, colours)) is not None, "three more are few"
    put("one more", [1, 1, 1])
    assert occasion(store, make_session(store, colours)) is None
    store.erase(store.find("one more").identity_id)
    store.clear_strangers()
    assert occasion(store, make_session(store, colours)) is None


def test_another_version_of_the_encoder_is_measured_as_the_last_one_was(tuned, store):
    encoder, _ = tuned
    assert occasion(store, make_session(store, encoder)) is None, "nobody has calibrated before"
    measured = Measurement((0.25, 0.0, 0.5), (1.0, 0.5, 1.0), 5, 3, 4, 4, True, people=len(store.identities()))
    before = OperatingPoint("cosine", 1, 0.5, 0.5, "sface", store.revision, "", 0.25, measured)
    store.put_operating_point(before)
    session = make_session(store, encoder)
    offer = again(store, encoder).offer
    # In the scores of this version, so exact for the target whatever the threshold of the other one was.
    assert (offer.point.encoder, offer.point.matcher, offer.stays) == ("sface@1", "cosine", False)
    assert offer.point.threshold == pytest.approx(for_far(again(store, encoder).calibration, "cosine", 0.25))
    assert offer.before == session.operating_point
