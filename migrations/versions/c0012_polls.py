"""Questions and their votes."""

revision = "c0012"
down_revision = "c0011"


def upgrade() -> None:
    """Make the tables and columns."""
