"""Which rows of a long table have which value: read once, then brought up to date with what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from coffee_node.base.database import db
from coffee_node.base.row_sets import ValueSets, set_of
from coffee_node.federation.models import FederatedObject, ObjectTag
from coffee_node.federation.search_models import SearchEntry
from coffee_node.node import current_node

SKILL = "skill"
OVERLAP = 1_000
MOST_RENEWED = 5_000
ENTRY: Any = SearchEntry.__table__


@dataclass(frozen=True)
class TableSets:
    """The sets of a table by filter; `names` are those of its tags, `seen` how far it was read."""

    sets: Mapping[str, ValueSets]
    names: Mapping[str, str]
    seen: int


def table_sets(model: type[FederatedObject], columns: Mapping[str, Any]) -> TableSets:
    """Of each filter and of tags, the rows with each value; at most a minute old."""

    def make(old: TableSets | None) -> TableSets:
        return _read(model, columns) if old is None else _renewed(model, columns, old)

    known: TableSets = current_node.row_sets.get(f"{model.__tablename__} {list(columns)}", make)
    return known


def _read(
    model: type[FederatedObject], columns: Mapping[str, Any], where: Sequence[ColumnElement[bool]] = ()
) -> TableSets:
    seen = db.session.scalar(select(func.max(ENTRY.c.id))) or 0
    pairs, names = _pairs(model, columns, where)
    return TableSets({param: ValueSets.of(found) for param, found in pairs.items()}, names, seen)


def _renewed(model: type[FederatedObject], columns: Mapping[str, Any], old: TableSets) -> TableSets:
    """The sets with what changed: the entry in the index is written anew whenever a row changes.

    A little of what was seen is read again, for what was being written meanwhile.
    """
    newer = select(ENTRY.c.id, ENTRY.c.object_id).where(
        ENTRY.c.id > old.seen - OVERLAP, ENTRY.c.kind.concat("") == model.__tablename__
    )
    changed = db.session.execute(newer.order_by(ENTRY.c.id).limit(MOST_RENEWED)).all()
    if len(changed) == MOST_RENEWED:
        return _read(model, columns)
    ids = [object_id for _entry_id, object_id in changed]
    pairs, names = _pairs(model, columns, [model.id.in_(ids)])
    rows = set_of(ids)
    sets = {param: known.changed(rows, pairs[param]) for param, known in old.sets.items()}
    return TableSets(sets, {**old.names, **names}, max([old.seen, *(entry_id for entry_id, _id in changed)]))


def _pairs(
    model: type[FederatedObject], columns: Mapping[str, Any], where: Sequence[ColumnElement[bool]]
) -> tuple[dict[str, list[tuple[Any, int]]], dict[str, str]]:
    """Values with the ids of their rows, by filter, and what tags are called."""
    # Past the session, which would take as long again for so many rows.
    connection = db.session.connection()
    wanted = [getattr(model, one) if isinstance(one, str) else one for one in columns.values()]
    rows = connection.execute(select(model.id, *wanted).where(*where)).all()
    ids, *values = zip(*rows, strict=True) if rows else ((), *(() for _ in columns))
    pairs = {
        param: list(zip(column, ids, strict=True)) for param, column in zip(columns, values, strict=True)
    }
    tags = select(ObjectTag.folded, model.id, ObjectTag.name).select_from(model)
    found = connection.execute(tags.join(ObjectTag, ObjectTag.object_uri == model.uri).where(*where)).all()
    pairs[SKILL] = [(folded, row_id) for folded, row_id, _name in found]
    return pairs, {folded: name for folded, _row_id, name in found}
