"""Create, Update and Delete: copies of what others made, kept, changed and erased."""

from __future__ import annotations

from typing import Any

from coffee_node.activitypub import vocabulary
from coffee_node.federation import members_view, origin
from coffee_node.federation.actors import ref
from coffee_node.federation.incoming import Ignored, Incoming
from coffee_node.federation.remote_objects import forget_actor, forget_object, save_actor, save_object
from coffee_node.node import current_node


def create_or_update(incoming: Incoming) -> None:
    """Keep a new or changed object, or a changed actor."""
    document = origin.trusted_object(incoming)
    object_type = current_node.registry.type_for(document)
    if vocabulary.short_type(document.get("type")) in vocabulary.ACTOR_TYPES:
        _update_actor(incoming, document)
        return
    if object_type is None:
        raise Ignored(f"no feature here knows {document.get('type')}")
    author = origin.author_of(incoming, document)
    if object_type.receive is not None:
        object_type.receive(document, ref(author))
        return
    if not origin.is_relevant(author, document):
        raise Ignored("nobody here follows its author")
    is_new = vocabulary.short_type(incoming.activity.get("type")) == "Create"
    save_object(object_type, document, author, is_new=is_new, is_post=incoming.is_post)


def _update_actor(incoming: Incoming, document: dict[str, Any]) -> None:
    if vocabulary.id_of(document) != incoming.sender.uri:
        raise Ignored("only an actor itself changes its description")
    newer = document.get("updated")
    known = incoming.sender.document.get("updated")
    if isinstance(newer, str) and isinstance(known, str) and newer < known:
        raise Ignored("we hold a newer description")
    members_view.ask_again(save_actor(document, is_relevant=origin.is_relevant(incoming.sender)))


def delete(incoming: Incoming) -> None:
    """Erase what its owner deleted; an actor deletes itself."""
    uri = vocabulary.id_of(incoming.object)
    if not uri:
        raise Ignored("the Delete names nothing")
    if uri == incoming.sender.uri:
        forget_actor(incoming.sender)
    else:
        forget_object(uri, incoming.sender)
