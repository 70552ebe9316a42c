"""Tables of the watch: feeds that a centre reads, what they told, and earlier versions of articles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime
from coffee_node.features.articles.models import Article
from coffee_node.federation.models import URI, Actor


class WatchedFeed(Row):
    """A feed of somebody else that an actor of ours reads; `headers` are what asks whether it has changed."""

    __tablename__ = "watched_feed"
    __table_args__ = (UniqueConstraint("actor_id", "url"),)

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    url: Mapped[str] = mapped_column(URI)
    title: Mapped[str] = mapped_column(String(300), default="")
    is_paused: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    headers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(Text, default="")

    actor: Mapped[Actor] = relationship()


class FeedEntry(Row):
    """Something a feed told; state: new, used (an article was made of it) or dismissed."""

    __tablename__ = "feed_entry"
    __table_args__ = (
        UniqueConstraint("feed_id", "guid"),
        Index("ix_feed_entry_state", "feed_id", "state"),
    )

    feed_id: Mapped[int] = mapped_column(ForeignKey("watched_feed.id", ondelete="CASCADE"))
    guid: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(300))
    url: Mapped[str] = mapped_column(URI)
    text: Mapped[str] = mapped_column(Text, default="")
    published: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="new")

    feed: Mapped[WatchedFeed] = relationship()


class ArticleRevision(Row):
    """What an article of ours said before a change, with who changed it then."""

    __tablename__ = "article_revision"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(300), default="")
    name_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    content: Mapped[str] = mapped_column(Text, default="")
    content_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    source: Mapped[str] = mapped_column(Text, default="")
    source_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    article: Mapped[Article] = relationship()
