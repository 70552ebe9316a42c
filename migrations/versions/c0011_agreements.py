"""Answers to offers and needs."""

revision = "c0011"
down_revision = "c0010"


def upgrade() -> None:
    """Make the tables and columns."""
