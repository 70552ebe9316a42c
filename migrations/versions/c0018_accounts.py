"""Invitations, second factors, passkeys and what was done to accounts."""

revision = "c0018"
down_revision = "c0017"


def upgrade() -> None:
    """Make the tables and columns."""
