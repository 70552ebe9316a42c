"""The pages on which events are written, changed, cancelled and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from markupsafe import Markup

from coffee_node.base import clock, html
from coffee_node.base.errors import Forbidden, InvalidDocument, Unprocessable
from coffee_node.base.i18n import current_language
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import drafts, publishing, series, series_changes, service
from coffee_node.features.events.forms import FIELD_OF_PROPERTY, place_fields
from coffee_node.features.events.models import ZONE_OF_COUNTRY, Event
from coffee_node.features.events.publishing import Written
from coffee_node.features.events.series_forms import WholeEventForm, all_fields_of
from coffee_node.features.events.series_models import EventDraft, EventOccurrence
from coffee_node.federation import accounts, actors
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.forms import keeps_form, tidy
from coffee_node.web.language import HOUSE_ZONE
from coffee_node.web.object_views import page_url
from coffee_node.web.own_rows import own_row

blueprint = Blueprint("event_forms", __name__)


@blueprint.route("/events/new", methods=["GET", "POST"])
@keeps_form
@require_account
def write_event() -> Any:
    """The form of a new event, at the place of the space, or as a copy or a draft says."""
    choices = _may_publish_as()
    author = _actor_chosen(choices)
    place, zone = _space_of(author)
    start = {"actor": author.uri, "language": current_language.get(), **place_fields(place)}
    draft = drafts.find_draft(current_account(), request.args.get("draft", ""))
    opened = {"formdata": drafts.typed(draft)} if draft is not None and request.method == "GET" else {}
    source = own_event(request.args["copy"]) if request.args.get("copy") else None
    form = WholeEventForm(**opened, data=start | _copied(source))
    form.offer(choices, zone)
    if request.method == "POST" and "preview" in request.form:
        return _show_form(form, _("New event"), _("Publish"), "/events", draft=draft, preview=_preview(form))
    if request.method == "POST":
        is_valid = form.validate()
        # A draft may be wrong in every field, but it must come from this page.
        if "draft" in request.form and not form.form_errors:
            kept = drafts.keep(current_account(), draft, request.form)
            flash(_("Put aside. Nobody else sees it."), "ok")
            copy = f"&copy={request.args['copy']}" if source is not None else ""
            return redirect(f"/events/new?draft={kept.id}{copy}", 303)
        row = _published(form, author, place, draft, source) if is_valid else None
        if row is not None:
            flash(_("Published. Your partners will have it in a few seconds."), "ok")
            return redirect(page_url(row), 303)
    return _show_form(form, _("New event"), _("Publish"), "/events", draft=draft)


@blueprint.post("/events/drafts/<number>/delete")
@require_account
def delete_draft(number: str) -> Any:
    """Let go of a draft."""
    draft = drafts.find_draft(current_account(), number)
    drafts.delete_draft(draft)
    flash(_("The draft is deleted."), "ok")
    return redirect("/events/new", 303)


def _preview(form: WholeEventForm) -> Markup:
    """The text as its readers will see it; the rest of the form is short enough to be read in it."""
    # The renderer sanitises what it makes.
    return Markup(html.markdown(tidy(form.content.data)))  # noqa: S704


def _published(
    form: WholeEventForm,
    author: Actor,
    place: dict[str, Any] | None,
    draft: EventDraft | None,
    source: Event | None,
) -> Event | None:
    """The event, or the first one of its series; None when something has to be corrected."""
    rhythm, left_out = form.rhythm(), form.days_left_out()
    values = form.read([place])
    if values is None or form.problems():
        return None
    written = Written(values, form.visibility.data, rhythm, left_out, form.picture_change())
    try:
        return publishing.publish(author, written, draft, source)
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error, FIELD_OF_PROPERTY)
        return None


def _copied(row: Event | None) -> dict[str, Any]:
    """What an event of ours says, a week later or on the next such weekday; nothing without one."""
    if row is None:
        return {}
    fields = all_fields_of(row)
    day = row.starts.date()
    weeks = max(1, (clock.utcnow().date() - day).days // 7 + 1)
    later = (day + timedelta(weeks=weeks)).isoformat()
    fields.pop("picture")
    return fields | {"start_day": later, "end_day": "", "join_until_day": "", "actor": row.actor.uri}


@blueprint.route("/events/<uuid>/edit", methods=["GET", "POST"])
@keeps_form
@require_account
def edit_event(uuid: str) -> Any:
    """The form of an event of ours, filled with what it says now."""
    row = own_event(uuid)
    before = all_fields_of(row)
    form = WholeEventForm(data={"actor": row.actor.uri, **before})
    form.offer([row.actor], row.zone_name)
    occurrence = series.occurrence_of(row)
    if occurrence is not None and request.method == "GET":
        form.show_rhythm(series_changes.rhythm_from(occurrence))
    if request.method == "POST" and form.validate() and _changed(form, row, before, occurrence):
        flash(_("Saved. Your partners will have it in a few seconds."), "ok")
        return redirect(page_url(row), 303)
    return _show_form(form, _("Change the event"), _("Save"), page_url(row), row=row, occurrence=occurrence)


def _changed(
    form: WholeEventForm, row: Event, before: dict[str, Any], occurrence: EventOccurrence | None
) -> bool:
    """Whether the change is published; False when something has to be corrected."""
    reach: series_changes.Reach = form.reach.data if occurrence is not None else "this"
    rhythm = form.rhythm() if reach != "this" else None
    if reach != "this" and rhythm is None and not form.problems():
        form.add_error("repeat", _("Say how it recurs, or change this date only."))
    values = form.read([row.place, _space_of(row.actor)[0]])
    if values is None or form.problems():
        return False
    if rhythm is None:
        values = form.changed(values, before)
    written = Written(values, form.visibility.data, rhythm, picture=form.picture_change())
    try:
        publishing.change(row, written, reach)
    except (Unprocessable, InvalidDocument) as error:
        form.take_errors(error, FIELD_OF_PROPERTY)
        return False
    return True


@blueprint.route("/events/<uuid>/cancel", methods=["GET", "POST"])
@require_account
def cancel_event(uuid: str) -> Any:
    """Ask, then tell everybody that the event does not take place."""
    row = own_event(uuid)
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
    row = own_event(uuid)
    if request.method == "POST":
        service.withdraw_event(row)
        flash(_("The event is deleted here, and everybody who has it is asked to delete it."), "ok")
        return redirect("/events", 303)
    text = _("It disappears here and from every site that received it. This cannot be undone.")
    return _confirm(row, _("Delete this event?"), text, _("Delete"))


def _show_form(form: WholeEventForm, heading: str, submit: str, back: str, **more: Any) -> Response:
    row = more.get("row")
    body = render_template(
        "events/form.html",
        form=form,
        heading=heading,
        lead=_("It goes to your partners, to everybody who follows you, and into calendars."),
        submit=submit,
        cancel_href=back,
        is_edit=row is not None,
        drafts=drafts.drafts_of(current_account()) if row is None else [],
        **more,
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


def own_event(uuid: str) -> Event:
    """An event of ours that this reader may change; 404 when it cannot even be read, else 403."""
    row: Event = own_row(Event, uuid)
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
