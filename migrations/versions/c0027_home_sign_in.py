"""Sign in with one's home space: clients, codes, grants and guests."""

revision = "c0027"
down_revision = "c0026"


def upgrade() -> None:
    """Nothing yet."""
