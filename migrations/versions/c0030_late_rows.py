"""Messages between people of different nodes, and the search for the names of who left."""

import sqlalchemy as sa
from alembic import op

revision = "c0030"
down_revision = "c0029"
COLUMNS = (("conversation", "starter_id"), ("conversation", "other_id"), ("message", "author_id"))
ADDED = (
    ("conversation", "told_address", sa.String(length=320), ""),
    ("conversation", "has_told", sa.Boolean(), sa.false()),
    ("message", "refusal", sa.String(length=300), ""),
)


def upgrade() -> None:
    """Change the columns."""
    _leave_out_who_is_nobody()
    for table, column in COLUMNS:
        with op.batch_alter_table(table) as rows:
            rows.drop_constraint(op.f(f"fk_{table}_{column}_account"), type_="foreignkey")
        account = sa.table("account", sa.column("id", sa.Integer), sa.column("actor_id", sa.Integer))
        changed = sa.table(table, sa.column(column, sa.Integer))
        actor = sa.select(account.c.actor_id).where(account.c.id == changed.c[column]).scalar_subquery()
        op.execute(sa.update(changed).values({column: actor}))
        with op.batch_alter_table(table) as rows:
            name = op.f(f"fk_{table}_{column}_actor")
            rows.create_foreign_key(name, "actor", [column], ["id"], ondelete="CASCADE")
    for table, column, kind, empty in ADDED:
        with op.batch_alter_table(table) as rows:
            rows.add_column(sa.Column(column, kind, nullable=False, server_default=empty))
        with op.batch_alter_table(table) as rows:
            rows.alter_column(column, existing_type=kind, existing_nullable=False, server_default=None)
    for column in ("uri", "activity_uri"):
        op.add_column("message", sa.Column(column, sa.String(length=2048), nullable=True))
        op.create_index(op.f(f"ix_message_{column}"), "message", [column])
    op.create_table(
        "name_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uri", sa.String(length=2048), nullable=False),
        sa.Column("slug", sa.String(length=300), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("table_name", sa.String(length=100), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_scan")),
        sa.UniqueConstraint("uri", name=op.f("uq_name_scan_uri")),
    )


def _leave_out_who_is_nobody() -> None:
    """Drop what belongs to an account without a person, which has not been able to write for long."""
    account = sa.table("account", sa.column("id", sa.Integer), sa.column("actor_id", sa.Integer))
    people = sa.select(account.c.id).where(account.c.actor_id.is_not(None))
    talks = sa.table(
        "conversation", *(sa.column(name, sa.Integer) for name in ("id", "starter_id", "other_id"))
    )
    messages = sa.table(
        "message", *(sa.column(name, sa.Integer) for name in ("conversation_id", "author_id"))
    )
    gone = sa.or_(talks.c.starter_id.not_in(people), talks.c.other_id.not_in(people))
    about = messages.c.conversation_id.in_(sa.select(talks.c.id).where(gone))
    op.execute(sa.delete(messages).where(sa.or_(about, messages.c.author_id.not_in(people))))
    op.execute(sa.delete(talks).where(gone))
