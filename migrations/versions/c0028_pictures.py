"""Pictures of articles, of the theme and of remote people."""

import sqlalchemy as sa
from alembic import op

revision = "c0028"
down_revision = "c0027"

NEW = (("purpose", sa.String(20)), ("about_uri", sa.String(2048)))


def upgrade() -> None:
    """Add what a picture is for, and the ledger of the copies that are kept of other nodes' pictures."""
    with op.batch_alter_table("media") as media:
        for name, kind in NEW:
            media.add_column(sa.Column(name, kind, nullable=False, server_default=""))
    with op.batch_alter_table("media") as media:
        for name, kind in NEW:
            media.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    op.create_index(op.f("ix_media_about_uri"), "media", ["about_uri"])
    op.add_column("actor", sa.Column("portrait", sa.JSON(), nullable=True))
    op.create_table(
        "remote_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("about_uri", sa.String(length=2048), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=True),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("alt", sa.String(length=500), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_picture")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_remote_picture_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_remote_picture_media_id_media"), ondelete="SET NULL"
        ),
    )
    for column in ("about_uri", "actor_id", "due_at", "host", "media_id"):
        op.create_index(op.f(f"ix_remote_picture_{column}"), "remote_picture", [column])
