"""Announces, likes, moves and receipts of erasures."""

revision = "c0014"
down_revision = "c0013"


def upgrade() -> None:
    """Make the tables and columns."""
