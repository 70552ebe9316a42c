"""What people follow and are told."""

revision = "c0024"
down_revision = "c0023"


def upgrade() -> None:
    """Make the tables and columns."""
