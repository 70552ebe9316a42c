"""Tables of the people who use this node: accounts, memberships, sessions, tokens and consents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime
from coffee_node.federation.models import URI, Actor


class Account(Row):
    """Somebody who can sign in here; the person others see is its actor.

    `totp_since` is when codes of a telephone began to be asked for, `totp_step` the last one that was used.
    """

    __tablename__ = "account"

    handle: Mapped[str] = mapped_column(String(100), unique=True)
    email: Mapped[str] = mapped_column(String(320), default="", index=True)
    name: Mapped[str] = mapped_column(String(300), default="")
    password_hash: Mapped[str | None] = mapped_column(Text)
    is_admin: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(10), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="SET NULL"))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_step: Mapped[int] = mapped_column(default=0)

    actor: Mapped[Actor | None] = relationship()
    memberships: Mapped[list[Membership]] = relationship(
        back_populates="account", cascade="all, delete-orphan"
    )


class Membership(Row):
    """An account belongs to a space, with a role: member, host or manager.

    `is_representative` marks whom the coworkers chose to speak for them; it gives no right.
    """

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("account_id", "space_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    space_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(10), default="member")
    member_class: Mapped[str] = mapped_column(String(50), default="")
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_representative: Mapped[bool] = mapped_column(default=False)

    account: Mapped[Account] = relationship(back_populates="memberships")
    space: Mapped[Actor] = relationship()


class BrowserSession(Row):
    """A signed-in browser; only the SHA-256 of its secret is stored."""

    __tablename__ = "session"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    browser: Mapped[str] = mapped_column(String(200), default="")

    account: Mapped[Account] = relationship()


class Token(Row):
    """A bearer token for the write interface; only its SHA-256 is stored."""

    __tablename__ = "token"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(String(50), default="read,write")
    name: Mapped[str] = mapped_column(String(100), default="")
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()


class SignInLink(Row):
    """A secret of one account for one purpose.

    It signs in (sign-in), lets choose the first password (setup) or another one (reset), or says that the
    first step of signing in is done (second).
    """

    __tablename__ = "sign_in_link"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(10), default="sign-in")
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    is_reusable: Mapped[bool] = mapped_column(default=False)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()


class Consent(Row):
    """What a person chose for one field of the profile, and when."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("actor_id", "field"),)

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    field: Mapped[str] = mapped_column(String(50))
    visibility: Mapped[str] = mapped_column(String(10), default="space")
    version: Mapped[int] = mapped_column(default=1)


class IdempotencyKey(Row):
    """The first answer to a POST of the write interface, given again for 24 h."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255))
    body_hash: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(URI)


class Setting(Row):
    """A value that a person changes in the browser or that the node remembers about itself."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    value: Mapped[Any] = mapped_column(Json)
