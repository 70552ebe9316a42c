"""Events of two spaces: the owner asks a second space, which organises with it once it has accepted.

The Invite names the second space as its object and the event as its target. The event keeps one owner in
`attributedTo`; `organizers` names the second space from its Accept on, until either of them takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select

from coffee_node.activitypub.vocabulary import id_of
from coffee_node.base import clock
from coffee_node.base.contracts import NoticeKind
from coffee_node.base.database import db, write
from coffee_node.base.errors import Conflict, Unprocessable
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import service, wire_fields
from coffee_node.features.events.models import Event
from coffee_node.features.events.registration_notices import organisers_of
from coffee_node.features.events.series_models import CoOrganiser
from coffee_node.federation import audience, notices, outbox
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor
from coffee_node.federation.notices import Told

NOTICE = NoticeKind(
    "event_partner", lazy_("A place asks yours to organise an event together"), "now", order=17
)
PAGE = "/me/partners"
STANDING = ("asked", "accepted")
MOST = 5


def invite(event: Event, space: Actor) -> CoOrganiser:
    """Ask a second space to organise an event of ours; it is told by an Invite."""
    with write():
        _check(event, space)
        row = _find(event.uri, space)
        if row is not None and row.state in STANDING:
            raise Conflict(_("This place was asked already."), _("Look at the page of the event."))
        activity = outbox.publish(
            event.actor,
            "Invite",
            space.uri,
            to=[space.uri],
            visibility="private",
            target=event.uri,
            name=event.name,
        )
        return _keep(row, event.uri, event.name, event.actor.uri, space, activity.uri)


def _check(event: Event, space: Actor) -> None:
    if space.type != "Organization" or space.gone_at is not None or not space.is_met:
        raise Unprocessable(_("Only a place or an organisation can organise with you."))
    if space.id == event.actor_id:
        raise Unprocessable(_("This place organises the event already."))
    if not space.is_local and event.visibility not in ("public", "network"):
        raise Unprocessable(_("Only this place may see the event; a place elsewhere could not read it."))
    if not space.is_local and space.host not in audience.partner_hosts():
        raise Unprocessable(_("Only places of your partners can be asked."))
    if event.is_cancelled or event.is_past:
        raise Unprocessable(_("The event is over or cancelled."))
    asked = select(CoOrganiser.id).where(CoOrganiser.event_uri == event.uri, CoOrganiser.state.in_(STANDING))
    if len(db.session.scalars(asked).all()) >= MOST:
        raise Unprocessable(_("At most %(most)d places can be asked.", most=MOST))


def withdraw(event: Event, row: CoOrganiser) -> str:
    """The owner takes the question, or the second space, back; the id of the Undo."""
    with write():
        db.session.refresh(row)
        if row.state not in STANDING:
            raise Conflict(_("This was taken back or refused already."))
        document = {
            "id": row.invite_uri,
            "type": "Invite",
            "actor": event.actor.uri,
            "object": row.actor.uri,
            "target": event.uri,
        }
        activity = outbox.publish(event.actor, "Undo", document, to=[row.actor.uri], visibility="private")
        _move(row, "withdrawn")
        show_organisers(event)
        return activity.uri


def answer(row: CoOrganiser, *, accept: bool) -> str:
    """The second space of ours agrees, refuses, or leaves later; the id of its answer."""
    with write():
        db.session.refresh(row)
        if row.state not in STANDING or (accept and row.state == "accepted"):
            raise Conflict(_("This question was answered or taken back already."))
        document = {
            "id": row.invite_uri,
            "type": "Invite",
            "actor": row.owner_uri,
            "object": row.actor.uri,
            "target": row.event_uri,
        }
        type_ = "Accept" if accept else "Reject"
        activity = outbox.publish(row.actor, type_, document, to=[row.owner_uri], visibility="private")
        _move(row, "accepted" if accept else "refused")
        return activity.uri


def receive_invite(owner: Actor, space: Actor, event_uri: str, name: str, invite_uri: str) -> None:
    """An owner asks a space of ours; its managers are told. Inside the worker's transaction."""
    row = _keep(_find(event_uri, space), event_uri, name, owner.uri, space, invite_uri)

    def words() -> Told:
        title = _("Organise together: %(event)s", event=row.event_name)
        text = _("%(owner)s asks %(space)s to organise it too.", owner=owner.name, space=space.name)
        return Told(title, text, PAGE)

    notices.tell(organisers_of(space), NOTICE.name, f"event_partner:{invite_uri}", words)


def receive_answer(row: CoOrganiser, *, accept: bool) -> None:
    """The second space answered an Invite of ours."""
    event = own_event(row.event_uri)
    _move(row, "accepted" if accept else "refused")
    if event is not None:
        show_organisers(event)


def receive_undo(row: CoOrganiser) -> None:
    """The owner took its Invite back."""
    _move(row, "withdrawn")


def show_organisers(event: Event) -> None:
    """Publish who organises an event of ours now, when that has changed; inside the caller's write()."""
    found = [event.actor.uri, *(row.actor.uri for row in co_organisers_of(event.uri, "accepted"))]
    if found != (event.organizers or [event.actor.uri]):
        service.change_event(event, {"organizers": found})


def co_organisers_of(event_uri: str, *states: str) -> Sequence[CoOrganiser]:
    """The second spaces of an event, in the order in which they were asked."""
    query = select(CoOrganiser).where(CoOrganiser.event_uri == event_uri)
    if states:
        query = query.where(CoOrganiser.state.in_(states))
    return db.session.scalars(query.order_by(CoOrganiser.id)).all()


def questions_to(spaces: Sequence[Actor]) -> Sequence[CoOrganiser]:
    """What spaces of ours were asked, the last first."""
    ids = [space.id for space in spaces]
    query = select(CoOrganiser).where(CoOrganiser.actor_id.in_(ids))
    return db.session.scalars(query.order_by(CoOrganiser.changed_at.desc()).limit(100)).all()


def organised_by(uri: str) -> ColumnElement[bool]:
    """The where-clause of the events that an actor announces, or organises as the second one."""
    own = Event.actor_id.in_(select(Actor.id).where(Actor.uri == uri))
    joined = select(CoOrganiser.event_uri).join(Actor, Actor.id == CoOrganiser.actor_id)
    return own | Event.uri.in_(joined.where(Actor.uri == uri, CoOrganiser.state == "accepted"))


def organisers_shown(event: Event) -> list[Actor]:
    """Everybody who organises an event and is known here, its owner first."""
    named = [find_actor(uri) for uri in event.organizers or () if uri != event.actor.uri]
    return [event.actor, *(actor for actor in named if actor is not None and actor.gone_at is None)]


def partners_in(documents: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The events of a list that several organise: their ids, and the others who are known here."""
    others = {id_of(document): wire_fields.partners_in(document) for document in documents}
    wanted = {uri for uris in others.values() for uri in uris}
    if not wanted:
        return
    query = select(Actor.uri, Actor.name, Actor.slug).where(Actor.uri.in_(wanted), Actor.gone_at.is_(None))
    names = {uri: name or slug for uri, name, slug in db.session.execute(query)}
    for event, uris in others.items():
        known = [names[uri] for uri in uris if uri in names]
        if known:
            yield event, ", ".join(known)


def own_event(uri: str) -> Event | None:
    """An event of ours that is not deleted."""
    found = and_(Event.uri == uri, Event.origin == "", Event.deleted_at.is_(None))
    return db.session.scalar(select(Event).where(found))


def find_invite(invite_uri: str) -> CoOrganiser | None:
    """What an Invite made."""
    return db.session.scalar(select(CoOrganiser).where(CoOrganiser.invite_uri == invite_uri))


def forget_departed(activity: dict[str, Any], actor_uri: str) -> None:
    """Let go of a second space, or of an owner, that deleted itself."""
    if activity.get("type") == "Delete" and activity.get("object") == actor_uri:
        forget(actor_uri)


def forget(actor_uri: str) -> None:
    """Erase what somebody who is gone asked, and leave what it organised with others."""
    with write():
        db.session.execute(delete(CoOrganiser).where(CoOrganiser.owner_uri == actor_uri))
        query = select(CoOrganiser).join(Actor).where(Actor.uri == actor_uri, CoOrganiser.state.in_(STANDING))
        for row in db.session.scalars(query).all():
            receive_answer(row, accept=False)


def _find(event_uri: str, space: Actor) -> CoOrganiser | None:
    query = select(CoOrganiser).where(CoOrganiser.event_uri == event_uri, CoOrganiser.actor_id == space.id)
    return db.session.scalar(query)


def _keep(
    row: CoOrganiser | None, event_uri: str, name: str, owner_uri: str, space: Actor, invite_uri: str
) -> CoOrganiser:
    if row is None:
        row = CoOrganiser(event_uri=event_uri, actor=space)
        db.session.add(row)
    if row.owner_uri and row.owner_uri != owner_uri:
        raise Ignored("somebody else invited to this event")
    row.event_name, row.owner_uri, row.invite_uri = name[:300], owner_uri, invite_uri
    _move(row, "asked")
    return row


def _move(row: CoOrganiser, state: str) -> None:
    row.state = state
    row.changed_at = clock.utcnow()
    db.session.flush()
