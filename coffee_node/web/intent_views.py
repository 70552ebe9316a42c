"""Intents (FEP-3b86) both ways: forms for people of other servers, and the way to a reader's own server.

A GET shows a form after signing in and changes nothing; where to go afterwards is shown before anybody goes.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import write
from coffee_node.base.errors import NotFound, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import actors, announcements, audience, follows, lookup, objects
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.lookup_views import ask
from coffee_node.web.object_views import actor_url, may_read, page_url
from coffee_node.web.reaction_views import sharers

intent_pages = Blueprint("intents", __name__)
AWAY = ("Follow", "Join", "Announce", "Offer", "Object")


@intent_pages.get("/intents/follow")
@require_account
def show_follow() -> Any:
    """The form to follow whom another server names, by id or by handle."""
    uri = _asked_for()
    if "://" not in uri:
        known = lookup.known_actor(uri)
        return redirect(actor_url(known), 303) if known is not None else ask("actor", uri, "/search")
    target = actors.find_actor(uri)
    return _form("follow", uri, (target.name or target.slug) if target is not None else uri, [_person()])


@intent_pages.post("/intents/follow")
@require_account
def follow() -> str:
    """Follow, then show where to go on."""
    uri = request.form.get("uri", "")
    if not vocabulary.is_web_url(uri):
        raise Unprocessable(_("%(address)s is not an address.", address=uri))
    with write():
        follows.request_follow(_person(), actors.actor_or_stub(uri))
    return _done(_("You asked to follow %(name)s. You see here what comes of it.", name=uri), "/me/follows")


@intent_pages.get("/authorize_interaction")
@require_account
def interact() -> Any:
    """Where servers send people who know only this old address: to follow an actor, or to see an object."""
    uri = _asked_for()
    known = lookup.known_actor(uri)
    if known is not None or "://" not in uri:
        return redirect(f"/intents/follow?{urlencode({'uri': known.uri if known is not None else uri})}", 303)
    found = objects.find_object(uri)
    if found is not None and found[1].deleted_at is None and may_read(*found):
        return redirect(page_url(found[1]), 303)
    return ask("actor", uri, "/search")


@intent_pages.get("/intents/<any(join, announce, answer, object):what>")
@require_account
def show_object(what: str) -> Any:
    """What another server names, as we hold it; to join or to answer it, its own page has the form."""
    uri = _asked_for()
    found = objects.find_object(uri)
    known = lookup.known_actor(uri) if what == "object" and found is None else None
    if known is not None:
        return redirect(actor_url(known), 303)
    if found is None or found[1].deleted_at is not None or not may_read(*found):
        return render_template("intent_unknown.html", uri=uri, may_be_actor=what == "object"), 404
    row = found[1]
    if what != "announce":
        return redirect(page_url(row), 303)
    return _form("announce", uri, row.name or uri, sharers())


@intent_pages.post("/intents/announce")
@require_account
def announce() -> str:
    """Share, then show where to go on."""
    uri = request.form.get("uri", "")
    for actor in sharers():
        if actor.uri == request.form.get("as"):
            announcements.share(actor, uri)
            text = _("Shared. Whoever follows %(name)s will see it.", name=actor.name)
            return _done(text, "/")
    raise NotFound(_("You cannot share in this name."))


@intent_pages.post("/from-my-server")
def leave() -> Response:
    """Send a reader who has an account elsewhere to the form there; the worker asks that server for it."""
    intent = request.form.get("intent", "")
    about = request.form.get("uri", "")
    if intent not in AWAY or not _is_shown_here(about):
        raise NotFound(_("There is nothing at this address."))
    return ask("intent", request.form.get("handle", ""), request.form.get("back", "/"), f"{intent} {about}")


def _is_shown_here(uri: str) -> bool:
    """Whether this is public here: nobody uses this node to build addresses about anything else."""
    actor = actors.find_actor(uri)
    if actor is not None:
        return actor.gone_at is None
    found = objects.find_object(uri)
    return found is not None and audience.visibility_of(found[1].document) == "public"


def _asked_for() -> str:
    uri = request.args.get("uri", "").strip().removeprefix("acct:")
    if not uri or len(uri) > vocabulary.URL_LIMIT or (":" in uri and not vocabulary.is_web_url(uri)):
        raise Unprocessable(_("The address says nothing that could be opened."), _("Go back and try again."))
    return uri


def _person() -> Actor:
    account: Any = current_account()
    if account.actor is None:
        raise NotFound(_("This account has no person who could follow."), _("Use the account of a coworker."))
    actor: Actor = account.actor
    return actor


def _form(what: str, uri: str, name: str, choices: list[Actor]) -> str:
    return render_template(
        "intent.html",
        what=what,
        uri=uri,
        name=name,
        choices=choices,
        on_success=_elsewhere("on-success"),
        on_cancel=_elsewhere("on-cancel"),
    )


def _elsewhere(name: str) -> str:
    """An address to go to afterwards, if it is one; it is shown before it is followed."""
    address = request.values.get(name, "")
    return address if vocabulary.is_web_url(address) else ""


def _done(text: str, otherwise: str) -> str:
    address = _elsewhere("on-success")
    host = vocabulary.host_of(address)
    return render_template("intent_done.html", text=text, address=address, host=host, otherwise=otherwise)
