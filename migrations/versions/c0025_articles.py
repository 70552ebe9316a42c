"""Revisions, reviews, incoming feeds."""

revision = "c0025"
down_revision = "c0024"


def upgrade() -> None:
    """Make the tables and columns."""
