"""Tables of those who are not here yet: invitations to a space, and requests for an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor


class Invitation(Row):
    """A manager asks an address to join a space; the secret of its link changes with each mail."""

    __tablename__ = "invitation"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320), index=True)
    role: Mapped[str] = mapped_column(String(10), default="member")
    language: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    space: Mapped[Actor] = relationship()
    invited_by: Mapped[Account | None] = relationship()


class SignUp(Row):
    """Somebody asks for an account; it becomes one when the address is confirmed, and where asked, approved.

    `confirmed_at` is when the address proved to be theirs; without it the row goes after two days.
    """

    __tablename__ = "sign_up"

    name: Mapped[str] = mapped_column(String(300))
    handle: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(320), index=True)
    password_hash: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    space_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    space: Mapped[Actor | None] = relationship()
