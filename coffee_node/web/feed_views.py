"""What those the reader follows have published and shared: a page, documents, and feeds for feed readers.

A feed reader cannot sign in: it gets a secret address, which its owner can renew or end.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from coffee_node.activitypub.vocabulary import host_of
from coffee_node.base.errors import Gone, NotFound
from coffee_node.base.i18n import activate
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import actors, domain_policy, feed, feed_addresses, follows, known_since
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor
from coffee_node.federation.notices import language_of
from coffee_node.federation.page_addresses import actor_url
from coffee_node.node import current_node
from coffee_node.web.auth import current_account, require_account
from coffee_node.web.negotiation import json_response
from coffee_node.web.site_frame import site_name
from coffee_node.web.web_feeds import ENTRIES, WebFeed, entry_of, web_feed

feed_pages = Blueprint("feed", __name__)
FORMS = "any(rss, atom)"


@feed_pages.get("/feed")
@require_account
def show() -> str:
    """Everything new from those the reader follows, the newest first."""
    return _page(_reader())


@feed_pages.get("/feed.json")
@require_account
def as_json() -> Response:
    """The same list as documents; it is not counted, so `total` stays empty."""
    found = feed.followed_by(_reader(), request.args.get("page", ""))
    base = current_node.config.base_url
    following = f"{base}/feed.json?page={found.next_cursor}" if found.next_cursor else None
    items = [item.row.document for item in found.items]
    return json_response({"items": items, "total": None, "next": following})


@feed_pages.get(f"/feed.<{FORMS}:form>")
@require_account
def as_feed(form: str) -> Response:
    """The same list for a feed reader in which the reader is signed in: a browser, say."""
    return _web_feed(form, _reader())


@feed_pages.get(f"/feed/<secret>.<{FORMS}:form>")
def secret_feed(secret: str, form: str) -> Response:
    """The same list at an address that only its owner knows, in their language."""
    account = feed_addresses.account_for(secret)
    if account is None:
        raise NotFound(_("There is nothing at this address."), _("Make a new address on your feed's page."))
    activate(current_node.catalogues, language_of(account))
    return _web_feed(form, account)


@feed_pages.post("/feed/address")
@require_account
def make_address() -> str:
    """Make the secret address, or a new one in its place; it is shown this once."""
    return _page(_reader(), feed_addresses.renew(_reader()))


@feed_pages.post("/feed/address/end")
@require_account
def end_address() -> AnyResponse:
    """Let the secret address work no more."""
    feed_addresses.end(_reader())
    flash(_("The address works no more."), "ok")
    return redirect("/feed", 303)


@feed_pages.get(f"/@<handle>.<{FORMS}:form>")
def actor_feed(handle: str, form: str) -> Response:
    """What one person, place or company has published, for everybody's feed reader."""
    actor = _actor_named(handle)
    items = feed.newest(current_account(), lambda model: [model.actor_id == actor.id], ENTRIES)
    title = f"{actor.name or actor.slug} · {site_name()}"
    return web_feed(form, WebFeed(title, actor_url(actor), [entry_of(item.row) for item in items]))


def _actor_named(handle: str) -> Actor:
    slug, _at, host = handle.partition("@")
    actor = actors.find_remote_actor(slug, host) if host else actors.find_local_actor(slug)
    is_node = actor is not None and actor.type == "Application" and actor.is_local
    if actor is None or is_node or domain_policy.is_hidden(actor):
        raise NotFound(_("Nobody with this name is known here."))
    if actor.gone_at is not None:
        raise Gone(_("This person or place has left."))
    if actor.is_local and not actor.is_published:
        raise NotFound(_("Nobody with this name is known here."))
    return actor


def _web_feed(form: str, account: Account) -> Response:
    found = feed.followed_by(account, limit=ENTRIES)
    title = _("From whom I follow, at %(site)s", site=site_name())
    return web_feed(form, WebFeed(title, "/feed", [entry_of(item.row, item.at) for item in found.items]))


def _page(reader: Account, secret: str = "") -> str:
    cursor = request.args.get("page", "")
    found = feed.followed_by(reader, cursor)
    followed = [follow.target for follow in follows.followed_by(reader.actor)] if reader.actor else []
    base = current_node.config.base_url
    return render_template(
        "feed.html",
        items=found.items,
        next_href=f"/feed?page={found.next_cursor}" if found.next_cursor else "",
        first_href="/feed" if cursor else "",
        has_followed=bool(followed),
        reading=_still_reading(followed) if not cursor else [],
        address=feed_addresses.address_of(reader),
        secret_hrefs=[f"{base}/feed/{secret}.{form}" for form in ("rss", "atom")] if secret else [],
    )


def _still_reading(followed: list[Actor]) -> list[str]:
    """Whose history is being read at the moment, by name."""
    known = known_since.known_since(followed)
    return [
        actor.name or actor.slug or host_of(actor.uri)
        for actor in followed
        if actor.id in known and known[actor.id].is_reading
    ]


def _reader() -> Account:
    account: Any = current_account()
    if account is None:
        raise NotFound(_("There is nothing at this address."))
    reader: Account = account
    return reader
