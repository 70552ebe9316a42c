"""The search as a list that can be watched: every type of object is one table of it.

What is told has all the words that were asked for: nobody is there to be asked whether a word was misspelt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, false

from coffee_node.base.contracts import ObjectType
from coffee_node.base.i18n import _ as lazy_
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.audience import visible
from coffee_node.federation.models import FederatedObject
from coffee_node.federation.search_query import found_keys, may_find
from coffee_node.node import current_node
from coffee_node.web.alert_lists import WatchedList, list_at, title_of
from coffee_node.web.auth import current_account
from coffee_node.web.list_query import ListQuery
from coffee_node.web.search_facets import HERE, sides, time_labels, where_of_sides
from coffee_node.web.search_results import EXTRA, plain_filters


def _tables() -> Sequence[WatchedList]:
    return [_table(one) for one in current_node.registry.types()]


def _table(object_type: ObjectType) -> WatchedList:
    model: Any = object_type.model

    def finds(query: ListQuery) -> list[ColumnElement[bool]]:
        account = current_account()
        where = [*may_find(account), *plain_filters(query), *where_of_sides(sides(query))]
        keys = found_keys(query.q, query.skill, model.__tablename__, where)
        return [*visible(model, account), model.id.in_(keys) if keys is not None else false()]

    # A person or a company can be there for long before it may be found.
    return WatchedList({}, model, finds=finds, appears_late=object_type.is_actor)


def _type(value: str) -> str:
    watched = list_at(f"/{value}")
    return title_of(watched, f"/{value}") if watched is not None else value


WATCHED_SEARCH = WatchedList(
    {"/search": lazy_("Search")},
    FederatedObject,
    EXTRA,
    several=_tables,
    words={
        "type": _type,
        "source": lambda value: _("this site") if value == HERE else value,
        "when": lambda value: time_labels().get(value, ""),
    },
)
