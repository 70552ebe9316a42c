"""The pages on which people register, leave, and organisers decide; the panel on the page of an event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from sqlalchemy import select

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, Forbidden, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import registration, seats
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    Participation,
    count_participants,
    find_participation,
    participants,
)
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.web.addresses import sign_in_href
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.list_forms import csv_response
from coffee_node.web.object_views import page_url

blueprint = Blueprint("event_registration", __name__)
KINDS = {"accepted": "ok", "asked": "wait", "waiting": "wait", "refused": "bad", "ignored": "bad"}


@dataclass(frozen=True)
class Panel:
    """What the page of an event says about the reader's own registration, and to its organiser."""

    row: Participation | None
    words: str
    kind: str
    may_join: bool
    may_leave: bool
    sign_in_href: str
    closed: str
    list_href: str
    requests: int


def panel_of(event: Event, account: Account | None, *, may_edit: bool) -> Panel:
    """The panel for one reader; counts of others are for the organiser only."""
    row = None
    if account is not None and account.actor_id is not None:
        row = find_participation(event.uri, account.actor_id)
    is_in = row is not None and row.state in ("asked", "accepted", "waiting")
    closed = seats.why_closed(event, clock.utcnow())
    handled = event.join_mode not in ("none", "external")
    is_open = handled and not closed and not is_in
    requests = count_participants(event.uri, "asked") if may_edit and event.is_local else 0
    return Panel(
        row=row if row is not None and row.state != "left" else None,
        words=words_of(row) if row is not None else "",
        kind=KINDS.get(row.state, "info") if row is not None else "",
        may_join=is_open and account is not None and account.actor_id is not None,
        may_leave=is_in,
        sign_in_href=sign_in_href() if is_open and account is None else "",
        closed=closed if handled and not event.is_cancelled and not event.is_past else "",
        list_href=f"{_path(event)}/participants" if may_edit and event.is_local else "",
        requests=requests,
    )


def words_of(row: Participation) -> str:
    """A registration in words, for the participant and for the organiser."""
    if row.state == "waiting" and row.place_in_line:
        return _("On the waiting list, place %(number)d.", number=row.place_in_line)
    if row.state == "refused" and row.reason:
        return _("Refused: %(reason)s", reason=row.reason)
    return {
        "asked": _("Registration sent; the organiser has not answered yet."),
        "accepted": _("Confirmed: there is a seat."),
        "waiting": _("On the waiting list."),
        "refused": _("Refused."),
        "ignored": _("The organiser's site does not handle registrations."),
        "left": _("Given back."),
    }[row.state]


def words_for_organiser(row: Participation) -> str:
    """A registration in words, for who decides about it."""
    return {
        "asked": _("Waits for your answer."),
        "accepted": _("Confirmed."),
        "left": _("Gave the seat back."),
    }.get(row.state) or words_of(row)


def _path(event: Event) -> str:
    return f"/events/{event.uri.rsplit('/', 1)[-1]}"


@blueprint.post("/events/join")
@require_account
def join() -> Response:
    """Register the reader for the event whose id is in `uri`."""
    event, actor = _event(), _person()
    try:
        registration.join_event(actor, event, request.form.get("note", "").strip())
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Your registration is sent. The answer appears on this page."), "ok")
    return redirect(page_url(event), 303)  # type: ignore[return-value]


@blueprint.post("/events/leave")
@require_account
def leave() -> Response:
    """Give the reader's seat back."""
    event = _event()
    row = find_participation(event.uri, _person().id)
    if row is not None and row.state in ("asked", "accepted", "waiting"):
        registration.leave_event(row, event.actor.uri)
        flash(_("You gave your seat back."), "ok")
    return redirect(page_url(event), 303)  # type: ignore[return-value]


@blueprint.get("/me/events")
@require_account
def mine() -> str:
    """What the reader has registered for, on this site and on others."""
    query = select(Participation).where(Participation.actor_id == _person().id)
    rows = db.session.scalars(query.order_by(Participation.asked_at.desc()).limit(100)).all()
    found = select(Event).where(Event.uri.in_([row.event_uri for row in rows]), Event.deleted_at.is_(None))
    events = {event.uri: event for event in db.session.scalars(found)}
    return render_template("events/mine.html", rows=rows, events=events, words_of=words_of, kinds=KINDS)


@blueprint.get("/events/<uuid>/participants")
@require_account
def organiser_list(uuid: str) -> str:
    """Who registered, for the organiser."""
    event = _own_event(uuid)
    return render_template(
        "events/participants.html",
        event=event,
        rows=participants(event.uri),
        taken=count_participants(event.uri, "accepted"),
        words_of=words_for_organiser,
        kinds=KINDS,
        base=_path(event),
    )


@blueprint.get("/events/<uuid>/participants.csv")
@require_account
def organiser_csv(uuid: str) -> Response:
    """The same as a table."""
    event = _own_event(uuid)
    columns: dict[str, Any] = {
        "name": lambda row: row.actor.name or row.actor.slug,
        "address": lambda row: row.actor.uri,
        "state": lambda row: row.state,
        "asked": lambda row: row.asked_at.isoformat(timespec="seconds"),
        "changed": lambda row: row.changed_at.isoformat(timespec="seconds"),
        "message": lambda row: row.note,
    }
    return csv_response(participants(event.uri), columns, "participants.csv")


@blueprint.post("/events/<uuid>/participants/<int:row_id>")
@require_account
def decide(uuid: str, row_id: int) -> Response:
    """The organiser confirms or refuses one registration."""
    event = _own_event(uuid)
    row = db.session.get(Participation, row_id)
    if row is None or row.event_uri != event.uri:
        raise NotFound(_("There is nothing at this address."))
    accept = request.form.get("answer") == "accept"
    try:
        reason = request.form.get("reason", "").strip()[:500]
        registration.answer_request(event, row, accept=accept, reason=reason)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Confirmed and told.") if accept else _("Refused and told."), "ok")
    return redirect(f"{_path(event)}/participants", 303)  # type: ignore[return-value]


def _person() -> Actor:
    """The person who is signed in."""
    account = current_account()
    if account is None or account.actor is None:
        raise Forbidden(_("Only people register; your account is nobody's profile."))
    return account.actor


def _event() -> Event:
    clauses = [Event.uri == request.form.get("uri", ""), *visible(Event, current_account())]
    event = db.session.scalar(select(Event).where(*clauses))
    if event is None:
        raise NotFound(_("There is nothing at this address."))
    return event


def _own_event(uuid: str) -> Event:
    account = current_account()
    query = select(Event).where(Event.uri.endswith(f"/objects/{uuid}"), Event.origin == "")
    event = db.session.scalar(query.where(Event.deleted_at.is_(None)))
    if event is None or account is None or not accounts.may_act_as(account, event.actor):
        raise NotFound(_("There is nothing at this address."))
    return event
