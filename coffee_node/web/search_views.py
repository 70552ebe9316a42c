"""One search over everything known here: a handful of each type, and the way to all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.audience import visible
from coffee_node.node import current_node
from coffee_node.web.auth import current_account
from coffee_node.web.list_filters import filters
from coffee_node.web.list_query import ListQuery
from coffee_node.web.negotiation import json_response
from coffee_node.web.site_frame import site_frame

search_pages = Blueprint("search", __name__)

HANDFUL = 6


@dataclass(frozen=True)
class Found:
    """What one type answers: its first rows, whether there are more, and the list that holds them all."""

    label: str
    rows: list[Any]
    has_more: bool
    href: str


@search_pages.get("/search")
def search() -> str:
    """Results by type; without words the page only asks for them."""
    query = ListQuery.from_args(request.args, path="/search")
    return render_template("search.html", query=query, found=find_everything(query))


@search_pages.get("/search.json")
def search_json() -> Response:
    """The same as documents; the lists themselves have more."""
    query = ListQuery.from_args(request.args, path="/search")
    documents = [row.document for found in find_everything(query) for row in found.rows]
    return json_response({"items": documents, "total": len(documents), "next": None})


@search_pages.get("/tags/<name>")
def tagged(name: str) -> AnyResponse:
    """The address of a hashtag or of a skill in free words: everything that bears it."""
    return redirect(f"/search?{urlencode({'skill': name})}", 303)


def find_everything(query: ListQuery) -> list[Found]:
    """A handful of rows of every registered type; one query each, none without a filter."""
    if not (query.q or query.skill):
        return []
    found = [_find(object_type, query) for object_type in current_node.registry.types()]
    return [group for group in found if group.rows]


def _find(object_type: ObjectType, query: ListQuery) -> Found:
    model = object_type.model
    clauses = [*visible(model, current_account()), *filters(model, query)]
    if hasattr(model, "is_listed"):
        clauses.append(model.is_listed.is_(True))
    rows = db.session.scalars(
        select(model).where(*clauses).order_by(model.published.desc()).limit(HANDFUL + 1)
    ).all()
    path = object_type.list_path
    href = ListQuery.from_args(query.given, path=path).href() if path else ""
    return Found(_label(object_type), list(rows[:HANDFUL]), len(rows) > HANDFUL, href)


def _label(object_type: ObjectType) -> str:
    """The navigation's own word for the list of this type, else its name."""
    for link in site_frame().links:
        if object_type.list_path and link.url.split("?", 1)[0] == object_type.list_path:
            return link.label
    # The types of the vocabulary to whose lists no menu leads.
    return {"Organization": _("Companies"), "Note": _("Notes")}.get(object_type.name, object_type.name)
