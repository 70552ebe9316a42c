"""Saved searches and the life of proposals."""

revision = "c0022"
down_revision = "c0021"


def upgrade() -> None:
    """Make the tables and columns."""
