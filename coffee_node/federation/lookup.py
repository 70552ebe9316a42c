"""Finding somebody on another server by what a person types: an address, a handle or an id."""

from __future__ import annotations

from coffee_node.activitypub import webfinger
from coffee_node.base.database import write
from coffee_node.federation import remote_objects
from coffee_node.federation.actors import fetch_actor_document, find_actor, node_signer
from coffee_node.federation.models import Actor
from coffee_node.node import current_node


def look_up(text: str) -> Actor:
    """The actor behind `@name@host`, `name@host` or a URL, fetched anew from its own server.

    A handle must lead to an actor that leads back to it (federation.md, section 4).
    Raises FetchError when its server does not answer, InvalidDocument when it is no actor.
    """
    wanted = text.strip()
    if "://" in wanted:
        uri = wanted
    else:
        handle = webfinger.parse_handle(wanted)
        development = current_node.config.federation.development
        uri = webfinger.lookup(current_node.http, handle, development, node_signer())
    known = find_actor(uri)
    if known is not None and known.is_local:
        return known
    document = fetch_actor_document(uri)
    with write():
        return remote_objects.save_actor(document, is_relevant=known is not None)
