"""Moving: an actor leaves for another id, and its followers go along (Move, FEP-7628).

A move counts only when the new actor names the old one in `alsoKnownAs`; one step, and once in seven days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import db, insert_ignore, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import actors, audience, follows, objects, origin, outbox
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.models import Actor, Follow
from coffee_node.federation.remote_objects import save_actor
from coffee_node.federation.social_models import ActorAlias, ActorMove, FollowNotice

REST = timedelta(days=7)
ALIASES = 20


def receive_move(incoming: Incoming) -> None:
    """Somebody moved: its followers here follow the new actor from now on, and are told."""
    former, target_uri = incoming.sender, vocabulary.id_of(incoming.activity.get("target"))
    if vocabulary.id_of(incoming.object) != former.uri or former.type == "Application":
        raise Ignored("an actor moves itself, and a node does not move this way")
    if not vocabulary.is_web_url(target_uri) or target_uri == former.uri:
        raise Ignored("the Move names no new actor")
    if _has_just_moved(former):
        raise Ignored("it moved less than seven days ago")
    followers = _followers_here(former)
    if not followers:
        raise Ignored("nobody here follows it")
    said = vocabulary.id_of(incoming.document(former.uri).get("movedTo"))
    if said not in ("", target_uri):
        raise Ignored("its own document says that it moved elsewhere")
    target = _target(incoming, former, target_uri)
    save_actor(incoming.document(former.uri), is_relevant=True)
    _remember(former, target.uri)
    carry_over(former, target, followers)


def _has_just_moved(actor: Actor) -> bool:
    moved = move_of(actor)
    return moved is not None and clock.utcnow() - moved.moved_at < REST


def move_of(actor: Actor) -> ActorMove | None:
    """The last move of an actor, ours or another node's."""
    return db.session.scalar(select(ActorMove).where(ActorMove.actor_id == actor.id))


def _followers_here(former: Actor) -> Sequence[Follow]:
    query = (
        select(Follow)
        .join(Actor, Actor.id == Follow.follower_id)
        .where(Follow.target_id == former.id, Follow.state.in_(("requested", "accepted")))
        .where(Actor.host == "", Actor.gone_at.is_(None))
    )
    return db.session.scalars(query.order_by(Follow.id)).all()


def _target(incoming: Incoming, former: Actor, uri: str) -> Actor:
    """The new actor, when it agrees to have been the old one and has not moved on itself."""
    known = actors.find_actor(uri)
    if known is not None and known.is_local:
        if known.gone_at is not None or former.uri not in aliases_of(known):
            raise Ignored("the new actor does not name the old one in alsoKnownAs")
        return known
    origin.refuse_host(uri)
    document = incoming.document(uri)
    _check_target(document, former.uri)
    return save_actor(document, is_relevant=True)


def _check_target(document: dict[str, Any], former_uri: str) -> None:
    if vocabulary.short_type(document.get("type")) not in vocabulary.ACTOR_TYPES:
        raise Ignored("the new address is no actor")
    named = [vocabulary.id_of(value) for value in vocabulary.as_list(document.get("alsoKnownAs"))[:100]]
    if former_uri not in named:
        raise Ignored("the new actor does not name the old one in alsoKnownAs")
    if vocabulary.id_of(document.get("movedTo")):
        raise Ignored("the new actor has moved on itself")


def _remember(actor: Actor, target_uri: str) -> None:
    now = clock.utcnow()
    values = {"actor_id": actor.id, "target_uri": target_uri, "moved_at": now}
    db.session.execute(insert_ignore(ActorMove), [values])
    moved = db.session.scalars(select(ActorMove).where(ActorMove.actor_id == actor.id)).one()
    moved.target_uri, moved.moved_at = target_uri, now


def carry_over(former: Actor, target: Actor, followers: Sequence[Follow]) -> None:
    """Let followers of ours follow the new actor and no longer the old one, each with a notice."""
    for follow in followers:
        follower = follow.follower
        follows.undo_follow(follow)
        if follower.id != target.id:
            follows.request_follow(follower, target)
        db.session.add(
            FollowNotice(follower_id=follower.id, kind="moved", former_id=former.id, target_id=target.id)
        )


def aliases_of(actor: Actor) -> list[str]:
    """The other ids of an actor of ours, as its document names them."""
    query = select(ActorAlias.uri).where(ActorAlias.actor_id == actor.id)
    return list(db.session.scalars(query.order_by(ActorAlias.id)))


def set_aliases(actor: Actor, uris: Sequence[str]) -> None:
    """Say which other ids an actor of ours had or has, and announce it; no ids take all away."""
    wanted = list(dict.fromkeys(uris))
    if len(wanted) > ALIASES or any(not vocabulary.is_web_url(uri) for uri in wanted):
        raise Unprocessable(
            _(
                "An actor has at most %(num)d other addresses, each like https://example.org/name.",
                num=ALIASES,
            )
        )
    with write():
        for row in db.session.scalars(select(ActorAlias).where(ActorAlias.actor_id == actor.id)).all():
            db.session.delete(row)
        db.session.flush()
        db.session.add_all(ActorAlias(actor_id=actor.id, uri=uri) for uri in wanted)
        objects.publish_actor(actor)


def move_to(actor: Actor, target_uri: str) -> str:
    """Move an actor of ours to a new id after asking its server; the id of the Move.

    Unprocessable when the new actor does not agree; afterwards this one publishes nothing any more.
    """
    if not vocabulary.is_web_url(target_uri):
        raise Unprocessable(
            _("%(address)s is not an address.", address=target_uri),
            _("Give the id of the new actor, for example https://example.org/actors/name."),
        )
    known = actors.find_actor(target_uri)
    document = None if known is not None and known.is_local else actors.fetch_actor_document(target_uri)
    return _move(actor, target_uri, document)


def _move(actor: Actor, target_uri: str, document: dict[str, Any] | None) -> str:
    with write():
        if _has_just_moved(actor):
            raise Unprocessable(
                _("%(name)s moved less than seven days ago.", name=actor.name), _("Wait a week.")
            )
        target = _agreed(actor, target_uri, document)
        _remember(actor, target.uri)
        objects.publish_actor(actor)
        to, cc = audience.address(actor, "public")
        move = outbox.publish(actor, "Move", actor.uri, to=to, cc=cc, target=target.uri)
        carry_over(actor, target, _followers_here(actor))
        return move.uri


def _agreed(actor: Actor, target_uri: str, document: dict[str, Any] | None) -> Actor:
    """The new actor; Unprocessable with what to do there when it does not name this one."""
    next_step = _(
        "At the new place, first say that it is the same: coffee-node space edit NAME --also-known-as %(id)s",
        id=actor.uri,
    )
    try:
        if document is not None:
            _check_target(document, actor.uri)
            return save_actor(document, is_relevant=True)
    except Ignored as error:
        told = _("The new address does not name this one as its own, or has moved on itself.")
        raise Unprocessable(told, next_step) from error
    known = actors.find_actor(target_uri)
    if known is None or actor.uri not in aliases_of(known):
        raise Unprocessable(_("The new address does not name this one as its own."), next_step)
    return known
