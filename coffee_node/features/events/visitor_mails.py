"""Mails to people without an account about their registration, in the language in which they registered."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from coffee_node.base import i18n
from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.base.mail import Mail, queue_mail
from coffee_node.features.events.calendar import calendar
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation, place_in_line
from coffee_node.features.events.registration_models import Visitor
from coffee_node.features.events.schemas import when_line
from coffee_node.federation import mail_links
from coffee_node.federation.notice_models import MailLink
from coffee_node.node import current_node

CONFIRM = "event registration"
VISIT = "event visitor"
VISIT_PATH = "/events/visitors"
CONFIRM_PATH = "/events/visitors/confirm"


def speaking(language: str) -> AbstractContextManager[None]:
    """Speak the language of a visitor for a while."""
    return i18n.speaking(current_node.catalogues, language or current_node.config.node.language)


def ask_to_confirm(event: Event, address: str, language: str, secret: str) -> None:
    """The first mail: nothing counts before its link was followed."""
    with speaking(language):
        link = mail_links.address_of(CONFIRM_PATH, secret)
        words = [
            _("Somebody, probably you, wants to register this address for:"),
            about(event),
            _("Please confirm on this page within 48 hours:\n%(link)s", link=link),
            _("If it was not you, do nothing: your address is forgotten by itself."),
        ]
        subject = _("Please confirm: %(event)s", event=event.name)
        queue_mail(address, subject, "\n\n".join(words), message_id=message_id(event.uri, "confirm"))


def tell_state(event: Event, row: Participation) -> None:
    """How the registration stands now; with the event for the calendar once there is a seat."""
    if row.visitor is None:
        return
    with speaking(row.visitor.language):
        subject, words = _state_words(event, row)
        send(event, row, subject, [words], is_in_calendar=row.state == "accepted")


def send(
    event: Event,
    row: Participation,
    subject: str,
    words: Sequence[str],
    *,
    is_in_calendar: bool = False,
    reply_to: str = "",
) -> None:
    """One mail to a visitor, with the event and the page of the registration; speak the language before."""
    visitor = row.visitor
    if visitor is None or visitor.address is None:
        return
    link = mail_links.address_of(VISIT_PATH, visit_link(row, visitor))
    text = [
        *words,
        about(event),
        _("Your registration, and what you can do:\n%(link)s", link=link),
        _(
            "You get this mail because you registered for this event. Your details are deleted 30 days "
            "after it, or at once on that page."
        ),
    ]
    queue_mail(
        visitor.address,
        subject,
        "\n\n".join(text),
        message_id=message_id(event.uri, row.state),
        reply_to=reply_to,
        calendar=calendar([event], event.name).decode() if is_in_calendar else "",
    )


def say_goodbye(event_uri: str, event_name: str, address: str, language: str) -> None:
    """The last mail about an event that its organiser has withdrawn; nothing else is kept of the visitor."""
    with speaking(language):
        words = [
            _("The organiser has withdrawn the event “%(event)s”: it does not take place.", event=event_name),
            _("Your registration and your details are deleted."),
        ]
        subject = _("Withdrawn: %(event)s", event=event_name)
        queue_mail(address, subject, "\n\n".join(words), message_id=message_id(event_uri, "withdrawn"))


def visit_link(row: Participation, visitor: Visitor) -> str:
    """The secret of a new link to the page of a registration, inside the caller's write()."""
    return mail_links.make_link(VISIT, visitor.address or "", {"participation": row.id}, life=None)


def about(event: Event) -> str:
    """Name, time and place of an event as lines of a mail."""
    place = event.place_line or event.online_url
    return "\n".join(part for part in (event.name, when_line(event), place) if part)


def forget_mails(event_uri: str, address: str) -> None:
    """Remove what was written to an address about an event, inside the caller's write()."""
    of_event = Mail.message_id.startswith(_prefix(event_uri), autoescape=True)
    db.session.execute(delete(Mail).where(Mail.recipient == address, of_event))


def forget_links(address: str, row_id: int) -> None:
    """Let the links to the page of a registration work no more, inside the caller's write()."""
    query = select(MailLink).where(MailLink.purpose == VISIT, MailLink.address == address)
    mine = [link.id for link in db.session.scalars(query) if link.data.get("participation") == row_id]
    db.session.execute(delete(MailLink).where(MailLink.id.in_(mine)))


def message_id(event_uri: str, kind: str) -> str:
    """The id of a mail about an event; each occasion is written once, by the transaction that makes it."""
    return f"{_prefix(event_uri)}{kind}.{new_uuid()}@{current_node.config.host}"


def _prefix(event_uri: str) -> str:
    return f"event-{event_uri.rsplit('/', 1)[-1]}."


def _state_words(event: Event, row: Participation) -> tuple[str, str]:
    name = event.name
    if row.state == "offered" and row.offered_until is not None:
        until = _moment(row.offered_until, event)
        return _("A seat is free: %(event)s", event=name), _(
            "A seat is free for you until %(when)s. Please confirm on the page below; after that it goes "
            "to the next person in line.",
            when=until,
        )
    if row.state == "waiting":
        return _("Waiting list: %(event)s", event=name), _(
            "The event is full: you are number %(number)d on the waiting list. When a seat becomes free, "
            "we write to you.",
            number=place_in_line(row),
        )
    words: dict[str, tuple[Any, Any]] = {
        "asked": (
            _("Your request: %(event)s", event=name),
            _("Your request is with the organiser, who decides. The answer comes by mail."),
        ),
        "accepted": (
            _("You are in: %(event)s", event=name),
            _("There is a seat for you. The event is attached for your calendar."),
        ),
        "refused": (
            _("No seat: %(event)s", event=name),
            row.reason or _("The organiser does not take this registration."),
        ),
    }
    return words.get(
        row.state,
        (_("Your registration: %(event)s", event=name), _("You gave your seat back.")),
    )


def _moment(moment: datetime, event: Event) -> str:
    return f"{i18n.format_datetime(moment, event.zone_name)} ({event.zone_name})"
