"""The search index."""

revision = "c0023"
down_revision = "c0022"


def upgrade() -> None:
    """Make the tables and columns."""
