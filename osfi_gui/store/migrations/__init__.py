"""Alembic migrations of the gallery file, one file a step."""
