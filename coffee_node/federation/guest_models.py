"""Tables of a site that lets people of partner spaces in: signing in step by step, guests, what they send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime
from coffee_node.federation.models import URI, Actor


class GuestSession(Row):
    """Somebody of a partner space who is signed in on one browser here, without an account of ours.

    `secret_hash` is empty until the browser has fetched its cookie and after it has signed out; the token of
    the home space is sealed. `due_at` is when the worker gives that token back.
    """

    __tablename__ = "guest_session"

    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(300), default="")
    issuer: Mapped[str] = mapped_column(URI)
    client: Mapped[str] = mapped_column(String(255))
    revocation: Mapped[str] = mapped_column(URI)
    sealed_token: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    actor: Mapped[Actor] = relationship(lazy="joined", innerjoin=True)


class HomeSignIn(Row):
    """One way through a home space and back, bound to one browser.

    `step` is looking (the worker finds the home space), ready (the person goes there), called (back with a
    code, which the worker takes there), done (a guest waits to be fetched), opened or failed (`error` says
    at which step). What must stay secret (verifier, nonce, code) is in `sealed`.
    """

    __tablename__ = "home_sign_in"

    token: Mapped[str] = mapped_column(String(64), unique=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    wanted: Mapped[str] = mapped_column(URI)
    back: Mapped[str] = mapped_column(URI)
    host: Mapped[str] = mapped_column(String(255), default="")
    issuer: Mapped[str] = mapped_column(URI, default="")
    client: Mapped[str] = mapped_column(String(255), default="")
    endpoints: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    sealed: Mapped[str] = mapped_column(Text, default="")
    go_to: Mapped[str] = mapped_column(Text, default="")
    step: Mapped[str] = mapped_column(String(10), default="looking")
    error: Mapped[str] = mapped_column(Text, default="")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    guest_id: Mapped[int | None] = mapped_column(ForeignKey("guest_session.id", ondelete="CASCADE"))


class GuestPost(Row):
    """An activity that a guest sends through the outbox of the home space.

    `state` is waiting, sent, refused (`answer` says why in words) or expired (the guest's hour was over).
    `key` makes that a repeated POST does it once.
    """

    __tablename__ = "guest_post"

    guest_id: Mapped[int] = mapped_column(ForeignKey("guest_session.id", ondelete="CASCADE"), index=True)
    type: Mapped[str] = mapped_column(String(30))
    object_uri: Mapped[str] = mapped_column(URI, index=True)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(10), default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    answer: Mapped[str] = mapped_column(Text, default="")
    activity_uri: Mapped[str] = mapped_column(URI, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    guest: Mapped[GuestSession] = relationship()
