"""What the page of an event says about the reader's own registration, and to its organiser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from coffee_node.base import clock
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import door, registration_words, seats
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    Participation,
    count_participants,
    find_participation,
    seats_taken,
)
from coffee_node.features.events.registration import is_overdue
from coffee_node.features.events.registration_forms import JoinForm, VisitorForm, form_for
from coffee_node.federation.account_models import Account
from coffee_node.federation.guest_models import GuestSession
from coffee_node.web.addresses import sign_in_href
from coffee_node.web.guest_visits import GuestPanel, current_guest, home_sign_in_href, sent_panel


@dataclass(frozen=True)
class Panel:
    """The registration of one reader in words, what he or she can do now, and the organiser's door."""

    row: Participation | None
    words: str
    detail: str
    kind: str
    next_step: str
    may_join: bool
    may_leave: bool
    may_take: bool
    may_ask_again: bool
    hint: str
    sign_in_href: str
    elsewhere_href: str
    closed: str
    list_href: str
    door_href: str
    requests: int
    join_form: Any
    visitor_form: Any
    visitor_action: str
    action_start: str = "/events"
    home_href: str = ""
    home_page: str = ""
    sent: GuestPanel | None = None


def panel_of(event: Event, account: Account | None, *, may_edit: bool) -> Panel:
    """The panel for one reader; counts of others are for the organiser only."""
    guest = current_guest()
    if guest is not None:
        return _for_guest(_panel(event, account, guest.actor_id, may_edit=False), event, guest)
    me = account.actor_id if account is not None else None
    return _panel(event, account, me, may_edit=may_edit)


def _for_guest(panel: Panel, event: Event, guest: GuestSession) -> Panel:
    """What somebody of a partner space can do here: register and leave, at events of this site."""
    sent = sent_panel(guest, event.uri, is_known=panel.row is not None)
    is_free = event.is_local and not (sent is not None and sent.is_waiting)
    return replace(
        panel,
        may_join=panel.may_join and is_free,
        may_leave=panel.may_leave and is_free,
        may_take=False,
        may_ask_again=False,
        action_start="/events/guest",
        elsewhere_href="" if event.is_local else (event.url or event.uri),
        home_page=f"{guest.issuer}/intents/join?{urlencode({'uri': event.uri})}" if panel.may_take else "",
        sent=sent,
    )


def _panel(event: Event, account: Account | None, me: int | None, *, may_edit: bool) -> Panel:
    row = find_participation(event.uri, me) if me is not None else None
    is_in = row is not None and row.is_standing
    is_refused = row is not None and row.state == "refused" and row.is_final
    closed = _why_closed(event)
    is_handled = event.join_mode not in ("none", "external")
    is_open = is_handled and not closed and not is_in and not is_refused
    is_organiser = may_edit and event.is_local
    may_join = is_open and me is not None
    is_visitor = is_open and account is None and me is None
    takes_visitors = is_visitor and not seats.why_no_visitors(event)
    return Panel(
        row=row,
        words=registration_words.words_of(row, event) if row is not None else "",
        detail=registration_words.detail_of(row) if row is not None else "",
        kind=registration_words.KINDS[row.state] if row is not None else "",
        next_step=registration_words.next_step(row, event) if row is not None else "",
        may_join=may_join,
        may_leave=is_in and not event.is_past,
        may_take=row is not None and row.state == "offered" and not event.is_past,
        may_ask_again=row is not None and is_overdue(row) and not event.is_past,
        hint=_hint(event) if is_open else "",
        sign_in_href=sign_in_href() if is_visitor else "",
        elsewhere_href=(event.url or event.uri) if is_visitor and not event.is_local else "",
        closed=closed if is_handled and not is_in and not event.is_cancelled and not event.is_past else "",
        list_href=f"{events_path(event)}/participants" if is_organiser else "",
        door_href=f"{events_path(event)}/check-in" if door.may_keep(event, account) else "",
        requests=count_participants(event.uri, "asked") if is_organiser else 0,
        join_form=form_for(event, JoinForm) if may_join else None,
        visitor_form=form_for(event, VisitorForm) if takes_visitors else None,
        visitor_action=f"{events_path(event)}/register",
        home_href=home_sign_in_href() if is_visitor and event.is_local else "",
    )


def events_path(event: Event) -> str:
    """Where the pages about the registrations of an event of ours are."""
    return f"/events/{event.uri.rsplit('/', 1)[-1]}"


def _why_closed(event: Event) -> str:
    """Why asking makes no sense; whether a full event of another node keeps a waiting list, only it knows."""
    closed = seats.why_closed(event, clock.utcnow())
    if closed or not event.is_local or event.join_mode == "restricted":
        return closed
    return seats.seat_for(event, seats_taken(event.uri)).reason


def _hint(event: Event) -> str:
    """What to expect of a full event."""
    if event.seats_left != 0:
        return ""
    if event.is_local:
        return _("It is full: you get a place on the waiting list.")
    return _("It is full. Ask all the same: the organiser may keep a waiting list.")
