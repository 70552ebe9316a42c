"""Seats that are offered for a while: the yes of who was asked, and what happens when it does not come."""

from __future__ import annotations

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import organiser_answers, seats
from coffee_node.features.events.participations import Participation, locked_event

AT_ONCE = 200


def take_offer(row: Participation) -> None:
    """Say yes to an offered seat; Conflict when the offer has run out, NotFound without the event."""
    with write():
        event = locked_event(row.event_uri)
        if event is None:
            raise NotFound(_("The event is not known here any more."))
        db.session.refresh(row)
        if row.state != "offered" or row.offered_until is None or row.offered_until < clock.utcnow():
            raise Conflict(_("This offer has run out."), _("Look at the page of the event."))
        organiser_answers.decide(event, row, seats.Answer("accepted"))


def end_offers() -> str:
    """Take back the offers that ran out and ask the next in line; the sentence that is shown."""
    now = clock.utcnow()
    due = select(Participation.id).where(Participation.state == "offered", Participation.offered_until < now)
    ended = 0
    for row_id in db.session.scalars(due.order_by(Participation.offered_until).limit(AT_ONCE)).all():
        with write():
            ended += _end_offer(row_id)
    return f"{ended} offers of seats ran out."


def _end_offer(row_id: int) -> int:
    row = db.session.get(Participation, row_id)
    event = locked_event(row.event_uri) if row is not None else None
    if row is None or event is None:
        return 0
    db.session.refresh(row)
    if row.state != "offered" or row.offered_until is None or row.offered_until >= clock.utcnow():
        return 0
    with organiser_answers.speaking_its_language(event):
        reason = _("The offer of a seat ran out; it went to the next person in line.")
    organiser_answers.decide(event, row, seats.Answer("refused", reason))
    organiser_answers.give_free_seats(event)
    return 1
