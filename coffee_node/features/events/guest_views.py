"""Where guests of a partner space register for events of this site, and leave: their home space sends it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, Conflict, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import registration
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import NOTE_LIMIT, find_participation
from coffee_node.features.events.questions import as_message
from coffee_node.features.events.registration_forms import JoinForm, form_for
from coffee_node.features.events.schemas import MESSAGE
from coffee_node.federation import guests
from coffee_node.federation.audience import visible
from coffee_node.federation.guest_models import GuestSession
from coffee_node.web.forms import keeps_form
from coffee_node.web.guest_visits import signed_in_guest
from coffee_node.web.object_views import page_url

blueprint = Blueprint("event_guests", __name__)


@blueprint.post("/events/guest/join")
@keeps_form
def join() -> Any:
    """Have the guest's home space register them for the event whose id is in `uri`."""
    guest, event = signed_in_guest(), _event()
    form = form_for(event, JoinForm)
    is_complete, said = form.validate(), form.read()
    if not is_complete or said is None:
        action = "/events/guest/join"
        body = render_template(
            "events/register.html", form=form, event=event, is_visitor=False, action=action
        )
        return Response(body, 422)
    note, answers = said
    message = as_message(answers, note[:NOTE_LIMIT])
    more: dict[str, Any] = {MESSAGE: message} if message else {}
    try:
        registration.check_open(event, guest.actor)
        _send(guest, "Join", event, more)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Your registration goes to your home space, which sends it on."), "ok")
    return redirect(page_url(event), 303)


@blueprint.post("/events/guest/leave")
def leave() -> Any:
    """Have the guest's home space give their seat back."""
    guest, event = signed_in_guest(), _event()
    try:
        row = find_participation(event.uri, guest.actor_id)
        if row is None or not row.is_standing:
            raise Conflict(_("There is no seat to give back."), _("Look at the page of the event."))
        _send(guest, "Leave", event, {})
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Your home space is told that you do not come."), "ok")
    return redirect(page_url(event), 303)


def _send(guest: GuestSession, type_: str, event: Event, more: dict[str, Any]) -> None:
    guests.send(guest, type_, event.uri, {"object": event.uri, "to": [event.actor.uri], **more})


def _event() -> Event:
    """An event of this site that everybody sees: a guest has no other rights here."""
    clauses = [Event.uri == request.form.get("uri", ""), Event.origin == "", *visible(Event, None)]
    event = db.session.scalar(select(Event).where(*clauses))
    if event is None:
        raise NotFound(_("There is nothing at this address."))
    return event
