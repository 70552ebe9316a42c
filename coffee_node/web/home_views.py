"""The home page, and the plain pages about this node."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from coffee_node import __version__
from coffee_node.base.database import db
from coffee_node.base.i18n import ngettext
from coffee_node.federation.actors import described_row, local_spaces, node_actor
from coffee_node.federation.audience import partner_hosts, visible
from coffee_node.federation.page_addresses import actor_url
from coffee_node.node import current_node
from coffee_node.web import news_items
from coffee_node.web.addresses import asset
from coffee_node.web.auth import current_account, current_viewer
from coffee_node.web.whereabouts import home_place

home_pages = Blueprint("home", __name__)


@home_pages.get("/")
def home() -> str:
    """What this node is and what comes next, here and across the border; each feature adds its block.

    Who is signed in finds first what is new near them across the border and from whom they follow.
    """
    account = current_account()
    answers = current_node.plugins.ask_all("page_blocks", page="home", document={}, viewer=current_viewer())
    return render_template(
        "home.html",
        blocks=[block for _owner, found in answers for block in found],
        place=home_place(),
        reach=network_reach(),
        welcome=_welcome() if account is None else None,
        across=news_items.near_across(account) if account is not None else (),
        followed=news_items.from_followed(account) if account is not None else (),
    )


def _welcome() -> dict[str, Any] | None:
    """What the first place of this node says about itself, for people who come by."""
    for space in local_spaces():
        described = described_row(space)
        if described is not None:
            return {"row": described[1], "href": actor_url(space), "name": space.name or space.slug}
    return None


@home_pages.get("/about")
def about() -> str:
    """The page of the node itself: who runs it, its places, its partners, its rules."""
    return render_template(
        "about.html",
        spaces=local_spaces(),
        partners=len(partner_hosts()),
        config=current_node.config,
        version=__version__,
        node=node_actor(),
    )


@home_pages.get("/accessibility")
def accessibility() -> str:
    """How far the pages can be used by everybody, and whom to tell when they cannot."""
    return render_template("accessibility.html", contact=current_node.config.node.admin_email)


@home_pages.get("/privacy")
def privacy() -> str:
    """What is kept, why, and whom to ask."""
    return render_template("privacy.html", contact=current_node.config.node.admin_email)


@home_pages.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it everywhere; ours is a drawing."""
    return redirect(asset("mark.svg"), 302)


def network_reach() -> str:
    """How many places hang together, as a sentence: "7 linked places, 2 countries"."""
    count, countries = _count_spaces()
    places = ngettext("%(num)d linked place", "%(num)d linked places", count)
    if countries < 2:
        return places
    across = ngettext("%(num)d country", "%(num)d countries", countries)
    return f"{places}, {across}"


def _count_spaces() -> tuple[int, int]:
    """Spaces we know and the countries they are in; one query."""
    for object_type in current_node.registry.types():
        if object_type.list_path == "/spaces":
            model = object_type.model
            rows = db.session.execute(
                select(model.country, func.count()).where(*visible(model)).group_by(model.country)
            ).all()
            return sum(count for _country, count in rows), sum(1 for country, _count in rows if country)
    return len(local_spaces()), 1
