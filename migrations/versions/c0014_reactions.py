"""Announces, likes, moves and receipts of erasures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0014"
down_revision = "c0013"


def upgrade() -> None:
    """Make the tables and columns."""
    _make_reactions()
    _make_moves()
    _make_questions()
    for name in ("icon", "image"):
        op.add_column("space", sa.Column(name, sa.JSON(none_as_null=True), nullable=True))


def _table(name: str, *columns: Any) -> None:
    """A table with the key and the two times that every table has."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *[part for part in columns if isinstance(part, sa.Column)],
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *[part for part in columns if not isinstance(part, sa.Column)],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _uri(name: str) -> Any:
    return sa.Column(name, sa.String(length=2048), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> Any:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> Any:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _refers(table: str, column: str, other: str) -> Any:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def _unique(table: str, *columns: str) -> Any:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _make_reactions() -> None:
    for table, moments in (("announcement", [_moment("announced_at")]), ("liking", [])):
        _table(
            table,
            _number("actor_id"),
            _uri("object_uri"),
            _uri("activity_uri"),
            *moments,
            _refers(table, "actor_id", "actor"),
            _unique(table, "actor_id", "object_uri"),
        )
        op.create_index(op.f(f"ix_{table}_activity_uri"), table, ["activity_uri"], unique=False)
        op.create_index(f"ix_{table}_object", table, ["object_uri"], unique=False)
    _table(
        "erasure_receipt",
        _number("activity_id"),
        sa.Column("host", sa.String(length=255), nullable=False),
        _moment("confirmed_at"),
        _refers("erasure_receipt", "activity_id", "activity"),
        _unique("erasure_receipt", "activity_id", "host"),
    )


def _make_moves() -> None:
    _table(
        "actor_move",
        _number("actor_id"),
        _uri("target_uri"),
        _moment("moved_at"),
        _refers("actor_move", "actor_id", "actor"),
        _unique("actor_move", "actor_id"),
    )
    _table(
        "actor_alias",
        _number("actor_id"),
        _uri("uri"),
        _refers("actor_alias", "actor_id", "actor"),
        _unique("actor_alias", "actor_id", "uri"),
    )
    _table(
        "follow_notice",
        _number("follower_id"),
        sa.Column("kind", sa.String(length=10), nullable=False),
        _number("former_id"),
        _number("target_id", nullable=True),
        _refers("follow_notice", "follower_id", "actor"),
        _refers("follow_notice", "former_id", "actor"),
        _refers("follow_notice", "target_id", "actor"),
    )
    op.create_index(op.f("ix_follow_notice_follower_id"), "follow_notice", ["follower_id"], unique=False)


def _make_questions() -> None:
    _table(
        "follower_check",
        _number("actor_id"),
        _uri("url"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        _moment("due_at", nullable=True),
        _number("attempts"),
        _refers("follower_check", "actor_id", "actor"),
        _unique("follower_check", "actor_id"),
    )
    op.create_index(op.f("ix_follower_check_due_at"), "follower_check", ["due_at"], unique=False)
    _table(
        "lookup",
        sa.Column("token", sa.String(length=64), nullable=False),
        _number("account_id", nullable=True),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        _uri("wanted"),
        _uri("about"),
        sa.Column("state", sa.String(length=10), nullable=False),
        _moment("due_at", nullable=True),
        _uri("found"),
        sa.Column("error", sa.Text(), nullable=False),
        _refers("lookup", "account_id", "account"),
        _unique("lookup", "token"),
    )
    op.create_index(op.f("ix_lookup_due_at"), "lookup", ["due_at"], unique=False)
