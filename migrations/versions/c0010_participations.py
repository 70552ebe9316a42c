"""Who takes part in an event."""

import sqlalchemy as sa
from alembic import op

revision = "c0010"
down_revision = "c0009"


def upgrade() -> None:
    """Make the table of registrations, and give events what decides about them."""
    with op.batch_alter_table("event") as event:
        event.add_column(
            sa.Column("has_waiting_list", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        event.add_column(sa.Column("join_until", sa.DateTime(timezone=True), nullable=True))
        event.add_column(
            sa.Column("invited", sa.JSON(none_as_null=True), nullable=False, server_default="[]")
        )
        event.add_column(sa.Column("seats_changed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "event_participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_uri", sa.String(length=2048), nullable=False),
        sa.Column("event_name", sa.String(length=300), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("join_uri", sa.String(length=2048), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("place_in_line", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_event_participation_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_participation")),
        sa.UniqueConstraint("event_uri", "actor_id", name=op.f("uq_event_participation_event_uri_actor_id")),
    )
    op.create_index(op.f("ix_event_participation_actor_id"), "event_participation", ["actor_id"])
    op.create_index(op.f("ix_event_participation_join_uri"), "event_participation", ["join_uri"])
    op.create_index("ix_event_participation_state", "event_participation", ["event_uri", "state", "asked_at"])
