"""The pages on which people with an account register, confirm an offered seat, and leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, Forbidden, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import registration, seat_offers
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation, find_participation
from coffee_node.features.events.registration_forms import JoinForm, form_for
from coffee_node.features.events.registration_words import KINDS, detail_of, next_step, words_of
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form
from coffee_node.web.object_views import page_url

blueprint = Blueprint("event_registration", __name__)


@blueprint.post("/events/join")
@keeps_form
@require_account
def join() -> Any:
    """Register the reader for the event whose id is in `uri`."""
    event, actor = _event(), _person()
    form = form_for(event, JoinForm)
    is_complete, said = form.validate(), form.read()
    if not is_complete or said is None:
        body = render_template("events/register.html", form=form, event=event, is_visitor=False)
        return Response(body, 422)
    try:
        registration.join_event(actor, event.uri, *said)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Your registration is sent. The answer appears on this page."), "ok")
    return redirect(page_url(event), 303)


@blueprint.post("/events/leave")
@require_account
def leave() -> Any:
    """Give the reader's seat back."""
    return _with_own_registration(registration.leave_event, _("You gave your seat back."))


@blueprint.post("/events/take")
@require_account
def take() -> Any:
    """Say yes to the seat that is offered to the reader."""
    return _with_own_registration(seat_offers.take_offer, _("Confirmed: there is a seat."))


@blueprint.post("/events/ask-again")
@require_account
def ask_again() -> Any:
    """Send a registration that nobody has answered once more."""
    return _with_own_registration(registration.ask_again, _("Your registration is sent once more."))


def _with_own_registration(change: Callable[[Participation], object], done: str) -> Any:
    event = _event()
    row = find_participation(event.uri, _person().id)
    if row is None:
        raise NotFound(_("There is nothing at this address."))
    try:
        change(row)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(done, "ok")
    back = "/me/events" if request.form.get("back") == "mine" else page_url(event)
    return redirect(back, 303)


@blueprint.get("/me/events")
@require_account
def mine() -> str:
    """What the reader has registered for, on this site and on others."""
    query = select(Participation).where(Participation.actor_id == _person().id)
    rows = db.session.scalars(query.order_by(Participation.asked_at.desc()).limit(100)).all()
    found = select(Event).where(Event.uri.in_([row.event_uri for row in rows]), Event.deleted_at.is_(None))
    events = {event.uri: event for event in db.session.scalars(found)}
    return render_template(
        "events/mine.html",
        rows=rows,
        events=events,
        words_of=words_of,
        detail_of=detail_of,
        next_step=next_step,
        is_overdue=registration.is_overdue,
        kinds=KINDS,
    )


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
