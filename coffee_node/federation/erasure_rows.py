"""Identifiers of somebody who left, and how texts that name them are found and rewritten.

All mapped tables are walked (erasure_scan.py), so that tables of plugins and of later versions are in it by
construction.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    LargeBinary,
    String,
    Table,
    Text,
    cast,
    func,
    literal,
    or_,
    select,
    update,
)

from coffee_node.base.database import db, is_postgres
from coffee_node.federation.models import Actor
from coffee_node.federation.receipts import HASHED
from coffee_node.node import current_node

LEFT_OUT = "…"
# More in one question, and SQLite calls it too large.
NEEDLES = 100
Change = Callable[[str], str]


def hashed(uri: str) -> str:
    """What stays of an id: a name made of its SHA-256, the same for the same id everywhere."""
    return f"{HASHED}{hashlib.sha256(uri.encode()).hexdigest()}"


class Identifiers:
    """The ways in which rows name one actor: its id, its page, its address."""

    def __init__(self, uri: str, slug: str, host: str) -> None:
        domain = host or current_node.config.host
        self.slug, self.host = slug, host
        self.plain = [uri]
        if slug:
            self.plain += [f"https://{domain}/@{slug}", f"{slug}@{domain}", f"/@{slug}@{domain}"]
            self.plain += [f"{current_node.config.base_url}/@{slug}"] if not host else []
        words = "|".join(re.escape(one) for one in sorted(set(self.plain), key=len, reverse=True))
        self._pattern = re.compile(f"(?<![a-z0-9])(?:acct:|@)?(?:{words})(?![a-z0-9-])", re.IGNORECASE)
        self._hash = hashed(uri)

    @classmethod
    def of(cls, actor: Actor) -> Identifiers:
        """Those of an actor whose row is still there."""
        return cls(actor.uri, actor.slug, actor.host)

    def replaced(self, text: str) -> str:
        """A text in which the hash stands for the actor; somebody with a longer name is left alone."""
        return self._pattern.sub(self._hash, text)


def texts_in(table: Table) -> list[Column[Any]]:
    """The columns of a table that can hold words."""
    kinds = (String, Text, JSON, LargeBinary)
    return [column for column in table.c if isinstance(column.type, kinds) and not column.primary_key]


def replace_in(table: Table, columns: Sequence[Column[Any]], needles: Iterable[str], change: Change) -> int:
    """Rewrite the texts of a table in which one of the needles stands; how many rows."""
    wanted = sorted(set(needles))
    if not columns or "id" not in table.c:
        return 0
    changed = 0
    for start in range(0, len(wanted), NEEDLES):
        some = wanted[start : start + NEEDLES]
        found = [contains(column, needle) for column in columns for needle in some]
        changed += replace_in_rows(table, columns, or_(*found), change)
    return changed


def replace_in_rows(
    table: Table, columns: Sequence[Column[Any]], which: ColumnElement[bool], change: Change
) -> int:
    """Rewrite the texts of some rows of a table, inside write(); how many changed."""
    rows = db.session.execute(select(table.c.id, *columns).where(which)).all()
    changed = 0
    for row in rows:
        values = {
            column.name: _changed(column, getattr(row, column.name), change)
            for column in columns
            if getattr(row, column.name) is not None
        }
        values = {name: value for name, value in values.items() if value != getattr(row, name)}
        if values:
            db.session.execute(update(table).where(table.c.id == row.id).values(values))
            changed += 1
    return changed


def contains(column: Any, needle: str) -> ColumnElement[bool]:
    """Whether a text, JSON or binary column holds these characters."""
    if isinstance(column.type, LargeBinary):
        needed = literal(needle.encode(), LargeBinary)
        return func.position(needed.op("IN")(column)) > 0 if is_postgres() else func.instr(column, needed) > 0
    return cast(column, Text).contains(needle, autoescape=True)


def _changed(column: Column[Any], value: Any, change: Change) -> Any:
    if isinstance(column.type, LargeBinary):
        return change(bytes(value).decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    if isinstance(column.type, JSON):
        return orjson.loads(change(orjson.dumps(value).decode()))
    length = getattr(column.type, "length", None)
    new = change(str(value))
    return new[:length] if length and new != value else new
