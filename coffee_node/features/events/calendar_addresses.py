"""The secret calendar address of a person: what one takes part in, and what the followed spaces announce."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.features.events.calendar import calendar
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import STANDING, Participation
from coffee_node.features.events.series_models import CoOrganiser, EventReader
from coffee_node.federation import accounts, audience
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor, Follow

MOST_EVENTS = 1000
USE_NOTED_EVERY = timedelta(minutes=10)


def choices_of(account: Account) -> EventReader:
    """What an account chose, made at first use inside the caller's write()."""
    row = db.session.scalar(select(EventReader).where(EventReader.account_id == account.id))
    if row is None:
        row = EventReader(account_id=account.id)
        db.session.add(row)
        db.session.flush()
    return row


def renew(account: Account) -> str:
    """A new secret; an earlier one is worth nothing any more. It is shown once, here."""
    secret = secrets.token_urlsafe(24)
    with write():
        row = choices_of(account)
        row.secret_hash = accounts.hash_secret(secret)
        row.renewed_at, row.used_at = clock.utcnow(), None
    return secret


def close(account: Account) -> None:
    """Let the address work no more."""
    with write():
        row = choices_of(account)
        row.secret_hash = row.renewed_at = row.used_at = None


def choose(account: Account, *, timezone: str, with_followed: bool) -> None:
    """Keep the clocks and what the calendar holds."""
    with write():
        row = choices_of(account)
        row.timezone, row.with_followed = timezone, with_followed


def reader_with(secret: str) -> tuple[EventReader, Account] | None:
    """Whose address this is; None for a secret that works no more or whose account is closed."""
    query = select(EventReader, Account).join(Account, Account.id == EventReader.account_id)
    query = query.where(EventReader.secret_hash == accounts.hash_secret(secret))
    found = db.session.execute(query.where(Account.disabled_at.is_(None))).first()
    return None if found is None else (found[0], found[1])


def note_use(row: EventReader) -> None:
    """Remember that the address was asked for, not for every single time."""
    now = clock.utcnow()
    if row.used_at is None or now - row.used_at > USE_NOTED_EVERY:
        with write():
            row.used_at = now


def events_for(account: Account, *, with_followed: bool, since: datetime) -> Sequence[Event]:
    """The events of a person's calendar that end after a moment."""
    if account.actor_id is None:
        return []
    mine = select(Participation.event_uri).where(
        Participation.actor_id == account.actor_id, Participation.state.in_(STANDING)
    )
    wanted: ColumnElement[bool] = Event.uri.in_(mine)
    if with_followed:
        followed = (
            select(Follow.target_id)
            .join(Actor, Actor.id == Follow.target_id)
            .where(Follow.follower_id == account.actor_id, Follow.state == "accepted")
            .where(Actor.type == "Organization")
        )
        joined = select(CoOrganiser.event_uri).where(
            CoOrganiser.actor_id.in_(followed), CoOrganiser.state == "accepted"
        )
        wanted = or_(wanted, Event.actor_id.in_(followed), Event.uri.in_(joined))
    is_recent = or_(Event.end_time >= since, and_(Event.end_time.is_(None), Event.start_time >= since))
    query = select(Event).where(*audience.visible(Event, account), wanted, is_recent)
    return db.session.scalars(query.order_by(Event.start_time, Event.id).limit(MOST_EVENTS)).all()


def of_person(actor_uri: str) -> dict[str, Any]:
    """What somebody chose, for the file with everything that is kept about one."""
    query = select(EventReader).join(Account, Account.id == EventReader.account_id)
    row = db.session.scalar(query.join(Actor, Actor.id == Account.actor_id).where(Actor.uri == actor_uri))
    if row is None:
        return {}
    used = clock.rfc3339(row.used_at) if row.used_at else None
    return {"timezone": row.timezone, "with_followed": row.with_followed, "last_used": used}


def calendar_of(actor_uri: str) -> str:
    """The events somebody takes or took part in and those they announced, as iCalendar; empty for none."""
    joined = select(Participation.event_uri).join(Actor, Actor.id == Participation.actor_id)
    joined = joined.where(Actor.uri == actor_uri)
    own = select(Actor.id).where(Actor.uri == actor_uri)
    wanted = or_(Event.uri.in_(joined), Event.actor_id.in_(own))
    query = select(Event).where(wanted, Event.deleted_at.is_(None)).order_by(Event.start_time, Event.id)
    events = db.session.scalars(query.limit(MOST_EVENTS)).all()
    return calendar(events, "COFFEE").decode() if events else ""


def forget_person(actor_uri: str) -> None:
    """Erase what somebody who is gone chose."""
    found = select(EventReader).join(Account, Account.id == EventReader.account_id)
    with write():
        for row in db.session.scalars(
            found.join(Actor, Actor.id == Account.actor_id).where(Actor.uri == actor_uri)
        ).all():
            db.session.delete(row)
