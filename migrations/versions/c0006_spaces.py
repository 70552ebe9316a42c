"""Spaces."""

import sqlalchemy as sa
from alembic import op

revision = "c0006"
down_revision = "c0005"


def upgrade() -> None:
    """Make the table space."""
    op.create_table(
        "space",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("opening_hours", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("services", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("prices", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("desks", sa.Integer(), nullable=True),
        sa.Column("website", sa.String(length=2048), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_map", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("uri", sa.String(length=2048), nullable=False),
        sa.Column("type", sa.String(length=30), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=255), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("name_map", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("summary_map", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_map", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("attachments", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_space_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space")),
        sa.UniqueConstraint("uri", name=op.f("uq_space_uri")),
    )
    op.create_index(op.f("ix_space_actor_id"), "space", ["actor_id"], unique=False)
    op.create_index(op.f("ix_space_country"), "space", ["country"], unique=False)
    op.create_index(op.f("ix_space_language"), "space", ["language"], unique=False)
    op.create_index(op.f("ix_space_origin"), "space", ["origin"], unique=False)
    op.create_index(op.f("ix_space_published"), "space", ["published"], unique=False)
