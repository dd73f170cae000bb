"""What jobs and errors say."""

from __future__ import annotations

import threading

import pytest

from osfi_gui.core.errors import (
    DeskError,
    EncoderError,
    GalleryError,
    NewerGalleryError,
    PictureError,
    SourceError,
    WrongPassphraseError,
)
from osfi_gui.core.events import Progress, Token


def test_a_token_is_set_once_and_for_every_thread():
    token = Token()
    assert not token.cancelled()
    thread = threading.Thread(target=token.cancel)
    thread.start()
    thread.join()
    assert token.cancelled()
    token.cancel()
    assert token.cancelled()


def test_two_tokens_are_two_wishes():
    first, second = Token(), Token()
    first.cancel()
    assert not second.cancelled()


def test_events_cannot_be_changed_on_their_way():
    with pytest.raises(AttributeError):
        Progress(1, 2).done = 2  # type: ignore[misc]


def test_an_error_says_what_happened_and_what_to_do_on_one_line():
    error = DeskError("The lamp is off.", "Turn it on.")
    assert (error.what, error.remedy) == ("The lamp is off.", "Turn it on.")
    assert str(error) == "The lamp is off. Turn it on."
    assert str(DeskError("The lamp is off.")) == "The lamp is off."


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        (PictureError, DeskError),
        (SourceError, DeskError),
        (GalleryError, DeskError),
        (EncoderError, DeskError),
        (WrongPassphraseError, GalleryError),
        (NewerGalleryError, GalleryError),
    ],
)
def test_every_error_is_one_that_an_operator_can_read(kind, family):
    with pytest.raises(family, match="What to do"):
        raise kind("What happened.", "What to do.")
