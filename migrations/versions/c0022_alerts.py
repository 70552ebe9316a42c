"""Saved searches and the life of proposals."""

import sqlalchemy as sa
from alembic import op

revision = "c0022"
down_revision = "c0021"


def upgrade() -> None:
    """Make the tables and columns."""
    texts = (
        ("quantity_before_end", sa.String(20)),
        ("contact", sa.String(300)),
        ("in_return", sa.String(300)),
    )
    with op.batch_alter_table("proposal") as proposal:
        for name, kind in texts:
            proposal.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        proposal.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        proposal.add_column(sa.Column("last_day", sa.Date(), nullable=True))
        proposal.add_column(sa.Column("radius", sa.Integer(), nullable=True))
    with op.batch_alter_table("proposal") as proposal:
        for name, kind in texts:
            proposal.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    with op.batch_alter_table("agreement") as agreement:
        agreement.add_column(sa.Column("owner_done_at", sa.DateTime(timezone=True), nullable=True))
        agreement.add_column(sa.Column("proposer_done_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("given", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("last_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_saved_search_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
    )
    op.create_index(op.f("ix_saved_search_account_id"), "saved_search", ["account_id"])
    op.create_index(op.f("ix_saved_search_address"), "saved_search", ["address"])
    op.create_index(op.f("ix_saved_search_next_at"), "saved_search", ["next_at"])
