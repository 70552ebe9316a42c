"""The pages on which people register and leave, and organisers decide."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, Forbidden, NotFound
from coffee_node.base.i18n import LazyText
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import organiser_answers, registration
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import (
    Participation,
    count_participants,
    find_participation,
    participants,
)
from coffee_node.features.events.registration_panel import (
    KINDS,
    detail_of,
    events_path,
    words_for_organiser,
    words_of,
)
from coffee_node.federation import accounts
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.list_forms import csv_response
from coffee_node.web.object_views import page_url

blueprint = Blueprint("event_registration", __name__)
TOLD = {
    "accepted": LazyText("Confirmed and told."),
    "waiting": LazyText("It is full: put on the waiting list and told."),
    "refused": LazyText("Refused and told."),
}


@blueprint.post("/events/join")
@require_account
def join() -> Response:
    """Register the reader for the event whose id is in `uri`."""
    event, actor = _event(), _person()
    try:
        registration.join_event(actor, event.uri, request.form.get("note", "").strip())
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
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    try:
        registration.leave_event(row)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
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
    return render_template(
        "events/mine.html", rows=rows, events=events, words_of=words_of, detail_of=detail_of, kinds=KINDS
    )


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
        base=events_path(event),
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
        "asked": lambda row: row.asked_at,
        "answered": lambda row: row.answered_at,
        "changed": lambda row: row.changed_at,
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
        organiser_answers.answer_request(event.uri, row, accept=accept, reason=reason)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(str(TOLD[row.state]), "ok")
    return redirect(f"{events_path(event)}/participants", 303)  # type: ignore[return-value]


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
