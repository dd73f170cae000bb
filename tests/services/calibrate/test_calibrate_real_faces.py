"""Calibration on real faces decides well on others."""

from __future__ import annotations

import numpy as np
from calibrated import run

from osfi_gui.core.threshold import for_far, read_out
from osfi_gui.core.values import Verdict
from osfi_gui.services.calibrate import apply
from osfi_gui.services.recognise import Recogniser
from osfi_gui.services.session import make_session


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
