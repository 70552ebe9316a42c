"""Answers to offers and needs."""

import sqlalchemy as sa
from alembic import op

revision = "c0011"
down_revision = "c0010"


def upgrade() -> None:
    """Make the table of agreements, and let owners accept by a rule."""
    with op.batch_alter_table("proposal") as proposal:
        proposal.add_column(
            sa.Column("accepts_itself", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_uri", sa.String(length=2048), nullable=False),
        sa.Column("proposal_uri", sa.String(length=2048), nullable=False),
        sa.Column("proposal_name", sa.String(length=300), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("amount", sa.String(length=20), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("price", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=10), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agreement_uri", sa.String(length=2048), nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["actor.id"], name=op.f("fk_agreement_owner_id_actor"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposer_id"], ["actor.id"], name=op.f("fk_agreement_proposer_id_actor"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("offer_uri", name=op.f("uq_agreement_offer_uri")),
    )
    op.create_index(op.f("ix_agreement_agreement_uri"), "agreement", ["agreement_uri"])
    op.create_index(op.f("ix_agreement_owner_id"), "agreement", ["owner_id"])
    op.create_index("ix_agreement_proposal", "agreement", ["proposal_uri", "state"])
    op.create_index(op.f("ix_agreement_proposer_id"), "agreement", ["proposer_id"])
