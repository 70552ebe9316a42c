"""The pages on which two spaces come together for an event: one asks, the other answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import or_, select

from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import co_organisers
from coffee_node.features.events.form_views import own_event
from coffee_node.features.events.models import Event
from coffee_node.features.events.series_models import CoOrganiser
from coffee_node.federation import accounts, audience
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.object_views import page_url

blueprint = Blueprint("event_partners", __name__)
MOST_SPACES = 300


@blueprint.get("/events/<uuid>/partners")
@require_account
def partners(uuid: str) -> str:
    """Who organises an event with its owner, and the question to another space."""
    event = own_event(uuid)
    rows = co_organisers.co_organisers_of(event.uri)
    return render_template(
        "events/partners.html",
        event=event,
        rows=rows,
        words=words_of_owner(),
        kinds=KINDS,
        spaces=_spaces_to_ask(event, rows),
        base=f"/events/{uuid}/partners",
    )


@blueprint.post("/events/<uuid>/partners")
@require_account
def ask(uuid: str) -> Any:
    """Ask a space to organise the event too."""
    event = own_event(uuid)
    space = find_actor(request.form.get("space", ""))
    try:
        if space is None:
            raise NotFound(_("Choose a place."))
        co_organisers.invite(event, space)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("%(space)s is asked. Its answer appears here.", space=space.name), "ok")
    return redirect(f"/events/{uuid}/partners", 303)


@blueprint.post("/events/<uuid>/partners/<int:number>/withdraw")
@require_account
def withdraw(uuid: str, number: int) -> Any:
    """Take the question, or the second space, back."""
    event = own_event(uuid)
    row = db.session.get(CoOrganiser, number)
    if row is None or row.event_uri != event.uri:
        raise NotFound(_("There is nothing at this address."))
    try:
        co_organisers.withdraw(event, row)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Withdrawn. The place is told."), "ok")
    return redirect(f"/events/{uuid}/partners", 303)


@blueprint.get(co_organisers.PAGE)
@require_account
def invitations() -> str:
    """What the spaces of the reader were asked."""
    rows = co_organisers.questions_to(_own_spaces())
    found = select(Event).where(Event.uri.in_([row.event_uri for row in rows]), Event.deleted_at.is_(None))
    return render_template(
        "events/invitations.html",
        rows=rows,
        events={event.uri: event for event in db.session.scalars(found)},
        owners={row.owner_uri: find_actor(row.owner_uri) for row in rows},
        words=words_of_partner(),
        kinds=KINDS,
        page_url=page_url,
    )


@blueprint.post(f"{co_organisers.PAGE}/<int:number>")
@require_account
def answer(number: int) -> Any:
    """Agree, refuse, or leave what was agreed."""
    row = db.session.get(CoOrganiser, number)
    if row is None or row.actor_id not in [space.id for space in _own_spaces()]:
        raise NotFound(_("There is nothing at this address."))
    accept = request.form.get("answer") == "accept"
    try:
        co_organisers.answer(row, accept=accept)
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("Agreed. The organiser is told.") if accept else _("Refused. The organiser is told."), "ok")
    return redirect(co_organisers.PAGE, 303)


def _own_spaces() -> Sequence[Actor]:
    account = current_account()
    found = accounts.actors_of(account) if account is not None else []
    return [actor for actor in found if actor.type == "Organization"]


def _spaces_to_ask(event: Event, rows: Sequence[CoOrganiser]) -> Sequence[Actor]:
    """Spaces here and at partners that were not asked yet, by name."""
    asked = [row.actor_id for row in rows if row.state in co_organisers.STANDING]
    query = select(Actor).where(Actor.type == "Organization", Actor.gone_at.is_(None), Actor.inbox != "")
    query = query.where(Actor.kind == "space", Actor.id.not_in([event.actor_id, *asked]))
    if event.visibility in ("public", "network"):
        query = query.where(or_(Actor.host == "", Actor.host.in_(audience.partner_hosts())))
    else:
        query = query.where(Actor.host == "")
    return db.session.scalars(query.order_by(Actor.name).limit(MOST_SPACES)).all()


KINDS = {"asked": "wait", "accepted": "ok", "refused": "bad", "withdrawn": "off"}


def words_of_owner() -> dict[str, str]:
    """The states of a question for who asked."""
    return {
        "asked": _("Asked; no answer yet."),
        "accepted": _("Organises the event with you."),
        "refused": _("Does not take part."),
        "withdrawn": _("Withdrawn."),
    }


def words_of_partner() -> dict[str, str]:
    """The states of a question for who was asked."""
    return {
        "asked": _("Waits for your answer."),
        "accepted": _("You organise it too."),
        "refused": _("Refused."),
        "withdrawn": _("Withdrawn by the organiser."),
    }
