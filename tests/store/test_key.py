"""The gallery's key in the system's keyring."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import keyring
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from osfi_gui.core.errors import GalleryError
from osfi_gui.store.gallery import GalleryFile
from osfi_gui.store.key import create_keyring_passphrase, keyring_passphrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class MemoryKeyring(KeyringBackend):
    """A keyring that lives as long as the test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class ForgetfulKeyring(MemoryKeyring):
    """Takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class LockedKeyring(MemoryKeyring):
    """Its owner does not unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked


@pytest.fixture
def use() -> Iterator[Callable[[KeyringBackend], None]]:
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_key_is_made_and_kept(path: Path, use: Callable[[KeyringBackend], None]) -> None:
    backend = MemoryKeyring()
    use(backend)
    assert keyring_passphrase(path) is None
    made = create_keyring_passphrase(path)
    assert re.fullmatch("[0-9a-f]{64}", made)
    assert backend.kept == {("OSFI Desk", str(path.resolve())): made} or path.drive
    assert keyring_passphrase(path.parent / "." / path.name) == made
    with GalleryFile.open(path, made, create=True):
        pass


def test_each_gallery_has_a_key_of_its_own_that_is_never_replaced(
    path: Path, use: Callable[[KeyringBackend], None]
) -> None:
    use(MemoryKeyring())
    first = create_keyring_passphrase(path)
    assert create_keyring_passphrase(path.with_name("other")) != first
    assert create_keyring_passphrase(path) == first


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring])
def test_without_a_keyring_a_passphrase_is_suggested(
    path: Path, use: Callable[[KeyringBackend], None], backend: type[KeyringBackend]
) -> None:
    use(backend())
    assert keyring_passphrase(path) is None
    with pytest.raises(GalleryError) as caught:
        create_keyring_passphrase(path)
    assert "passphrase" in caught.value.remedy


def test_a_keyring_that_does_not_keep_the_key_is_not_trusted(path: Path, use: Callable[[KeyringBackend], None]) -> None:
    use(ForgetfulKeyring())
    with pytest.raises(GalleryError, match="does not work"):
        create_keyring_passphrase(path)


def test_a_locked_keyring_is_an_error_and_not_a_missing_key(path: Path, use: Callable[[KeyringBackend], None]) -> None:
    use(LockedKeyring())
    for call in (keyring_passphrase, create_keyring_passphrase):
        with pytest.raises(GalleryError, match="locked"):
            call(path)
