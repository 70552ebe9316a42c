"""Blocking single actors: for one person, or by the node actor for the whole node; and being blocked.

Nobody is told by us: a Block of ours leaves the node only with `[federation] send_blocks`, and who is blocked
from elsewhere is not told either (federation.md, 8.6).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import or_, select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import after_commit, db, insert_ignore, write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import audience, domain_policy, follows, objects, outbox, remote_pictures
from coffee_node.federation.actors import actor_or_stub, find_actor, node_uri
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.media_models import RemotePicture
from coffee_node.federation.models import Actor, Delivery, Follow
from coffee_node.federation.moderation_models import ActorBlock
from coffee_node.node import current_node, this_node

PUBLIC_TYPES = frozenset({"Create", "Update", "Announce", "Move"})


def find_block(blocker: Actor, blocked: Actor) -> ActorBlock | None:
    """That one actor blocks another, if it does."""
    query = select(ActorBlock).where(ActorBlock.blocker_id == blocker.id, ActorBlock.blocked_id == blocked.id)
    return db.session.scalar(query)


def blocked_by(blocker: Actor) -> Sequence[ActorBlock]:
    """Whom an actor of ours blocks, newest first."""
    query = select(ActorBlock).where(ActorBlock.blocker_id == blocker.id)
    return db.session.scalars(query.order_by(ActorBlock.id.desc())).all()


def block(blocker: Actor, blocked: Actor) -> str:
    """Let an actor of ours have nothing to do with another any more; the id of the Block.

    The follows between them end as any follow ends: by Undo and Reject.
    """
    if blocked.is_local and (blocked.uri == node_uri() or blocked.id == blocker.id):
        raise Unprocessable(_("This cannot be blocked."), _("Choose somebody else."))
    with write():
        known = find_block(blocker, blocked)
        if known is not None:
            return known.activity_uri
        for follow in _follows_ended_by(blocker, blocked):
            if follow.follower.is_local:
                follows.undo_follow(follow)
            else:
                follows.answer_follow(follow, accept=False)
        uri = outbox.publish(blocker, "Block", blocked.uri, to=_told(blocked), visibility="private").uri
        _note(blocker, blocked, uri)
        if blocker.uri == node_uri():
            remote_pictures.drop_copies(RemotePicture.actor_id == blocked.id)
        return uri


def unblock(blocker: Actor, blocked: Actor) -> str:
    """Take a block of ours back; the id of the Undo. The follows that it ended stay ended."""
    with write():
        known = find_block(blocker, blocked)
        if known is None:
            raise NotFound(_("This is not blocked."))
        document = {"id": known.activity_uri, "type": "Block", "actor": blocker.uri, "object": blocked.uri}
        db.session.delete(known)
        _forget_decisions()
        remote_pictures.want_again(RemotePicture.actor_id == blocked.id)
        return outbox.publish(blocker, "Undo", document, to=_told(blocked), visibility="private").uri


def _told(blocked: Actor) -> list[str]:
    return [blocked.uri] if current_node.config.federation.send_blocks else []


def _follows_ended_by(blocker: Actor, blocked: Actor) -> Sequence[Follow]:
    """The follows between two actors; all that anybody here has with it when the whole node blocks."""
    is_node = blocker.uri == node_uri()
    ours = select(Actor.id).where(Actor.host == "" if is_node else Actor.id == blocker.id)
    query = select(Follow).where(Follow.state.in_(("requested", "accepted")))
    return db.session.scalars(
        query.where(
            or_(
                (Follow.follower_id == blocked.id) & Follow.target_id.in_(ours),
                (Follow.target_id == blocked.id) & Follow.follower_id.in_(ours),
            )
        )
    ).all()


def _note(blocker: Actor, blocked: Actor, activity_uri: str) -> None:
    values = {"blocker_id": blocker.id, "blocked_id": blocked.id, "activity_uri": activity_uri}
    db.session.execute(insert_ignore(ActorBlock), [values])
    _forget_decisions()


def _forget_decisions() -> None:
    node = this_node()
    after_commit(node.decisions.forget)


def receive_block(incoming: Incoming) -> None:
    """Somebody blocks an actor of ours: what was between them ends, and nothing more goes there."""
    sender, target = incoming.sender, find_actor(vocabulary.id_of(incoming.object))
    if target is None or not target.is_local:
        raise Ignored("the blocked actor is not ours")
    for pair in ((sender, target), (target, sender)):
        follow = follows.find_follow(*pair)
        if follow is not None and follow.state in ("requested", "accepted"):
            follows.end_silently(follow)
    _stop_deliveries(sender, target)
    _note(sender, target, incoming.activity["id"])


def _stop_deliveries(blocker: Actor, blocked: Actor) -> None:
    waits = update(Delivery).where(
        Delivery.actor_id == blocked.id, Delivery.inbox == blocker.inbox, Delivery.state == "waiting"
    )
    why = "the recipient has blocked the author"
    db.session.execute(waits.values(state="refused", lease_until=None, last_error=why))


def receive_undo_block(incoming: Incoming) -> None:
    """The sender takes its Block back; follows begin anew only when somebody asks."""
    embedded = incoming.object if isinstance(incoming.object, dict) else {}
    uri, about = vocabulary.id_of(incoming.object), vocabulary.id_of(embedded.get("object"))
    query = (
        select(ActorBlock)
        .join(Actor, Actor.id == ActorBlock.blocked_id)
        .where(ActorBlock.blocker_id == incoming.sender.id)
    )
    known = db.session.scalar(query.where(or_(ActorBlock.activity_uri == uri, Actor.uri == about)))
    if known is None:
        raise Ignored("there is no such Block to take back")
    db.session.delete(known)
    _forget_decisions()


def refuse_unwanted(incoming: Incoming) -> None:
    """Ignored for what a blocked actor sends to nobody but those who block it."""
    if not domain_policy.decided().blockers:
        return
    query = select(Actor.uri).join(ActorBlock, ActorBlock.blocker_id == Actor.id).where(Actor.host == "")
    blockers = set(db.session.scalars(query.where(ActorBlock.blocked_id == incoming.sender.id)))
    if not blockers:
        return
    if node_uri() in blockers or _is_for(incoming, blockers):
        raise Ignored("its sender is blocked by who would receive it")


def _is_for(incoming: Incoming, blockers: Collection[str]) -> bool:
    """Whether it concerns these actors of ours and nobody else here."""
    type_ = vocabulary.short_type(incoming.activity.get("type"))
    if type_ in ("Undo", "Block", "Delete", "Join", "Leave"):
        return False
    concerned = {uri for uri in audience.recipients_of(incoming.activity) if _is_ours(uri)}
    owner = _owner_here(vocabulary.id_of(incoming.object))
    if owner:
        concerned.add(owner)
    if type_ in PUBLIC_TYPES and any(
        vocabulary.is_public(uri) or uri == incoming.sender.followers
        for uri in audience.recipients_of(incoming.activity)
    ):
        return False
    return bool(concerned) and concerned <= set(blockers)


def _is_ours(uri: str) -> bool:
    return vocabulary.host_of(uri) == current_node.config.host


def _owner_here(uri: str) -> str:
    """The actor of ours that an id is, or whose object it is."""
    if not _is_ours(uri):
        return ""
    if find_actor(uri) is not None:
        return uri
    found = objects.find_object(uri)
    return str(found[1].actor.uri) if found is not None else ""


def client_block(actor: Actor, activity: dict[str, Any]) -> str:
    """A Block posted by a client of ours."""
    uri = vocabulary.id_of(activity.get("object"))
    if not uri:
        raise Unprocessable("A Block needs the id of an actor as its object.")
    with write():
        return block(actor, actor_or_stub(uri))


def client_unblock(actor: Actor, activity: dict[str, Any]) -> str:
    """An Undo of a Block posted by a client of ours."""
    uri = vocabulary.id_of(activity.get("object"))
    query = select(ActorBlock).where(ActorBlock.blocker_id == actor.id, ActorBlock.activity_uri == uri)
    known = db.session.scalar(query)
    if known is None:
        raise NotFound("No Block with this id is known here.", "Give the id of the Block as the object.")
    return unblock(actor, known.blocked)
