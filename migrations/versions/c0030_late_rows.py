"""Columns of late wishes."""

revision = "c0030"
down_revision = "c0029"


def upgrade() -> None:
    """Nothing yet."""
