"""What the inbox ledger needs to work in batches."""

revision = "c0009"
down_revision = "c0008"


def upgrade() -> None:
    """Make the tables and columns."""
