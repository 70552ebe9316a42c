"""Mail that waits, and notices for the manager."""

revision = "c0015"
down_revision = "c0014"


def upgrade() -> None:
    """Make the tables and columns."""
