"""What is new for the saved searches: found as their owners would see it, and told once.

Each search is one query over the rows that came since the last look; an owner without news hears nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from flask import current_app, g
from sqlalchemy import ColumnElement, and_, false, func, or_, select

from coffee_node.base import clock, i18n
from coffee_node.base.contracts import Task
from coffee_node.base.database import db, write
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import saved_searches
from coffee_node.federation.account_models import Account
from coffee_node.federation.saved_searches import SavedSearch
from coffee_node.node import current_node
from coffee_node.web.alert_lists import WatchedList, in_words, list_at, read_query
from coffee_node.web.alert_mails import NewRow, tell_account, tell_visitor
from coffee_node.web.list_query import ListQuery
from coffee_node.web.object_views import page_url

EVERY: Final = timedelta(minutes=5)
BATCH: Final = 50
ROUNDS: Final = 100
MOST_ROWS: Final = 20
OVERLAP: Final = timedelta(hours=1)
OVERLAP_ROWS: Final = 200
MOST_LOOKED: Final = 5000
TOLD_KEPT: Final = 1000
WORKER_PATIENCE: Final = 30.0


@dataclass(frozen=True)
class News:
    """What was found for one search: the first rows, whether there are more, and how far was looked."""

    label: str = ""
    href: str = ""
    rows: tuple[NewRow, ...] = ()
    has_more: bool = False
    marks: Mapping[str, int] = field(default_factory=dict)
    is_readable: bool = True


def alert_task() -> Task:
    """The task of the worker that looks for what is new."""
    return Task("saved searches", EVERY, look)


def look() -> str:
    """Look at every search that is due and tell its owner what is new; the sentence that is shown."""
    looked = told = 0
    for _round in range(ROUNDS):
        found = saved_searches.due(BATCH)
        looked += len(found)
        told += _look_at(found)
        if len(found) < BATCH or current_node.is_stopping:
            break
    with write(patience=WORKER_PATIENCE):
        gone = saved_searches.prune()
    return f"{looked} saved searches were looked at, {told} had news, {gone} were never confirmed."


def _look_at(searches: list[SavedSearch]) -> int:
    """Find what is new for some searches, then write down and tell all of it in one transaction."""
    news = {search.id: (search.next_at, find_new(search)) for search in searches}
    told = 0
    with write(patience=WORKER_PATIENCE):
        query = select(SavedSearch).where(SavedSearch.id.in_(news)).with_for_update(of=SavedSearch)
        for search in db.session.scalars(query.order_by(SavedSearch.id)).all():
            seen_at, found = news[search.id]
            # Another worker may have been here first; then its owner knows already.
            if search.next_at == seen_at and search.paused_at is None:
                told += _note(search, found)
    return told


def _note(search: SavedSearch, news: News) -> int:
    now = clock.utcnow()
    search.next_at = max(now + saved_searches.STEPS[search.rhythm], now + EVERY)
    search.marks = {**search.marks, **news.marks}
    if not news.rows:
        return 0
    search.told = [*search.told, *(digest(row.uri) for row in news.rows)][-TOLD_KEPT:]
    search.last_told_at = now
    tell = tell_account if search.account_id is not None else tell_visitor
    tell(search, news.label, news.href, news.rows, has_more=news.has_more)
    return 1


def find_new(search: SavedSearch) -> News:
    """What came since the last look and its owner may see, in an application context of its own.

    There the owner is the reader, as if they had opened the list; nothing is written.
    """
    node = current_node
    with current_app.app_context():
        account = db.session.get(Account, search.account_id) if search.account_id else None
        if search.account_id and (account is None or account.disabled_at is not None):
            return News(is_readable=False)
        g.account = account
        language = (account.language if account else search.language) or node.config.node.language
        with i18n.speaking(node.catalogues, language):
            return _find(search, account)


def _find(search: SavedSearch, account: Account | None) -> News:
    watched = list_at(search.path)
    if watched is None:
        return News(is_readable=False)
    query = read_query(watched, search.path, search.given)
    found = [row for part in watched.parts() for row in _new_rows(search, part, query, account)]
    rows = tuple(_new_row(row) for row in found[:MOST_ROWS])
    return News(in_words(watched, query), query.href(), rows, len(found) > MOST_ROWS, marks_of(watched))


def _new_rows(
    search: SavedSearch, part: WatchedList, query: ListQuery, account: Account | None
) -> Sequence[Any]:
    """What is new in one table, one row more than is told, the latest first."""
    model = part.model
    # The few new rows first, by their indexes: mostly there are none, and the filters look at these alone.
    # Sorted here: a database asked for the newest would walk through the whole table.
    fresh = sorted(db.session.scalars(select(model.id).where(_is_new(search, part))))[-MOST_LOOKED:]
    if not fresh:
        return ()
    clauses = [*part.clauses(query), model.id.in_(fresh)]
    if account is not None and account.actor_id is not None:
        clauses.append(model.actor_id != account.actor_id)
    told = set(search.told)
    statement = select(model.id, model.uri).where(*clauses).order_by(model.id.desc())
    ids = db.session.execute(statement.limit(MOST_ROWS + 1 + len(told)))
    found = [row_id for row_id, uri in ids if digest(uri) not in told]
    newest = select(model).where(model.id.in_(found[: MOST_ROWS + 1])).order_by(model.id.desc())
    return db.session.scalars(newest).all()


def _is_new(search: SavedSearch, watched: WatchedList) -> ColumnElement[bool]:
    """Above the mark; a little below it as well, for what was being written while we looked.

    What was made here earlier and is published only now is new too.
    """
    model = watched.model
    mark = search.marks.get(model.__tablename__, 0)
    last_look = search.next_at - saved_searches.STEPS[search.rhythm]
    since = max(search.since, last_look - OVERLAP)
    late = and_(model.id > mark - OVERLAP_ROWS, model.created_at > since)
    # Written so that the day of publication is looked up, not everything that was ever made here.
    published = and_(func.length(model.origin) == 0, model.published > since)
    shown = (
        and_(model.created_at > search.since, model.updated_at > since) if watched.appears_late else false()
    )
    return or_(model.id > mark, late, published, shown)


def marks_of(watched: WatchedList) -> dict[str, int]:
    """How far the tables of a list go now."""
    models = [part.model for part in watched.parts()]
    return {model.__tablename__: db.session.scalar(select(func.max(model.id))) or 0 for model in models}


def digest(uri: str) -> str:
    """A short name of an object, to know that it was told."""
    return hashlib.sha256(uri.encode()).hexdigest()[:16]


def _new_row(row: Any) -> NewRow:
    name = " ".join((_text(row) or _("Without a title")).split())[:200]
    start = getattr(row, "start_time", None)
    when = i18n.format_datetime(start, getattr(row, "timezone", None) or None) if start else ""
    author = "" if row.uri == row.actor.uri else (row.actor.name or row.actor.slug)
    return NewRow(row.uri, name, " · ".join(_present((when, author))), page_url(row))


def _present(parts: Iterable[str]) -> list[str]:
    return [part for part in parts if part]


def _text(row: Any) -> str:
    texts = {str(code).split("-")[0]: str(text) for code, text in (row.name_map or {}).items() if text}
    return texts.get(i18n.current_language.get()) or row.name or next(iter(texts.values()), "")
