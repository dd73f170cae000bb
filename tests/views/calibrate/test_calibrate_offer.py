"""What was measured again is offered, and says what for."""

from dataclasses import replace

import pytest
from calibrations import make, view_of
from threshold_lines import READY
from yardsticks import COSINE

from osfi_gui.core.operating_point import Measurement
from osfi_gui.core.remeasure import Offer
from osfi_gui.views.calibrate_offer import offer_text


@pytest.fixture
def offer():
    measured = Measurement((0.009, 0.002, 0.024), (0.98, 0.9, 1.0), 69, 23, 400, 400, True, people=23)
    before = replace(COSINE, threshold=0.405)
    return Offer(replace(COSINE, threshold=0.412, measured=measured), before, "cosine", "cosine", 23, False)


def test_what_was_measured_again_is_offered_in_one_line_on_both_pages(window, page, offer, qtbot):
    words = "Threshold measured again for 23 people: 0.4120 instead of 0.4050, FAR 0.90\u00a0% (0.20 to 2.4)."
    for place, row in ((window.identify, window.identify.offer), (page, page.body.offer)):
        assert row.isHidden()
        place.show_offer(offer)
        assert (row.text(), row.accessibleName()) == (words, words)
        for button, asked in (
            (row.use, place.offer_used),
            (row.look, place.offer_looked_at),
            (row.leave, place.offer_left),
        ):
            with qtbot.waitSignal(asked):
                button.click()
        assert not row.isHidden(), "it stays until the desk says that it is gone"
        place.show_offer(None)
        assert row.isHidden()


def test_looking_at_an_offer_leads_to_the_page_with_its_threshold(window, page, point, offer, calibration):
    window.show_page("identify")
    window.identify.show_offer(offer)
    window.identify.offer.look.click()
    assert window.page == "calibrate"
    fresh = make(revision=8)
    window.calibrate.show_calibration(replace(view_of(fresh), offered=replace(offer.point, threshold=0.43)))
    assert (point.choices.now.matcher, point.choices.now.threshold) == ("cosine", 0.43)
    point.numbers.threshold.setValue(0.5)
    window.show_gallery(replace(READY, revision=8, people=41))
    assert point.choices.now.threshold == 0.5, "what was chosen since stays when the gallery is told again"
    point.undo.click()
    point.undo.click()
    assert point.choices.now.matcher == "nac"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"before": None}, "Measured again for 23 people: cosine from 0.4120 on; nothing is decided yet, FAR"),
        (
            {"stays": True, "before": replace(COSINE, threshold=0.412)},
            "Threshold 0.4120 measured again for 23 people, FAR",
        ),
        (
            {"before": replace(COSINE, matcher="nac", threshold=0.08), "title_before": "NAC"},
            "Measured again for 23 people: cosine from 0.4120 on instead of NAC from 0.08000, FAR",
        ),
        ({"people": 1}, "Threshold measured again for 1 person: 0.4120 instead"),
    ],
)
def test_an_offer_says_instead_of_what(offer, change, words):
    assert offer_text(replace(offer, **change)).startswith(words)


def test_a_discouraged_offer_says_so_and_does_not_look_like_the_next_thing_to_do(page, offer):
    page.show_offer(replace(offer, caution="3 people cannot show a FAR of 1 %."))
    row = page.body.offer
    assert row.text().endswith("3 people cannot show a FAR of 1\u00a0%.")
    assert row.use.text() == "Use it anyway"
    assert row.use.property("role") != "primary"
