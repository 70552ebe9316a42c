"""What people follow and are told."""

import sqlalchemy as sa
from alembic import op

revision = "c0024"
down_revision = "c0023"


def upgrade() -> None:
    """Make the tables and columns."""
    unread = sa.text("read_at IS NULL")
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["account_id"],
        sqlite_where=unread,
        postgresql_where=unread,
    )
    op.create_table(
        "feed_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_address")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_feed_address_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("account_id", name=op.f("uq_feed_address_account_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_feed_address_secret_hash")),
    )
