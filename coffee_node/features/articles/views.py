"""The articles as a page, as documents and as a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy import ColumnElement, Text, cast, select

from coffee_node.base.database import db
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import country_name
from coffee_node.base.i18n import gettext as _
from coffee_node.features.articles.models import KIND_LABELS, Article
from coffee_node.federation.audience import visible
from coffee_node.web.alert_lists import WatchedList, can_be_watched
from coffee_node.web.auth import current_account
from coffee_node.web.list_facets import (
    badges_for,
    facet,
    facet_counts,
    language_facet,
    scope_choices,
    skill_counts,
)
from coffee_node.web.list_filters import filters
from coffee_node.web.list_forms import (
    COLUMNS,
    CSV_LIMIT,
    FEED_LIMIT,
    feed_choices,
    list_csv,
    list_feed,
    list_json,
)
from coffee_node.web.list_query import ListQuery
from coffee_node.web.listing import ListPage, run_list

blueprint = Blueprint("articles", __name__, template_folder="templates")

EXTRA = ("kind", "due")
CSV_COLUMNS = {
    **{name: read for name, read in COLUMNS.items() if name not in ("country", "place")},
    "kind": lambda row: row.kind,
    "countries": lambda row: " ".join(row.countries or ()),
    "review_by": lambda row: row.review_by,
}


WATCHED = WatchedList(
    {"/articles": lazy_("Worth knowing")},
    Article,
    EXTRA,
    where=lambda query: _chosen(query),
    shared=lambda query: replace(query, country=""),
    words={"kind": lambda value: str(KIND_LABELS.get(value, value)), "due": lambda value: ""},
)


@blueprint.get("/articles")
@can_be_watched(WATCHED)
def show_list() -> str:
    """What the places of the network know, newest first."""
    page = _page()
    query = page.query
    return render_template(
        "articles/list.html",
        page=page,
        heading=_("Worth knowing"),
        lead=_("Watch notes, good practice, case studies, and what to declare when crossing the border."),
        placeholder=_("a word in the title"),
        new_href="/articles/new" if current_account() is not None else "",
        new_label=_("New article"),
        badges=badges_for("article", page.rows),
        facets=_facets(query),
        scopes=scope_choices(query),
        feeds=feed_choices(page),
    )


@blueprint.get("/articles.json")
def list_as_json() -> Response:
    """The same list as documents."""
    return list_json(_page())


@blueprint.get("/articles.<any(rss, atom):form>")
def list_as_feed(form: str) -> Response:
    """The same list for feed readers."""
    return list_feed(_page(FEED_LIMIT), form, _("Worth knowing"))


@blueprint.get("/articles.csv")
def list_as_csv() -> Response:
    """The same list for spreadsheets."""
    return list_csv(_page(CSV_LIMIT), CSV_COLUMNS)


def _page(limit: int = 20) -> ListPage:
    query = ListQuery.from_args(request.args, EXTRA)
    page = run_list(Article, _elsewhere(query), where=_chosen(query), limit=limit)
    return replace(page, query=query)


def _elsewhere(query: ListQuery) -> ListQuery:
    """The query without its country: an article is about countries, it is not in one."""
    return replace(query, country="")


def _chosen(query: ListQuery, without: str = "") -> list[ColumnElement[bool]]:
    """The filters of our own."""
    clauses: list[ColumnElement[bool]] = []
    if query.extra.get("kind") and without != "kind":
        clauses.append(Article.kind == query.extra["kind"])
    if query.country and without != "country":
        # Both databases write a JSON list of codes as text with each code in quotes.
        clauses.append(cast(Article.countries, Text).contains(f'"{query.country}"', autoescape=True))
    return clauses


def _facets(query: ListQuery) -> list[dict[str, Any]]:
    elsewhere = _elsewhere(query)
    kinds = facet_counts(Article, "kind", elsewhere, "kind", _chosen(query, "kind"))
    chosen = _chosen(query)
    return [
        facet(_("Kind"), "kind", kinds, query, lambda value: str(KIND_LABELS.get(value, value))),
        facet(_("Country"), "country", _country_counts(query), query, country_name),
        language_facet(Article, elsewhere, chosen),
        facet(_("Keyword"), "skill", skill_counts(Article, elsewhere, chosen), query),
    ]


def _country_counts(query: ListQuery) -> dict[str, int]:
    """How many articles are about each country."""
    shared = [*visible(Article, current_account()), *filters(Article, _elsewhere(query))]
    found: dict[str, int] = {}
    lists = select(Article.countries).where(*shared, *_chosen(query, "country"))
    for code in (code for countries in db.session.scalars(lists) for code in countries or ()):
        found[code] = found.get(code, 0) + 1
    return dict(sorted(found.items(), key=lambda item: -item[1]))
