"""Calibrations of a gallery of colours: measured at once, with crowds of strangers and versions that were trained."""

from __future__ import annotations

import dataclasses

import numpy as np

from osfi_gui.core.calibration import Calibration
from osfi_gui.core.compare import judge
from osfi_gui.core.events import Finished, Token
from osfi_gui.core.tune import Recipe, TuneCounts, Version
from osfi_gui.services.calibrate import calibrate
from osfi_gui.services.tune import held_out

DRAWS = 200


def run(store, encoder, far=0.25, **given):
    *_, last = calibrate(store, encoder, target_far=far, token=Token(), draws=DRAWS, **given)
    assert isinstance(last, Finished)
    assert isinstance(last.result, Calibration)
    return last.result


def crowd(put, count, *, faces=1, first=0):
    """Keep strangers at random, of ``faces`` faces each."""
    random = np.random.default_rng(first)
    for i in range(first, first + count):
        put(f"crowd {i}", *random.normal(size=(faces, 8)), stranger=True)


TRAINED = Version(0, "sface", 0, "", Recipe(seed=3), None, 1, (), 0)


def noted(store, *, seed=3, left_out=()):
    """Keep a version that was trained on the gallery as it is, and note its counts as a run does."""
    ids = tuple(person.identity_id for person in store.identities() if person.name not in left_out)
    owners = np.array([shot.identity_id for shot in store.shots() if shot.identity_id in ids])
    held = held_out(owners, seed=seed)
    counts = TuneCounts(len(ids), int((~held).sum()), int(held.sum()), len(np.unique(owners[held])), 0, 0)
    version = dataclasses.replace(TRAINED, trained_on=ids, comparison=judge((), counts, names={}))
    return store.add_version(version, b"weights"), held
