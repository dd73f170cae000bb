"""Putting a version into use, and taking it back: encoder, embeddings and threshold change at once or not at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from osfi_gui.core.compare import against_in_use, judge
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started, Token
from osfi_gui.core.metrics import threshold_at_far
from osfi_gui.core.tune import Compared, Comparison, Estimate, Recipe, Standing, TuneCounts, Version
from osfi_gui.services.session import make_session
from osfi_gui.services.versions import check_promotion, encoder_in_use, encoder_of, list_versions, promote
from osfi_gui.vision.delta import difference

COUNTS = TuneCounts(people=3, shots=5, held_out=5, held_out_people=5, strangers=20, stranger_people=20)


def comparison(low, high):
    """Construct a comparison by what it measured."""
    middle = (low + high) / 2
    row = Compared(
        "cosine", 0.1, Estimate(0.5, 0.4, 0.6), Estimate(0.5 + middle, 0.4, 0.6), Estimate(middle, low, high), 0.9, 0.9
    )
    return judge([row], COUNTS, names={})


BETTER, WORSE, OPEN = comparison(0.1, 0.3), comparison(-0.3, -0.1), comparison(-0.1, 0.1)
UNJUDGED = judge((), replace(COUNTS, strangers=2, stranger_people=2), names={})
BASE = Version(0, "sface", 0, "", Recipe(), BETTER, 1, (1, 2), 0)


def tuned_delta(sface, amount):
    """Change every scale of the real encoder a little, each in its own way."""
    import copy

    net = copy.deepcopy(sface.net)
    draw = torch.Generator().manual_seed(int(1000 * amount))
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.weight.mul_(1.0 + amount * torch.randn(module.weight.shape, generator=draw))
    return difference(net, sface.net)


@pytest.fixture(scope="module")
def shots(shared_data, sface):
    """Give shots of three people and of seven strangers, seen by the pretrained encoder."""
    from PIL import Image
    from real_faces import people_of, strangers_of

    from osfi_gui.core.align import aligned_face
    from osfi_gui.core.enrolment import NewShot
    from osfi_gui.core.values import Portrait

    def shot(file):
        portrait = Portrait(np.asarray(Image.open(file).convert("RGB")), aligned_face(112))
        return NewShot(portrait, file.name, {"sface": sface.embed([sface.chip(portrait)])[0]})

    people = {
        person.name: [shot(file) for file in sorted(person.iterdir())[:2]] for person in people_of(shared_data, 3)
    }
    return people, [shot(next(person.iterdir())) for person in strangers_of(shared_data, 7)]


@pytest.fixture
def gallery(store, shots, sface):
    """Give a gallery with one tuned version that is not in use."""
    for name, mine in shots[0].items():
        store.enrol(name, mine)
    for i, stranger in enumerate(shots[1]):
        store.add_strangers([stranger], person=f"stranger {i}")
    store.add_version(BASE, tuned_delta(sface, 0.05))
    return store


def test_promoting_swaps_encoder_embeddings_and_threshold(gallery, sface):
    before = make_session(gallery, encoder_in_use(gallery, sface))
    assert (before.encoder.name, before.operating_point.encoder) == ("sface", "sface")
    assert "measured" not in before.operating_point.source.split(",")[0].casefold()
    first, *steps, last = promote(gallery, sface, 1, token=Token())
    assert isinstance(first, Started)
    assert steps[-1] == Progress(13, 13, "shots")
    assert last == Finished(1)
    encoder = encoder_in_use(gallery, sface)
    assert (encoder.name, encoder.title) == ("sface@1", "SFace, version 1")
    session = make_session(gallery, encoder)
    assert (session.gallery.encoder, session.operating_point.encoder) == ("sface@1", "sface@1")
    # Embeddings and threshold by hand: the tuned network's, on this gallery's seven strangers.
    chips = [encoder.chip(shot.portrait) for shot in gallery.shots()]
    np.testing.assert_allclose(gallery.embeddings("sface@1").matrix, encoder.embed(chips), atol=1e-6)
    assert np.abs(gallery.embeddings("sface@1").matrix - gallery.embeddings("sface").matrix).max() > 0.01
    others = encoder.embed([encoder.chip(stranger.shot.portrait) for stranger in gallery.strangers()])
    expected = threshold_at_far((others @ session.gallery.matrix.T).max(axis=1), 0.01)
    assert session.operating_point.threshold == pytest.approx(expected, abs=1e-6)
    assert session.operating_point.source.startswith("Measured on 7 faces of strangers in this gallery.")
    assert session.operating_point.revision == gallery.revision


def test_without_strangers_a_tuned_encoder_decides_nothing(gallery, sface):
    gallery.clear_strangers()
    list(promote(gallery, sface, 1, token=Token()))
    session = make_session(gallery, encoder_in_use(gallery, sface))
    assert len(session.gallery) == 3
    assert session.operating_point is None


def test_rolling_back_brings_back_the_same_session(gallery, sface):
    before = make_session(gallery, sface)
    list(promote(gallery, sface, 1, token=Token()))
    assert list_versions(gallery, sface).in_use == 1
    assert list_versions(gallery, sface).back_to == 0
    assert gallery.roll_back("sface") == 0
    encoder = encoder_in_use(gallery, sface)
    assert encoder is sface
    after = make_session(gallery, encoder)
    assert np.array_equal(before.gallery.matrix, after.gallery.matrix)
    assert after.operating_point == before.operating_point
    assert list_versions(gallery, sface).back_to is None
    assert len(list_versions(gallery, sface).versions) == 1


def state(gallery):
    return (
        gallery.in_use("sface"),
        gallery.back_to("sface"),
        len(gallery.embeddings("sface@1").shot_ids),
        len(gallery.stranger_embeddings("sface@1").stranger_ids),
        gallery.revision,
    )


def test_cancelled_nothing_was_changed(gallery, sface):
    before, token = state(gallery), Token()
    events = []
    for event in promote(gallery, sface, 1, token=token):
        events.append(event)
        token.cancel()
    assert events[-1] == Cancelled("Nothing was changed.")
    assert state(gallery) == before == (0, None, 0, 0, gallery.revision)


def test_a_gallery_that_changes_meanwhile_is_left_as_it_is(gallery, sface, shots):
    name, mine = next(iter(shots[0].items()))
    events = promote(gallery, sface, 1, token=Token())
    next(event for event in events if isinstance(event, Progress))
    gallery.enrol(f"{name} again", mine[:1])
    with pytest.raises(DeskError, match="changed while"):
        list(events)
    assert state(gallery)[:4] == (0, None, 0, 0)
    list(promote(gallery, sface, 1, token=Token()))
    assert len(gallery.embeddings("sface@1").shot_ids) == 7


def test_a_killed_promotion_changed_nothing(gallery, sface):
    events = promote(gallery, sface, 1, token=Token())
    for event in events:
        if isinstance(event, Progress):
            events.close()  # as when the program ends here
    assert state(gallery)[:4] == (0, None, 0, 0)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (WORSE, r"Version 1 is worse than the encoder it was made from.*Say that you want it anyway"),
        (UNJUDGED, "Version 1 could not be judged"),
        (None, "Version 1 could not be judged"),
    ],
)
def test_what_is_worse_or_unjudged_is_refused_unless_it_is_wanted_anyway(store, found, words):
    assert found is None or found.standing in (Standing.WORSE, Standing.UNJUDGED)
    version = store.add_version(replace(BASE, comparison=found), b"weights")
    with pytest.raises(DeskError, match=words):
        check_promotion(version, anyway=False)
    with pytest.raises(DeskError, match=words):
        list(promote(store, None, 1, token=Token()))  # refused before anything is loaded
    assert store.in_use("sface") == 0
    check_promotion(version, anyway=True)


def against(found, number):
    """Give a better version that stood like this against the one in use."""
    other = replace(found, against=number, sentence=f"As measured against {number}.")
    return replace(BASE, version_id=2, comparison=replace(BETTER, in_use=other))


def test_what_is_worse_than_the_version_in_use_is_refused_unless_it_is_wanted_anyway(gallery, sface):
    list(promote(gallery, sface, 1, token=Token()))
    gallery.add_version(against(WORSE, 1), tuned_delta(sface, 0.08))
    words = r"Version 2 is worse than the one in use, so it is not put into use\. As measured against 1\. Say that you"
    with pytest.raises(DeskError, match=words):
        list(promote(gallery, sface, 2, token=Token()))
    assert gallery.in_use("sface") == 1
    # It is better than the pretrained encoder: once that is in use again, nothing speaks against it.
    gallery.roll_back("sface")
    assert list(promote(gallery, sface, 2, token=Token()))[-1] == Finished(2)
    assert list_versions(gallery, sface).current == gallery.version(2)


@pytest.mark.parametrize("found", [BETTER, OPEN, UNJUDGED])
def test_what_is_not_shown_to_be_worse_than_the_version_in_use_may_be_used(found):
    current = replace(BASE, version_id=1)
    check_promotion(against(found, 1), anyway=False, current=current)
    assert against_in_use(against(found, 1), current) == (found.standing, "As measured against 1.")


def test_going_back_to_what_was_found_worse_is_known_from_the_other_side():
    """Version 2 was better than version 1; now 2 is in use, and 1 is wanted again."""
    one = replace(BASE, version_id=1)
    for found, mirrored in ((BETTER, Standing.WORSE), (WORSE, Standing.BETTER), (OPEN, Standing.OPEN)):
        standing, sentence = against_in_use(one, against(found, 1))
        assert (standing, sentence) == (mirrored, "When version 2 was made, this was found. As measured against 1.")
    with pytest.raises(DeskError, match="Version 1 is worse than the one in use"):
        check_promotion(one, anyway=False, current=against(BETTER, 1))


def test_versions_that_were_never_compared_are_said_to_be():
    standing, sentence = against_in_use(against(WORSE, 1), replace(BASE, version_id=3))
    assert standing is Standing.UNJUDGED
    assert sentence == ("Version 2 was not compared with version 3, which is in use: whether it is better is unknown.")
    check_promotion(against(WORSE, 1), anyway=False, current=replace(BASE, version_id=3))
    for current in (None, replace(BASE, version_id=2)):
        assert against_in_use(against(WORSE, 1), current) == (None, "")


@pytest.mark.parametrize("found", [BETTER, OPEN])
def test_what_is_better_or_open_may_be_used(found: Comparison):
    check_promotion(replace(BASE, comparison=found), anyway=False)


def test_a_worse_version_can_be_wanted_anyway(gallery, sface):
    gallery.add_version(replace(BASE, comparison=WORSE), tuned_delta(sface, 0.08))
    with pytest.raises(DeskError, match="Version 2 is worse"):
        list(promote(gallery, sface, 2, token=Token()))
    assert list(promote(gallery, sface, 2, token=Token(), anyway=True))[-1] == Finished(2)
    assert encoder_in_use(gallery, sface).name == "sface@2"


def test_the_pretrained_encoder_can_be_promoted(gallery, sface):
    list(promote(gallery, sface, 1, token=Token()))
    assert list(promote(gallery, sface, 0, token=Token()))[-1] == Finished(0)
    assert encoder_in_use(gallery, sface) is sface
    assert gallery.back_to("sface") == 1


def test_the_encoder_at_hand_is_kept_where_it_is_the_right_one(gallery, sface):
    list(promote(gallery, sface, 1, token=Token()))
    current = encoder_in_use(gallery, sface)
    assert encoder_in_use(gallery, sface, current=current) is current
    gallery.roll_back("sface")
    assert encoder_in_use(gallery, sface, current=current) is sface


def test_a_version_with_damaged_weights_cannot_be_used(gallery, sface):
    gallery.add_version(BASE, b"damaged")
    with pytest.raises(DeskError, match="Version 2 does not fit"):
        list(promote(gallery, sface, 2, token=Token()))
    assert gallery.in_use("sface") == 0


def test_a_version_that_is_not_there(gallery, sface):
    for call in (lambda: encoder_of(gallery, sface, 9), lambda: list(promote(gallery, sface, 9, token=Token()))):
        with pytest.raises(DeskError, match="Version 9 is not in this gallery"):
            call()
