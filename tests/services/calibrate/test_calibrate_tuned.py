"""Calibration of tuned encoders: what they were trained on is no honest probe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibrated import TRAINED, run

from osfi_gui.core.compare import judge
from osfi_gui.core.errors import DeskError
from osfi_gui.core.threshold import for_far
from osfi_gui.core.tune import TuneCounts
from osfi_gui.services.calibrate import apply
from osfi_gui.services.session import make_session


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


def test_what_a_run_noted_as_held_out_stays_a_probe_though_a_shot_is_gone(people, strangers, store, colours):
    """The second shot of two people, which no draw by the seed would have to give; then Cleo's only shot goes."""
    of = {}
    for shot in store.shots():
        of.setdefault(shot.identity_id, []).append(shot.shot_id)
    held = tuple(shots[1] for shots in of.values() if len(shots) > 1)
    comparison = replace(judge((), TuneCounts(3, 3, 2, 2, 0, 0), names={}), held_out=held)
    store.add_version(replace(TRAINED, trained_on=tuple(of), comparison=comparison), b"weights")
    encoder = type(colours)("sface@1")
    encoder.vectors = colours.vectors
    for gone in (None, of[max(of)][0]):
        if gone is not None:
            store.remove_shot(gone)
        found = run(store, encoder)
        assert (found.provenance.probes, found.provenance.probe_people) == (2, 2)
        # Cosines to the other shot, which is the person's only one left: 0.8 of Ada, 0.6 of Bea.
        assert sorted(found.of("cosine").scores.mated.tolist()) == pytest.approx([0.6, 0.8], abs=1e-6)


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
