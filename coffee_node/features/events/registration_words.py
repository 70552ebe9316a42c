"""A registration in words: its state, what else is known, and what happens next by itself."""

from __future__ import annotations

from types import MappingProxyType

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.i18n import format_datetime
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation, place_in_line
from coffee_node.features.events.registration import is_overdue
from coffee_node.federation.failure_words import in_words
from coffee_node.federation.models import Activity, Delivery

KINDS = MappingProxyType(
    {
        "accepted": "ok",
        "asked": "wait",
        "waiting": "wait",
        "offered": "wait",
        "refused": "bad",
        "ignored": "bad",
        "left": "off",
    }
)


def words_of(row: Participation, event: Event | None = None) -> str:
    """A registration in words for the participant; the place in line is today's where we keep the line."""
    if row.state == "waiting":
        is_ours = event is not None and event.is_local
        place = place_in_line(row) if is_ours else row.place_in_line
        if place is not None:
            return _("On the waiting list, place %(number)d.", number=place)
    if row.state == "refused" and row.reason:
        return _("Refused: %(reason)s", reason=row.reason)
    return {
        "asked": _("Registration sent; the organiser has not answered yet."),
        "accepted": _("Confirmed: there is a seat."),
        "waiting": _("On the waiting list."),
        "offered": _("A seat is free for you: please confirm it."),
        "refused": _("Refused."),
        "ignored": _("The organiser's site does not handle registrations."),
        "left": _("You gave your seat back."),
    }[row.state]


def words_for_organiser(row: Participation) -> str:
    """A registration in words for who decides about it."""
    if row.state == "waiting":
        return _("On the waiting list, place %(number)d.", number=place_in_line(row))
    if row.state == "offered" and row.offered_until is not None:
        return _("Asked to confirm a seat until %(when)s.", when=format_datetime(row.offered_until))
    return {
        "asked": _("Waits for your answer."),
        "accepted": _("Confirmed."),
        "ignored": _("Told that registration is elsewhere."),
        "left": _("Gave the seat back."),
    }.get(row.state) or words_of(row)


def detail_of(row: Participation) -> str:
    """What else is known: how far a request came, or what the organiser wrote beside the answer."""
    if row.state == "asked":
        return _sending(row)
    if row.state == "ignored":
        return _("Ask the organiser how to register.")
    is_told = row.state in ("refused", "offered") or row.place_in_line is not None
    return "" if is_told or row.state == "left" else row.reason


def next_step(row: Participation, event: Event | None) -> str:
    """What happens next by itself; empty where nothing does."""
    if event is None or event.is_cancelled or event.is_past:
        return ""
    if row.state == "waiting":
        return _waiting_step(event)
    if row.state == "offered" and row.offered_until is not None:
        until = f"{format_datetime(row.offered_until, event.zone_name)} ({event.zone_name})"
        return _("It is held for you until %(when)s, then it goes to the next person in line.", when=until)
    is_again = row.state == "left" or (row.state == "refused" and not row.is_final)
    if is_again:
        return _("You can ask again as long as registration is open.")
    return {
        "asked": _("The organiser decides. You are told the answer, and it appears here."),
        "accepted": _("You are reminded the day before, and told when something changes."),
    }.get(row.state, "")


def _waiting_step(event: Event) -> str:
    if event.is_local and event.offer_hours is not None:
        return _("When a seat becomes free, you are asked whether you want it.")
    return _("When a seat becomes free, it is yours by itself, and you are told.")


def _sending(row: Participation) -> str:
    if is_overdue(row):
        return _("No answer for three days. Ask again, or write to the organiser.")
    query = select(Delivery).join(Activity, Activity.id == Delivery.activity_id)
    delivery = db.session.scalar(query.where(Activity.uri == row.join_uri).limit(1)) if row.join_uri else None
    if delivery is None:
        return ""
    if delivery.state == "sent":
        return _("It has arrived at %(host)s.", host=delivery.host)
    if delivery.state == "waiting" and delivery.last_error:
        return _("%(host)s does not answer; your registration leaves by itself.", host=delivery.host)
    return in_words(delivery.last_error)
