"""Follows between any two actors: asking, answering, ending - and the partnership of two nodes.

States of a follow: requested -> accepted | rejected | undone (federation.md, section 7).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, insert_ignore, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import (
    actors,
    domain_policy,
    follow_notices,
    follower_digests,
    outbox,
    remote_pictures,
)
from coffee_node.federation.models import Activity, Actor, Delivery, Follow
from coffee_node.federation.peer_models import Backfill, Peer
from coffee_node.federation.social_models import FollowNotice
from coffee_node.node import current_node, this_node


def find_follow(follower: Actor, target: Actor) -> Follow | None:
    """The one relation between two actors, whatever its state."""
    query = select(Follow).where(Follow.follower_id == follower.id, Follow.target_id == target.id)
    return db.session.scalar(query)


def requests_to(actor: Actor) -> Sequence[Follow]:
    """Who asks to follow an actor of ours and waits for an answer, oldest first."""
    query = select(Follow).where(Follow.target_id == actor.id, Follow.state == "requested")
    return db.session.scalars(query.order_by(Follow.id)).all()


def followed_by(actor: Actor) -> Sequence[Follow]:
    """Whom an actor follows or has asked to follow, oldest first."""
    query = select(Follow).where(Follow.follower_id == actor.id)
    return db.session.scalars(
        query.where(Follow.state.in_(("requested", "accepted"))).order_by(Follow.id)
    ).all()


def notices_for(actor: Actor) -> Sequence[FollowNotice]:
    """What happened to the follows of somebody here without their doing, newest first."""
    query = select(FollowNotice).where(FollowNotice.follower_id == actor.id)
    return db.session.scalars(query.order_by(FollowNotice.id.desc()).limit(20)).all()


def dismiss_notice(actor: Actor, notice_id: int) -> None:
    """Put a notice away; one that is gone or somebody else's is left alone."""
    with write():
        mine = delete(FollowNotice).where(FollowNotice.follower_id == actor.id)
        db.session.execute(mine.where(FollowNotice.id == notice_id))


def problems_of(actor: Actor) -> dict[int, str]:
    """What went wrong on the way, by follow, where the other side has not answered."""
    query = (
        select(Follow.id, Delivery.last_error)
        .join(Activity, Activity.uri == Follow.activity_uri)
        .join(Delivery, Delivery.activity_id == Activity.id)
        .where(Follow.follower_id == actor.id, Follow.state == "requested", Delivery.last_error != "")
    )
    return {follow_id: error for follow_id, error in db.session.execute(query)}


def request_follow(follower: Actor, target: Actor) -> Follow:
    """Send a Follow from an actor of ours; a follow that stands is left alone."""
    if follower.uri == target.uri:
        raise Unprocessable(_("Nobody can follow themselves."), _("Choose somebody else."))
    domain_policy.refuse_to_ask(target.host)
    with write():
        follow = find_follow(follower, target) or Follow(follower=follower, target=target, state="undone")
        db.session.add(follow)
        if follow.state == "accepted":
            return follow
        follow.state = "requested"
        activity = outbox.publish(follower, "Follow", target.uri, to=[target.uri], visibility="private")
        follow.activity_uri = activity.uri
        return follow


def undo_follow(follow: Follow) -> None:
    """Stop following: Undo with the whole Follow inside, for servers that need it."""
    with write():
        _refuse_ended(follow)
        outbox.publish(
            follow.follower, "Undo", _follow_document(follow), to=[follow.target.uri], visibility="private"
        )
        follow.state = "undone"
        _followers_changed(follow)


def end_follow(follow: Follow) -> None:
    """A follow of somebody here that the other side does not have any more; the follower is told."""
    follow.state = "rejected"
    follow.answered_at = clock.utcnow()
    db.session.flush()
    _followers_changed(follow)
    db.session.add(FollowNotice(follower_id=follow.follower_id, kind="ended", former_id=follow.target_id))


def end_silently(follow: Follow) -> None:
    """A follow that ends because one side is suspended or has blocked the other: nobody is told."""
    follow.state = "rejected" if follow.target.is_local else "undone"
    follow.answered_at = clock.utcnow()
    db.session.flush()
    _followers_changed(follow)


def tell_ended(follow: Follow) -> None:
    """Tell the other side, when it can be told again, of a follow that has ended silently."""
    if follow.follower.is_local:
        type_, author, to = "Undo", follow.follower, follow.target
    else:
        type_, author, to = "Reject", follow.target, follow.follower
    outbox.publish(author, type_, _follow_document(follow), to=[to.uri], visibility="private")


def take_back_unknown(follower: Actor, target: Actor) -> None:
    """Send an Undo for a follow that the other side lists and that does not stand here (FEP-8fcf)."""
    known = find_follow(follower, target)
    uri = known.activity_uri if known is not None and known.activity_uri else outbox.new_activity_uri()
    follow = {"id": uri, "type": "Follow", "actor": follower.uri, "object": target.uri}
    outbox.publish(follower, "Undo", follow, to=[target.uri], visibility="private")


def answer_follow(follow: Follow, *, accept: bool) -> None:
    """Accept or reject somebody who asked to follow an actor of ours."""
    with write():
        _refuse_ended(follow)
        _answer(follow, "accepted" if accept else "rejected")


def _refuse_ended(follow: Follow) -> None:
    if follow.state in ("undone", "rejected"):
        raise Unprocessable(_("This request was already answered."))


def _answer(follow: Follow, state: str) -> None:
    follow.state = state
    follow.answered_at = clock.utcnow()
    db.session.flush()
    _followers_changed(follow)
    outbox.publish(
        follow.target,
        "Accept" if state == "accepted" else "Reject",
        _follow_document(follow),
        to=[follow.follower.uri],
        visibility="private",
    )
    if state == "accepted" and _are_nodes(follow):
        _follow_back(follow)


def _follow_document(follow: Follow) -> dict[str, Any]:
    return {
        "id": follow.activity_uri,
        "type": "Follow",
        "actor": follow.follower.uri,
        "object": follow.target.uri,
    }


def _are_nodes(follow: Follow) -> bool:
    return follow.target.uri == actors.node_uri() and follow.follower.type == "Application"


def _follow_back(follow: Follow) -> None:
    """Partners follow each other: who is accepted is asked in return, at once."""
    back = find_follow(follow.target, follow.follower)
    if back is None or back.state in ("rejected", "undone"):
        request_follow(follow.target, follow.follower)


def _followers_changed(follow: Follow) -> None:
    target = follow.target
    query = select(func.count()).where(Follow.target_id == target.id, Follow.state == "accepted")
    target.followers_count = db.session.scalar(query) or 0
    follower_digests.forget(follow)


def receive_follow(activity: dict[str, Any], follower: Actor, target: Actor) -> None:
    """A Follow of an actor of ours: answered at once where nobody has to decide."""
    follow = find_follow(follower, target)
    if follow is None:
        follow = Follow(follower=follower, target=target, state="requested")
        db.session.add(follow)
    if _are_nodes(follow):
        _note_node(follower)
    was_accepted = follow.state == "accepted"
    follow.activity_uri = activity["id"]
    follow.state = "accepted" if was_accepted else "requested"
    db.session.flush()
    if was_accepted or _accepts_by_itself(follow):
        _answer(follow, "accepted")
    if not was_accepted:
        follow_notices.tell_followed(follow)


def _note_node(actor: Actor) -> None:
    """Show the node that asks among the peers, before anybody has answered it."""
    db.session.execute(insert_ignore(Peer), [{"host": actor.host}])
    peer = db.session.scalars(select(Peer).where(Peer.host == actor.host)).one()
    peer.name = peer.name or actor.name
    if peer.node_actor_id is None:
        peer.node_actor_id = actor.id


def _accepts_by_itself(follow: Follow) -> bool:
    if not follow.target.manually_approves:
        return True
    if not _are_nodes(follow):
        return False
    if domain_policy.is_allowed(follow.follower.host):
        return True
    ours = find_follow(follow.target, follow.follower)
    if ours is not None and ours.state in ("requested", "accepted"):
        return True
    return bool(current_node.config.federation.accept_partners == "automatic")


def receive_answer(activity: dict[str, Any], answerer: Actor) -> bool:
    """An Accept or Reject of a Follow that we sent to exactly this actor; False when it answers nothing."""
    follow = _answered(activity.get("object"), answerer)
    if follow is None or follow.state not in ("requested", "accepted"):
        return False
    accepted = vocabulary.short_type(activity.get("type")) == "Accept"
    if accepted and follow.state == "accepted":
        return False
    follow.state = "accepted" if accepted else "rejected"
    follow.answered_at = clock.utcnow()
    db.session.flush()
    _followers_changed(follow)
    if accepted and not answerer.is_local:
        start_backfill(answerer)
        remote_pictures.welcome(answerer)
    return True


def _answered(object_: Any, answerer: Actor) -> Follow | None:
    uri = vocabulary.id_of(object_)
    query = select(Follow).where(Follow.target_id == answerer.id)
    follow = db.session.scalar(query.where(Follow.activity_uri == uri)) if uri else None
    embedded = object_ if isinstance(object_, dict) else {}
    if follow is None and vocabulary.id_of(embedded.get("object")) == answerer.uri:
        follower = actors.find_actor(vocabulary.id_of(embedded.get("actor")))
        follow = find_follow(follower, answerer) if follower is not None else None
    return follow if follow is not None and follow.follower.is_local else None


def receive_undo(object_: Any, follower: Actor) -> bool:
    """The follower takes back its own Follow; False when there is none."""
    uri = vocabulary.id_of(object_)
    query = select(Follow).where(Follow.follower_id == follower.id)
    follow = db.session.scalar(query.where(Follow.activity_uri == uri)) if uri else None
    if follow is None and isinstance(object_, dict):
        target = actors.find_actor(vocabulary.id_of(object_.get("object")))
        follow = find_follow(follower, target) if target is not None else None
    if follow is None:
        return False
    follow.state = "undone"
    db.session.flush()
    _followers_changed(follow)
    return True


def start_backfill(actor: Actor) -> None:
    """Read the history of somebody we now follow: the whole node for a partner, else that actor's outbox."""
    if not actor.outbox:
        return
    now = clock.utcnow()
    back_to = now - timedelta(days=30 * current_node.config.federation.backfill_months)
    walk = db.session.scalar(select(Backfill).where(Backfill.actor_id == actor.id))
    if walk is None:
        values = {
            "actor_id": actor.id,
            "next_url": actor.outbox,
            "back_to": back_to,
            "started_at": now,
            "next_try_at": now,
            "state": "waiting",
        }
        db.session.execute(insert_ignore(Backfill), [values])
    elif walk.state != "waiting":
        walk.begin_again(back_to, now)
    db.session.execute(insert_ignore(Peer), [{"host": actor.host}])
    node = this_node()
    after_commit(lambda: node.wake("backfill"))
