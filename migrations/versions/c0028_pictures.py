"""Pictures of articles, of the theme and of remote people."""

revision = "c0028"
down_revision = "c0027"


def upgrade() -> None:
    """Nothing yet."""
