"""What the program remembers between two starts; never names, faces or embeddings."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from osfi_gui.store.whole import write_whole

if TYPE_CHECKING:
    from pathlib import Path


HALF = "half"
"""The precision of prototypes that is not the default."""


@dataclass(frozen=True)
class Settings:
    """The operator's choices.

    Attributes
    ----------
    last_source : str
        Camera name, path or address that was used last.
    gallery : str
        Path of the gallery that was open last.
    theme : str
        Empty for the system's.
    window : str
        The window's geometry, base64.
    operator : str
        Who sits at the desk, for consents.
    encoder : str
        Name in the manifest; empty for the default.
    recordings : str
        Folder of recordings; empty for the default.
    precision : str
        Of the prototypes in memory: ``half``, or empty for full.
    """

    last_source: str = ""
    gallery: str = ""
    theme: str = ""
    window: str = ""
    operator: str = ""
    encoder: str = ""
    recordings: str = ""
    precision: str = ""

    @property
    def half(self) -> bool:
        """Whether prototypes are kept in half precision."""
        return self.precision == HALF


def load(path: Path) -> Settings:
    """Read settings.

    A missing or unreadable file gives the defaults. A damaged one does too, and is kept beside as ``*.damaged``.
    Settings this version does not know are ignored.
    """
    try:
        raw = path.read_bytes()
    except OSError:
        return Settings()
    try:
        return _parsed(raw)
    except ValueError:
        # Kept for whoever wants to know what happened; failing to keep it must not keep the program from starting.
        with contextlib.suppress(OSError):
            path.replace(path.with_name(path.name + ".damaged"))
        return Settings()


def save(path: Path, settings: Settings) -> None:
    """Write settings whole or not at all; makes the folder.

    Raises
    ------
    OSError
        The file cannot be written; the old one is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(asdict(settings), ensure_ascii=True, indent=1)
    write_whole(path, content.encode("ascii"), private=True)


def _parsed(raw: bytes) -> Settings:
    content = json.loads(raw.decode("utf-8"))
    if not isinstance(content, dict):
        raise ValueError("settings are an object")  # not TypeError: every kind of damage is one kind of error here
    known = {field.name: content[field.name] for field in fields(Settings) if field.name in content}
    if not all(isinstance(value, str) for value in known.values()):
        raise ValueError("every setting is a text")
    return Settings(**known)
