"""The map of this site for search engines: `/robots.txt`, `/sitemap.xml` and a file for each part of a list.

Only what was made here and is for everybody stands in it: copies have their own address elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from flask import Blueprint, Response
from sqlalchemy import func, select

from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.base.errors import NotFound
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor
from coffee_node.node import current_node
from coffee_node.web.object_views import page_url
from coffee_node.web.protocol import is_protocol

sitemap_pages = Blueprint("sitemap", __name__)

MOST = 10_000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
PLAIN_PAGES = ("/", "/about", "/network", "/accessibility", "/privacy")
# Pages that lead nowhere for a machine: forms, the reader's own pages, searches without end.
CLOSED = ("/me/", "/admin/", "/sign-in", "/sign-up", "/search", "/language/", "/intents/", "/at/")


@sitemap_pages.get("/robots.txt")
@is_protocol
def robots() -> Response:
    """What machines may read, and where the map is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines += ["", f"Sitemap: {current_node.config.base_url}/sitemap.xml", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@sitemap_pages.get("/sitemap.xml")
@is_protocol
def index() -> Response:
    """The parts of the map; each holds 10,000 addresses at most."""
    base = current_node.config.base_url
    parts = ["/sitemap-pages-0.xml"]
    for name, object_type in _listed_types().items():
        last = db.session.scalar(select(func.max(object_type.model.id))) or 0
        parts += [f"/sitemap-{name}-{number}.xml" for number in range(last // MOST + 1)]
    return _xml("sitemapindex", (f"<sitemap><loc>{escape(base + part)}</loc></sitemap>" for part in parts))


@sitemap_pages.get("/sitemap-<name>-<int:number>.xml")
@is_protocol
def part(name: str, number: int) -> Response:
    """The addresses of one part, by ranges of our own keys, so that a part rarely changes."""
    if name == "pages":
        lists = [object_type.list_path for object_type in _listed_types().values()]
        return _xml("urlset", (_entry(path) for path in (*PLAIN_PAGES, *lists)))
    object_type = _listed_types().get(name)
    if object_type is None or number > 1_000_000:
        raise NotFound(_("There is nothing at this address."))
    return _xml("urlset", _entries(object_type, number))


def _listed_types() -> dict[str, ObjectType]:
    """The types with a list of their own, by the name of that list."""
    types = current_node.registry.types()
    return {one.list_path.strip("/"): one for one in types if one.list_path and one.describe is not None}


def _entries(object_type: ObjectType, number: int) -> Iterator[str]:
    model = object_type.model
    query = select(model).where(*visible(model), model.origin == "")
    query = query.where(model.id >= number * MOST, model.id < (number + 1) * MOST).order_by(model.id)
    if hasattr(model, "is_listed"):
        query = query.where(model.is_listed.is_(True))
    if object_type.is_actor:
        query = query.join(Actor, Actor.id == model.actor_id).where(Actor.is_published.is_(True))
    for row in db.session.scalars(query):
        yield _entry(page_url(row), row)


def _entry(path: str, row: Any = None) -> str:
    changed = (row.updated or row.published) if row is not None else None
    day = f"<lastmod>{changed.date().isoformat()}</lastmod>" if changed is not None else ""
    return f"<url><loc>{escape(current_node.config.base_url + path)}</loc>{day}</url>"


def _xml(root: str, entries: Iterator[str]) -> Response:
    body = "\n".join(entries)
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">\n{body}\n</{root}>\n'
    return Response(document, mimetype="application/xml")
