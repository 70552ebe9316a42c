"""Which lists can be watched: a list's page carries what the list is, so that it can be run without a reader.

A feature marks the view of its list with `can_be_watched`; what a saved search is about is then read from the
address alone, on the page where it is saved and in the worker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from flask import current_app
from sqlalchemy import ColumnElement
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from coffee_node.base.i18n import country_name, format_date, language_name
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.audience import visible
from coffee_node.federation.models import FederatedObject
from coffee_node.web.auth import current_account
from coffee_node.web.list_filters import filters
from coffee_node.web.list_query import ListQuery
from coffee_node.web.negotiation import PROGRAM_SUFFIXES

View = TypeVar("View", bound=Callable[..., Any])
Where = Callable[[ListQuery], Sequence[ColumnElement[bool]]]


def _nothing(query: ListQuery) -> Sequence[ColumnElement[bool]]:
    return ()


def _as_it_is(query: ListQuery) -> ListQuery:
    return query


@dataclass(frozen=True)
class WatchedList:
    """What a list is: its table, the filters of its own, and how it reads the shared ones.

    `titles` are its names by path; `where` its own clauses, `shared` the query that the shared filters get,
    `words` how a value of a filter of its own is said. A list that reads its filters in another way gives all
    its clauses by `finds`; with `appears_late` a row may be there for long before it can be seen. A list of
    several tables gives one list for each by `several`.
    """

    titles: Mapping[str, Any]
    model: type[FederatedObject]
    extra: Sequence[str] = ()
    where: Where = _nothing
    shared: Callable[[ListQuery], ListQuery] = _as_it_is
    words: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    finds: Where | None = None
    appears_late: bool = False
    several: Callable[[], Sequence[WatchedList]] | None = None

    def parts(self) -> Sequence[WatchedList]:
        """The list itself, or one for each table of a list that has several."""
        return self.several() if self.several is not None else [self]

    def clauses(self, query: ListQuery) -> list[ColumnElement[bool]]:
        """What the present reader finds under these filters."""
        if self.finds is not None:
            return list(self.finds(query))
        shared = filters(self.model, self.shared(query))
        return [*visible(self.model, current_account()), *shared, *self.where(query)]


def can_be_watched(watched: WatchedList) -> Callable[[View], View]:
    """Mark the page of a list, below its routes: people can be told of what is new on it."""

    def mark(view: View) -> View:
        view.__dict__["watched"] = watched
        return view

    return mark


def list_at(path: str) -> WatchedList | None:
    """The list whose page has this path, None when there is none that can be watched."""
    try:
        endpoint, _values = current_app.url_map.bind("localhost").match(path, "GET")
    except (HTTPException, RequestRedirect):
        return None
    view = current_app.view_functions.get(endpoint)
    watched = getattr(view, "watched", None)
    return watched if isinstance(watched, WatchedList) else None


def read_address(address: str) -> tuple[WatchedList, ListQuery] | None:
    """The list and the filters of an address on this node; None when nothing there can be watched."""
    parts = urlsplit(address)
    path = parts.path.rstrip("/")
    path = next((path.removesuffix(one) for one in PROGRAM_SUFFIXES if path.endswith(one)), path)
    watched = list_at(path) if path.startswith("/") and not parts.netloc else None
    if watched is None:
        return None
    return watched, read_query(watched, path, dict(parse_qsl(parts.query)))


def read_query(watched: WatchedList, path: str, given: Mapping[str, str]) -> ListQuery:
    """The filters of a saved search."""
    return ListQuery.from_args(given, watched.extra, path)


def title_of(watched: WatchedList, path: str) -> str:
    """The name of a list in the reader's language."""
    return str(watched.titles.get(path) or next(iter(watched.titles.values())))


def in_words(watched: WatchedList, query: ListQuery) -> str:
    """A list and its filters in one line: `Offers and needs: "web", Belgium, within 25 km`."""
    said = [_said(watched, query, name, value) for name, value in query.given.items()]
    parts = ", ".join(part for part in said if part)
    title = title_of(watched, query.path)
    return _("%(label)s: %(text)s", label=title, text=parts) if parts else title


def _said(watched: WatchedList, query: ListQuery, name: str, value: str) -> str:
    if name in watched.words:
        return str(watched.words[name](value))
    shared: dict[str, Callable[[], str]] = {
        "q": lambda: f"“{value}”",
        "scope": lambda: _("this site") if value == "local" else "",
        "lang": lambda: language_name(value),
        "country": lambda: country_name(value),
        "space": lambda: value.rsplit("/", 1)[-1],
        "from": lambda: (
            _("from %(date)s", date=format_date(query.since, style="long")) if query.since else ""
        ),
        "to": lambda: _("until %(date)s", date=format_date(query.until, style="long")) if query.until else "",
        "near": lambda: _("within %(km)d km", km=query.radius),
        "place": lambda: _("near %(place)s", place=value) if value != "here" else _("near here"),
        "radius": lambda: "",
        **{name: lambda: "" for name in ("view", "sort", "month")},
    }
    return shared[name]() if name in shared else value
