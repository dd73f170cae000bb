"""Prototypes in half precision from the command line: the same people, by scores that differ by the rounding."""

import numpy as np
import pytest

from osfi_gui.services.session import make_session
from osfi_gui.store.gallery import GalleryFile

PASSPHRASE = "a passphrase for the tests"
NAME = "Jacinda Ardern"


def test_identify_decides_with_halved_prototypes_where_that_is_wanted(osfi, desk, demo_dir, sface):
    pictures = [*sorted((demo_dir / "enrol" / NAME).iterdir())[1:], demo_dir / "strangers" / "sunak.jpg"]
    # What it must give, worked out in float64 from the gallery's own vectors.
    with GalleryFile.open(desk, PASSPHRASE, create=False) as store:
        exact = make_session(store, sface).gallery.matrix.astype(np.float64)
    steps = np.abs(exact - exact.astype(np.float16).astype(np.float64))
    bound = np.linalg.norm(steps, axis=1).max() + 1e-6  # Cauchy and Schwarz, of a unit probe; and float32's rounding
    changed = 0.0
    for picture in pictures:
        call = ("identify", picture, "--gallery", desk, "--json")
        (full,), (half,) = osfi(*call).records, osfi(*call, "--half").records
        assert (half["decision"], half["identity"]) == (full["decision"], full["identity"])
        assert half["score"] == pytest.approx(full["score"], abs=bound)
        changed = max(changed, abs(half["score"] - full["score"]))
    assert full["decision"] == "reject"  # the stranger, last
    assert changed > 1e-6  # float32 would not differ


def test_the_live_path_is_measured_with_halved_prototypes_and_says_so(osfi, shared_data, desk):
    clip = shared_data / "videos" / "liveportrait_d0.mp4"
    call = ("bench", "live", clip, "--gallery", desk, "--threads", 1)
    assert osfi(*call, "--half", "--json").records[0]["half"] is True
    said = osfi(*call, "--half").out.splitlines()[0]
    assert said.endswith("on CPU, 1 thread, by torch, prototypes in half precision")
