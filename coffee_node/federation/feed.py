"""What is new, of every type in one list: the newest first, page by page, each type by its own index."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from coffee_node.base import clock
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db
from coffee_node.federation.account_models import Account
from coffee_node.federation.audience import visible
from coffee_node.federation.models import Actor, FederatedObject, Follow
from coffee_node.federation.social_models import Announcement
from coffee_node.node import current_node

PER_PAGE = 20


@dataclass(frozen=True)
class FeedItem:
    """One entry: the row, when it came into the list, and who shared it (nobody: it was made then)."""

    object_type: ObjectType
    row: Any
    at: datetime
    shared_by: Sequence[Actor] = ()


@dataclass(frozen=True)
class FeedPage:
    """Some entries and the cursor of what follows, empty on the last page."""

    items: Sequence[FeedItem]
    next_cursor: str = ""


@dataclass(frozen=True)
class _Position:
    at: datetime
    part: int
    row_id: int


@dataclass(frozen=True)
class _Part:
    """What one type gives to the list: its rows as they were made, or as they were shared."""

    object_type: ObjectType
    query: Select[Any]
    at: ColumnElement[Any]
    is_shared: bool = False


def followed_by(account: Account, cursor: str = "", limit: int = PER_PAGE) -> FeedPage:
    """What those an account follows have published and shared, as far as the account may see it."""
    if account.actor_id is None:
        return FeedPage(())
    followed = select(Follow.target_id).where(
        Follow.follower_id == account.actor_id, Follow.state == "accepted"
    )
    shared = (
        select(Announcement.object_uri, func.max(Announcement.announced_at).label("at"))
        .where(Announcement.actor_id.in_(followed))
        .group_by(Announcement.object_uri)
        .subquery()
    )
    parts = []
    for object_type in _types():
        model = object_type.model
        seen = select(model.id).where(*visible(model, account), *_is_news(model))
        made = seen.where(model.actor_id.in_(followed))
        parts.append(_Part(object_type, made, model.published))
        passed_on = seen.join(shared, shared.c.object_uri == model.uri).where(model.actor_id.not_in(followed))
        parts.append(_Part(object_type, passed_on, shared.c.at, is_shared=True))
    return _page(parts, cursor, limit, followed)


def newest(
    account: Account | None,
    where: Callable[[type[Any]], Sequence[ColumnElement[bool]] | None],
    limit: int = PER_PAGE,
) -> Sequence[FeedItem]:
    """The newest of every type that this reader may see; `where` narrows a type, None leaves it out."""
    parts = []
    for object_type in _types():
        model = object_type.model
        narrowed = where(model)
        if narrowed is not None:
            clauses = [*visible(model, account), *_is_news(model), *narrowed]
            parts.append(_Part(object_type, select(model.id).where(*clauses), model.published))
    return _page(parts, "", limit, None).items


def _types() -> Iterable[ObjectType]:
    """The types that are published one by one: no descriptions of actors, nothing that only answers."""
    found: dict[Any, ObjectType] = {}
    for object_type in current_node.registry.types():
        is_object = issubclass(object_type.model, FederatedObject) and not object_type.is_actor
        if is_object and object_type.receive is None:
            found.setdefault(object_type.model, object_type)
    return found.values()


def _is_news(model: Any) -> list[ColumnElement[bool]]:
    """Notes that answer others are part of a conversation; of dates published together one is enough."""
    clauses: list[ColumnElement[bool]] = []
    if hasattr(model, "in_reply_to"):
        clauses.append(model.in_reply_to == "")
    if hasattr(model, "start_time"):
        earlier = aliased(model)
        same = (
            earlier.published == model.published,
            earlier.actor_id == model.actor_id,
            earlier.name == model.name,
        )
        clauses.append(
            ~exists().where(*same, earlier.start_time < model.start_time, earlier.deleted_at.is_(None))
        )
    return clauses


def _page(parts: Sequence[_Part], cursor: str, limit: int, followed: Any) -> FeedPage:
    before = _read_cursor(cursor)
    if not parts:
        return FeedPage(())
    queries = [_newest_of(part, number, before, limit + 1) for number, part in enumerate(parts)]
    together = union_all(*queries).subquery()
    columns = together.c
    ordered = select(columns.at, columns.part, columns.id).order_by(
        columns.at.desc(), columns.part, columns.id.desc()
    )
    found = [_Position(at, part, row_id) for at, part, row_id in db.session.execute(ordered.limit(limit + 1))]
    shown = found[:limit]
    items = _with_rows(parts, shown, followed)
    return FeedPage(items, _write_cursor(shown[-1]) if len(found) > limit else "")


def _newest_of(part: _Part, number: int, before: _Position | None, limit: int) -> Select[Any]:
    """The newest of one part, in a query of its own, so that its index can serve it."""
    model = part.object_type.model
    query = part.query.add_columns(part.at.label("at"), literal(number).label("part"))
    query = query.where(part.at <= clock.utcnow())
    if before is not None:
        query = query.where(_comes_after(part.at, model.id, number, before))
    some = query.order_by(part.at.desc(), model.id.desc()).limit(limit).subquery()
    return select(some.c.id, some.c.at, some.c.part)


def _comes_after(at: Any, row_id: Any, number: int, before: _Position) -> ColumnElement[bool]:
    """What the list shows after a position: earlier, or of the same moment and a later part."""
    earlier: ColumnElement[bool] = at < before.at
    if number == before.part:
        return or_(earlier, and_(at == before.at, row_id < before.row_id))
    return or_(earlier, at == before.at) if number > before.part else earlier


def _with_rows(parts: Sequence[_Part], shown: Sequence[_Position], followed: Any) -> list[FeedItem]:
    rows: dict[tuple[Any, int], Any] = {}
    for model in {parts[one.part].object_type.model for one in shown}:
        ids = [one.row_id for one in shown if parts[one.part].object_type.model is model]
        rows |= {(model, row.id): row for row in db.session.scalars(select(model).where(model.id.in_(ids)))}
    items = []
    for one in shown:
        part = parts[one.part]
        row = rows.get((part.object_type.model, one.row_id))
        if row is not None:
            items.append((part, row, one.at))
    sharers = _sharers([row.uri for part, row, _at in items if part.is_shared], followed)
    return [
        FeedItem(part.object_type, row, at, sharers.get(row.uri, ()) if part.is_shared else ())
        for part, row, at in items
    ]


def _sharers(uris: Sequence[str], followed: Any) -> dict[str, list[Actor]]:
    """Who of the followed shares these objects, the newest first."""
    if not uris:
        return {}
    found: dict[str, list[Actor]] = {}
    query = (
        select(Announcement.object_uri, Actor)
        .join(Actor, Actor.id == Announcement.actor_id)
        .where(Announcement.object_uri.in_(uris), Announcement.actor_id.in_(followed))
        .order_by(Announcement.announced_at.desc(), Announcement.id.desc())
    )
    for uri, actor in db.session.execute(query):
        found.setdefault(uri, []).append(actor)
    return found


def _write_cursor(position: _Position) -> str:
    text = f"{position.at.astimezone(UTC).isoformat()}|{position.part}|{position.row_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> _Position | None:
    """The position behind a cursor; None for the first page, also when it makes no sense."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, part, row_id = text.split("|")
        position = _Position(datetime.fromisoformat(at).astimezone(UTC), int(part), int(row_id))
    except (ValueError, OverflowError, binascii.Error):
        return None
    return position if abs(position.row_id) < 2**31 and abs(position.part) < 1000 else None
