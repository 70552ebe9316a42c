"""Invitations, second factors, passkeys and what was done to accounts."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0018"
down_revision = "c0017"

ADDED = (
    ("account", "totp_step", sa.Integer(), "0"),
    ("membership", "is_representative", sa.Boolean(), sa.false()),
    ("token", "name", sa.String(100), ""),
)


def upgrade() -> None:
    """Make the tables and columns."""
    for table, name, kind, default in ADDED:
        with op.batch_alter_table(table) as altered:
            altered.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        with op.batch_alter_table(table) as altered:
            altered.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    with op.batch_alter_table("account") as account:
        account.add_column(sa.Column("totp_secret", sa.String(64), nullable=True))
        account.add_column(sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
    _make_second_factors()
    _make_invitations()
    _make_sign_ups()
    _make_audit_events()
    _make_used_handles()


def _make_second_factors() -> None:
    op.create_table(
        "recovery_code",
        *_row("recovery_code"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        _to("recovery_code", "account_id", "account", "CASCADE"),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.create_table(
        "passkey",
        *_row("passkey"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        _to("passkey", "account_id", "account", "CASCADE"),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_account_id"), "passkey", ["account_id"])
    op.create_table(
        "passkey_challenge",
        *_row("passkey_challenge"),
        sa.Column("challenge_hash", sa.String(64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _to("passkey_challenge", "account_id", "account", "CASCADE"),
        sa.UniqueConstraint("challenge_hash", name=op.f("uq_passkey_challenge_challenge_hash")),
    )


def _make_invitations() -> None:
    op.create_table(
        "invitation",
        *_row("invitation"),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        _to("invitation", "space_id", "actor", "CASCADE"),
        _to("invitation", "invited_by_id", "account", "SET NULL"),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitation_secret_hash")),
    )
    op.create_index(op.f("ix_invitation_space_id"), "invitation", ["space_id"])
    op.create_index(op.f("ix_invitation_email"), "invitation", ["email"])


def _make_sign_ups() -> None:
    op.create_table(
        "sign_up",
        *_row("sign_up"),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("handle", sa.String(100), nullable=False),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        _to("sign_up", "space_id", "actor", "CASCADE"),
    )
    op.create_index(op.f("ix_sign_up_email"), "sign_up", ["email"])
    op.create_index(op.f("ix_sign_up_space_id"), "sign_up", ["space_id"])


def _make_audit_events() -> None:
    op.create_table(
        "audit_event",
        *_row("audit_event"),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(100), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _to("audit_event", "by_id", "account", "SET NULL"),
        _to("audit_event", "account_id", "account", "SET NULL"),
        _to("audit_event", "space_id", "actor", "SET NULL"),
    )
    op.create_index(op.f("ix_audit_event_kind"), "audit_event", ["kind"])
    op.create_index(op.f("ix_audit_event_account_id"), "audit_event", ["account_id"])


def _make_used_handles() -> None:
    """The handles that exist are used already."""
    used = op.create_table(
        "used_handle",
        *_row("used_handle"),
        sa.Column("handle_hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("handle_hash", name=op.f("uq_used_handle_handle_hash")),
    )
    bind = op.get_bind()
    handles = {found for (found,) in bind.execute(sa.text("SELECT handle FROM account"))}
    handles |= {found for (found,) in bind.execute(sa.text("SELECT slug FROM actor WHERE host = ''"))}
    now = datetime.now(UTC)
    rows = [
        {
            "handle_hash": hashlib.sha256(handle.lower().encode()).hexdigest(),
            "created_at": now,
            "updated_at": now,
        }
        for handle in sorted({handle.lower() for handle in handles if handle})
    ]
    if rows:
        op.bulk_insert(used, rows)


def _row(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _to(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)
