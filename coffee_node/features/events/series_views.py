"""The pages of a series: its dates, and its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import series, series_changes
from coffee_node.features.events.form_views import own_event
from coffee_node.features.events.models import Event
from coffee_node.features.events.rhythm_words import rhythm_of
from coffee_node.features.events.series_models import EventOccurrence
from coffee_node.web.auth import require_account
from coffee_node.web.object_views import page_url

blueprint = Blueprint("event_series", __name__)


@blueprint.get("/events/<uuid>/series")
@require_account
def dates(uuid: str) -> str:
    """Every date of a series as its owner sees it."""
    event, occurrence = _in_series(uuid)
    row = occurrence.series
    found = series.occurrences(row)
    query = select(Event).where(Event.uri.in_([one.event_uri for one in found if one.event_uri]))
    return render_template(
        "events/series.html",
        event=event,
        series=row,
        rhythm=rhythm_of(row),
        dates=[(datetime.fromisoformat(one.planned), one) for one in found],
        events={one.uri: one for one in db.session.scalars(query)},
        base=f"/events/{uuid}/series",
        uuid=uuid,
    )


@blueprint.post("/events/<uuid>/series/end")
@require_account
def end(uuid: str) -> Any:
    """Let no more dates follow, and cancel those to come if that is wished."""
    event, _occurrence = _in_series(uuid)
    cancels = request.form.get("rest") == "cancel"
    series_changes.end_series(event, cancels_rest=cancels)
    told = (
        _("The series has ended; the dates to come are cancelled.") if cancels else _("No more dates follow.")
    )
    flash(told, "ok")
    return redirect(f"/events/{uuid}/series" if not event.deleted_at else page_url(event), 303)


def _in_series(uuid: str) -> tuple[Event, EventOccurrence]:
    event = own_event(uuid)
    occurrence = series.occurrence_of(event)
    if occurrence is None:
        raise NotFound(_("This event belongs to no series."))
    return event, occurrence
