"""Packages that do not go together."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata

HEADLESS, WITH_QT = "opencv-python-headless", ("opencv-python", "opencv-contrib-python")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    topic, text : str
    ok : bool
    remedy : str
        What to do; empty where nothing has to be done.
    """

    topic: str
    text: str
    ok: bool = True
    remedy: str = ""


def opencv_finding() -> Finding:
    """Say whether an OpenCV with Qt plugins of its own is installed: on Linux they break the window."""
    installed = {name: _version(name) for name in (HEADLESS, *WITH_QT)}
    clash = [name for name in WITH_QT if installed[name]]
    if clash:
        are = "is" if len(clash) == 1 else "are"
        return Finding(
            "opencv",
            f"{' and '.join(clash)} {are} installed: Qt plugins that come with it break the window on Linux",
            ok=False,
            remedy=f"Run: pip uninstall {' '.join(clash)} {HEADLESS} && pip install {HEADLESS}",
        )
    version = installed[HEADLESS]
    if version is None:
        return Finding("opencv", "not installed", ok=False, remedy=f"Run: pip install {HEADLESS}")
    return Finding("opencv", f"{HEADLESS} {version}")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
