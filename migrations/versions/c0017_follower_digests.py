"""Digests of followers by host, kept between publications."""

import sqlalchemy as sa
from alembic import op

revision = "c0017"
down_revision = "c0016"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "follower_digest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower_digest")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_follower_digest_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("actor_id", "host", name=op.f("uq_follower_digest_actor_id_host")),
    )
    op.create_index(op.f("ix_follower_digest_host"), "follower_digest", ["host"])
