"""Who takes part in which event, kept at both ends: by the organiser's node and by the participant's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, and_, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base import clock
from coffee_node.base.database import Json, Row, UtcDateTime, db
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.models import Event
from coffee_node.features.events.questions import Answers
from coffee_node.features.events.registration_models import Visitor
from coffee_node.federation.audience import Target
from coffee_node.federation.models import URI, Actor

STATES = ("asked", "accepted", "waiting", "offered", "refused", "ignored", "left")
STANDING = ("asked", "accepted", "waiting", "offered")
SEATED = ("accepted", "offered")
ATTENDANCES = ("", "present", "absent")
NOTE_LIMIT = 2000


class Participation(Row):
    """One registration for one event, ours or another node's; it outlives our copy of the event.

    It is an actor's, or a visitor's without account (`is_visitor`: then `actor` is None, and `visitor` too
    once the details were erased). `state` is one of STATES: asked (no answer yet), accepted, waiting
    (`place_in_line` as last told), offered (a seat is held until `offered_until`), refused (with a `reason`),
    ignored (the organiser's server does not handle registrations) or left. `is_final` says that the organiser
    refused in person, so that asking again changes nothing. `told` is what the participant was last told of
    the event: when, where and whether it takes place.
    """

    __tablename__ = "event_participation"
    __table_args__ = (
        UniqueConstraint("event_uri", "actor_id"),
        Index("ix_event_participation_state", "event_uri", "state", "asked_at"),
    )

    event_uri: Mapped[str] = mapped_column(URI)
    event_name: Mapped[str] = mapped_column(String(300), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    visitor_id: Mapped[int | None] = mapped_column(
        ForeignKey("event_visitor.id", ondelete="SET NULL"), index=True
    )
    join_uri: Mapped[str] = mapped_column(URI, index=True)
    state: Mapped[str] = mapped_column(String(10), default="asked")
    place_in_line: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    is_final: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    offered_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answers: Mapped[Answers] = mapped_column(Json, default=list)
    told: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attendance: Mapped[str] = mapped_column(String(10), default="")
    attended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    actor: Mapped[Actor] = relationship(lazy="joined")
    visitor: Mapped[Visitor | None] = relationship(lazy="joined")

    @property
    def is_visitor(self) -> bool:
        """Whether it is no actor's: then it travels nowhere."""
        return self.actor_id is None

    @property
    def display_name(self) -> str:
        """What the organiser calls whoever registered."""
        if self.is_visitor:
            name = self.visitor.name if self.visitor is not None else ""
            return name or _("details erased")
        return self.actor.name or self.actor.slug

    @property
    def is_standing(self) -> bool:
        """Whether it was neither refused nor given back."""
        return self.state in STANDING

    @property
    def join_document(self) -> dict[str, Any]:
        """The Join it was asked by, whole, for answers and for taking it back."""
        return {"id": self.join_uri, "type": "Join", "actor": self.actor.uri, "object": self.event_uri}

    def move(self, state: str) -> None:
        """Change the state and remember when, inside the caller's write()."""
        self.state = state
        self.place_in_line = self.offered_until = None
        self.changed_at = clock.utcnow()
        db.session.flush()


def facts_of(event: Event) -> dict[str, Any]:
    """What somebody who comes has to know of an event; a change of it is news."""
    return {
        "start": clock.rfc3339(event.start_time),
        "end": clock.rfc3339(event.end_time) if event.end_time else "",
        "place": event.place_line,
        "online": event.online_url or "",
        "cancelled": event.is_cancelled,
    }


def ask(
    event: Event, actor: Actor, join_uri: str, note: str, answers: Answers | None = None
) -> Participation:
    """The row of a registration just asked for, made or begun again, inside the caller's write()."""
    row = find_participation(event.uri, actor.id)
    if row is None:
        row = Participation(event_uri=event.uri, actor=actor, actor_id=actor.id)
        db.session.add(row)
    return begin(event, row, join_uri, note, answers)


def ask_as_visitor(event: Event, visitor: Visitor, note: str, answers: Answers) -> Participation:
    """The row of a visitor's registration, made or begun again, inside the caller's write()."""
    row = find_of_visitor(visitor.id)
    if row is None:
        row = Participation(event_uri=event.uri, visitor=visitor, visitor_id=visitor.id)
        db.session.add(row)
    return begin(event, row, "", note, answers)


def begin(
    event: Event, row: Participation, join_uri: str, note: str, answers: Answers | None
) -> Participation:
    """Let a registration stand as one just asked for."""
    row.event_name, row.join_uri, row.note = event.name[:300], join_uri, note[:NOTE_LIMIT]
    row.reason, row.answered_at, row.is_final = "", None, False
    row.answers, row.told, row.reminded_at = list(answers or ()), facts_of(event), None
    row.asked_at = clock.utcnow()
    row.move("asked")
    return row


def find_participation(event_uri: str, actor_id: int) -> Participation | None:
    """The registration of an actor for an event, whatever its state."""
    query = select(Participation).where(
        Participation.event_uri == event_uri, Participation.actor_id == actor_id
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def find_of_visitor(visitor_id: int) -> Participation | None:
    """The registration of a visitor, whatever its state."""
    query = select(Participation).where(Participation.visitor_id == visitor_id)
    return db.session.scalar(query.execution_options(populate_existing=True))


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


def seats_taken(event_uri: str) -> int:
    """How many seats are given away, those held for somebody who was asked included."""
    taken = and_(Participation.event_uri == event_uri, Participation.state.in_(SEATED))
    return db.session.scalar(select(func.count()).where(taken)) or 0


def place_in_line(row: Participation) -> int:
    """Which place somebody on the waiting list has now; 1 gets the next seat that becomes free."""
    earlier = or_(
        Participation.asked_at < row.asked_at,
        and_(Participation.asked_at == row.asked_at, Participation.id < row.id),
    )
    waiting = and_(Participation.event_uri == row.event_uri, Participation.state == "waiting")
    return 1 + (db.session.scalar(select(func.count()).where(waiting, earlier)) or 0)


def participant_inboxes(event_uri: str) -> list[Target]:
    """Where the participants on other nodes hear of a change, whether or not they follow the organiser."""
    standing = [row for row in participants(event_uri, *STANDING) if not row.is_visitor]
    actors = {row.actor.delivery_inbox: row.actor for row in standing}
    return [
        Target(actor.host, inbox)
        for inbox, actor in actors.items()
        if inbox and actor.host and actor.gone_at is None
    ]


def locked_event(event_uri: str) -> Event | None:
    """The event as it is now; nobody else gives a seat of it away until the transaction ends."""
    query = select(Event).where(Event.uri == event_uri, Event.deleted_at.is_(None))
    query = query.with_for_update(of=Event).execution_options(populate_existing=True)
    return db.session.scalar(query)
