"""What the page of an event says about the reader's own registration, and to its organiser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import seats
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    Participation,
    count_participants,
    find_participation,
    place_in_line,
)
from coffee_node.federation.account_models import Account
from coffee_node.federation.failure_words import in_words
from coffee_node.federation.models import Activity, Delivery
from coffee_node.web.addresses import sign_in_href

KINDS = {
    "accepted": "ok",
    "asked": "wait",
    "waiting": "wait",
    "refused": "bad",
    "ignored": "bad",
    "left": "off",
}
PATIENCE = timedelta(days=3)


@dataclass(frozen=True)
class Panel:
    """The registration of one reader in words, what he or she can do now, and the organiser's door."""

    row: Participation | None
    words: str
    detail: str
    kind: str
    may_join: bool
    may_leave: bool
    hint: str
    sign_in_href: str
    closed: str
    list_href: str
    requests: int


def panel_of(event: Event, account: Account | None, *, may_edit: bool) -> Panel:
    """The panel for one reader; counts of others are for the organiser only."""
    row = None
    if account is not None and account.actor_id is not None:
        row = find_participation(event.uri, account.actor_id)
    is_in = row is not None and row.is_standing
    is_refused = row is not None and row.state == "refused" and row.is_final
    closed = _why_closed(event)
    is_handled = event.join_mode not in ("none", "external")
    is_open = is_handled and not closed and not is_in and not is_refused
    is_organiser = may_edit and event.is_local
    return Panel(
        row=row,
        words=words_of(row, event) if row is not None else "",
        detail=detail_of(row) if row is not None else "",
        kind=KINDS[row.state] if row is not None else "",
        may_join=is_open and account is not None and account.actor_id is not None,
        may_leave=is_in and not event.is_past,
        hint=_hint(event) if is_open else "",
        sign_in_href=sign_in_href() if is_open and account is None else "",
        closed=closed if is_handled and not is_in and not event.is_cancelled and not event.is_past else "",
        list_href=f"{events_path(event)}/participants" if is_organiser else "",
        requests=count_participants(event.uri, "asked") if is_organiser else 0,
    )


def events_path(event: Event) -> str:
    """Where the pages about the registrations of an event of ours are."""
    return f"/events/{event.uri.rsplit('/', 1)[-1]}"


def _why_closed(event: Event) -> str:
    """Why asking makes no sense; whether a full event of another node keeps a waiting list, only it knows."""
    closed = seats.why_closed(event, clock.utcnow())
    if closed or not event.is_local or event.join_mode == "restricted":
        return closed
    return seats.seat_for(event, count_participants(event.uri, "accepted")).reason


def _hint(event: Event) -> str:
    """What to expect of a full event."""
    if event.seats_left != 0:
        return ""
    if event.is_local:
        return _("It is full: you get a place on the waiting list.")
    return _("It is full. Ask all the same: the organiser may keep a waiting list.")


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
        "refused": _("Refused."),
        "ignored": _("The organiser's site does not handle registrations."),
        "left": _("You gave your seat back."),
    }[row.state]


def words_for_organiser(row: Participation) -> str:
    """A registration in words for who decides about it."""
    if row.state == "waiting":
        return _("On the waiting list, place %(number)d.", number=place_in_line(row))
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
    is_told = row.state == "refused" or row.place_in_line is not None
    return "" if is_told or row.state == "left" else row.reason


def _sending(row: Participation) -> str:
    if clock.utcnow() - row.asked_at > PATIENCE:
        return _("No answer for three days. It is best to write to the organiser.")
    query = select(Delivery).join(Activity, Activity.id == Delivery.activity_id)
    delivery = db.session.scalar(query.where(Activity.uri == row.join_uri).limit(1))
    if delivery is None:
        return ""
    if delivery.state == "sent":
        return _("It has arrived at %(host)s.", host=delivery.host)
    if delivery.state == "waiting" and delivery.last_error:
        return _("%(host)s does not answer; your registration leaves by itself.", host=delivery.host)
    return in_words(delivery.last_error)
