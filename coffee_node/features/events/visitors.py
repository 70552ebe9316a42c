"""Visitors without an account register: by a confirmed address, with the same seats and the same line."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select

from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import organiser_answers, seats, visitor_details, visitor_mails
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    Participation,
    ask_as_visitor,
    find_of_visitor,
    locked_event,
)
from coffee_node.features.events.questions import Answers
from coffee_node.features.events.registration_models import CONSENT_VERSION, Visitor
from coffee_node.federation import mail_links
from coffee_node.federation.notice_models import MailLink


@dataclass(frozen=True)
class Wish:
    """What somebody without an account typed."""

    name: str
    address: str
    language: str
    note: str
    answers: Answers


def ask_to_confirm(event_uri: str, wish: Wish) -> None:
    """Send the link that registers; until it is followed nothing is kept but the link.

    Who is registered already gets the page of that registration instead: whoever typed the address does not
    learn which it was. Raises Unprocessable when nobody without an account can register.
    """
    with write():
        event = locked_event(event_uri)
        if event is None:
            raise NotFound(_("The event is not known here any more."))
        check_open(event)
        row = _held(event.uri, wish.address)
        if row is not None and (row.is_standing or row.is_final):
            visitor_mails.tell_state(event, row)
            return
        _forget_unconfirmed(event.uri, wish.address)
        data = {
            "event": event.uri,
            "name": wish.name,
            "language": wish.language,
            "note": wish.note,
            "answers": wish.answers,
            "consent": {"version": CONSENT_VERSION, "at": clock.rfc3339(clock.utcnow())},
        }
        secret = mail_links.make_link(visitor_mails.CONFIRM, wish.address, data)
        visitor_mails.ask_to_confirm(event, wish.address, wish.language, secret)


def check_open(event: Event) -> None:
    """Unprocessable with the reason when nobody without an account can register."""
    closed = seats.why_no_visitors(event) or seats.why_closed(event, clock.utcnow())
    if closed:
        raise Unprocessable(closed, _("Ask the organiser."))


def confirm(link: MailLink) -> str:
    """Register the visitor whose link was followed, in one transaction; the secret of the visitor's page.

    Raises Conflict when the link was used meanwhile, NotFound when the event is gone.
    """
    with write():
        event = locked_event(link.data["event"])
        if event is None:
            raise NotFound(_("The event is not known here any more."))
        kept = db.session.get(MailLink, link.id, populate_existing=True)
        if kept is None:
            raise Conflict(_("This link was used already."), _("Look for the mail that followed."))
        row = _held(event.uri, kept.address)
        if row is None or not (row.is_standing or row.is_final):
            row = _register(event, kept)
        db.session.delete(kept)
        if row.visitor is None:
            raise NotFound(_("There is nothing at this address."))
        return visitor_mails.visit_link(row, row.visitor)


def _register(event: Event, link: MailLink) -> Participation:
    visitor = _visitor(event.uri, link.address)
    if visitor is None:
        visitor = Visitor(event_uri=event.uri, address=link.address)
        db.session.add(visitor)
    visitor.name, visitor.language = link.data["name"], link.data["language"]
    visitor.consent_version, visitor.consent_at = link.data["consent"]["version"], clock.utcnow()
    db.session.flush()
    row = ask_as_visitor(event, visitor, link.data["note"], link.data["answers"])
    organiser_answers.answer_new(event, row)
    return row


def find_visit(secret: str) -> Participation | None:
    """The registration whose page has this secret address."""
    link = mail_links.find_link(visitor_mails.VISIT, secret)
    row = db.session.get(Participation, link.data.get("participation")) if link is not None else None
    return row if row is not None and row.visitor is not None else None


def leave(row: Participation, *, is_erased: bool = False) -> None:
    """Give a visitor's seat back, and erase the details if so asked; Conflict when there is none to give."""
    with write():
        event = locked_event(row.event_uri)
        db.session.refresh(row)
        if not row.is_standing and not is_erased:
            raise Conflict(_("There is no seat to give back."), _("Look at the page of the event."))
        if row.is_standing:
            row.move("left")
            if event is not None and not is_erased:
                visitor_mails.tell_state(event, row)
        if is_erased:
            visitor_details.erase(row)
        if event is not None:
            organiser_answers.give_free_seats(event)


def of_address(address: str) -> list[Participation]:
    """Every registration made by an address without signing in."""
    query = select(Participation).join(Visitor, Visitor.id == Participation.visitor_id)
    return list(db.session.scalars(query.where(Visitor.address == address.lower())).all()) if address else []


def forget_address(address: str) -> None:
    """Erase an address everywhere among the registrations; seats are given back."""
    for row in of_address(address):
        leave(row, is_erased=True)
    with write():
        mine = MailLink.purpose.in_((visitor_mails.CONFIRM, visitor_mails.VISIT))
        db.session.execute(delete(MailLink).where(mine, MailLink.address == address.lower()))


def _held(event_uri: str, address: str) -> Participation | None:
    visitor = _visitor(event_uri, address)
    return find_of_visitor(visitor.id) if visitor is not None else None


def _visitor(event_uri: str, address: str) -> Visitor | None:
    query = select(Visitor).where(Visitor.event_uri == event_uri, Visitor.address == address)
    return db.session.scalar(query)


def _forget_unconfirmed(event_uri: str, address: str) -> None:
    """Only the newest link to confirm works."""
    query = select(MailLink).where(MailLink.purpose == visitor_mails.CONFIRM, MailLink.address == address)
    for link in db.session.scalars(query).all():
        if link.data.get("event") == event_uri:
            db.session.delete(link)
