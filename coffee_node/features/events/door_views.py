"""The check-in list at the door: search by name, mark who is there, let in who had not registered."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request

from coffee_node.base.errors import CoffeeError
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import desk, door
from coffee_node.features.events.participations import participants
from coffee_node.features.events.registration_panel import events_path
from coffee_node.web.auth import require_account

blueprint = Blueprint("event_door", __name__)


@blueprint.get("/events/<uuid>/check-in")
@require_account
def check_in(uuid: str) -> str:
    """Who has a seat, by name; addresses and answers are for the organiser alone."""
    event = desk.event_at_the_door(uuid)
    wanted = request.args.get("q", "").strip()[:100]
    return render_template(
        "events/check_in.html",
        event=event,
        rows=door.guests(event.uri, wanted),
        figures=door.figures(participants(event.uri)),
        wanted=wanted,
        base=events_path(event),
        is_walk_in=door.is_walk_in,
        is_organiser=desk.is_organiser(event),
    )


@blueprint.post("/events/<uuid>/check-in/<int:row_id>")
@require_account
def mark(uuid: str, row_id: int) -> Any:
    """Note that somebody is there, is not, or that nobody knows."""
    event = desk.event_at_the_door(uuid)
    door.mark(event.uri, row_id, request.form.get("attendance", ""))
    return _back(uuid)


@blueprint.post("/events/<uuid>/check-in")
@require_account
def walk_in(uuid: str) -> Any:
    """Let somebody in who had not registered."""
    event = desk.event_at_the_door(uuid)
    try:
        row = door.walk_in(event.uri, request.form.get("name", ""))
    except CoffeeError as error:
        flash(error.message, "bad")
    else:
        flash(_("%(name)s is in.", name=row.display_name), "ok")
    return _back(uuid)


def _back(uuid: str) -> Any:
    """To the same list, with what was looked for."""
    wanted = request.form.get("q", "").strip()[:100]
    path = f"/events/{uuid}/check-in"
    return redirect(f"{path}?{urlencode({'q': wanted})}" if wanted else path, 303)
