"""The watch: feeds of others that a centre reads, and watch articles made of what is worth keeping.

Nothing of a feed is published by itself: a person chooses, writes why it matters, and the source stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select, update

from coffee_node.activitypub.vocabulary import URL_LIMIT, is_web_url
from coffee_node.base import clock
from coffee_node.base.database import db, end_reading, insert_ignore, write
from coffee_node.base.errors import CoffeeError, Conflict, Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.articles.feed_reader import FEED_TYPES, Feed, read_feed
from coffee_node.features.articles.watch_models import FeedEntry, WatchedFeed
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

EVERY: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=1)
FEEDS_OF_ONE: Final = 50
READ_AT_ONCE: Final = 20
ENTRY_LIFE: Final = timedelta(days=90)
WORKER_PATIENCE: Final = 30.0


def add_feed(actor: Actor, address: str) -> WatchedFeed:
    """Have the worker read a feed for an actor of ours.

    Unprocessable for what is no web address, Conflict for one that is read already.
    """
    address = address.strip()
    address = address if "://" in address else f"https://{address}"
    if not is_web_url(address) or len(address) > URL_LIMIT or "." not in (urlsplit(address).hostname or ""):
        raise Unprocessable(
            _("This is not the address of a feed."),
            _("Write it like https://example.org/feed.xml."),
            fields={"url": [_("Write it like https://example.org/feed.xml.")]},
        )
    with write():
        mine = select(WatchedFeed).where(WatchedFeed.actor_id == actor.id)
        if db.session.scalar(mine.where(WatchedFeed.url == address)) is not None:
            raise Conflict(_("This feed is read already."))
        if len(db.session.scalars(mine).all()) >= FEEDS_OF_ONE:
            raise Unprocessable(_("No more than %(most)d feeds, please.", most=FEEDS_OF_ONE))
        feed = WatchedFeed(actor_id=actor.id, url=address, title=address, due_at=clock.utcnow())
        db.session.add(feed)
        db.session.flush()
    return feed


def feeds_of(actors: Sequence[Actor]) -> Sequence[WatchedFeed]:
    """The feeds these actors read, by title."""
    query = select(WatchedFeed).where(WatchedFeed.actor_id.in_([actor.id for actor in actors]))
    return db.session.scalars(query.order_by(func.lower(WatchedFeed.title), WatchedFeed.id)).all()


def find_feed(actors: Sequence[Actor], number: int) -> WatchedFeed | None:
    """A feed that one of these actors reads."""
    found = db.session.get(WatchedFeed, number)
    return found if found is not None and found.actor_id in [actor.id for actor in actors] else None


def pause(feed: WatchedFeed, *, is_paused: bool) -> None:
    """Read a feed no more for now, or again at once."""
    with write():
        feed.is_paused = is_paused
        feed.due_at = clock.utcnow()


def remove_feed(feed: WatchedFeed) -> None:
    """Forget a feed and what it told; articles made of it stay."""
    with write():
        db.session.execute(delete(FeedEntry).where(FeedEntry.feed_id == feed.id))
        db.session.delete(feed)


def new_entries(actors: Sequence[Actor], limit: int = 50) -> Sequence[FeedEntry]:
    """What nobody has looked at yet, newest first."""
    query = (
        select(FeedEntry)
        .join(WatchedFeed)
        .where(WatchedFeed.actor_id.in_([actor.id for actor in actors]), FeedEntry.state == "new")
    )
    moment = func.coalesce(FeedEntry.published, FeedEntry.created_at)
    return db.session.scalars(query.order_by(moment.desc(), FeedEntry.id.desc()).limit(limit)).all()


def find_entry(actors: Sequence[Actor], number: int) -> FeedEntry | None:
    """An entry of a feed that one of these actors reads."""
    entry = db.session.get(FeedEntry, number)
    return entry if entry is not None and find_feed(actors, entry.feed_id) is not None else None


def settle(entry: FeedEntry, state: str) -> None:
    """Note that an entry was used or dismissed."""
    with write():
        entry.state = state


def draft_of(entry: FeedEntry) -> dict[str, Any]:
    """The fields of a watch article about an entry: its title, its words as a quotation, its source."""
    quoted = "\n".join(f"> {line}" for line in entry.text.splitlines() if line.strip())
    name = entry.feed.title or urlsplit(entry.url).hostname or ""
    return {
        "actor": entry.feed.actor.uri,
        "kind": "watch",
        "name": entry.title,
        "content": quoted,
        "sources": f"{entry.url} {name}".strip(),
    }


def read_due() -> str:
    """Read the feeds whose time has come; the sentence that is shown. For the worker's task."""
    now = clock.utcnow()
    due = select(WatchedFeed.id).where(WatchedFeed.due_at <= now, WatchedFeed.is_paused.is_(False))
    ids = list(db.session.scalars(due.order_by(WatchedFeed.due_at).limit(READ_AT_ONCE)))
    found = sum(_read_one(number) for number in ids)
    _forget_old()
    return f"{len(ids)} feeds were read, {found} entries are new."


def _read_one(number: int) -> int:
    feed = db.session.get(WatchedFeed, number)
    if feed is None:
        return 0
    url, known = feed.url, dict(feed.headers or {})
    end_reading()
    try:
        answer = current_node.http.fetch_text(url, FEED_TYPES, known)
        told = None if answer is None else read_feed(answer.body, answer.url)
    except CoffeeError as error:
        _note_failure(number, str(error))
        return 0
    return _keep(number, told, known if answer is None else dict(answer.headers))


def _keep(number: int, told: Feed | None, headers: dict[str, str]) -> int:
    now = clock.utcnow()
    with write(patience=WORKER_PATIENCE):
        feed = db.session.get(WatchedFeed, number)
        if feed is None:
            return 0
        feed.read_at, feed.due_at, feed.failures, feed.last_error = now, now + EVERY, 0, ""
        feed.headers = headers
        if told is None:
            return 0
        feed.title = told.title
        rows = [
            {"feed_id": number, "guid": one.guid, "title": one.title, "url": one.url, "text": one.text,
             "published": one.published, "state": "new"}
            for one in told.entries
        ]  # fmt: skip
        return _add(rows)


def _add(rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    kept = db.session.execute(insert_ignore(FeedEntry).returning(FeedEntry.id), rows)
    return len(kept.all())


def _note_failure(number: int, why: str) -> None:
    """Ask again later, longer each time, at most a day."""
    with write(patience=WORKER_PATIENCE):
        feed = db.session.get(WatchedFeed, number)
        if feed is not None:
            feed.failures += 1
            feed.last_error = why[:500]
            feed.due_at = clock.utcnow() + min(LONGEST, EVERY * 2 ** min(feed.failures, 5))


def _forget_old() -> None:
    """Entries that are settled or that nobody wanted for three months go, each feed keeps its newest."""
    with write(patience=WORKER_PATIENCE):
        old = FeedEntry.updated_at < clock.utcnow() - ENTRY_LIFE
        # Known entries are kept as their name alone, so that a feed that still lists them tells nothing new.
        gone = update(FeedEntry).where(old, FeedEntry.text != "").values(text="")
        db.session.execute(gone.where(FeedEntry.state != "new"))
