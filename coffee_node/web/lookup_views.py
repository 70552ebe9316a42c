"""Asking other servers from a page: a question is noted, the worker asks, the page waits and refreshes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from coffee_node.activitypub import vocabulary
from coffee_node.base.errors import CoffeeError, InvalidDocument, NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import actors, follows, lookup
from coffee_node.federation.actors import find_actor
from coffee_node.federation.models import Actor
from coffee_node.federation.social_models import Lookup
from coffee_node.web.addresses import safe_back
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.object_views import actor_url

lookup_pages = Blueprint("lookup", __name__)
SECONDS = 2


@lookup_pages.get("/lookup")
@require_account
def find() -> Response:
    """Go to the page of `@name@host` or of an address; the worker asks its server when we do not know it."""
    text = request.args.get("q", "").strip()
    known = lookup.known_actor(text)
    if known is not None:
        return redirect(actor_url(known), 303)
    return ask("actor", text, request.args.get("back", "/search"))


def ask(purpose: str, text: str, back: str, about: str = "") -> Response:
    """Note a question and go to the page that waits for its answer; back when it makes no sense."""
    try:
        token = lookup.ask(purpose, text, current_account(), about)
    except InvalidDocument:
        flash(_nobody(), "bad")
        return redirect(safe_back(back, "/search"), 303)
    return redirect(f"/lookup/{token}", 303)


@lookup_pages.get("/lookup/<token>")
def wait(token: str) -> Any:
    """What came of a question: still asking, found, or in words what went wrong."""
    row = lookup.find_lookup(token, current_account())
    if row is None:
        raise NotFound(_("This question is not here any more."), _("Ask again."))
    if row.state == "found":
        return _go_on(row)
    return render_template(
        "lookup.html", row=row, refresh=SECONDS if row.state == "waiting" else 0, why=_in_words(row)
    )


def _go_on(row: Lookup) -> Any:
    if row.purpose == "intent":
        return render_template("go_there.html", address=row.found, host=vocabulary.host_of(row.found))
    actor = find_actor(row.found)
    if actor is None:
        raise NotFound(_("Nobody with this address is known here."))
    if row.purpose == "partner":
        _tell_asked(actor)
        return redirect("/network", 303)
    return redirect(actor_url(actor), 303)


def _tell_asked(node: Actor) -> None:
    follow = follows.find_follow(actors.node_actor(), node)
    if follow is not None and follow.state == "accepted":
        told = _("%(name)s has already agreed; there is nothing to ask.", name=node.name or node.host)
        flash(told, "info")
        return
    told = _(
        "%(name)s has been asked. You are partners as soon as its administrator agrees.",
        name=node.name or node.host,
    )
    flash(told, "ok")


def _in_words(row: Lookup) -> str:
    """At which step a question failed, in the reader's language."""
    host = vocabulary.host_of(row.wanted) if "://" in row.wanted else row.wanted.rpartition("@")[2]
    if row.purpose == "partner" and row.error in ("silent", "nobody", "unknown", "refused"):
        return _no_site(row.wanted)
    if row.error == "unknown" and "://" not in row.wanted:
        told = _(
            "The server %(host)s answers, but it knows nobody called %(name)s. Please check the spelling."
        )
        return told % {"host": host, "name": row.wanted}
    if row.error == "refused":
        return _("The server %(host)s answers, but it does not say who its people are.", host=host)
    if row.error == "silent":
        return _("The server %(host)s does not answer. Please check the name, or try again later.", host=host)
    if row.error == "form":
        return _("That server offers no form for this. Search there for this address: %(uri)s", uri=row.about)
    if row.error in ("nobody", "unknown"):
        return _nobody()
    return row.error


def _nobody() -> str:
    return _("This leads to nobody. Write it like @name@example.org, or give an address.")


def _no_site(address: str) -> str:
    return _(
        "%(address)s does not answer as a site of the network. Please check the address.", address=address
    )


def sentence(error: CoffeeError) -> str:
    """An error as one text for a page."""
    return " ".join(part for part in (error.message, error.next_step) if part)
