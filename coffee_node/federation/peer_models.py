"""Tables about other servers: how they answer, how far we have read them, and which ids are gone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.models import URI, Actor


class Peer(Row):
    """Another server (host with its odd port): what it runs, how it answers, how far we have read it.

    State: ok, refuses (our signature, `refusals` times in a row) or paused (away for 30 days: nothing new is
    written for it until it is heard of). `failures` counts tries that found it away since it last answered.
    """

    __tablename__ = "peer"

    host: Mapped[str] = mapped_column(String(255), unique=True)
    software: Mapped[str] = mapped_column(String(100), default="")
    version: Mapped[str] = mapped_column(String(50), default="")
    software_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(300), default="")
    node_actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10), default="ok")
    signature_scheme: Mapped[str] = mapped_column(String(10), default="cavage")
    scheme_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusals: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    away_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    away_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")
    last_received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    complete_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    node_actor: Mapped[Actor | None] = relationship()


class Backfill(Row):
    """The walk through one outbox, newest page first; state: waiting, done or stopped."""

    __tablename__ = "backfill"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    next_url: Mapped[str] = mapped_column(URI)
    back_to: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    pages: Mapped[int] = mapped_column(default=0)
    items: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")

    actor: Mapped[Actor] = relationship()

    def begin_again(self, back_to: datetime, now: datetime) -> None:
        """Walk once more from the newest page back to a moment."""
        self.state = "waiting"
        self.next_url = self.actor.outbox
        self.pages = self.items = self.attempts = 0
        self.back_to = back_to
        self.started_at = self.next_try_at = now
        self.lease_until = None


class Tombstone(Row):
    """That an id was deleted: only the SHA-256 of its uri is kept."""

    __tablename__ = "tombstone"

    uri_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
