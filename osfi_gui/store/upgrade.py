"""Bringing a gallery file of an older version of the program up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlalchemy as sa
    from alembic.config import Config


def upgrade(connection: sa.Connection, *, to: str = "head") -> None:
    """Run every migration that the file has not seen, up to one of them, in the transaction that is open."""
    # Here and below, not at the top: it takes a second to import, and a gallery that is up to date never needs it.
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def known_versions() -> set[str]:
    """Give every migration this program ships."""
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def newest_version() -> str | None:
    """Give the last migration this program ships."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    # Doubled because Alembic's settings expand percent signs, which a path may hold.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
