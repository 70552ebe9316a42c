"""Pictures of people, companies with their people, messages by relay, holidays of spaces."""

revision = "c0019"
down_revision = "c0018"


def upgrade() -> None:
    """Make the tables and columns."""
