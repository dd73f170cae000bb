"""Versions of the encoder in a gallery: which one is in use, promoting another, and rolling back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from osfi_gui.core.compare import against_in_use
from osfi_gui.core.errors import DeskError
from osfi_gui.core.events import Cancelled, Finished, Progress, Started
from osfi_gui.core.tune import Standing, VersionListing
from osfi_gui.services.reembed import embedded
from osfi_gui.vision.delta import with_difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from osfi_gui.core.events import Event
    from osfi_gui.core.ports import CancelToken
    from osfi_gui.core.tune import Version
    from osfi_gui.store.gallery import GalleryFile
    from osfi_gui.vision.encode import TorchEncoder


def encoder_of(store: GalleryFile, pretrained: TorchEncoder, version_id: int) -> TorchEncoder:
    """Give a version of an encoder; 0 gives the pretrained one.

    Raises
    ------
    DeskError
        There is no such version, or it does not fit the encoder.
    """
    if not version_id:
        return pretrained
    return with_difference(pretrained, store.delta(version_id), version=version_id)


def encoder_in_use(
    store: GalleryFile, pretrained: TorchEncoder, *, current: TorchEncoder | None = None
) -> TorchEncoder:
    """Give the version of an encoder that a gallery works with.

    Parameters
    ----------
    store : GalleryFile
    pretrained : TorchEncoder
    current : TorchEncoder or None
        Given back where it is that version already.
    """
    version_id = store.in_use(pretrained.base)
    if current is not None and (current.base, current.version) == (pretrained.base, version_id):
        return current
    return encoder_of(store, pretrained, version_id)


def version_in_use(store: GalleryFile, base: str) -> Version | None:
    """Give the version of an encoder that is in use; None for the pretrained one."""
    number = store.in_use(base)
    return store.version(number) if number else None


def list_versions(store: GalleryFile, pretrained: TorchEncoder) -> VersionListing:
    """List the versions of an encoder, newest first."""
    base = pretrained.base
    return VersionListing(base, pretrained.title, store.in_use(base), store.back_to(base), tuple(store.versions(base)))


def check_promotion(version: Version, *, anyway: bool, current: Version | None = None) -> None:
    """Refuse a version that was found worse, or that nobody could judge, unless it is wanted anyway.

    Worse than the pretrained encoder or than the version in use; where it could not be compared with the one in use,
    the comparison with the pretrained encoder is what there is.

    Parameters
    ----------
    version : Version
    anyway : bool
    current : Version or None
        The one in use; None for the pretrained encoder.

    Raises
    ------
    DeskError
    """
    comparison = version.comparison
    if anyway:
        return
    if comparison is not None and comparison.standing in (Standing.BETTER, Standing.OPEN):
        standing, sentence = against_in_use(version, current)
        if standing is not Standing.WORSE:
            return
        msg = f"Version {version.version_id} is worse than the one in use, so it is not put into use. {sentence}"
    elif comparison is not None and comparison.standing is Standing.WORSE:
        msg = f"Version {version.version_id} is worse than the encoder it was made from, so it is not put into use."
    else:
        msg = f"Version {version.version_id} could not be judged, so it is not put into use."
    raise DeskError(msg, "Say that you want it anyway, or tune with more shots and strangers.")


def promote(
    store: GalleryFile, pretrained: TorchEncoder, version_id: int, *, token: CancelToken, anyway: bool = False
) -> Iterator[Event]:
    """Put a version into use: embed everything with it, then swap encoder and embeddings in one transaction.

    Parameters
    ----------
    store : GalleryFile
    pretrained : TorchEncoder
    version_id : int
        0 for the pretrained encoder.
    token : CancelToken
    anyway : bool
        Although it is worse or was not judged.

    Yields
    ------
    Event
        Started, Progress in shots, then Finished with the version's number, or Cancelled; then nothing was changed.

    Raises
    ------
    DeskError
        When it may not be promoted, or the gallery changed meanwhile.
    """
    if version_id:
        version = store.version(version_id)
        check_promotion(version, anyway=anyway, current=version_in_use(store, version.encoder))
    encoder = encoder_of(store, pretrained, version_id)
    yield Started(f"Looking at the gallery with {encoder.title}")
    revision = store.revision
    missing, strangers = store.shots_without(encoder.name), store.strangers_without(encoder.name)
    found: list[dict[int, NDArray[np.float32]]] = [{}, {}]
    done, total = 0, len(missing) + len(strangers)
    for shots, vectors in zip((missing, strangers), found, strict=True):
        for first in range(0, len(shots), encoder.at_once):
            if token.cancelled():
                yield Cancelled("Nothing was changed.")
                return
            batch = shots[first : first + encoder.at_once]
            vectors.update(embedded(batch, encoder))
            done += len(batch)
            yield Progress(done, total, "shots")
    store.promote(
        version_id, pretrained.base, vectors=found[0], stranger_vectors=found[1], point=None, revision=revision
    )
    yield Finished(version_id)
