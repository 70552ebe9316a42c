"""Create, Update and Delete: copies of what others made, kept, changed and erased."""

from __future__ import annotations

from typing import Any

from coffee_node.activitypub import vocabulary
from coffee_node.base.contracts import ObjectType
from coffee_node.federation import members_view, object_copies, origin, receipts
from coffee_node.federation.actors import ref
from coffee_node.federation.incoming import Ignored, Incoming, NotMine
from coffee_node.federation.remote_objects import forget_actor, forget_object, save_actor
from coffee_node.node import current_node


def create_or_update(incoming: Incoming) -> None:
    """Keep a new or changed object, or a changed actor."""
    document = origin.trusted_object(incoming)
    if vocabulary.short_type(document.get("type")) in vocabulary.ACTOR_TYPES:
        _update_actor(incoming, document)
        return
    object_type = _keeping_type(incoming, document)
    if object_type is None:
        return
    facts = object_copies.Facts([(vocabulary.id_of(document), incoming.sender.uri)])
    object_copies.keep([judged_copy(incoming, document, object_type, facts, origin.Relevance())])


def _keeping_type(incoming: Incoming, document: dict[str, Any]) -> ObjectType | None:
    """The type whose table keeps a copy of a document; None when a feature has taken it instead."""
    known_type(document)
    for object_type in current_node.registry.types_for(document):
        if object_type.receive is None:
            return object_type
        try:
            object_type.receive(document, ref(origin.author_of(incoming, document)))
        except NotMine:
            continue
        return None
    raise Ignored("no feature here takes it")


def known_type(document: dict[str, Any]) -> ObjectType:
    """The feature's type of a document; Ignored when there is none."""
    object_type = current_node.registry.type_for(document)
    if object_type is None:
        raise Ignored(f"no feature here knows {document.get('type')}")
    return object_type


def judged_copy(
    incoming: Incoming,
    document: dict[str, Any],
    object_type: ObjectType,
    facts: object_copies.Facts,
    relevance: origin.Relevance,
) -> object_copies.ObjectCopy:
    """The copy that a Create or Update leaves here by every rule; Ignored when it must leave none."""
    author = origin.author_of(incoming, document)
    is_embedded = document is incoming.object
    is_moderated = author is not incoming.sender and vocabulary.same_host(author.uri, incoming.sender.uri)
    if is_embedded and is_moderated and facts.held(vocabulary.id_of(document)) is None:
        raise Ignored("a moderator changes only what its owner has published")
    if not relevance.covers(author, document):
        raise Ignored("nobody here follows its author")
    return object_copies.judged(
        object_type,
        document,
        author,
        facts,
        is_new=vocabulary.short_type(incoming.activity.get("type")) == "Create",
        is_post=incoming.is_post and is_embedded,
    )


def _update_actor(incoming: Incoming, document: dict[str, Any]) -> None:
    if vocabulary.id_of(document) != incoming.sender.uri:
        raise Ignored("only an actor itself changes its description")
    newer = document.get("updated")
    known = incoming.sender.document.get("updated")
    if isinstance(newer, str) and isinstance(known, str) and newer < known:
        raise Ignored("we hold a newer description")
    members_view.ask_again(save_actor(document, is_relevant=origin.is_relevant(incoming.sender)))


def delete(incoming: Incoming) -> None:
    """Erase what its owner, or a moderator its owner has named, deleted; an actor deletes itself."""
    uri = vocabulary.id_of(incoming.object)
    if not uri:
        raise Ignored("the Delete names nothing")
    if uri == incoming.sender.uri:
        forget_actor(incoming.sender)
    else:
        forget_object(uri, incoming.sender, is_moderated=origin.is_moderator_of(incoming, uri))
    receipts.confirm(incoming)
