"""Whom a node talks to, and reports."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0013"
down_revision = "c0012"


def upgrade() -> None:
    """Make the tables and columns."""
    _table(
        "domain_policy",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _reference("account_id", nullable=True),
        _refers("domain_policy", "account_id", "account", "SET NULL"),
        _unique("domain_policy", "host"),
    )
    _table(
        "actor_block",
        _reference("blocker_id"),
        _reference("blocked_id"),
        _uri("activity_uri"),
        _refers("actor_block", "blocker_id", "actor", "CASCADE"),
        _refers("actor_block", "blocked_id", "actor", "CASCADE"),
        _unique("actor_block", "blocker_id", "blocked_id"),
    )
    op.create_index(op.f("ix_actor_block_blocked_id"), "actor_block", ["blocked_id"], unique=False)
    _make_reports()


def _make_reports() -> None:
    _table(
        "report",
        _uri("activity_uri"),
        sa.Column("host", sa.String(length=255), nullable=False),
        _reference("account_id", nullable=True),
        _reference("sender_id", nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("is_forwarded", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        _reference("decided_by_id", nullable=True),
        _refers("report", "account_id", "account", "SET NULL"),
        _refers("report", "sender_id", "actor", "SET NULL"),
        _refers("report", "decided_by_id", "account", "SET NULL"),
        _unique("report", "activity_uri"),
    )
    for column in ("host", "state"):
        op.create_index(op.f(f"ix_report_{column}"), "report", [column], unique=False)
    _table(
        "report_item",
        _reference("report_id"),
        _uri("uri"),
        _refers("report_item", "report_id", "report", "CASCADE"),
        _unique("report_item", "report_id", "uri"),
    )


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


def _reference(name: str, *, nullable: bool = False) -> Any:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _refers(table: str, column: str, other: str, ending: str) -> Any:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ending)


def _unique(table: str, *columns: str) -> Any:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))
