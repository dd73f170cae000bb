"""Measuring again after a small change of the gallery."""

from __future__ import annotations

import numpy as np
import pytest
from calibrated import run

from osfi_gui.core.events import Finished, Token
from osfi_gui.core.operating_point import Measurement, OperatingPoint
from osfi_gui.core.threshold import for_far
from osfi_gui.services.calibrate import apply
from osfi_gui.services.probes import gather
from osfi_gui.services.remeasure import measured_again, occasion
from osfi_gui.services.session import make_session


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
