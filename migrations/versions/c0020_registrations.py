"""Registrations of visitors, questions, attendance."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0020"
down_revision = "c0019"

EVENT_DEFAULTS = (
    ("questions", sa.JSON(none_as_null=True), "[]"),
    ("takes_visitors", sa.Boolean(), sa.true()),
)
PARTICIPATION_DEFAULTS = (
    ("answers", sa.JSON(none_as_null=True), "[]"),
    ("told", sa.JSON(none_as_null=True), "{}"),
    ("attendance", sa.String(10), ""),
)
MOMENTS = ("offered_until", "attended_at", "reminded_at")


def upgrade() -> None:
    """Make the tables, and give events and participations what decides about visitors and the door."""
    op.create_table(
        "event_visitor",
        *_row(),
        sa.Column("event_uri", sa.String(length=2048), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_visitor")),
        sa.UniqueConstraint("event_uri", "address", name=op.f("uq_event_visitor_event_uri_address")),
    )
    op.create_index(op.f("ix_event_visitor_event_uri"), "event_visitor", ["event_uri"])
    op.create_index(op.f("ix_event_visitor_address"), "event_visitor", ["address"])
    op.create_table(
        "event_letter",
        *_row(),
        sa.Column("event_uri", sa.String(length=2048), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_letter")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_event_letter_account_id_account"),
            ondelete="SET NULL",
        ),
    )
    op.create_index(op.f("ix_event_letter_event_uri"), "event_letter", ["event_uri"])
    _widen("event", EVENT_DEFAULTS)
    with op.batch_alter_table("event") as event:
        event.add_column(sa.Column("offer_hours", sa.Integer(), nullable=True))
    _widen("event_participation", PARTICIPATION_DEFAULTS)
    with op.batch_alter_table("event_participation") as participation:
        participation.alter_column("actor_id", existing_type=sa.Integer(), nullable=True)
        participation.add_column(sa.Column("visitor_id", sa.Integer(), nullable=True))
        for name in MOMENTS:
            participation.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        participation.create_foreign_key(
            op.f("fk_event_participation_visitor_id_event_visitor"),
            "event_visitor",
            ["visitor_id"],
            ["id"],
            ondelete="SET NULL",
        )
        participation.create_index(op.f("ix_event_participation_visitor_id"), ["visitor_id"])


def _widen(table: str, columns: tuple[tuple[str, Any, Any], ...]) -> None:
    """Add columns that are never empty; the rows that are there get the value, later ones the model's."""
    with op.batch_alter_table(table) as widened:
        for name, kind, value in columns:
            widened.add_column(sa.Column(name, kind, nullable=False, server_default=value))
    with op.batch_alter_table(table) as widened:
        for name, kind, _value in columns:
            widened.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def _row() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]
