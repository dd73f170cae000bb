"""A gallery's passphrase in the system's keyring, for operators who do not want to type one."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import keyring
from keyring.errors import KeyringError

from osfi_gui.core.errors import GalleryError

if TYPE_CHECKING:
    from pathlib import Path

    from keyring.backend import KeyringBackend

SERVICE = "OSFI Desk"

_REMEDY = "Use a passphrase instead."


def keyring_usable() -> bool:
    """Whether this computer has a keyring that can keep a gallery's key."""
    return _backend() is not None


def keyring_passphrase(path: Path) -> str | None:
    """Give the stored passphrase of a gallery, or None when none is stored or the system has no keyring.

    Raises
    ------
    GalleryError
        The keyring is there but locked or broken.
    """
    backend = _backend()
    if backend is None:
        return None
    try:
        return backend.get_password(SERVICE, _account(path))
    except KeyringError as error:
        raise _unusable() from error


def create_keyring_passphrase(path: Path) -> str:
    """Make a random passphrase (32 bytes, hexadecimal) and store it; one that is stored already is given instead.

    Raises
    ------
    GalleryError
        The system has no keyring, or it is locked or broken.
    """
    backend = _backend()
    if backend is None:
        raise GalleryError("This computer has no keyring that could keep the gallery's key safe.", _REMEDY)
    # Never replaced: the gallery at this path may be encrypted with it, and it is nowhere else.
    if (stored := keyring_passphrase(path)) is not None:
        return stored
    passphrase = secrets.token_hex(32)
    try:
        backend.set_password(SERVICE, _account(path), passphrase)
        kept = backend.get_password(SERVICE, _account(path))
    except KeyringError as error:
        raise _unusable() from error
    # Some backends swallow what they are given; a gallery made with such a key could never be opened again.
    if kept != passphrase:
        raise _unusable()
    return passphrase


def _backend() -> KeyringBackend | None:
    """Give the system's keyring, unless it is a stand-in (priority below 1) that keeps nothing or keeps plain text."""
    backend = keyring.get_keyring()
    return backend if backend.priority >= 1 else None


def _account(path: Path) -> str:
    return os.path.normcase(path.expanduser().resolve())


def _unusable() -> GalleryError:
    return GalleryError("The system's keyring is locked or does not work.", f"Unlock it and try again. {_REMEDY}")
