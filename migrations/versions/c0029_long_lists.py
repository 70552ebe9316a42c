"""An index of tags that holds what the filters of a long list show, so that no row of a tag is read."""

from alembic import op

revision = "c0029"
down_revision = "c0028"


def upgrade() -> None:
    """Widen the index of SQLite; PostgreSQL could not hold a long address and a long name in one entry."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_index("ix_object_tag_object", "object_tag", ["object_uri", "folded", "name"])
    op.drop_index("ix_object_tag_object_uri", "object_tag")
