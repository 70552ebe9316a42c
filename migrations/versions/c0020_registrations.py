"""Registrations of visitors, questions, attendance."""

revision = "c0020"
down_revision = "c0019"


def upgrade() -> None:
    """Make the tables and columns."""
