"""Embedding the shots that an encoder has not seen yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.events import Finished, Progress, Started

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.enrolled import Shot
    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import Encoder, GalleryStore

BATCH = 32


def reembed(store: GalleryStore, encoder: Encoder) -> Iterator[Event]:
    """Give every stored shot and stranger an embedding of this encoder; what is done stays done.

    Parameters
    ----------
    store : GalleryStore
    encoder : Encoder

    Yields
    ------
    Event
        Started, Progress in shots, Finished with the number of shots that were missing one.
    """
    missing, strangers = store.shots_without(encoder.name), store.strangers_without(encoder.name)
    total = len(missing) + len(strangers)
    yield Started("Looking at the enrolled shots with this encoder")
    done = 0
    for shots, put in ((missing, store.put_embeddings), (strangers, store.put_stranger_embeddings)):
        for first in range(0, len(shots), BATCH):
            batch = shots[first : first + BATCH]
            put(encoder.name, embedded(batch, encoder))
            done += len(batch)
            yield Progress(done, total, "shots")
    yield Finished(total)


def embedded(shots: Sequence[Shot], encoder: Encoder) -> dict[int, NDArray[np.float32]]:
    """Give an encoder's embeddings of shots by their numbers."""
    vectors = encoder.embed([encoder.chip(shot.portrait) for shot in shots])
    return {shot.shot_id: vector for shot, vector in zip(shots, vectors, strict=True)}
