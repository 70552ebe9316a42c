"""Profiles of people, and companies."""

import sqlalchemy as sa
from alembic import op

revision = "c0005"
down_revision = "c0004"


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _make_profile()
    _make_company()


def _make_profile() -> None:
    op.create_table(
        "profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("headline", sa.String(length=300), nullable=False),
        sa.Column("availability", sa.String(length=20), nullable=False),
        sa.Column("affiliation", sa.String(length=2048), nullable=False),
        sa.Column("affiliation_name", sa.String(length=300), nullable=False),
        sa.Column("member_skills", sa.Text(), nullable=False),
        sa.Column("levels", sa.JSON(none_as_null=True), nullable=False),
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
        sa.Column("skills_offered", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("skills_sought", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("links", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_map", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_profile_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
        sa.UniqueConstraint("uri", name=op.f("uq_profile_uri")),
    )
    op.create_index(op.f("ix_profile_actor_id"), "profile", ["actor_id"], unique=False)
    op.create_index(op.f("ix_profile_affiliation"), "profile", ["affiliation"], unique=False)
    op.create_index(op.f("ix_profile_availability"), "profile", ["availability"], unique=False)
    op.create_index(op.f("ix_profile_country"), "profile", ["country"], unique=False)
    op.create_index(op.f("ix_profile_is_listed"), "profile", ["is_listed"], unique=False)
    op.create_index(op.f("ix_profile_language"), "profile", ["language"], unique=False)
    op.create_index(op.f("ix_profile_origin"), "profile", ["origin"], unique=False)
    op.create_index(op.f("ix_profile_published"), "profile", ["published"], unique=False)


def _make_company() -> None:
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
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
        sa.Column("skills_offered", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("skills_sought", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("links", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_map", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_company_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("uri", name=op.f("uq_company_uri")),
    )
    op.create_index(op.f("ix_company_actor_id"), "company", ["actor_id"], unique=False)
    op.create_index(op.f("ix_company_country"), "company", ["country"], unique=False)
    op.create_index(op.f("ix_company_is_listed"), "company", ["is_listed"], unique=False)
    op.create_index(op.f("ix_company_kind"), "company", ["kind"], unique=False)
    op.create_index(op.f("ix_company_language"), "company", ["language"], unique=False)
    op.create_index(op.f("ix_company_origin"), "company", ["origin"], unique=False)
    op.create_index(op.f("ix_company_published"), "company", ["published"], unique=False)
