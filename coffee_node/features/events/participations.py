"""Who takes part in which event, kept at both ends: by the organiser's node and by the participant's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, UtcDateTime, db
from coffee_node.features.events.models import Event
from coffee_node.federation.models import URI, Actor

STATES = ("asked", "accepted", "waiting", "refused", "ignored", "left")


class Participation(Row):
    """One actor's registration for one event, ours or another node's; it outlives our copy of the event.

    `state` is one of STATES: asked (no answer yet), accepted, waiting (`place_in_line` as last told), refused
    (with a `reason`), ignored (the organiser's server does not handle registrations) or left.
    """

    __tablename__ = "event_participation"
    __table_args__ = (
        UniqueConstraint("event_uri", "actor_id"),
        Index("ix_event_participation_state", "event_uri", "state", "asked_at"),
    )

    event_uri: Mapped[str] = mapped_column(URI)
    event_name: Mapped[str] = mapped_column(String(300), default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    join_uri: Mapped[str] = mapped_column(URI, index=True)
    state: Mapped[str] = mapped_column(String(10), default="asked")
    place_in_line: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    actor: Mapped[Actor] = relationship(lazy="joined", innerjoin=True)


def find_participation(event_uri: str, actor_id: int) -> Participation | None:
    """The registration of an actor for an event, whatever its state."""
    query = select(Participation).where(
        Participation.event_uri == event_uri, Participation.actor_id == actor_id
    )
    return db.session.scalar(query)


def find_join(join_uri: str) -> Participation | None:
    """The registration that a Join made."""
    return db.session.scalar(select(Participation).where(Participation.join_uri == join_uri))


def participants(event_uri: str, *states: str) -> list[Participation]:
    """The registrations for an event in the order in which they came."""
    query = select(Participation).where(Participation.event_uri == event_uri)
    if states:
        query = query.where(Participation.state.in_(states))
    return list(db.session.scalars(query.order_by(Participation.asked_at, Participation.id)))


def count_participants(event_uri: str, state: str) -> int:
    """How many registrations for an event are in a state."""
    query = select(func.count()).where(Participation.event_uri == event_uri, Participation.state == state)
    return db.session.scalar(query) or 0


def locked_event(event_uri: str) -> Event | None:
    """The event as it is now; nobody else gives a seat of it away until the transaction ends."""
    query = select(Event).where(Event.uri == event_uri, Event.deleted_at.is_(None))
    query = query.with_for_update(of=Event).execution_options(populate_existing=True)
    return db.session.scalar(query)
