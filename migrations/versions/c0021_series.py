"""Recurring events, co-organisers, skills of trainings."""

revision = "c0021"
down_revision = "c0020"


def upgrade() -> None:
    """Make the tables and columns."""
