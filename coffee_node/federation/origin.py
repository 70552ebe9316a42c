"""Origin rules (FEP-fe34): who may create, change, answer and take back what (federation.md, section 13)."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db
from coffee_node.federation import audience
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.models import Activity, Actor, Follow, InboxItem
from coffee_node.federation.remote_objects import save_actor
from coffee_node.node import current_node

ANSWERS = frozenset({"Accept", "TentativeAccept", "Reject", "TentativeReject", "Ignore"})


def is_relevant(author: Actor, document: dict[str, Any] | None = None) -> bool:
    """Whether we keep what this actor publishes: partner host, followed from here, or an answer to us."""
    if author.is_local or author.host in audience.partner_hosts():
        return True
    followed = select(Follow.id).where(
        Follow.target_id == author.id, Follow.state.in_(("requested", "accepted"))
    )
    if db.session.scalar(followed.limit(1)) is not None:
        return True
    reply = vocabulary.id_of((document or {}).get("inReplyTo"))
    return bool(reply) and vocabulary.host_of(reply) == current_node.config.host


def trusted_object(incoming: Incoming) -> dict[str, Any]:
    """The object of an activity as its own host says it is (rule 10)."""
    embedded = incoming.object
    uri = vocabulary.id_of(embedded)
    if not uri:
        raise Ignored("the object has no id")
    if not vocabulary.same_host(uri, incoming.sender.uri):
        if vocabulary.host_of(uri) == current_node.config.host:
            raise Ignored("the object is ours; only we describe it")
        return incoming.document(uri)
    if isinstance(embedded, dict) and set(embedded) - {"id", "type"}:
        return embedded
    return incoming.document(uri)


def author_of(incoming: Incoming, document: dict[str, Any]) -> Actor:
    """The one actor an object may be kept for; raises Ignored when it names anybody else (rule 10)."""
    claimed = document.get("attributedTo")
    uri = vocabulary.id_of(claimed) if claimed is not None else incoming.sender.uri
    if claimed is not None and (not uri or isinstance(claimed, list)):
        raise Ignored("an object has one author, named by its id")
    if uri == incoming.sender.uri:
        return incoming.sender
    if isinstance(incoming.object, dict) and vocabulary.same_host(
        vocabulary.id_of(document), incoming.sender.uri
    ):
        raise Ignored("the object names another author than the activity")
    if not vocabulary.same_host(uri, vocabulary.id_of(document)):
        raise Ignored("the object and its author are on different hosts")
    author = find_actor(uri)
    if author is None:
        author = save_actor(incoming.document(uri), is_relevant=False)
    return author


def answered_activity(incoming: Incoming) -> dict[str, Any] | None:
    """The activity of ours that an Accept, Reject or Ignore answers, whole (rule 12).

    It counts only when we sent it to exactly the actor that answers. An embedded copy without an id is
    matched by its type, actor and object.
    """
    uri = vocabulary.id_of(incoming.object)
    query = select(Activity).where(Activity.direction == "out")
    if uri:
        query = query.where(Activity.uri == uri)
    elif isinstance(incoming.object, dict):
        actor = find_actor(vocabulary.id_of(incoming.object.get("actor")))
        if actor is None or not actor.is_local:
            return None
        query = query.where(
            Activity.actor_id == actor.id,
            Activity.type == vocabulary.short_type(incoming.object.get("type")),
            Activity.object_uri == vocabulary.id_of(incoming.object.get("object")),
        )
    else:
        return None
    sent = db.session.scalar(query.order_by(Activity.id.desc()).limit(1))
    if sent is None or incoming.sender.uri not in audience.recipients_of(sent.document):
        return None
    return dict(sent.document)


def undone_activity(incoming: Incoming) -> dict[str, Any] | None:
    """The sender's own activity that an Undo takes back (rule 11); from the ledger when named by id."""
    embedded = incoming.object
    if isinstance(embedded, dict) and embedded.get("type"):
        claimed = vocabulary.id_of(embedded.get("actor"))
        return embedded if claimed in ("", incoming.sender.uri) else None
    query = select(InboxItem.body).where(
        InboxItem.activity_uri == vocabulary.id_of(embedded), InboxItem.actor_uri == incoming.sender.uri
    )
    body = db.session.scalar(query)
    return None if body is None else dict(orjson.loads(body))
