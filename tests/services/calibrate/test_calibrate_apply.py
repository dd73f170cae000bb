"""What decides after a calibration, how long it holds, and what is said when it has expired."""

from __future__ import annotations

import numpy as np
import pytest
from calibrated import crowd, run

from osfi_gui.core.calibrate import default_operating_point
from osfi_gui.core.errors import DeskError
from osfi_gui.core.values import Verdict
from osfi_gui.services.calibrate import apply
from osfi_gui.services.recognise import Recogniser
from osfi_gui.services.session import make_session


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
