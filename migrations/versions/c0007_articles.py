"""Articles and notes."""

import sqlalchemy as sa
from alembic import op

revision = "c0007"
down_revision = "c0006"


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_article()
    _make_note()


def _make_article() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("countries", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("responsible", sa.String(length=100), nullable=False),
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
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_article_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("uri", name=op.f("uq_article_uri")),
    )
    op.create_index(op.f("ix_article_actor_id"), "article", ["actor_id"], unique=False)
    op.create_index("ix_article_kind_published", "article", ["kind", "published"], unique=False)
    op.create_index(op.f("ix_article_language"), "article", ["language"], unique=False)
    op.create_index(op.f("ix_article_origin"), "article", ["origin"], unique=False)
    op.create_index(op.f("ix_article_published"), "article", ["published"], unique=False)


def _make_note() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("in_reply_to", sa.String(length=2048), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
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
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_note_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("uri", name=op.f("uq_note_uri")),
    )
    op.create_index(op.f("ix_note_actor_id"), "note", ["actor_id"], unique=False)
    op.create_index(op.f("ix_note_language"), "note", ["language"], unique=False)
    op.create_index(op.f("ix_note_origin"), "note", ["origin"], unique=False)
    op.create_index(op.f("ix_note_published"), "note", ["published"], unique=False)
    op.create_index("ix_note_reply", "note", ["in_reply_to"], unique=False)
