"""Whom a node talks to, and reports."""

revision = "c0013"
down_revision = "c0012"


def upgrade() -> None:
    """Make the tables and columns."""
