"""What the delivery ledger and the peers need to survive long absences."""

import sqlalchemy as sa
from alembic import op

revision = "c0008"
down_revision = "c0007"
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make the tables and columns."""
    op.add_column("peer", sa.Column("software_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("peer", sa.Column("scheme_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("peer", sa.Column("refusals", sa.Integer(), server_default="0", nullable=False))
    op.add_column("peer", sa.Column("away_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("peer", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE peer SET away_since = failing_since WHERE away_until IS NOT NULL")
    op.drop_index("ix_delivery_waiting", table_name="delivery")
    op.create_index(
        "ix_delivery_due", "delivery", ["next_try_at"], sqlite_where=WAITING, postgresql_where=WAITING
    )
