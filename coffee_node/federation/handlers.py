"""What each activity does here once it is verified; every handler runs in the worker's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db
from coffee_node.federation import audience, follows, members_view
from coffee_node.federation.actors import find_actor, node_signer, ref
from coffee_node.federation.models import Actor, Follow
from coffee_node.federation.remote_objects import (
    Ignored,
    forget_actor,
    forget_object,
    save_actor,
    save_object,
)
from coffee_node.node import current_node


class NeedsDocument(Exception):
    """A handler needs a document of another server; it is fetched outside the transaction."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self.uri = uri


@dataclass(frozen=True)
class Incoming:
    """One activity with its verified sender and the documents that were fetched for it."""

    activity: dict[str, Any]
    sender: Actor
    fetched: dict[str, dict[str, Any]]
    is_post: bool = True

    @property
    def object(self) -> Any:
        """The object property as it came: an id, a document or nothing."""
        return self.activity.get("object")

    def document(self, uri: str) -> dict[str, Any]:
        """A document of another server; asks for it to be fetched when it is not there yet."""
        if uri not in self.fetched:
            raise NeedsDocument(uri)
        return self.fetched[uri]


def handle(
    activity: dict[str, Any], sender: Actor, *, fetched: dict[str, dict[str, Any]], is_post: bool
) -> None:
    """Let the handler of this type act; raises Ignored when nothing may change, NeedsDocument to fetch."""
    type_ = vocabulary.short_type(activity.get("type"))
    handler = HANDLERS.get(type_)
    incoming = Incoming(activity, sender, fetched, is_post)
    if handler is not None and handler(incoming):
        return
    recipients = audience.recipients_of(activity)
    plugin_handler = current_node.registry.handler_for(type_, recipients)
    if plugin_handler is None:
        raise Ignored(
            f"nothing here handles {type_ or 'this type'}" if handler is None else "it answers nothing here"
        )
    plugin_handler(activity, ref(sender))


def fetch(uri: str) -> dict[str, Any]:
    """Fetch an object or actor of another server, signed by the node actor; FetchError on failure."""
    document: dict[str, Any] = current_node.http.fetch_document(uri, signer=node_signer()).document
    return document


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


def create_or_update(incoming: Incoming) -> bool:
    """Keep a new or changed object, or a changed actor."""
    document = _trusted_object(incoming)
    object_type = current_node.registry.type_for(document)
    if vocabulary.short_type(document.get("type")) in vocabulary.ACTOR_TYPES:
        return _update_actor(incoming, document)
    if object_type is None:
        raise Ignored(f"no feature here knows {document.get('type')}")
    author = _author(incoming, document)
    if not is_relevant(author, document):
        raise Ignored("nobody here follows its author")
    is_new = vocabulary.short_type(incoming.activity.get("type")) == "Create"
    save_object(object_type, document, author, is_new=is_new, is_post=incoming.is_post)
    return True


def _trusted_object(incoming: Incoming) -> dict[str, Any]:
    """The object of an activity as its own host says it is (federation.md, section 13, rule 10)."""
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


def _author(incoming: Incoming, document: dict[str, Any]) -> Actor:
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


def _update_actor(incoming: Incoming, document: dict[str, Any]) -> bool:
    if vocabulary.id_of(document) != incoming.sender.uri:
        raise Ignored("only an actor itself changes its description")
    newer = document.get("updated")
    known = incoming.sender.document.get("updated")
    if isinstance(newer, str) and isinstance(known, str) and newer < known:
        raise Ignored("we hold a newer description")
    members_view.ask_again(save_actor(document, is_relevant=is_relevant(incoming.sender)))
    return True


def delete(incoming: Incoming) -> bool:
    """Erase what its owner deleted; an actor deletes itself."""
    uri = vocabulary.id_of(incoming.object)
    if not uri:
        raise Ignored("the Delete names nothing")
    if uri == incoming.sender.uri:
        forget_actor(incoming.sender)
    else:
        forget_object(uri, incoming.sender)
    return True


def follow(incoming: Incoming) -> bool:
    """Somebody asks to follow an actor of ours."""
    target = find_actor(vocabulary.id_of(incoming.object))
    if target is None or not target.is_local:
        raise Ignored("the followed actor is not ours")
    follows.receive_follow(incoming.activity, incoming.sender, target)
    return True


def answer(incoming: Incoming) -> bool:
    """An Accept or Reject; one that answers no Follow of ours is left to the features."""
    return follows.receive_answer(incoming.activity, incoming.sender)


def undo(incoming: Incoming) -> bool:
    """The sender takes something back; so far only a Follow can be."""
    return follows.receive_undo(incoming.object, incoming.sender)


HANDLERS: dict[str, Callable[[Incoming], bool]] = {
    "Create": create_or_update,
    "Update": create_or_update,
    "Delete": delete,
    "Follow": follow,
    "Accept": answer,
    "Reject": answer,
    "Undo": undo,
}
