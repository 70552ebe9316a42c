"""Who takes part in an event."""

revision = "c0010"
down_revision = "c0009"


def upgrade() -> None:
    """Make the tables and columns."""
