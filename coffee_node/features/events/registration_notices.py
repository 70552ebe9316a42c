"""What people with an account are told of registrations: answers, changes, the day before, new requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import or_, select

from coffee_node.base.contracts import NoticeKind
from coffee_node.base.database import db
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import format_datetime
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.models import Event
from coffee_node.features.events.participations import Participation
from coffee_node.federation import notices
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.models import Actor
from coffee_node.federation.notices import Told
from coffee_node.web.object_views import page_url

KINDS = (
    NoticeKind("event_answer", lazy_("Your registration for an event was answered"), "now", order=10),
    NoticeKind("event_change", lazy_("An event you go to has changed or is cancelled"), "now", order=12),
    NoticeKind("event_reminder", lazy_("The day before an event you go to"), "now", order=14),
    NoticeKind("event_letter", lazy_("An organiser writes to the participants"), "now", order=16),
    NoticeKind("event_request", lazy_("Somebody asks for a seat of your event"), "now", order=18),
)
MINE = "/me/events"


def register(register_kind: Callable[[NoticeKind], None]) -> None:
    """Tell the core what people can be told of."""
    for kind in KINDS:
        register_kind(kind)


def tell_answer(row: Participation) -> None:
    """Tell a person of ours how a registration was answered, inside the caller's write()."""
    accounts = notices.account_of(row.actor) if not row.is_visitor else []
    if not accounts or row.state in ("asked", "left"):
        return
    event = held_event(row.event_uri)
    key = f"event_answer:{row.id}:{row.state}:{row.changed_at.isoformat()}"
    notices.tell(accounts, "event_answer", key, lambda: _answer_words(row, event))


def _answer_words(row: Participation, event: Event | None) -> Told:
    name, url = row.event_name, page_url(event) if event is not None else MINE
    if row.state == "offered" and row.offered_until is not None and event is not None:
        until = f"{format_datetime(row.offered_until, event.zone_name)} ({event.zone_name})"
        text = _("Confirm it until %(when)s; after that it goes to the next person in line.", when=until)
        return Told(_("A seat is free for you: %(event)s", event=name), text, url)
    if row.state == "waiting" and row.place_in_line is not None:
        text = _("On the waiting list, place %(number)d.", number=row.place_in_line)
        return Told(_("Waiting list: %(event)s", event=name), text, url)
    title = {
        "accepted": _("You are in: %(event)s", event=name),
        "waiting": _("Waiting list: %(event)s", event=name),
        "refused": _("No seat: %(event)s", event=name),
        "ignored": _("Registration elsewhere: %(event)s", event=name),
    }[row.state]
    return Told(title, row.reason, url)


def tell_organisers(event: Event, row: Participation) -> None:
    """Tell who may decide that somebody asks for a seat, inside the caller's write()."""
    key = f"event_request:{row.id}:{row.join_uri or row.asked_at.isoformat()}"
    path = f"/events/{event.uri.rsplit('/', 1)[-1]}/participants"

    def words() -> Told:
        title = _("A request waits for your answer: %(event)s", event=event.name)
        return Told(title, _("%(name)s asks for a seat.", name=row.display_name), path)

    notices.tell(organisers_of(event.actor), "event_request", key, words)


def tell_letter(account: Account, event: Event, key: str, subject: str, text: str) -> int:
    """Put a letter of the organiser before somebody's eyes, inside the caller's write()."""

    def words() -> Told:
        return Told(f"{event.name}: {subject}" if subject else event.name, text, page_url(event))

    return notices.tell([account], "event_letter", key, words)


def organisers_of(actor: Actor) -> list[Account]:
    """The accounts that answer for an actor of ours: the person itself, or the managers of a space."""
    managers = select(Membership.account_id).where(
        Membership.space_id == actor.id, Membership.role == "manager"
    )
    query = select(Account).where(or_(Account.actor_id == actor.id, Account.id.in_(managers)))
    return list(db.session.scalars(query.where(Account.disabled_at.is_(None)).order_by(Account.id)))


def held_event(uri: str) -> Event | None:
    """The event as we hold it, None when it is unknown or deleted."""
    query: Any = select(Event).where(Event.uri == uri, Event.deleted_at.is_(None))
    found: Event | None = db.session.scalar(query)
    return found
