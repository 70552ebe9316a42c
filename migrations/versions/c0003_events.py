"""Events."""

import sqlalchemy as sa
from alembic import op

revision = "c0003"
down_revision = "c0002"


def upgrade() -> None:
    """Make the table event."""
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("start_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("display_end_time", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("previous_start_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_status", sa.String(length=30), nullable=False),
        sa.Column("category", sa.String(length=50), nullable=False),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.Column("online_url", sa.String(length=2048), nullable=False),
        sa.Column("join_mode", sa.String(length=20), nullable=False),
        sa.Column("external_url", sa.String(length=2048), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("remaining_capacity", sa.Integer(), nullable=True),
        sa.Column("participant_count", sa.Integer(), nullable=True),
        sa.Column("organizers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("attendees", sa.String(length=2048), nullable=False),
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
            ["actor_id"], ["actor.id"], name=op.f("fk_event_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("uri", name=op.f("uq_event_uri")),
    )
    op.create_index(op.f("ix_event_actor_id"), "event", ["actor_id"], unique=False)
    op.create_index(op.f("ix_event_country"), "event", ["country"], unique=False)
    op.create_index("ix_event_country_start", "event", ["country", "start_time"], unique=False)
    op.create_index(op.f("ix_event_language"), "event", ["language"], unique=False)
    op.create_index(op.f("ix_event_origin"), "event", ["origin"], unique=False)
    op.create_index(op.f("ix_event_published"), "event", ["published"], unique=False)
    op.create_index("ix_event_start", "event", ["start_time", "id"], unique=False)
