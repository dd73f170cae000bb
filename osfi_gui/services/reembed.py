"""Embedding the shots that an encoder has not seen yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.events import Finished, Progress, Started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import Encoder, GalleryStore

BATCH = 32


def reembed(store: GalleryStore, encoder: Encoder) -> Iterator[Event]:
    """Give every stored shot an embedding of this encoder; what is done stays done.

    Parameters
    ----------
    store : GalleryStore
    encoder : Encoder

    Yields
    ------
    Event
        Started, Progress in shots, Finished with the number of shots that were missing one.
    """
    missing = store.shots_without(encoder.name)
    yield Started("Looking at the enrolled shots with this encoder")
    for first in range(0, len(missing), BATCH):
        batch = missing[first : first + BATCH]
        vectors = encoder.embed([encoder.chip(shot.portrait) for shot in batch])
        store.put_embeddings(encoder.name, {shot.shot_id: v for shot, v in zip(batch, vectors, strict=True)})
        yield Progress(first + len(batch), len(missing), "shots")
    yield Finished(len(missing))
