"""Telling people what those they follow have published: a walk over new objects, a few statements each time.

Objects that arrive together are told together: many of one author become one notice for each follower.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from coffee_node.base import clock
from coffee_node.base.contracts import Task
from coffee_node.base.database import db, one_at_a_time, write
from coffee_node.base.i18n import current_language, format_datetime, ngettext
from coffee_node.base.i18n import gettext as _
from coffee_node.federation import hidden_content, notices
from coffee_node.federation.account_models import Account, Setting
from coffee_node.federation.models import FederatedObject, Follow
from coffee_node.federation.notice_letters import ZONE
from coffee_node.federation.notices import Occasion, Told
from coffee_node.federation.page_addresses import actor_url, page_url
from coffee_node.node import current_node

EVERY = timedelta(seconds=30)
# What a transaction writes is seen when it commits: the walk stays behind the longest one.
SETTLED = timedelta(seconds=40)
FRESH = timedelta(days=7)
SINGLY = 3
MARK = "followed news"
WORKER_PATIENCE = 30.0
KINDS: Mapping[str, str] = MappingProxyType(
    {"/events": "followed_event", "/offers": "followed_offer", "/articles": "followed_article"}
)


def followed_news_task() -> Task:
    """The task that tells followers what is new."""
    return Task("followed news", EVERY, tell_followers)


def tell_followers() -> str:
    """Tell the followers here of every object that is new since the last walk; the sentence that is shown."""
    until = clock.utcnow() - SETTLED
    with write(patience=WORKER_PATIENCE):
        one_at_a_time(MARK)
        since = _move_mark(until)
        told = 0
        for object_type in current_node.registry.types() if since < until else ():
            kind = KINDS.get(object_type.list_path)
            if kind is not None:
                told += notices.tell_all(list(_occasions(object_type.model, kind, since, until)))
    return f"{told} notices about what was published were written."


def _move_mark(until: datetime) -> datetime:
    """Up to when everything was told, moved on to this moment; the first walk tells nothing."""
    mark = db.session.scalar(select(Setting).where(Setting.name == MARK))
    if mark is None:
        db.session.add(Setting(name=MARK, value=until.isoformat()))
        return until
    since = datetime.fromisoformat(mark.value)
    mark.value = max(since, until).isoformat()
    return since


def _occasions(
    model: type[FederatedObject], kind: str, since: datetime, until: datetime
) -> Iterator[Occasion]:
    by_author: dict[int, list[Any]] = {}
    for row in _new_rows(model, since, until):
        by_author.setdefault(row.actor_id, []).append(row)
    query = (
        select(Follow.target_id, Follow.answered_at, Account)
        .join(Account, Account.actor_id == Follow.follower_id)
        .where(Follow.target_id.in_(by_author), Follow.state == "accepted", Account.disabled_at.is_(None))
    )
    news = {author_id: _News(kind, rows, until) for author_id, rows in by_author.items()}
    for author_id, since_when, account in db.session.execute(query) if by_author else ():
        yield from news[author_id].for_follower(account, since_when)


def _new_rows(model: type[FederatedObject], since: datetime, until: datetime) -> Sequence[Any]:
    """What arrived or was made in this span and is followed here, by the time it was published."""
    followed = (
        select(Follow.target_id)
        .join(Account, Account.actor_id == Follow.follower_id)
        .where(Follow.state == "accepted")
    )
    query = select(model).where(
        model.created_at > since,
        model.created_at <= until,
        model.published > until - FRESH,
        model.deleted_at.is_(None),
        model.visibility.in_(("public", "network")),
        model.actor_id.in_(followed),
        *hidden_content.not_hidden(model, None),
    )
    query = query.order_by(model.published, model.id).options(defer(model.document), defer(model.content))
    return db.session.scalars(query).all()


class _News:
    """The new objects of one author, put into words once for all followers who have the same of them."""

    def __init__(self, kind: str, rows: Sequence[Any], until: datetime) -> None:
        self.kind = kind
        self.rows = rows
        self.until = until
        self._moments = [row.published for row in rows]
        self._told: dict[int, list[tuple[str, Callable[[], Told]]]] = {}

    def for_follower(self, account: Account, follows_since: datetime | None) -> Iterator[Occasion]:
        """What somebody is told who follows since then: history is no news."""
        start = bisect_left(self._moments, follows_since) if follows_since is not None else 0
        if start not in self._told:
            self._told[start] = self._in_words(self.rows[start:])
        for key, words in self._told[start]:
            yield Occasion(account, self.kind, key, words)

    def _in_words(self, rows: Sequence[Any]) -> list[tuple[str, Callable[[], Told]]]:
        things = _things(rows)
        if len(things) > SINGLY:
            key = f"{self.kind}:{rows[0].actor_id}:{self.until.isoformat()}"
            return [(key, partial(_many, self.kind, rows))]
        return [
            (
                f"{self.kind}:{sha256(dates[0].uri.encode()).hexdigest()}",
                partial(_one, dates[0]) if len(dates) == 1 else partial(_recurring, dates),
            )
            for dates in things
        ]


def _things(rows: Sequence[Any]) -> list[list[Any]]:
    """The rows, with the dates of a recurring event together: other nodes know them by their name only."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        key = row.name if getattr(row, "start_time", None) is not None and row.name else row.uri
        found.setdefault(key, []).append(row)
    return list(found.values())


def _recurring(dates: Sequence[Any]) -> Told:
    """A new series, told by its first date."""
    first = min(dates, key=lambda row: row.start_time)
    told, number = _one(first), len(dates)
    more = ngettext("and %(num)d more date", "and %(num)d more dates", number - 1)
    return Told(told.title, f"{told.text}, {more}", told.url)


def _one(row: Any) -> Told:
    title = (row.name_map or {}).get(current_language.get()) or row.name or _("Without a title")
    start = getattr(row, "start_time", None)
    when = format_datetime(start, getattr(row, "timezone", "") or ZONE, "full") if start else ""
    return Told(f"{row.actor.name or row.actor.slug}: {title}", when, page_url(row))


def _many(kind: str, rows: Sequence[Any]) -> Told:
    name, number = rows[0].actor.name or rows[0].actor.slug, len(rows)
    title = {
        "followed_event": lambda: ngettext(
            "%(name)s: one new event", "%(name)s: %(num)d new events", number, name=name
        ),
        "followed_offer": lambda: ngettext(
            "%(name)s: one new offer or need", "%(name)s: %(num)d new offers and needs", number, name=name
        ),
        "followed_article": lambda: ngettext(
            "%(name)s: one new article", "%(name)s: %(num)d new articles", number, name=name
        ),
    }[kind]()
    return Told(title, "", actor_url(rows[0].actor))
