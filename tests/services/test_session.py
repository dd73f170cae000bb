"""The session: encoder, gallery and operating point that belong together, and nothing stale in it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from osfi_gui.core.calibrate import DEFAULTS, default_operating_point
from osfi_gui.core.events import Finished, Progress, Started
from osfi_gui.core.operating_point import OperatingPoint
from osfi_gui.services.reembed import reembed
from osfi_gui.services.session import make_session

ADA, BEA, ADA_TOO = 10, 20, 30


@pytest.fixture
def people(store, colours, shot_of):
    colours.knows(ADA, [1, 0])
    colours.knows(ADA_TOO, [0.6, 0.8])
    colours.knows(BEA, [0, 0, 1])
    store.enrol("Bea", [shot_of(BEA)])
    store.enrol("Ada", [shot_of(ADA), shot_of(ADA_TOO)])
    return store


def test_an_empty_gallery_has_no_operating_point(store, colours):
    session = make_session(store, colours)
    assert (len(session.gallery), session.operating_point, session.calibration) == (0, None, "none")


def test_prototypes_are_unit_means_under_the_gallery_s_revision(people, colours):
    session = make_session(people, colours)
    assert session.gallery.names == ("Ada", "Bea")
    assert (session.gallery.encoder, session.gallery.revision) == ("sface", people.revision)
    # Ada: (1, 0) + (0.6, 0.8) = (1.6, 0.8), of length sqrt(3.2) = 1.78885.
    np.testing.assert_allclose(session.gallery.matrix[0, :3], [0.89443, 0.44721, 0.0], atol=1e-5)
    np.testing.assert_allclose(session.gallery.matrix[1, :3], [0.0, 0.0, 1.0], atol=1e-6)


def test_until_somebody_calibrates_the_encoder_s_default_for_this_many_people_holds(people, colours):
    session = make_session(people, colours)
    assert session.calibration == "none"
    assert session.operating_point == default_operating_point("sface", n=2)
    assert session.operating_point.threshold == dict(DEFAULTS["sface"].cosine)[2]


def test_an_operating_point_of_this_revision_holds(people, colours):
    point = OperatingPoint("cosine", 1, 0.41, 0.41, "sface", people.revision, "Calibrated.", 0.001)
    people.put_operating_point(point)
    session = make_session(people, colours)
    assert (session.operating_point, session.calibration) == (point, "valid")


def test_a_change_of_the_gallery_lets_it_expire(people, colours, shot_of):
    people.put_operating_point(OperatingPoint("cosine", 1, 0.41, 0.41, "sface", people.revision))
    colours.knows(40, [0, 0, 0, 1])
    people.enrol("Cleo", [shot_of(40)])
    session = make_session(people, colours)
    assert session.calibration == "expired"
    default = default_operating_point("sface", n=3)
    assert dataclasses.replace(session.operating_point, source=default.source) == default
    assert session.operating_point.source == (
        "The calibration no longer holds: the gallery has changed. Nobody knows with how many people it was measured. "
        + default.source
    )


def test_an_operating_point_of_another_encoder_is_not_used(people, colours):
    people.put_operating_point(OperatingPoint("cosine", 1, 0.41, 0.41, "other", people.revision))
    assert make_session(people, colours).calibration == "none"


def test_an_encoder_that_nobody_measured_decides_nothing(people, colours):
    other = type(colours)("another")
    other.vectors = colours.vectors
    session = make_session(people, other)
    assert len(session.gallery) == 2
    assert session.operating_point is None


def test_another_encoder_sees_every_shot_once_and_the_gallery_stays_as_it_is(people, colours):
    other = type(colours)("another")
    other.vectors = {colour: np.roll(vector, 3) for colour, vector in colours.vectors.items()}
    revision = people.revision
    assert colours.embedded == 0
    session = make_session(people, other)
    assert other.embedded == 3
    np.testing.assert_allclose(session.gallery.matrix[0, 3:5], [0.89443, 0.44721], atol=1e-5)
    make_session(people, other)
    assert other.embedded == 3
    assert people.revision == revision
    # What the first encoder made is still there.
    assert len(people.embeddings("sface").shot_ids) == 3


def test_re_embedding_says_how_far_it_is(people, colours):
    other = type(colours)("another")
    other.vectors = colours.vectors
    first, *steps, last = reembed(people, other)
    assert isinstance(first, Started)
    assert steps == [Progress(3, 3, "shots")]
    assert last == Finished(3)
    assert list(reembed(people, other))[1:] == [Finished(0)]


def test_a_real_encoder_re_embeds_portraits_to_what_it_saw_at_enrolment(store, demo_dir, mtcnn, sface):
    """The stored portrait gives the same embedding as the picture, whichever way the encoder comes to see it."""
    from osfi_gui.core.events import Token
    from osfi_gui.services.enrol import enrol_files

    files = sorted((demo_dir / "enrol" / "Jacinda Ardern").iterdir())
    list(enrol_files("Jacinda", files, store=store, detector=mtcnn, encoder=sface, token=Token()))
    enrolled = store.embeddings("sface").matrix
    store.drop_embeddings("sface")
    make_session(store, sface)
    np.testing.assert_allclose(store.embeddings("sface").matrix, enrolled, atol=1e-5)


def test_a_session_cannot_be_changed_in_part(people, colours):
    session = make_session(people, colours)
    with pytest.raises(dataclasses.FrozenInstanceError):
        session.operating_point = None


def test_prototypes_in_half_precision_are_the_full_ones_rounded_and_everything_else_stays(people, colours):
    full, half = make_session(people, colours), make_session(people, colours, half=True)
    assert (full.half, half.half) == (False, True)
    assert half.gallery.matrix.nbytes * 2 == full.gallery.matrix.nbytes
    # Ada's (0.894427, 0.447214): a float16 has steps of 2^-11 from 0.5 on and of 2^-12 from 0.25 on.
    assert half.gallery.matrix[0, :3].tolist() == [1832 / 2048, 1832 / 4096, 0.0]
    assert (half.gallery.names, half.gallery.revision) == (full.gallery.names, full.gallery.revision)
    assert (half.operating_point, half.calibration) == (full.operating_point, full.calibration)


def test_an_operating_point_that_learns_learns_from_full_prototypes(people, colours):
    people.put_operating_point(OperatingPoint("nnguide", 1, 0.4, 0.4, "sface", people.revision, "Calibrated.", 0.01))
    full, half = make_session(people, colours), make_session(people, colours, half=True)
    assert half.half
    np.testing.assert_array_equal(half.matcher.confidence, full.matcher.confidence)
    assert half.shots.dtype == np.float32
