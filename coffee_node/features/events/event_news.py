"""News for who goes to an event, of ours or another node's: it moved, it is cancelled, it is tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from coffee_node.activitypub.vocabulary import id_of, short_type
from coffee_node.base import clock
from coffee_node.base.database import db, write
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import visitor_mails
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import STANDING, Participation, facts_of
from coffee_node.features.events.registration_notices import MINE, held_event
from coffee_node.features.events.schemas import when_line
from coffee_node.federation import notices
from coffee_node.federation.models import Actor
from coffee_node.federation.notices import Told
from coffee_node.web.object_views import page_url

WITHDRAWN = {"withdrawn": True}
DAY = timedelta(days=1)
AT_ONCE = 200


def hear(activity: Mapping[str, Any]) -> None:
    """Tell participants of ours what an Update or Delete of an event changes for them."""
    if activity.get("type") not in ("Update", "Delete"):
        return
    about = activity.get("object")
    if isinstance(about, Mapping) and short_type(about.get("type")) not in ("Event", "Tombstone"):
        return
    uri = id_of(about)
    if not uri or db.session.scalar(_here(uri).limit(1)) is None:
        return
    with write():
        tell_changes(uri)


def tell_changes(event_uri: str) -> int:
    """Tell everybody here and every visitor what they have not been told yet; inside the caller's write()."""
    event = held_event(event_uri)
    facts = facts_of(event) if event is not None else WITHDRAWN
    told = 0
    for row in db.session.scalars(_here(event_uri)).all():
        before, row.told = row.told, facts
        if before in ({}, facts):
            continue
        if facts.get("start") != before.get("start"):
            row.reminded_at = None
        told += 1
        _tell_change(event, row, before)
    return told


def _here(event_uri: str) -> Select[Any]:
    query = select(Participation).outerjoin(Actor, Actor.id == Participation.actor_id)
    here = or_(Participation.visitor_id.is_not(None), Actor.host == "")
    return query.where(Participation.event_uri == event_uri, Participation.state.in_(STANDING), here)


def _tell_change(event: Event | None, row: Participation, before: Mapping[str, Any]) -> None:
    if row.is_visitor:
        if event is None or row.visitor is None:
            return
        with visitor_mails.speaking(row.visitor.language):
            said = _change_words(event, row, before)
            visitor_mails.send(event, row, said.title, [said.text], is_in_calendar=row.state == "accepted")
        return
    key = f"event_change:{row.id}:{clock.utcnow().isoformat()}"
    notices.tell(
        notices.account_of(row.actor), "event_change", key, lambda: _change_words(event, row, before)
    )


def _change_words(event: Event | None, row: Participation, before: Mapping[str, Any]) -> Told:
    if event is None:
        text = _("The organiser has withdrawn this event.")
        return Told(_("Withdrawn: %(event)s", event=row.event_name), text, MINE)
    name, now, url = event.name, facts_of(event), page_url(event)
    if now["cancelled"]:
        text = _("The organiser has cancelled it. You need not do anything.")
        return Told(_("Cancelled: %(event)s", event=name), text, url)
    if before.get("cancelled"):
        return Told(_("It takes place after all: %(event)s", event=name), when_line(event), url)
    if now["start"] != before.get("start"):
        text = _(
            "It now starts: %(when)s. If you cannot come then, give your seat back.", when=when_line(event)
        )
        return Told(_("New date: %(event)s", event=name), text, url)
    if now["place"] != before.get("place") or now["online"] != before.get("online"):
        where = event.place_line or event.online_url or _("online")
        return Told(_("New place: %(event)s", event=name), where, url)
    return Told(_("New time: %(event)s", event=name), when_line(event), url)


def remind() -> str:
    """Tell everybody here who goes to an event within a day, once; who registered within that day knows."""
    now = clock.utcnow()
    due = (
        select(Participation, Event)
        .join(Event, Event.uri == Participation.event_uri)
        .outerjoin(Actor, Actor.id == Participation.actor_id)
        .where(Event.start_time > now, Event.start_time <= now + DAY, Event.deleted_at.is_(None))
        .where(Event.event_status != "EventCancelled")
        .where(Participation.state == "accepted", Participation.reminded_at.is_(None))
        .where(or_(Participation.visitor_id.is_not(None), Actor.host == ""))
    )
    reminded = 0
    while True:
        with write():
            found = db.session.execute(due.limit(AT_ONCE)).all()
            for row, event in found:
                row.reminded_at = now
                if row.changed_at < event.start_time - DAY:
                    _remind_one(event, row)
                    reminded += 1
        if len(found) < AT_ONCE:
            return f"{reminded} people reminded of an event."


def _remind_one(event: Event, row: Participation) -> None:
    if row.is_visitor and row.visitor is not None:
        with visitor_mails.speaking(row.visitor.language):
            said = _reminder(event)
            visitor_mails.send(event, row, said.title, [_if_not()], is_in_calendar=True)
    elif not row.is_visitor:
        key = f"event_reminder:{row.id}:{event.start_time.isoformat()}"
        notices.tell(notices.account_of(row.actor), "event_reminder", key, lambda: _reminder(event))


def _reminder(event: Event) -> Told:
    place = event.place_line or event.online_url
    text = f"{when_line(event)}\n{place}" if place else when_line(event)
    return Told(_("Soon: %(event)s", event=event.name), f"{text}\n{_if_not()}", page_url(event))


def _if_not() -> str:
    return _("If you cannot come, give your seat back: somebody else may be waiting for it.")
