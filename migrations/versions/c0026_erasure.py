"""What is kept of who left: a hash and two numbers."""

import sqlalchemy as sa
from alembic import op

revision = "c0026"
down_revision = "c0025"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "departure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_departure_actor_id_actor"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_departure_secret_hash")),
    )
    op.create_index(op.f("ix_departure_actor_id"), "departure", ["actor_id"])
