"""Recurring events, second organisers, skills of trainings, drafts, calendar addresses."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0021"
down_revision = "c0020"


def upgrade() -> None:
    """Make the tables and columns."""
    new_columns = (("skills", "[]"), ("training", "{}"))
    with op.batch_alter_table("event") as event:
        for name, empty in new_columns:
            event.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default=empty))
    with op.batch_alter_table("event") as event:
        for name, _empty in new_columns:
            event.alter_column(name, existing_type=sa.JSON(), existing_nullable=False, server_default=None)
    _make_series()
    op.create_table(
        "event_co_organiser",
        *_row(),
        sa.Column("event_uri", sa.String(length=2048), nullable=False),
        sa.Column("event_name", sa.String(length=300), nullable=False),
        sa.Column("owner_uri", sa.String(length=2048), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("invite_uri", sa.String(length=2048), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_co_organiser")),
        _reference("event_co_organiser", "actor"),
        sa.UniqueConstraint("event_uri", "actor_id", name=op.f("uq_event_co_organiser_event_uri_actor_id")),
    )
    op.create_index("ix_event_co_organiser_actor", "event_co_organiser", ["actor_id", "state"])
    op.create_index(op.f("ix_event_co_organiser_invite_uri"), "event_co_organiser", ["invite_uri"])
    op.create_table(
        "event_draft",
        *_row(),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_draft")),
        _reference("event_draft", "account"),
    )
    op.create_index(op.f("ix_event_draft_account_id"), "event_draft", ["account_id"])
    op.create_table(
        "event_reader",
        *_row(),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("with_followed", sa.Boolean(), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_reader")),
        _reference("event_reader", "account"),
        sa.UniqueConstraint("account_id", name=op.f("uq_event_reader_account_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_event_reader_secret_hash")),
    )


def _make_series() -> None:
    op.create_table(
        "event_series",
        *_row(),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=500), nullable=False),
        sa.Column("first", sa.String(length=19), nullable=False),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("template", sa.JSON(), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_series")),
        _reference("event_series", "actor"),
    )
    op.create_index(op.f("ix_event_series_actor_id"), "event_series", ["actor_id"])
    op.create_table(
        "event_occurrence",
        *_row(),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("planned", sa.String(length=19), nullable=False),
        sa.Column("event_uri", sa.String(length=2048), nullable=False),
        sa.Column("is_special", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_occurrence")),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["event_series.id"],
            name=op.f("fk_event_occurrence_series_id_event_series"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("series_id", "planned", name=op.f("uq_event_occurrence_series_id_planned")),
    )
    op.create_index(op.f("ix_event_occurrence_event_uri"), "event_occurrence", ["event_uri"])


def _row() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _reference(table: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{other}_id_{other}")
    return sa.ForeignKeyConstraint([f"{other}_id"], [f"{other}.id"], name=name, ondelete="CASCADE")
