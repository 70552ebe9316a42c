"""The page of anybody: /@slug for our people and spaces, /@slug@host for what we hold of others."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup

from coffee_node.activitypub import vocabulary
from coffee_node.base.errors import Gone, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import actors, domain_policy, follows, moves, receipts, remote_pictures
from coffee_node.federation.erasure_end import is_departed
from coffee_node.federation.models import Actor
from coffee_node.federation.page_addresses import actor_url
from coffee_node.node import current_node
from coffee_node.web.auth import current_account, current_viewer
from coffee_node.web.described import describe_page
from coffee_node.web.federation_views import reader_level
from coffee_node.web.negotiation import document_response, wants_document
from coffee_node.web.receipts import erasure_line
from coffee_node.web.web_feeds import offer_feeds

actor_pages = Blueprint("actors", __name__)


@actor_pages.get("/@<handle>")
def show(handle: str) -> Any:
    """The page of an actor, or its document for a program that asks for one of ours."""
    slug, _at, host = handle.partition("@")
    actor = actors.find_remote_actor(slug, host) if host else actors.find_local_actor(slug)
    if actor is None and not host and is_departed(f"{current_node.config.base_url}/actors/{slug}"):
        raise Gone(_("This person or place has left."))
    if actor is None or (actor.type == "Application" and actor.is_local):
        raise NotFound(_("Nobody with this name is known here."))
    if domain_policy.is_hidden(actor):
        raise NotFound(_("Nobody with this name is shown here."), _("A manager of this site has decided so."))
    if actor.gone_at is not None:
        return _left(actor)
    if actor.is_local and wants_document(request) and actors.is_known_outside(actor):
        return document_response(actors.actor_document(actor, reader_level()), vocabulary.ACTOR_CONTEXT)
    base = actor_url(actor)
    offer_feeds([("rss", f"{base}.rss"), ("atom", f"{base}.atom")], actor.name or actor.slug)
    described = actors.described_row(actor)
    if described is not None and described[0].page is not None:
        describe_page(*described, actors.document_of(actor))
        return described[0].page(described[1])
    if actor.is_local and not actor.is_published:
        raise NotFound(_("Nobody with this name is known here."))
    photo = None if actor.is_local else remote_pictures.portrait_for_everybody(actor)
    person = {"name": actor.name or actor.slug, "photo": photo}
    return render_template("actor.html", actor=actor, person=person, document=actors.document_of(actor))


def _left(actor: Actor) -> Any:
    """What is left of somebody who left: for an administrator, at which partners it is gone too."""
    account = current_account()
    erasure = receipts.erasure_of(actor.uri) if actor.is_local else None
    if account is None or not account.is_admin or erasure is None:
        raise Gone(_("This person or place has left."))
    return render_template("erased.html", line=erasure_line(erasure)), 410


def moved_to(actor: Actor) -> str:
    """The id to which an actor has moved, empty where it has not."""
    move = moves.move_of(actor)
    return move.target_uri if move is not None else ""


def actor_blocks(actor: Actor) -> list[Markup]:
    """What the features show of an actor on its page: its events, offers, articles and notes."""
    document = actors.document_of(actor)
    answers = current_node.plugins.ask_all(
        "page_blocks", page="actor", document=document, viewer=current_viewer()
    )
    return [block for _owner, blocks in answers for block in blocks]


def follow_state(actor: Actor) -> str | None:
    """The state of the reader's follow of this actor; None when the reader cannot follow it."""
    account = current_account()
    if account is None or account.actor is None or account.actor_id == actor.id:
        return None
    follow = follows.find_follow(account.actor, actor)
    return follow.state if follow is not None else "none"
