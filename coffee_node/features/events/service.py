"""What can be done with events: announce, change, cancel and withdraw them, each in one transaction."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import select

from coffee_node.base import i18n
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import organiser_answers, pictures
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import locked_event, participant_inboxes
from coffee_node.federation import actors, objects
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

ON_TIME = ("EventScheduled", "EventRescheduled")
SEATS_AT_ONCE = 200
PLACE_COLUMNS = ("place", "latitude", "longitude", "country")


def announce_event(actor: Actor, values: dict[str, Any], visibility: str = "public") -> Event:
    """Publish a new event; without a place or an online address it is at the space that announces it."""
    values = dict(values)
    _check(values)
    values["join_mode"] = values.get("join_mode") or "free"
    _make_online(values)
    with write():
        _take_from_space(actor, values)
        _name_place(actor, values)
        return _speak_and(values, objects.create_object, event_type(), actor, values, visibility)


def change_event(row: Event, values: dict[str, Any], visibility: str | None = None) -> Event:
    """Publish what is new, also to participants who follow nobody here; more seats go to who waits.

    A start that moved is kept beside the new one, and the end moves along.
    """
    values = dict(values)
    _make_online(values)
    with write():
        _check({"name": row.name, "start_time": row.start_time, "external_url": row.external_url} | values)
        _note_move(row, values)
        if values.get("join_mode") == "":
            del values["join_mode"]
        _name_place(row.actor, values)
        spoken = {"language": row.language} | values
        update = partial(objects.update_object, also_to=participant_inboxes(row.uri))
        _speak_and(spoken, update, event_type(), row, values, visibility)
        organiser_answers.give_free_seats(row)
        return row


def cancel_event(row: Event) -> Event:
    """Tell everybody that it does not take place; it stays to be read."""
    return change_event(row, {"event_status": "EventCancelled"})


def withdraw_event(row: Event) -> None:
    """Take the event away from everywhere it went, and let go of who had registered from elsewhere."""
    with write():
        attachments, owner = row.attachments or [], row.actor
        objects.delete_object(event_type(), row, also_to=participant_inboxes(row.uri))
        pictures.forget_unused(attachments, owner)
        organiser_answers.forget_guests(row.uri)


def tell_seats() -> str:
    """Send one Update of each event whose seats changed since the last run, not one per registration.

    The run of every minute is what holds a storm of registrations down to one Update a minute.
    """
    changed = select(Event).where(Event.seats_changed_at.is_not(None), Event.deleted_at.is_(None))
    told = 0
    for uri in [row.uri for row in db.session.scalars(changed.limit(SEATS_AT_ONCE))]:
        with write():
            row = locked_event(uri)
            if row is None or row.seats_changed_at is None:
                continue
            row.seats_changed_at = None
            _speak_and({"language": row.language}, objects.update_object, event_type(), row, {})
            told += 1
    return f"{told} events told how many seats are left."


def event_type() -> ObjectType:
    """The type as this node registered it; NotFound when events are switched off."""
    found: ObjectType | None = current_node.registry.type_for({"type": "Event"})
    if found is None:
        raise NotFound("This node has no events.", "Enable the feature `events`.")
    return found


def _check(values: dict[str, Any]) -> None:
    problems: dict[str, list[str]] = {}
    if not values.get("name"):
        problems["name"] = [_("Give the event a title.")]
    if values.get("start_time") is None:
        problems["startTime"] = [_("Say when it starts.")]
    if values.get("join_mode") == "external" and not values.get("external_url"):
        problems["externalParticipationUrl"] = [_("Give the address where people register.")]
    if problems:
        raise Unprocessable(_("The event is not complete."), fields=problems)


def _make_online(values: dict[str, Any]) -> None:
    if values.get("online_url"):
        values["is_online"] = True


def _take_from_space(actor: Actor, values: dict[str, Any]) -> None:
    described = actors.described_row(actor)
    space = described[1] if described is not None else None
    if space is None or actor.type != "Organization":
        return
    if not values.get("place") and not values.get("online_url") and not values.get("is_online"):
        values |= {column: getattr(space, column, None) for column in PLACE_COLUMNS}
        values["country"] = values["country"] or ""
    if not values.get("timezone"):
        values["timezone"] = getattr(space, "timezone", "") or ""


def _name_place(actor: Actor, values: dict[str, Any]) -> None:
    """Give the place of the space itself an id, so that others see that all its events are there."""
    described = actors.described_row(actor) if actor.type == "Organization" else None
    own = getattr(described[1], "place", None) if described is not None else None
    if own and values.get("place") and _unnamed(values["place"]) == _unnamed(own):
        values["place"] = {**values["place"], "uri": f"{actor.uri}#place"}


def _unnamed(place: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in place.items() if name != "uri"}


def _note_move(row: Event, values: dict[str, Any]) -> None:
    start = values.get("start_time")
    if start is None or start == row.start_time:
        return
    if "end_time" not in values and row.end_time is not None:
        values["end_time"] = row.end_time + (start - row.start_time)
    values["previous_start_time"] = row.start_time
    if values.get("event_status", row.event_status) in ON_TIME:
        values["event_status"] = "EventRescheduled"


def _speak_and(values: dict[str, Any], publish: Any, *arguments: Any) -> Event:
    """Publish while speaking the language of the event: its one line for other servers is written in it."""
    language = str(values.get("language") or current_node.config.node.language).split("-")[0]
    with i18n.speaking(current_node.catalogues, language):
        event: Event = publish(*arguments)
    return event
