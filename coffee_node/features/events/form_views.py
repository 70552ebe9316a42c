"""The pages on which events are written, changed, cancelled and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import Forbidden, InvalidDocument, NotFound, Unprocessable
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import service
from coffee_node.features.events.forms import FIELD_OF_PROPERTY, EventForm, fields_of, place_fields
from coffee_node.features.events.models import ZONE_OF_COUNTRY, Event
from coffee_node.federation import accounts, actors, objects
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form
from coffee_node.web.language import HOUSE_ZONE
from coffee_node.web.object_views import page_url

blueprint = Blueprint("event_forms", __name__)


@blueprint.route("/events/new", methods=["GET", "POST"])
@keeps_form
@require_account
def write_event() -> Any:
    """The form of a new event, already at the place of the space."""
    choices = _may_publish_as()
    author = _actor_chosen(choices)
    place, zone = _space_of(author)
    form = EventForm(data={"actor": author.uri, "language": current_language.get(), **place_fields(place)})
    form.offer(choices, zone)
    if request.method == "POST" and form.validate():
        values = form.read([place])
        if values is not None:
            try:
                row = service.announce_event(author, values, form.visibility.data)
            except (Unprocessable, InvalidDocument) as error:
                form.take_errors(error, FIELD_OF_PROPERTY)
            else:
                flash(_("Published. Your partners will have it in a few seconds."), "ok")
                return redirect(page_url(row), 303)
    return _show_form(form, _("New event"), _("Publish"), "/events")


@blueprint.route("/events/<uuid>/edit", methods=["GET", "POST"])
@keeps_form
@require_account
def edit_event(uuid: str) -> Any:
    """The form of an event of ours, filled with what it says now."""
    row = _own_event(uuid)
    before = fields_of(row)
    form = EventForm(data={"actor": row.actor.uri, **before})
    form.offer([row.actor], row.zone_name)
    if request.method == "POST" and form.validate():
        values = form.read([row.place, _space_of(row.actor)[0]])
        if values is not None:
            try:
                service.change_event(row, form.changed(values, before), form.visibility.data)
            except (Unprocessable, InvalidDocument) as error:
                form.take_errors(error, FIELD_OF_PROPERTY)
            else:
                flash(_("Saved. Your partners will have it in a few seconds."), "ok")
                return redirect(page_url(row), 303)
    return _show_form(form, _("Change the event"), _("Save"), page_url(row), is_edit=True)


@blueprint.route("/events/<uuid>/cancel", methods=["GET", "POST"])
@require_account
def cancel_event(uuid: str) -> Any:
    """Ask, then tell everybody that the event does not take place."""
    row = _own_event(uuid)
    if request.method == "POST":
        service.cancel_event(row)
        flash(_("The event is cancelled, and everybody who has it is told."), "ok")
        return redirect(page_url(row), 303)
    text = _("Everybody who received the event is told that it does not take place. It stays to be read.")
    return _confirm(row, _("Cancel this event?"), text, _("Cancel the event"))


@blueprint.route("/events/<uuid>/delete", methods=["GET", "POST"])
@require_account
def delete_event(uuid: str) -> Any:
    """Ask, then take the event away everywhere."""
    row = _own_event(uuid)
    if request.method == "POST":
        service.withdraw_event(row)
        flash(_("The event is deleted here, and everybody who has it is asked to delete it."), "ok")
        return redirect("/events", 303)
    text = _("It disappears here and from every site that received it. This cannot be undone.")
    return _confirm(row, _("Delete this event?"), text, _("Delete"))


def _show_form(form: EventForm, heading: str, submit: str, back: str, is_edit: bool = False) -> Response:
    lead = _("It goes to your partners, to everybody who follows you, and into calendars.")
    body = render_template(
        "events/form.html",
        form=form,
        heading=heading,
        lead=lead,
        submit=submit,
        cancel_href=back,
        is_edit=is_edit,
    )
    return Response(body, 422 if form.problems() else 200)


def _confirm(row: Event, heading: str, text: str, button: str) -> str:
    return render_template(
        "events/confirm.html",
        row=row,
        heading=heading,
        text=text,
        button=button,
        action=request.path,
        back_href=page_url(row),
    )


def _own_event(uuid: str) -> Event:
    """An event of ours that this reader may change; 404 when it cannot even be read, else 403."""
    account = current_account()
    clauses = [Event.uri == objects.object_uri(uuid), *visible(Event, account)]
    row = db.session.scalar(select(Event).where(*clauses))
    if row is None or account is None:
        raise NotFound(_("There is nothing at this address."))
    if not accounts.may_act_as(account, row.actor):
        raise Forbidden(_("Only its author can change an event."))
    return row


def _may_publish_as() -> Sequence[Actor]:
    """The actors this reader may publish as, spaces first."""
    account = current_account()
    choices = accounts.actors_of(account) if account is not None else []
    if not choices:
        raise Forbidden(_("Your account cannot publish anything."), _("Ask an administrator of this site."))
    return sorted(choices, key=lambda actor: actor.type != "Organization")


def _actor_chosen(choices: Sequence[Actor]) -> Actor:
    wanted = request.form.get("actor", "")
    return next((actor for actor in choices if actor.uri == wanted), choices[0])


def _space_of(actor: Actor) -> tuple[dict[str, Any] | None, str]:
    """The place of a space and its zone; nothing of a person, whose address is nobody's business."""
    described = actors.described_row(actor)
    if described is None or actor.type == "Person":
        return None, HOUSE_ZONE
    row = described[1]
    zone = getattr(row, "timezone", "") or ZONE_OF_COUNTRY.get(row.country or "", HOUSE_ZONE)
    return row.place, zone
