"""The short collections of an actor: what it shows first, and its events to come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response

from coffee_node.activitypub.collections import union_context, whole_collection
from coffee_node.base.contracts import ObjectType
from coffee_node.federation import actor_collections
from coffee_node.web.federation_views import visibilities
from coffee_node.web.negotiation import document_response
from coffee_node.web.protocol import local_actor

collection_pages = Blueprint("collections", __name__)


@collection_pages.get("/actors/<slug>/featured")
def show_featured(slug: str) -> Response:
    """The newest of what an actor published, whole, at most twenty objects."""
    actor = local_actor(slug)
    return _whole(f"{actor.uri}/featured", actor_collections.featured(actor, visibilities()))


@collection_pages.get("/actors/<slug>/upcoming")
def show_upcoming(slug: str) -> Response:
    """The current and future events of an actor, the next one first."""
    actor = local_actor(slug)
    return _whole(f"{actor.uri}/upcoming", actor_collections.upcoming(actor, visibilities()))


def _whole(uri: str, found: Sequence[tuple[ObjectType, Any]]) -> Response:
    contexts = [object_type.schema.context for object_type, _row in found]
    context = union_context(contexts) if contexts else None
    documents = [row.document for _type, row in found]
    if context is None:
        return document_response(whole_collection(uri, documents))
    return document_response(whole_collection(uri, documents, context))
