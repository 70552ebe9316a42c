"""What an Invite to organise together, its answers and its Undo do on arrival or when a client posts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coffee_node.activitypub.vocabulary import id_of, same_host, short_type
from coffee_node.base.contracts import ActorRef
from coffee_node.base.errors import InvalidDocument, NotFound
from coffee_node.base.html import plain_text
from coffee_node.features.events import co_organisers
from coffee_node.features.events.registration_notices import held_event
from coffee_node.features.events.series_models import CoOrganiser
from coffee_node.federation import audience
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor


def register_handlers(register: Callable[..., None]) -> None:
    """Tell the core who acts on which activity, and who sends it."""
    register("Invite", receive_invite, sends=send_invite)
    register("Undo", receive_undo, of="Invite", sends=send_undo)
    for type_ in ("Accept", "Reject"):
        register(type_, receive_answer, of="Invite", sends=send_answer)


def receive_invite(activity: dict[str, Any], actor: ActorRef) -> None:
    """The owner of an event asks a space of ours to organise it too."""
    owner, space = _actor(actor), find_actor(id_of(activity.get("object")))
    uri, invite_uri = id_of(activity.get("target")), id_of(activity)
    if space is None or not space.is_local or space.type != "Organization" or space.gone_at is not None:
        raise Ignored("it invites no organisation of ours")
    if not uri or not same_host(uri, owner.uri) or not invite_uri:
        raise Ignored("the event it names is not the sender's")
    if not owner.is_local and owner.host not in audience.partner_hosts():
        raise Ignored("only partners ask for this")
    event = held_event(uri)
    if event is not None and event.actor_id != owner.id:
        raise Ignored("only its owner invites to an event")
    name = event.name if event is not None else plain_text(str(activity.get("name") or ""))[:300]
    known = co_organisers.find_invite(invite_uri)
    # Where both spaces live here they share the row: what is left to do is to tell the managers.
    if known is not None and (not owner.is_local or known.state != "asked"):
        raise Ignored("this Invite is known")
    co_organisers.receive_invite(owner, space, uri, name, invite_uri)


def receive_answer(activity: dict[str, Any], actor: ActorRef) -> None:
    """The invited space agrees or refuses; the core has checked that exactly it was asked."""
    row = co_organisers.find_invite(id_of(activity["object"]))
    if row is None or row.actor.uri != actor.uri:
        raise Ignored("this Invite was replaced by a newer one")
    if row.state == "withdrawn":
        raise Ignored("the Invite was taken back meanwhile")
    co_organisers.receive_answer(row, accept=short_type(activity.get("type")) == "Accept")


def receive_undo(activity: dict[str, Any], actor: ActorRef) -> None:
    """The owner takes its Invite back."""
    row = co_organisers.find_invite(id_of(activity["object"]))
    if row is None or row.owner_uri != actor.uri:
        raise Ignored("there is no such Invite to take back")
    co_organisers.receive_undo(row)


def send_invite(actor: ActorRef, activity: dict[str, Any]) -> str:
    """A client of ours asks a second space."""
    event = co_organisers.own_event(id_of(activity.get("target")))
    space = find_actor(id_of(activity.get("object")))
    if event is None or event.actor.uri != actor.uri:
        raise NotFound("This actor has no such event.", "Give the id of the event as the target.")
    if space is None:
        raise InvalidDocument("An Invite needs the id of a known space as its object.")
    return co_organisers.invite(event, space).invite_uri


def send_undo(actor: ActorRef, activity: dict[str, Any]) -> str:
    """A client of ours takes an Invite back."""
    row = _row(activity)
    event = co_organisers.own_event(row.event_uri)
    if event is None or row.owner_uri != actor.uri:
        raise NotFound("This actor sent no such Invite.", "Give the id of the Invite as the object.")
    return co_organisers.withdraw(event, row)


def send_answer(actor: ActorRef, activity: dict[str, Any]) -> str:
    """A space of ours answers an Invite."""
    row = _row(activity)
    if row.actor.uri != actor.uri:
        raise NotFound("This actor got no such Invite.", "Give the id of the Invite as the object.")
    return co_organisers.answer(row, accept=short_type(activity.get("type")) == "Accept")


def _row(activity: dict[str, Any]) -> CoOrganiser:
    row = co_organisers.find_invite(id_of(activity.get("object")))
    if row is None:
        raise NotFound("No Invite with this id is known here.", "Give the id of the Invite as the object.")
    return row


def _actor(actor: ActorRef) -> Actor:
    found = find_actor(actor.uri)
    if found is None:
        raise Ignored("the sender is not known any more")
    return found
