"""One search over everything known here, the best first, for people, programs and feed readers."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from coffee_node.base.i18n import gettext as _
from coffee_node.node import current_node
from coffee_node.web.alert_lists import can_be_watched
from coffee_node.web.list_facets import scope_choices
from coffee_node.web.list_forms import COLUMNS, CSV_LIMIT, feed_choices, list_csv, list_feed, list_json
from coffee_node.web.list_query import ListQuery
from coffee_node.web.search_facets import facets
from coffee_node.web.search_kinds import label_of
from coffee_node.web.search_results import EXTRA, Results, run_search
from coffee_node.web.search_watch import WATCHED_SEARCH
from coffee_node.web.web_feeds import ENTRIES

search_pages = Blueprint("search", __name__)


@search_pages.get("/search")
@can_be_watched(WATCHED_SEARCH)
def search() -> str:
    """Results of all types, each with its mark; without words the page says what can be found."""
    page = run_search(_query())
    is_asked = page.sought is not None
    return render_template(
        "search.html",
        page=page,
        query=page.query,
        scopes=scope_choices(page.query) if is_asked else [],
        facets=facets(page.query, page.counts) if is_asked else [],
        feeds=feed_choices(page) if is_asked else [],
        lists=_lists(),
    )


@search_pages.get("/search.json")
def search_json() -> Response:
    """The same as documents."""
    return list_json(run_search(_query()))


@search_pages.get("/search.csv")
def search_csv() -> Response:
    """The same for spreadsheets."""
    page = run_search(_query(), CSV_LIMIT, is_counted=False)
    types = {one.row.uri: one.label for one in page.found}
    return list_csv(page, {"type": lambda row: types[row.uri], **COLUMNS})


@search_pages.get("/search.<any(rss, atom):form>")
def search_feed(form: str) -> Response:
    """The same for feed readers."""
    page = run_search(_query(), ENTRIES, is_counted=False)
    return list_feed(page, form, _title(page))


@search_pages.get("/tags/<name>")
def tagged(name: str) -> AnyResponse:
    """The address of a hashtag or of a skill in free words: everything that bears it."""
    return redirect(f"/search?{urlencode({'skill': name})}", 303)


def _query() -> ListQuery:
    return ListQuery.from_args(request.args, EXTRA, path="/search")


def _title(page: Results) -> str:
    words = page.query.q or page.query.skill
    return _("Search: %(words)s", words=words) if words else _("Search")


def _lists() -> list[dict[str, str]]:
    """The lists to look through where nothing was found or asked."""
    types = [one for one in current_node.registry.types() if one.list_path]
    return [{"label": label_of(one), "href": one.list_path} for one in types]
