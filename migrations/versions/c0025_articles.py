"""Revisions of articles, and feeds that are watched."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0025"
down_revision = "c0024"

MAPS = ("name_map", "summary_map", "content_map", "source_map")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "watched_feed",
        *_row(),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_feed")),
        _key("watched_feed", "actor_id", "actor"),
        sa.UniqueConstraint("actor_id", "url", name=op.f("uq_watched_feed_actor_id_url")),
    )
    op.create_index(op.f("ix_watched_feed_due_at"), "watched_feed", ["due_at"])
    op.create_table(
        "feed_entry",
        *_row(),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_entry")),
        _key("feed_entry", "feed_id", "watched_feed"),
        sa.UniqueConstraint("feed_id", "guid", name=op.f("uq_feed_entry_feed_id_guid")),
    )
    op.create_index("ix_feed_entry_state", "feed_entry", ["feed_id", "state"])
    op.create_table(
        "article_revision",
        *_row(),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("summary", "content", "source")),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in MAPS),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_revision")),
        _key("article_revision", "article_id", "article"),
        _key("article_revision", "author_id", "account", "SET NULL"),
    )
    op.create_index(op.f("ix_article_revision_article_id"), "article_revision", ["article_id"])


def _row() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _key(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
