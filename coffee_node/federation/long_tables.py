"""Which tables of objects are long: there, counts and bounds stay in memory for some seconds."""

from __future__ import annotations

from typing import Any

from flask import g
from sqlalchemy import func, select

from coffee_node.base.database import db
from coffee_node.node import current_node

MANY = 2_000


def is_long(model: type[Any]) -> bool:
    """Whether a table has so many rows that reading all of them takes time."""
    key = f"long table {model.__tablename__}"
    known: dict[str, bool] = g.setdefault("long_tables", {})
    if key not in known:
        known[key] = bool(current_node.counts.get(key)) or _is_long(model, key)
    return known[key]


def _is_long(model: type[Any], key: str) -> bool:
    found = (db.session.scalar(select(func.max(model.id))) or 0) > MANY
    if found:
        current_node.counts.put(key, True)
    return found
