"""Offers and needs."""

import sqlalchemy as sa
from alembic import op

revision = "c0004"
down_revision = "c0003"


def upgrade() -> None:
    """Make the table proposal."""
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_map", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("resource", sa.String(length=2048), nullable=False),
        sa.Column("amount", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("available_quantity", sa.String(length=20), nullable=False),
        sa.Column("minimum_quantity", sa.String(length=20), nullable=False),
        sa.Column("is_unit_based", sa.Boolean(), nullable=True),
        sa.Column("price", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=10), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("is_remote", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("employment_type", sa.String(length=20), nullable=False),
        sa.Column("job_start_date", sa.Date(), nullable=True),
        sa.Column("work_hours", sa.String(length=100), nullable=False),
        sa.Column("employer", sa.String(length=2048), nullable=False),
        sa.Column("salary_min", sa.Double(), nullable=True),
        sa.Column("salary_max", sa.Double(), nullable=True),
        sa.Column("salary_currency", sa.String(length=10), nullable=False),
        sa.Column("salary_unit", sa.String(length=20), nullable=False),
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
            ["actor_id"], ["actor.id"], name=op.f("fk_proposal_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("uri", name=op.f("uq_proposal_uri")),
    )
    op.create_index(op.f("ix_proposal_actor_id"), "proposal", ["actor_id"], unique=False)
    op.create_index(op.f("ix_proposal_country"), "proposal", ["country"], unique=False)
    op.create_index(op.f("ix_proposal_employment_type"), "proposal", ["employment_type"], unique=False)
    op.create_index(op.f("ix_proposal_end_time"), "proposal", ["end_time"], unique=False)
    op.create_index(op.f("ix_proposal_kind"), "proposal", ["kind"], unique=False)
    op.create_index("ix_proposal_kind_end", "proposal", ["purpose", "kind", "end_time"], unique=False)
    op.create_index(op.f("ix_proposal_language"), "proposal", ["language"], unique=False)
    op.create_index(op.f("ix_proposal_origin"), "proposal", ["origin"], unique=False)
    op.create_index(op.f("ix_proposal_published"), "proposal", ["published"], unique=False)
