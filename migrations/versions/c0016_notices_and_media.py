"""What people are told, links in mails, and pictures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0016"
down_revision = "c0015"


def upgrade() -> None:
    """Make the tables and columns."""
    with op.batch_alter_table("mail") as mail:
        for name, kind in (
            ("reply_to", sa.String(320)),
            ("unsubscribe", sa.String(2048)),
            ("calendar", sa.Text()),
        ):
            mail.add_column(sa.Column(name, kind, nullable=False, server_default=""))
    with op.batch_alter_table("mail") as mail:
        for name, kind in (
            ("reply_to", sa.String(320)),
            ("unsubscribe", sa.String(2048)),
            ("calendar", sa.Text()),
        ):
            mail.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    op.create_table(
        "media",
        *_row(),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actor.id"], name=op.f("fk_media_actor_id_actor"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("name", name=op.f("uq_media_name")),
    )
    op.create_index(op.f("ix_media_actor_id"), "media", ["actor_id"])
    op.create_table(
        "notification",
        *_row(),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_page", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        _account("notification"),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_notification_account_id_key")),
    )
    op.create_index(op.f("ix_notification_account_id"), "notification", ["account_id"])
    op.create_index("ix_notification_mail", "notification", ["mail", "account_id"])
    op.create_table(
        "notice_choice",
        *_row(),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("on_page", sa.Boolean(), nullable=False),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_choice")),
        _account("notice_choice"),
        sa.UniqueConstraint("account_id", "kind", name=op.f("uq_notice_choice_account_id_kind")),
    )
    op.create_table(
        "mail_link",
        *_row(),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=50), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_mail_link_secret_hash")),
    )
    op.create_index(op.f("ix_mail_link_purpose"), "mail_link", ["purpose"])
    op.create_index(op.f("ix_mail_link_address"), "mail_link", ["address"])


def _row() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _account(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_account_id_account")
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=name, ondelete="CASCADE")
