"""Publishing: an activity and one delivery per inbox, written in the caller's transaction.

Nothing here commits or touches the network (design.md: the database is the truth).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Select, func, select, update

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.database import after_commit, db, insert_ignore
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.base.ids import new_uuid
from coffee_node.federation import audience
from coffee_node.federation.actors import ref
from coffee_node.federation.delivery_writing import write_deliveries
from coffee_node.federation.models import Activity, Actor, InboxItem
from coffee_node.federation.social_models import ActorMove
from coffee_node.node import current_node, this_node

NEWS = ("Create", "Update", "Announce", "Like", "Follow", "Join", "Offer")
PUBLISHED_TYPES = ("Create", "Update", "Delete", "Announce")


def new_activity_uri() -> str:
    """A fresh id on our host."""
    return f"{current_node.config.base_url}/activities/{new_uuid()}"


def publish(
    actor: Actor,
    type_: str,
    object_: dict[str, Any] | list[str] | str,
    *,
    to: Sequence[str],
    cc: Sequence[str] = (),
    visibility: str = "public",
    context: Any = None,
    uri: str = "",
    also_to: Iterable[audience.Target] = (),
    **more: Any,
) -> Activity:
    """Write the activity and its deliveries; `also_to` adds inboxes beyond the audience.

    `object_` is the embedded document or an id; `more` are further properties (content, result ...).
    """
    _refuse_moved(actor, type_, object_)
    document: dict[str, Any] = {
        "@context": context or vocabulary.AS_NAMESPACE,
        "id": uri or new_activity_uri(),
        "type": type_,
        "actor": actor.uri,
        "published": clock.rfc3339(clock.utcnow()),
        "to": list(to),
        "cc": list(cc),
        "object": object_,
    }
    document |= more
    if not cc:
        del document["cc"]
    activity = _recorded(actor, document, visibility)
    if write_deliveries(activity, also_to):
        _hand_over_here(activity)
    _tell_plugins(document, actor)
    return activity


def _refuse_moved(actor: Actor, type_: str, object_: dict[str, Any] | list[str] | str) -> None:
    """Who has moved says nothing new here: it may delete, answer, take back and describe itself."""
    is_self = type_ == "Update" and vocabulary.id_of(object_) == actor.uri
    if type_ not in NEWS or is_self:
        return
    target = db.session.scalar(select(ActorMove.target_uri).where(ActorMove.actor_id == actor.id))
    if target is not None:
        raise Unprocessable(
            _("%(name)s has moved and publishes nothing here any more.", name=actor.name),
            _("Publish at its new place: %(address)s", address=target),
        )


def _recorded(actor: Actor, document: dict[str, Any], visibility: str) -> Activity:
    """The row of an activity; its body is serialised once, for every inbox and every try."""
    body = orjson.dumps(document)
    activity = Activity(
        uri=document["id"],
        type=document["type"],
        actor_id=actor.id,
        object_uri=vocabulary.id_of(document["object"]),
        direction="out",
        visibility=visibility,
        document=document,
        body=body,
        digest="SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode(),
    )
    db.session.add(activity)
    db.session.flush()
    return activity


def _hand_over_here(activity: Activity) -> None:
    """An activity between two actors of ours goes straight to the inbox ledger: no need to prove it."""
    item = {
        "activity_uri": activity.uri,
        "type": activity.type,
        "actor_uri": activity.document["actor"],
        "host": current_node.config.host,
        "body": activity.body,
        "state": "received",
        "next_try_at": clock.utcnow(),
    }
    db.session.execute(insert_ignore(InboxItem), [item])
    after_commit(_waker("inbox"))


def _tell_plugins(document: dict[str, Any], actor: Actor) -> None:
    who = ref(actor)
    plugins = current_node.plugins
    after_commit(lambda: plugins.notify("activity_published", activity=document, actor=who))


def _waker(job: str) -> Callable[[], None]:
    node = this_node()
    return lambda: node.wake(job)


def activities_of(
    actor: Actor | None, *, visibilities: Sequence[str], before: int | None = None, limit: int = 20
) -> Sequence[Activity]:
    """Published activities of one actor (None: of every actor of the node), newest first."""
    query = _published(select(Activity), actor, visibilities)
    if before is not None:
        query = query.where(Activity.id < before)
    return db.session.scalars(query.order_by(Activity.id.desc()).limit(limit)).all()


def count_activities(actor: Actor | None, visibilities: Sequence[str]) -> int:
    """How many activities activities_of() would give in all."""
    return db.session.scalar(_published(select(func.count(Activity.id)), actor, visibilities)) or 0


def _published(query: Select[Any], actor: Actor | None, visibilities: Sequence[str]) -> Select[Any]:
    query = query.where(Activity.direction == "out", Activity.visibility.in_(visibilities))
    query = query.where(Activity.type.in_(PUBLISHED_TYPES))
    return query if actor is None else query.where(Activity.actor_id == actor.id)


def find_activity(uri: str) -> Activity | None:
    """An activity of ours by its id."""
    return db.session.scalar(select(Activity).where(Activity.uri == uri))


def hide_activities_about(object_uri: str) -> None:
    """Show nobody any more what said more than is left: an object that was deleted, an actor's older self.

    What waits for a host still leaves, in order; the newer activity behind it puts things right.
    """
    spoken = update(Activity).where(Activity.object_uri == object_uri, Activity.direction == "out")
    db.session.execute(spoken.where(Activity.type.in_(("Create", "Update"))).values(visibility="private"))


def last_activity_about(object_uri: str) -> Activity | None:
    """The newest activity of ours about an object."""
    query = select(Activity).where(Activity.object_uri == object_uri).order_by(Activity.id.desc()).limit(1)
    return db.session.scalar(query)
