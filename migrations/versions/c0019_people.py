"""Pictures of people, companies with their people, messages by relay, holidays of spaces."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0019"
down_revision = "c0018"

JSON = sa.JSON(none_as_null=True)
PROFILE = (
    ("language_levels", JSON, "{}"),
    ("listing", sa.String(10), "nobody"),
    ("takes_messages", sa.Boolean(), sa.true()),
    ("list_reach", sa.Integer(), "0"),
    ("sort_name", sa.String(100), ""),
    ("near_reach", sa.Integer(), "0"),
)
MAY_BE_ABSENT = (
    ("icon", JSON),
    ("mobility_km", sa.Integer()),
    ("near_latitude", sa.Float()),
    ("near_longitude", sa.Float()),
)


def upgrade() -> None:
    """Make the tables and columns."""
    _add_columns("profile", PROFILE, MAY_BE_ABSENT)
    with op.batch_alter_table("profile") as profile:
        profile.drop_column("member_skills")
        # Each index holds all that its question needs: the rows of people are wide.
        profile.create_index("ix_profile_directory", ["list_reach", "deleted_at", "sort_name", "id"])
        profile.create_index("ix_profile_sort_name", ["sort_name", "id", "list_reach", "deleted_at"])
        profile.create_index("ix_profile_near", ["near_latitude", "near_longitude", "near_reach", "id"])
    _add_columns("company", (), (("icon", JSON),))
    _add_columns("space", (("special_hours", JSON, "[]"),))
    _set_listing()
    _make_terms()
    _make_employment()
    _make_messages()


def _add_columns(
    table: str, filled: tuple[tuple[str, Any, Any], ...], empty: tuple[tuple[str, Any], ...] = ()
) -> None:
    with op.batch_alter_table(table) as batch:
        for name, kind, default in filled:
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        for name, kind in empty:
            batch.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table(table) as batch:
        for name, kind, _default in filled:
            batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def _set_listing() -> None:
    """Who was listed stays so, as far as the profile goes; the terms are made by the next daily run."""
    profile = sa.table(
        "profile",
        sa.column("listing", sa.String),
        sa.column("is_listed", sa.Boolean),
        sa.column("visibility", sa.String),
    )
    listed = profile.update().where(profile.c.is_listed.is_(sa.true()))
    op.execute(listed.where(profile.c.visibility == "public").values(listing="public"))
    op.execute(listed.where(profile.c.visibility != "public").values(listing="space", is_listed=sa.false()))


def _make_terms() -> None:
    op.create_table(
        "profile_term",
        *_row(),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("label", sa.String(length=300), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_term")),
        _to("profile_term", "profile_id", "profile"),
    )
    op.create_index(op.f("ix_profile_term_profile_id"), "profile_term", ["profile_id"])
    op.create_index("ix_profile_term_value", "profile_term", ["kind", "value", "reach", "rank", "profile_id"])


def _make_employment() -> None:
    op.create_table(
        "employment",
        *_row(),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employment")),
        _to("employment", "person_id", "actor"),
        _to("employment", "company_id", "actor"),
        sa.UniqueConstraint("person_id", "company_id", name=op.f("uq_employment_person_id_company_id")),
    )
    op.create_index(op.f("ix_employment_company_id"), "employment", ["company_id"])


def _make_messages() -> None:
    op.create_table(
        "conversation",
        *_row(),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("starter_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("starter_shares", sa.Boolean(), nullable=False),
        sa.Column("other_shares", sa.Boolean(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("key", name=op.f("uq_conversation_key")),
        _to("conversation", "starter_id", "account"),
        _to("conversation", "other_id", "account"),
    )
    op.create_index(op.f("ix_conversation_starter_id"), "conversation", ["starter_id"])
    op.create_index(op.f("ix_conversation_other_id"), "conversation", ["other_id"])
    op.create_table(
        "message",
        *_row(),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        _to("message", "conversation_id", "conversation"),
        _to("message", "author_id", "account"),
    )
    op.create_index(op.f("ix_message_conversation_id"), "message", ["conversation_id"])
    op.create_index(op.f("ix_message_author_id"), "message", ["author_id"])


def _row() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
