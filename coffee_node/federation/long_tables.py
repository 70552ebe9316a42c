"""Which tables of objects are long: there, counts and bounds stay in memory for some seconds."""

from __future__ import annotations

from typing import Any

from flask import g
from sqlalchemy import func, select

from coffee_node.base.database import db
from coffee_node.node import current_node

MANY = 2_000
MOST_IN_SETS = 500_000


def is_long(model: type[Any]) -> bool:
    """Whether a table has so many rows that reading all of them takes time."""
    return _highest(model) > MANY


def has_sets(model: type[Any]) -> bool:
    """Whether what a long table holds is counted by sets of rows; of more rows they would not be small."""
    return MANY < _highest(model) <= MOST_IN_SETS


def _highest(model: type[Any]) -> int:
    """The highest number of a row, of a long table as it was some seconds ago."""
    key = f"long table {model.__tablename__}"
    known: dict[str, int] = g.setdefault("long_tables", {})
    if key not in known:
        known[key] = current_node.counts.get(key) or _ask(model, key)
    return known[key]


def _ask(model: type[Any], key: str) -> int:
    found = db.session.scalar(select(func.max(model.id))) or 0
    if found > MANY:
        current_node.counts.put(key, found)
    return found
