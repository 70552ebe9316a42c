"""Tables around events: series with their dates, second organisers, drafts, and what readers chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime
from coffee_node.federation.models import URI, Actor


class EventSeries(Row):
    """Something that happens again and again: a rule of RFC 5545 on the clocks of its zone.

    `first` is the first date as those clocks show it (`2026-12-01T09:00`), `length` how many minutes later
    they show the end (None: open). `template` holds what is said of every date. `ended_at` says that no
    more dates are published.
    """

    __tablename__ = "event_series"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(500))
    first: Mapped[str] = mapped_column(String(19))
    length: Mapped[int | None]
    timezone: Mapped[str] = mapped_column(String(64))
    template: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    actor: Mapped[Actor] = relationship(lazy="joined", innerjoin=True)


class EventOccurrence(Row):
    """One date of a series with the event it was published as; without an event, a date left out.

    `planned` is the date as the rule gives it; an event that was moved keeps it. `is_special` says that this
    date was changed alone, so that changes of all dates leave it as it is.
    """

    __tablename__ = "event_occurrence"
    __table_args__ = (UniqueConstraint("series_id", "planned"),)

    series_id: Mapped[int] = mapped_column(ForeignKey("event_series.id", ondelete="CASCADE"))
    planned: Mapped[str] = mapped_column(String(19))
    event_uri: Mapped[str] = mapped_column(URI, default="", index=True)
    is_special: Mapped[bool] = mapped_column(default=False)

    series: Mapped[EventSeries] = relationship(lazy="joined", innerjoin=True)


class CoOrganiser(Row):
    """A second space asked to organise an event, kept at both ends.

    `state` is asked, accepted, refused (the space does not want to, or no more) or withdrawn (by the owner).
    """

    __tablename__ = "event_co_organiser"
    __table_args__ = (
        UniqueConstraint("event_uri", "actor_id"),
        Index("ix_event_co_organiser_actor", "actor_id", "state"),
    )

    event_uri: Mapped[str] = mapped_column(URI)
    event_name: Mapped[str] = mapped_column(String(300), default="")
    owner_uri: Mapped[str] = mapped_column(URI)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    invite_uri: Mapped[str] = mapped_column(URI, index=True)
    state: Mapped[str] = mapped_column(String(10), default="asked")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    actor: Mapped[Actor] = relationship(lazy="joined", innerjoin=True)


class EventDraft(Row):
    """A form put aside by its writer, as it was typed; nobody else sees it."""

    __tablename__ = "event_draft"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(300), default="")
    fields: Mapped[list[list[str]]] = mapped_column(Json, default=list)


class EventReader(Row):
    """What somebody chose for reading events: their clocks, and their secret calendar address.

    Only the SHA-256 of the secret is stored.
    """

    __tablename__ = "event_reader"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    timezone: Mapped[str] = mapped_column(String(64), default="")
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    with_followed: Mapped[bool] = mapped_column(default=True)
    renewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
