"""Origin rules (FEP-fe34): who may create, change, answer and take back what (federation.md, section 13)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db
from coffee_node.federation import audience, domain_policy, object_proofs, objects
from coffee_node.federation.actors import find_actor
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.models import Activity, Actor, Follow, InboxItem
from coffee_node.federation.remote_objects import save_actor
from coffee_node.node import current_node

ANSWERS = frozenset({"Accept", "TentativeAccept", "Reject", "TentativeReject", "Ignore"})
MODERATOR_LISTS = 2


class Relevance:
    """Whose publications are kept here; authors named in the beginning are asked about in one query."""

    def __init__(self, authors: Iterable[Actor] = ()) -> None:
        self._partners = frozenset(audience.partner_hosts())
        self._followed: dict[int, bool] = {}
        self._ask(authors)

    def _ask(self, authors: Iterable[Actor]) -> None:
        asked = [actor.id for actor in authors if actor.host not in self._partners]
        if asked:
            query = select(Follow.target_id).where(
                Follow.target_id.in_(asked), Follow.state.in_(("requested", "accepted"))
            )
            self._followed |= dict.fromkeys(asked, False) | dict.fromkeys(db.session.scalars(query), True)

    def covers(self, author: Actor, document: dict[str, Any] | None = None) -> bool:
        """Whether we keep what this actor publishes: partner host, followed from here, or an answer to us."""
        if author.is_local or author.host in self._partners:
            return True
        if author.id not in self._followed:
            self._ask([author])
        if self._followed[author.id]:
            return True
        reply = vocabulary.id_of((document or {}).get("inReplyTo"))
        if reply and vocabulary.host_of(reply) == current_node.config.host:
            return True
        return _is_joined_here(vocabulary.id_of(document))


def _is_joined_here(uri: str) -> bool:
    """Whether somebody here asked to take part in this: what its owner says of it concerns them."""
    if not uri:
        return False
    asked = select(Activity.id).where(Activity.object_uri == uri, Activity.type == "Join")
    return db.session.scalar(asked.where(Activity.direction == "out").limit(1)) is not None


def is_relevant(author: Actor, document: dict[str, Any] | None = None) -> bool:
    """Whether we keep what this one actor publishes (rule 13)."""
    return Relevance().covers(author, document)


def check_sender(activity_uri: str, sender: Actor) -> None:
    """Ignored for what comes from somebody gone or suspended, or under another host's name (rule 9)."""
    if sender.gone_at is not None:
        raise Ignored("the sender is gone")
    if not vocabulary.same_host(activity_uri, sender.uri):
        raise Ignored("the activity is not on its actor's host")
    refuse_host(sender.uri)


def refuse_host(uri: str) -> None:
    """Ignored for anything that comes from a suspended host, whoever brings it."""
    host = vocabulary.host_of(uri)
    if domain_policy.is_suspended(host):
        raise Ignored(f"{host} is suspended here")


def trusted_object(incoming: Incoming) -> dict[str, Any]:
    """The object of an activity as its own host says it is (rule 10)."""
    embedded = incoming.object
    uri = vocabulary.id_of(embedded)
    if not uri:
        return _part_of(incoming.activity)
    if not vocabulary.same_host(uri, incoming.sender.uri):
        if vocabulary.host_of(uri) == current_node.config.host:
            raise Ignored("the object is ours; only we describe it")
        refuse_host(uri)
        return _forwarded_object(incoming, uri)
    if not isinstance(embedded, dict) or not set(embedded) - {"id", "type"}:
        return incoming.document(uri)
    if object_proofs.verdict(embedded, incoming.document, incoming.sender) == "invalid":
        return incoming.document(uri)
    return embedded


def _part_of(activity: dict[str, Any]) -> dict[str, Any]:
    """An object without an id is a part of its activity, as a vote is; nothing can be kept of it."""
    embedded = activity.get("object")
    if not isinstance(embedded, dict) or embedded.get("id") or not embedded.get("type"):
        raise Ignored("the object has no id")
    return embedded


def _forwarded_object(incoming: Incoming, uri: str) -> dict[str, Any]:
    """What somebody else passes on: proven by its author, else as its own host tells it (section 12)."""
    embedded = incoming.object
    judged = object_proofs.verdict(embedded, incoming.document) if isinstance(embedded, dict) else "none"
    if not isinstance(embedded, dict) or judged != "valid":
        if not is_relevant(incoming.sender, embedded if isinstance(embedded, dict) else None):
            raise Ignored("nobody here follows who passes it on")
        return incoming.document(uri)
    recipients = audience.recipients_of(embedded)
    is_ours = any(vocabulary.host_of(one) == current_node.config.host for one in recipients)
    if audience.visibility_of(embedded) != "public" and not is_ours:
        raise Ignored("the forwarded object is private and not addressed to anybody here")
    return embedded


def author_of(incoming: Incoming, document: dict[str, Any]) -> Actor:
    """The one actor an object may be kept for; raises Ignored when it names anybody else (rule 10).

    The sender may be a moderator whom that actor has named, for an Update of what is kept already (rule 11).
    """
    uri = _claimed_author(document)
    if uri is None or uri == incoming.sender.uri:
        return incoming.sender
    if document is incoming.object and vocabulary.same_host(vocabulary.id_of(document), incoming.sender.uri):
        author = find_actor(uri)
        is_update = vocabulary.short_type(incoming.activity.get("type")) == "Update"
        if author is None or not is_update or not moderates(incoming, author):
            raise Ignored("the object names another author than the activity")
        return author
    return author_at_home(incoming, uri, document)


def author_at_home(incoming: Incoming, uri: str, document: dict[str, Any]) -> Actor:
    """The author of an object that its own host describes; fetched when we never met it."""
    if not vocabulary.same_host(uri, vocabulary.id_of(document)):
        raise Ignored("the object and its author are on different hosts")
    author = find_actor(uri)
    if author is None or not author.is_met:
        author = save_actor(incoming.document(uri), is_relevant=False)
    if author.gone_at is not None:
        raise Ignored("the author is gone")
    return author


def _claimed_author(document: dict[str, Any]) -> str | None:
    """The id in `attributedTo`, None where it is absent; Ignored for anything but one id."""
    claimed = document.get("attributedTo")
    if claimed is None:
        return None
    if isinstance(claimed, list):
        claimed = claimed[0] if len(claimed) == 1 else None
    uri = vocabulary.id_of(claimed)
    if not uri:
        raise Ignored("an object has one author, named by its id")
    return uri


def moderates(incoming: Incoming, owner: Actor) -> bool:
    """Whether the owner's document names the sender as a moderator: by id, or in a collection (FEP-1b12)."""
    sender = incoming.sender.uri
    if owner.is_local or not vocabulary.same_host(owner.uri, sender):
        return False
    named = [vocabulary.id_of(one) for one in vocabulary.as_list((owner.document or {}).get("attributedTo"))]
    if sender in named:
        return True
    for uri in named[:MODERATOR_LISTS]:
        is_list = vocabulary.same_host(uri, owner.uri) and uri != owner.uri and find_actor(uri) is None
        if is_list and sender in _members(incoming.document(uri)):
            return True
    return False


def _members(collection: dict[str, Any]) -> list[str]:
    if vocabulary.short_type(collection.get("type")) not in ("Collection", "OrderedCollection"):
        return []
    items = [
        *vocabulary.as_list(collection.get("orderedItems")),
        *vocabulary.as_list(collection.get("items")),
    ]
    return [vocabulary.id_of(one) for one in items]


def is_moderator_of(incoming: Incoming, uri: str) -> bool:
    """Whether the sender, not being its owner, moderates the actor who owns the object with this id."""
    found = objects.find_object(uri)
    if found is None or found[1].actor_id == incoming.sender.id:
        return False
    return moderates(incoming, found[1].actor)


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
    if sent is None:
        return None
    if sent.type != "Delete" and incoming.sender.uri not in audience.recipients_of(sent.document):
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
