"""The search index, kept by the transaction that changes an object: rows of sessions, and copies in batches.

Rows that pass through a session are noticed at its flush, whoever changed them; copies of other servers are
written past the session and put here by who writes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    Select,
    Table,
    bindparam,
    delete,
    event,
    func,
    insert,
    inspect,
    literal,
    null,
    select,
)
from sqlalchemy.orm import Session

from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.federation import search_vocabulary
from coffee_node.federation.models import FederatedObject
from coffee_node.federation.search import SearchText, search_text
from coffee_node.federation.search_engine import put_texts
from coffee_node.federation.search_models import SearchEntry
from coffee_node.node import current_node

# What may change without anything of the index changing.
NOT_SEARCHED = frozenset(
    {
        "document", "folded", "updated", "updated_at", "participant_count", "remaining_capacity",
        "seats_changed_at", "votes_changed_at", "closed_at", "options", "attachments",
    }
)  # fmt: skip
ENTRY: Any = SearchEntry.__table__
COPIED = ("actor_id", "visibility", "origin", "language")


def put(
    table: Table, texts: Mapping[str, SearchText], *, replaced: Sequence[int] = (), count: bool = False
) -> None:
    """Write the entries of objects of one table, by uri, inside the caller's write(); their rows are written.

    The entries of `replaced` rows are taken out first. With `count` the words are known at once; else the
    task counts them within ten minutes.
    """
    connection = db.session().connection()
    _take_out(connection, table.name, replaced)
    if not texts:
        return
    connection.execute(_entries(table), {"uris": list(texts), "is_counted": count})
    ids = connection.execute(_numbers(table), {"uris": list(texts)}).all()
    rows = [
        {"rowid": id_, "names": text.names, "tags": text.tags, "body": text.body}
        for id_, text in ((id_, texts[uri]) for id_, uri in sorted(ids))
    ]
    put_texts(connection, rows)
    if count:
        search_vocabulary.add(connection, [(text.names, text.tags, text.body) for text in texts.values()])


@lru_cache(maxsize=64)
def _entries(table: Table) -> Insert:
    """The entries of some rows, copied by the database itself; built once, because that takes long."""
    row = table.c
    empty = {"country": literal(""), "latitude": null(), "longitude": null()}
    more = {name: row.get(name, value) for name, value in empty.items()}
    moment = func.coalesce(row.start_time, row.published) if "start_time" in row else row.published
    wanted = {
        "kind": literal(table.name),
        "object_id": row.id,
        **{name: row[name] for name in COPIED},
        **more,
        "moment": moment,
        "is_counted": bindparam("is_counted", type_=ENTRY.c.is_counted.type),
    }
    rows = select(*wanted.values()).where(row.uri.in_(bindparam("uris", expanding=True))).order_by(row.id)
    return insert(ENTRY).from_select(list(wanted), rows)


@lru_cache(maxsize=64)
def _numbers(table: Table) -> Select[int, str]:
    """The numbers of the entries of some rows, with their uris."""
    # A question for each row on purpose: for a join, the planner might read every entry of the kind.
    own = select(ENTRY.c.id).where(ENTRY.c.kind == table.name, ENTRY.c.object_id == table.c.id)
    wanted = table.c.uri.in_(bindparam("uris", expanding=True))
    return select(own.scalar_subquery(), table.c.uri).where(wanted)


def _take_out(connection: Connection, kind: str, object_ids: Sequence[int]) -> None:
    if not object_ids:
        return
    chosen = (ENTRY.c.kind == kind, ENTRY.c.object_id.in_(object_ids))
    counted = select(ENTRY.c.id).where(*chosen, ENTRY.c.is_counted, ENTRY.c.visibility == "public")
    search_vocabulary.take_back(connection, connection.scalars(counted).all())
    connection.execute(delete(ENTRY).where(*chosen))


def text_of(object_type: ObjectType, row: Any) -> SearchText | None:
    """What may be searched of a row; None for what is deleted or does not want to be found."""
    if row.deleted_at is not None or getattr(row, "is_listed", True) is False:
        return None
    columns = inspect(type(row)).columns
    shown: Mapping[str, Any] = (
        object_type.searched(row)
        if object_type.searched is not None
        else {column.key: getattr(row, column.key) for column in columns}
    )
    return search_text({**shown, "tags": row.tags})


def put_rows(object_type: ObjectType, rows: Sequence[Any], *, count: bool) -> None:
    """Write the entries of rows of one type anew, inside the caller's write()."""
    found = {row.uri: text_of(object_type, row) for row in rows}
    texts = {uri: text for uri, text in found.items() if text is not None}
    put(object_type.model.__table__, texts, replaced=[row.id for row in rows], count=count)


@event.listens_for(db.session, "after_flush")
def follow_rows(session: Session, *context: object) -> None:
    """Keep the entries of the rows that a session has just written, whoever changed them."""
    touched = [row for row in (*session.new, *session.deleted) if isinstance(row, FederatedObject)]
    touched += [row for row in session.dirty if isinstance(row, FederatedObject) and _is_other(row)]
    if not touched:
        return
    gone = set(session.deleted)
    for object_type in current_node.registry.types():
        rows = [row for row in touched if type(row) is object_type.model]
        if rows:
            removed = [row.id for row in rows if row in gone]
            put(object_type.model.__table__, {}, replaced=removed)
            _put_by_visibility(object_type, [row for row in rows if row not in gone])


def _put_by_visibility(object_type: ObjectType, rows: Sequence[Any]) -> None:
    """Only words that everybody may read become known; the others stay where they are."""
    put_rows(object_type, [row for row in rows if row.visibility == "public"], count=True)
    put_rows(object_type, [row for row in rows if row.visibility != "public"], count=False)


def _is_other(row: FederatedObject) -> bool:
    state = inspect(row)
    return any(
        attribute.key not in NOT_SEARCHED and attribute.history.has_changes()
        for attribute in state.attrs
        if attribute.key in state.mapper.column_attrs
    )
