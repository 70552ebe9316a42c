"""Sign in with one's home space: clients, codes, grants and guests."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c0027"
down_revision = "c0026"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of the home space, then those of the site that lets its people in."""
    _home()
    _site()


def _home() -> None:
    _table(
        "oauth_key", _text("kid", 64), sa.Column("private_key", sa.Text(), nullable=False), unique=("kid",)
    )
    _table(
        "oauth_client",
        _text("host", 255),
        _text("public_id", 64),
        _text("name", 300),
        sa.Column("redirect_uris", sa.JSON(), nullable=False),
        sa.Column("jwks", sa.JSON(), nullable=False),
        _text("scope", 100),
        unique=("host", "public_id"),
    )
    _table(
        "oauth_code",
        _text("code_hash", 64),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        _text("redirect_uri", 2048),
        _text("scope", 100),
        _text("nonce", 255),
        _text("challenge", 128),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        _key("oauth_code", "client_id", "oauth_client"),
        _key("oauth_code", "account_id", "account"),
        unique=("code_hash",),
        index=("client_id", "account_id"),
    )
    _table(
        "oauth_grant",
        _text("secret_hash", 64),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=True),
        _text("scope", 100),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        _key("oauth_grant", "client_id", "oauth_client"),
        _key("oauth_grant", "account_id", "account"),
        _key("oauth_grant", "code_id", "oauth_code", "SET NULL"),
        unique=("secret_hash",),
        index=("client_id", "account_id", "code_id"),
    )


def _site() -> None:
    _table(
        "guest_session",
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        _text("name", 300),
        _text("issuer", 2048),
        _text("client", 255),
        _text("revocation", 2048),
        sa.Column("sealed_token", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        _key("guest_session", "actor_id", "actor"),
        unique=("secret_hash",),
        index=("actor_id", "due_at"),
    )
    _table(
        "home_sign_in",
        _text("token", 64),
        _text("browser_hash", 64),
        _text("state_hash", 64),
        _text("wanted", 2048),
        _text("back", 2048),
        _text("host", 255),
        _text("issuer", 2048),
        _text("client", 255),
        sa.Column("endpoints", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("go_to", sa.Text(), nullable=False),
        _text("step", 10),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("guest_id", sa.Integer(), nullable=True),
        _key("home_sign_in", "guest_id", "guest_session"),
        unique=("token", "state_hash"),
        index=("due_at",),
    )
    _table(
        "guest_post",
        sa.Column("guest_id", sa.Integer(), nullable=False),
        _text("type", 30),
        _text("object_uri", 2048),
        sa.Column("document", sa.JSON(), nullable=False),
        _text("key", 64),
        _text("language", 10),
        _text("state", 10),
        sa.Column("answer", sa.Text(), nullable=False),
        _text("activity_uri", 2048),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        _key("guest_post", "guest_id", "guest_session"),
        unique=("key",),
        index=("guest_id", "object_uri", "due_at"),
    )


def _table(name: str, *parts: Any, unique: tuple[str, ...] = (), index: tuple[str, ...] = ()) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *parts,
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        *(sa.UniqueConstraint(column, name=op.f(f"uq_{name}_{column}")) for column in unique),
    )
    for column in index:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _key(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)
