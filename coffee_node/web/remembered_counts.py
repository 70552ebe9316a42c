"""Counts of very long lists, which may be some seconds old; those of short ones are always new."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from flask import g, request
from sqlalchemy import ColumnElement

from coffee_node.federation.long_tables import MANY, is_long
from coffee_node.federation.models import FederatedObject
from coffee_node.node import current_node
from coffee_node.web.auth import current_account
from coffee_node.web.list_query import ListQuery

# How long others are given an old count while somebody counts anew.
GRACE = timedelta(seconds=5)
Counted = TypeVar("Counted")


def remembered(
    what: str,
    query: ListQuery,
    count: Callable[[], Counted],
    is_dear: Callable[[Counted], bool],
    without: Collection[str] = (),
) -> Counted:
    """What `count` gives; from memory while it is fresh, for this reader and these filters, if it is dear.

    `without` names the filters that the count does not depend on. On a small node nothing is dear, so that
    every count is that of this moment.
    """
    account = current_account()
    kept = sorted((name, value) for name, value in query.given.items() if name not in without)
    key = f"{what} {account.id if account is not None else ''} {request.path} {kept}"
    return for_everybody(key, count, is_dear)


def for_everybody(
    key: str, count: Callable[[], Counted], is_dear: Callable[[Counted], bool] = lambda found: True
) -> Counted:
    """The same for what depends on nothing but its key."""
    known: Counted | None = current_node.counts.claim(key, GRACE)
    if known is not None:
        return known
    found = count()
    if is_dear(found):
        current_node.counts.put(key, found)
    return found


def of_list(
    what: str,
    model: type[FederatedObject],
    query: ListQuery,
    where: Sequence[ColumnElement[bool]],
    count: Callable[[], Counted],
    without: Collection[str] = (),
) -> Counted:
    """A count over the rows of a list; it is dear where their table is long.

    `where` is what the list adds to the filters of its address: its form belongs to the key, its values
    follow from the address and the time.
    """
    name = f"{what} {model.__tablename__} {' '.join(map(_form_of, where))}"
    return remembered(name, query, count, lambda found: is_long(model), ("page", *without))


def _form_of(clause: ColumnElement[bool]) -> str:
    """The clause as a text without its values, written once per request: filters share theirs."""
    known: dict[int, tuple[ColumnElement[bool], str]] = g.setdefault("forms_of_clauses", {})
    if id(clause) not in known:
        # The clause is kept with its text, so that no other one gets its number.
        known[id(clause)] = (clause, str(clause))
    return known[id(clause)][1]


def is_many(rows: Sequence[tuple[Any, int]]) -> bool:
    """Whether grouped counts stand for so many objects that counting them again would take long."""
    return sum(number for _values, number in rows) > MANY
