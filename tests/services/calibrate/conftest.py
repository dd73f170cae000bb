"""People and strangers whose cosines are worked out by hand, and an encoder that was trained on them."""

from __future__ import annotations

import pytest
from calibrated import noted


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


@pytest.fixture
def tuned(people, strangers, put, store, colours):
    """Give an encoder that is version 1, trained on the gallery; its colours look as before."""
    put("Dora", [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0.8, 0.6], [0, 0, 0, 0, 0, 0, 0.9, 0.1])
    _, held = noted(store)
    encoder = type(colours)("sface@1")
    encoder.vectors = colours.vectors
    return encoder, held
