"""The part of a followers collection that lives on the host that asks for it (FEP-8fcf)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.collections import whole_collection
from coffee_node.activitypub.request_signatures import read_signature
from coffee_node.base import clock
from coffee_node.base.errors import NotFound, Unauthorized
from coffee_node.federation import actors, follower_sync, peers
from coffee_node.federation.models import Actor
from coffee_node.federation.sender_keys import verified_sender
from coffee_node.node import current_node
from coffee_node.web.negotiation import document_response
from coffee_node.web.protocol import incoming_request, local_actor

follower_sync_pages = Blueprint("follower_sync", __name__)


@follower_sync_pages.get(
    f"/actor/{follower_sync.PATH}", defaults={"slug": None}, endpoint="node_followers_synchronization"
)
@follower_sync_pages.get(f"/actors/<slug>/{follower_sync.PATH}")
def show_part(slug: str | None) -> Response:
    """The followers from the host whose actor signed this GET; nobody else is told anything."""
    reader = _reader()
    actor = local_actor(slug) if slug else actors.node_actor()
    uri = f"{actor.uri}/{follower_sync.PATH}"
    return document_response(whole_collection(uri, follower_sync.followers_at(actor, reader.host)))


def _reader() -> Actor:
    """Who signed; Unauthorized without a signature, the key is looked up for hosts we exchange with only."""
    if "Signature" not in request.headers:
        raise Unauthorized("This list is for the servers of the followers.", "Sign the GET.")
    signature = read_signature(incoming_request(), now=clock.utcnow(), hosts={current_node.config.host})
    if not peers.is_known(vocabulary.host_of(signature.key_id)):
        raise NotFound("There is no such actor here.")
    return verified_sender(signature)
