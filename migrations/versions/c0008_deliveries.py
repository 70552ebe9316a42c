"""What the delivery ledger and the peers need to survive long absences."""

revision = "c0008"
down_revision = "c0007"


def upgrade() -> None:
    """Make the tables and columns."""
