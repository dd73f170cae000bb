"""Where resources, models and user data are: in a source tree, in an installed wheel, or in a frozen program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

APP_NAME = "OSFI Desk"


def _root() -> Path:
    """Give the folder that holds ``resources`` and ``models``."""
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        return Path(frozen)
    package = Path(__file__).resolve().parent
    # The wheel carries both folders inside the package; the source tree has them beside it.
    return package if (package / "models").is_dir() else package.parent


def resources_dir() -> Path:
    """Give the folder of icons, theme and demo portraits; read-only."""
    return _root() / "resources"


def models_dir() -> Path:
    """Give the folder of the encoders' manifest; read-only."""
    return _root() / "models"


def data_dir() -> Path:
    """Give the folder of the user's galleries and fetched weights; ``OSFI_DATA_DIR`` overrides it."""
    override = os.environ.get("OSFI_DATA_DIR")
    return Path(override) if override else Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))


def config_dir() -> Path:
    """Give the folder of the user's settings; beside the data where ``OSFI_DATA_DIR`` is set."""
    if os.environ.get("OSFI_DATA_DIR"):
        return data_dir()
    return Path(platformdirs.user_config_dir(APP_NAME, appauthor=False))
