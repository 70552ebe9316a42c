"""Copies of other servers' objects: what we know before one is judged, the judgement, and how it is written.

A single activity and a batch of a hundred take the same way: facts are asked for together or one by one,
the rules are the same functions, and rows are written by set-based statements.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Table, bindparam, delete, insert, literal, select, union_all, update
from sqlalchemy.orm.util import identity_key

from coffee_node.activitypub import vocabulary
from coffee_node.base import clock
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.federation import audience, domain_policy, host_limits, remote_pictures, search, search_index
from coffee_node.federation.incoming import Ignored
from coffee_node.federation.models import Actor, ObjectTag
from coffee_node.federation.objects import column_values
from coffee_node.federation.peer_models import Tombstone
from coffee_node.node import current_node


@dataclass(frozen=True)
class Held:
    """What we hold under an id already."""

    model: type[Any]
    id: int
    actor_id: int
    origin: str
    published: datetime | None
    updated: datetime | None

    @property
    def is_local(self) -> bool:
        """Whether the object was made on this node."""
        return not self.origin


@dataclass(frozen=True)
class ObjectCopy:
    """An object that may be kept: its values by column, and the row it replaces."""

    object_type: ObjectType
    uri: str
    values: dict[str, Any]
    tags: list[dict[str, str]]
    held: Held | None
    text: search.SearchText


class Facts:
    """What the tables say about some ids; ids that were not named in the beginning are asked for singly.

    They are named with the actor that will be their author if nothing is kept under them yet.
    """

    def __init__(self, uris: Iterable[tuple[str, str]] = ()) -> None:
        self._held: dict[str, Held | None] = {}
        self._buried: dict[tuple[str, str], bool] = {}
        self._load(dict.fromkeys(uris))

    def _load(self, named: Iterable[tuple[str, str]]) -> None:
        wanted = list(named)
        if not wanted:
            return
        uris = [uri for uri, _ in wanted]
        self._held |= dict.fromkeys(uris) | _held_rows(uris)
        hashes = {pair: (tombstone_hash(pair[0]), tombstone_hash(*pair)) for pair in wanted}
        buried = _buried_hashes([one for both in hashes.values() for one in both])
        for pair, (by_owner, by_author) in hashes.items():
            is_renounced = by_author in buried and self._held[pair[0]] is None
            self._buried[pair] = by_owner in buried or is_renounced

    def held(self, uri: str) -> Held | None:
        """The row under this id, whatever its type."""
        if uri not in self._held:
            self._load([(uri, "")])
        return self._held[uri]

    def is_buried(self, uri: str, author: Actor) -> bool:
        """Whether the id was deleted within the last 30 days, by its owner or, if unknown, by this author."""
        if (uri, author.uri) not in self._buried:
            self._load([(uri, author.uri)])
        return self._buried[(uri, author.uri)]


def tombstone_hash(uri: str, author_uri: str = "") -> str:
    """The key of a tombstone; of an id that was unknown here it binds only the author who renounced it."""
    return hashlib.sha256(f"{author_uri} {uri}".encode() if author_uri else uri.encode()).hexdigest()


def _buried_hashes(hashes: Sequence[str]) -> set[str]:
    query = select(Tombstone.uri_hash).where(Tombstone.uri_hash.in_(hashes))
    return set(db.session.scalars(query.where(Tombstone.expires_at > clock.utcnow())))


def _held_rows(uris: Sequence[str]) -> dict[str, Held | None]:
    models = tuple(dict.fromkeys(object_type.model for object_type in current_node.registry.types()))
    found = db.session.execute(_held_query(models), {"uris": uris}) if models else ()
    return {
        uri: Held(models[number], id_, actor_id, origin, published, updated)
        for number, id_, uri, actor_id, origin, published, updated in found
    }


@lru_cache(maxsize=16)
def _held_query(models: tuple[type[Any], ...]) -> CompoundSelect[Any]:
    """What the tables of these models hold under some ids; built once, which costs more than to ask it."""
    parts = []
    for number, model in enumerate(models):
        row = model.__table__.c
        columns = (row.id, row.uri, row.actor_id, row.origin, row.published, row.updated)
        wanted = row.uri.in_(bindparam("uris", expanding=True))
        parts.append(select(literal(number).label("model"), *columns).where(wanted))
    return union_all(*parts)


def judged(
    object_type: ObjectType,
    document: dict[str, Any],
    author: Actor,
    facts: Facts,
    *,
    is_new: bool,
    is_post: bool = True,
) -> ObjectCopy:
    """The copy that may be kept of a document; Ignored when it must not change what we hold.

    `is_new` for a Create (a known id stays as it is), `is_post` for a delivery (an equal `updated` counts).
    """
    uri = vocabulary.id_of(document)
    if not uri:
        raise Ignored("the object has no id")
    if author.is_local or not vocabulary.same_host(uri, author.uri):
        raise Ignored("the object is not on its author's host")
    if domain_policy.is_hidden(author) or domain_policy.is_suspended(author.host):
        raise Ignored(f"{author.uri} is blocked or suspended here")
    held = facts.held(uri)
    if facts.is_buried(uri, author):
        raise Ignored("the object was deleted before")
    if held is not None:
        _check_owner(held, object_type, author)
        if is_new and is_post:
            raise Ignored("a second Create of a known object")
    values = object_type.schema.parse(document)
    if held is None:
        host_limits.count_object(author.host)
    else:
        _check_age(held, values, is_post=is_post)
    return _copy(object_type, document, author, values, held)


def _check_owner(held: Held, object_type: ObjectType, author: Actor) -> None:
    if held.model is not object_type.model:
        raise Ignored("we hold an object of another type with this id")
    if held.is_local or held.actor_id != author.id:
        raise Ignored("only the owner may change an object")


def _check_age(held: Held, values: dict[str, Any], *, is_post: bool) -> None:
    ours, theirs = held.updated or held.published, values.get("updated") or values.get("published")
    if theirs is None or ours is None:
        return
    if theirs < ours or (theirs == ours and not is_post):
        raise Ignored("we hold a version that is not older")


def _copy(
    object_type: ObjectType,
    document: dict[str, Any],
    author: Actor,
    values: dict[str, Any],
    held: Held | None,
) -> ObjectCopy:
    now = clock.utcnow()
    columns = column_values(object_type.model, values)
    tags = columns.get("tags") or []
    text = search.search_text(columns)
    columns |= {
        "uri": values["uri"],
        "type": vocabulary.short_type(document.get("type")) or object_type.name,
        "actor_id": author.id,
        "origin": author.host,
        "visibility": audience.visibility_of(document, author),
        "document": {name: value for name, value in document.items() if name != "@context"},
        "folded": text.head,
        "published": values.get("published") or (held.published if held else None) or now,
        "updated": values.get("updated"),
        "deleted_at": None,
        "created_at": now,
        "updated_at": now,
    }
    rows = search.tag_rows(values["uri"], tags)
    return ObjectCopy(object_type, values["uri"], columns, rows, held, text)


def keep(copies: Sequence[ObjectCopy]) -> None:
    """Write copies with their tags, a few statements per table, inside the caller's write()."""
    by_model: dict[type[Any], list[ObjectCopy]] = {}
    for copy in copies:
        by_model.setdefault(copy.object_type.model, []).append(copy)
    for model, group in by_model.items():
        _insert(model.__table__, [copy.values for copy in group if copy.held is None])
        _replace(model, [copy for copy in group if copy.held is not None])
        _make_findable(model.__table__, group)
    replaced = [copy.uri for copy in copies if copy.held is not None]
    remote_pictures.note_objects([copy.values for copy in copies], replaced)
    if replaced:
        db.session.execute(delete(ObjectTag).where(ObjectTag.object_uri.in_(replaced)))
    tags = [tag for copy in copies for tag in copy.tags]
    if tags:
        db.session.execute(insert(ObjectTag.__table__), tags)  # type: ignore[arg-type]


def _make_findable(table: Table, copies: list[ObjectCopy]) -> None:
    replaced = [copy.held.id for copy in copies if copy.held is not None]
    search_index.put(table, {copy.uri: copy.text for copy in copies}, replaced=replaced)


def _insert(table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(table), rows)


def _replace(model: type[Any], copies: list[ObjectCopy]) -> None:
    if not copies:
        return
    session = db.session()
    rows = []
    for copy in copies:
        assert copy.held is not None  # noqa: S101
        rows.append({**copy.values, "row_id": copy.held.id})
        loaded = session.identity_map.get(identity_key(model, copy.held.id))
        if loaded is not None:
            session.expire(loaded)
    kept = {"created_at", "uri", "actor_id", "origin"}
    changed: dict[str, Any] = {name: bindparam(name) for name in copies[0].values if name not in kept}
    table = model.__table__
    wanted = [{name: value for name, value in row.items() if name not in kept} for row in rows]
    # The connection itself: the session would take the list for an update by primary key of mapped rows.
    session.connection().execute(
        update(table).where(table.c.id == bindparam("row_id")).values(changed), wanted
    )
