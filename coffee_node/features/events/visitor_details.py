"""Details of visitors without account: erased 30 days after the event, or at once when they ask."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import and_, delete, or_, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.features.events import visitor_mails
from coffee_node.features.events.models import ESTIMATED_LENGTH, Event
from coffee_node.features.events.participations import Participation
from coffee_node.features.events.registration_models import Visitor
from coffee_node.federation.notice_models import MailLink

KEPT = timedelta(days=30)
AT_ONCE = 200


def erase(row: Participation) -> None:
    """Remove everything that says who a visitor is, inside the caller's write(); the figures stay true."""
    visitor = row.visitor
    row.note, row.answers, row.reason, row.told = "", [], "", {}
    if visitor is None:
        return
    if visitor.address is None:
        visitor.name = ""
        return
    row.visitor = None
    db.session.flush()
    visitor_mails.forget_mails(visitor.event_uri, visitor.address)
    visitor_mails.forget_links(visitor.address, row.id)
    db.session.delete(visitor)
    db.session.flush()


def forget_old() -> str:
    """Erase visitors of events that ended 30 days ago, and what was never confirmed; a sentence about it."""
    now = clock.utcnow()
    old = now - KEPT
    is_over = or_(
        Event.end_time < old, and_(Event.end_time.is_(None), Event.start_time < old - ESTIMATED_LENGTH)
    )
    query = (
        select(Participation)
        .join(Visitor, Visitor.id == Participation.visitor_id)
        .outerjoin(Event, and_(Event.uri == Participation.event_uri, Event.deleted_at.is_(None)))
        .where(or_(is_over, Event.id.is_(None)), or_(Visitor.address.is_not(None), Visitor.name != ""))
    )
    forgotten = 0
    while True:
        with write():
            rows = db.session.scalars(query.limit(AT_ONCE)).all()
            for row in rows:
                erase(row)
        forgotten += len(rows)
        if len(rows) < AT_ONCE:
            break
    with write():
        unconfirmed = and_(MailLink.purpose == visitor_mails.CONFIRM, MailLink.expires_at < now)
        db.session.execute(delete(MailLink).where(unconfirmed))
    return f"The details of {forgotten} visitors were erased."
