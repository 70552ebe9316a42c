"""What the inbox ledger needs to work in batches: its claims read nothing but what still waits."""

from alembic import op
from sqlalchemy import text

revision = "c0009"
down_revision = "c0008"

WAITS = text("state = 'received'")


def upgrade() -> None:
    """Replace two indices: handled activities were walked through again for every claim."""
    op.drop_index("ix_inbox_item_received", "inbox_item")
    op.drop_index("ix_inbox_item_actor", "inbox_item")
    for name, columns in (
        ("ix_inbox_item_received", ["id", "next_try_at"]),
        ("ix_inbox_item_order", ["actor_uri", "id"]),
    ):
        op.create_index(name, "inbox_item", columns, sqlite_where=WAITS, postgresql_where=WAITS)
