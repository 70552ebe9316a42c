"""Where other servers come in: inboxes, actors and their collections, objects and activities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from coffee_node.activitypub import vocabulary
from coffee_node.activitypub.collections import (
    collection_page,
    ordered_collection,
    union_context,
)
from coffee_node.base.errors import NotFound, Unauthorized
from coffee_node.federation import actors, audience, domain_policy, outbox, peers
from coffee_node.federation.actors import actor_document
from coffee_node.federation.models import Activity
from coffee_node.node import current_node
from coffee_node.web.auth import signed_by
from coffee_node.web.inbox_door import refusal_of
from coffee_node.web.negotiation import document_response, wants_document
from coffee_node.web.protocol import is_protocol, local_actor

federation_pages = Blueprint("federation", __name__)
PAGE_SIZE = 20
NEWEST = 2**31 - 1


@federation_pages.post("/inbox", endpoint="shared_inbox")
@federation_pages.post("/actor/inbox", endpoint="node_inbox")
@federation_pages.post("/actors/<slug>/inbox")
@is_protocol
def refuse(slug: str = "") -> Response:
    """Say why the door of the inboxes did not accept an activity; the rest it answers itself."""
    raise refusal_of(request)


@federation_pages.get("/actor")
def show_node_actor() -> AnyResponse:
    """The node's own actor, readable without a signature; its page for a browser."""
    if not wants_document(request):
        return redirect("/about", 303)
    return document_response(actor_document(actors.node_actor()), vocabulary.ACTOR_CONTEXT)


@federation_pages.get("/actors/<slug>")
def show_actor(slug: str) -> AnyResponse:
    """An actor of ours as a document; a browser is sent to its page."""
    actor = local_actor(slug)
    if not wants_document(request):
        return redirect(f"/@{actor.slug}", 303)
    if not actors.is_known_outside(actor):
        raise NotFound("There is no such actor here.")
    return document_response(actor_document(actor, reader_level()), vocabulary.ACTOR_CONTEXT)


def reader_level() -> str:
    """`network` for a GET signed by an actor of a host we have accepted, else `public`.

    Unauthorized where the configuration serves documents to signed requests, or to partners, only.
    """
    must_sign = current_node.config.federation.authorized_fetch
    reader = signed_by(request, anybody=must_sign)
    if reader is not None and reader.host in audience.admitted_hosts():
        peers.note_sign_of_life(reader.host)
        return "network"
    is_allowed = reader is not None and domain_policy.is_allowed(reader.host)
    if (must_sign and reader is None) or (audience.is_closed() and not is_allowed):
        raise Unauthorized("This node serves signed requests only.", "Sign the GET with your node's key.")
    return "public"


@federation_pages.get("/actor/outbox", defaults={"slug": None}, endpoint="node_outbox")
@federation_pages.get("/actors/<slug>/outbox")
def show_outbox(slug: str | None) -> Response:
    """What an actor published, newest first; the node's outbox holds that of all its actors."""
    actor = local_actor(slug) if slug else actors.node_actor()
    if "page" not in request.args and "before" not in request.args:
        total = outbox.count_activities(None if slug is None else actor, visibilities())
        return document_response(ordered_collection(actor.outbox, total, f"{actor.outbox}?page=1"))
    before = request.args.get("before", type=int)
    before = None if before is None else min(max(before, 0), NEWEST)
    found = outbox.activities_of(
        None if slug is None else actor, visibilities=visibilities(), before=before, limit=PAGE_SIZE + 1
    )
    query = f"before={before}" if before is not None else "page=1"
    return _outbox_page(actor.outbox, query, found)


def visibilities() -> Sequence[str]:
    """The levels this reader of a collection may see."""
    return ("public", "network") if reader_level() == "network" else ("public",)


def _outbox_page(collection: str, query: str, found: Sequence[Activity]) -> Response:
    shown = found[:PAGE_SIZE]
    following = f"{collection}?before={shown[-1].id}" if len(found) > PAGE_SIZE else ""
    items = [_without_context(activity.document) for activity in shown]
    context = union_context([activity.document.get("@context") for activity in shown])
    page = collection_page(f"{collection}?{query}", collection, items, following, context=context)
    return document_response(page)


def _without_context(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "@context"}


@federation_pages.get(
    "/actor/<any(followers, following):which>", defaults={"slug": None}, endpoint="node_follows"
)
@federation_pages.get("/actors/<slug>/<any(followers, following):which>")
def show_follows(slug: str | None, which: str) -> Response:
    """How many follow, or are followed; who they are is not told to strangers."""
    actor = local_actor(slug) if slug else actors.node_actor()
    total = actors.count_follows(actor, which)
    return document_response(ordered_collection(f"{actor.uri}/{which}", total))


@federation_pages.get("/activities/<uuid>")
def show_activity(uuid: str) -> Response:
    """An activity the node sent; private ones are as if they were not there."""
    activity = outbox.find_activity(f"{current_node.config.base_url}/activities/{uuid}")
    if activity is None or activity.visibility not in visibilities():
        raise NotFound("There is nothing here.")
    return document_response(activity.document)
