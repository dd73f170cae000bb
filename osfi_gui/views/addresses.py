"""How the address of a source is shown: never with a password."""

from __future__ import annotations

import re
from pathlib import PurePath
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication

STREAM_SCHEMES = ("http", "https", "rtsp", "rtsps")
# Two letters at least, so that a Windows drive (C:/) is never a scheme.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)


def is_stream(address: str) -> bool:
    """Say whether an address is one of a network stream, with a host in it."""
    found = _SCHEME.match(address.strip())
    if found is None or found[1].lower() not in STREAM_SCHEMES:
        return False
    try:
        return bool(urlsplit(address.strip()).hostname)
    except ValueError:
        return False


def shown_name(address: str) -> str:
    """Name a source for the operator.

    Parameters
    ----------
    address : str
        ``demo``, ``camera:NAME``, a stream's URL or a path.

    Returns
    -------
    str
        The camera's or file's name; of a URL scheme, host, port and path, and only the scheme where a stray ``@``
        leaves open what is a password.
    """
    translate = QCoreApplication.translate
    kind, _, rest = address.partition(":")
    if address.lower() == "demo":
        return translate("addresses", "Demo")
    if kind.lower() == "camera":
        return rest.strip() or translate("addresses", "Camera")
    found = _SCHEME.match(address)
    if found is None:
        return PurePath(address).name or address
    return _public(address, found[1].lower())


def _public(address: str, scheme: str) -> str:
    hidden = QCoreApplication.translate("addresses", "{scheme} stream").format(scheme=scheme)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return hidden
    if not host or "@" in parts.path + parts.query + parts.fragment:
        return hidden
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}{'' if port is None else f':{port}'}{parts.path}"
