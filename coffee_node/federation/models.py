"""Tables of the federation: actors, follows, the two ledgers and the mixins of federated objects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime

URI = String(2048)


class Actor(Row):
    """An ActivityPub actor, ours or another node's; `host` is empty for ours.

    `members_document` is what a partner shows to our node of one of its people: for our members only.
    `portrait` is our copy of another's icon: the address it stood at, and the stem of the files.
    """

    __tablename__ = "actor"
    __table_args__ = (
        Index("ix_actor_host_type", "host", "type"),
        Index("ix_actor_slug", "slug", "host"),
    )

    uri: Mapped[str] = mapped_column(URI, unique=True)
    type: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20), default="")
    slug: Mapped[str] = mapped_column(String(300), default="")
    host: Mapped[str] = mapped_column(String(255), default="")
    name: Mapped[str] = mapped_column(String(300), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(URI, default="")
    inbox: Mapped[str] = mapped_column(URI, default="")
    shared_inbox: Mapped[str | None] = mapped_column(URI)
    outbox: Mapped[str] = mapped_column(URI, default="")
    followers: Mapped[str] = mapped_column(URI, default="")
    following: Mapped[str] = mapped_column(URI, default="")
    manually_approves: Mapped[bool] = mapped_column(default=False)
    is_published: Mapped[bool] = mapped_column(default=True)
    followers_count: Mapped[int] = mapped_column(default=0)
    document: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    members_document: Mapped[dict[str, Any] | None] = mapped_column(Json)
    members_fetch_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    portrait: Mapped[dict[str, str] | None] = mapped_column(Json)
    published: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    keys: Mapped[list[ActorKey]] = relationship(back_populates="actor", cascade="all, delete-orphan")

    @property
    def is_local(self) -> bool:
        """Whether the actor lives on this node."""
        return not self.host

    @property
    def is_met(self) -> bool:
        """Whether more than its id is known: ours are, another's is once its document was read."""
        return bool(self.inbox)

    @property
    def delivery_inbox(self) -> str:
        """The shared inbox where the server has one, else the actor's own."""
        return self.shared_inbox or self.inbox


class ActorKey(Row):
    """A public key of an actor; the private part exists for our own actors only."""

    __tablename__ = "actor_key"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    uri: Mapped[str] = mapped_column(URI, unique=True)
    algorithm: Mapped[str] = mapped_column(String(10))
    public_key: Mapped[str] = mapped_column(Text)
    private_key: Mapped[str | None] = mapped_column(Text)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    actor: Mapped[Actor] = relationship(back_populates="keys")


class Follow(Row):
    """Who follows whom; state: requested, accepted, rejected or undone."""

    __tablename__ = "follow"
    __table_args__ = (
        UniqueConstraint("follower_id", "target_id"),
        Index("ix_follow_target_state", "target_id", "state"),
    )

    follower_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    target_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10), default="requested")
    activity_uri: Mapped[str] = mapped_column(URI, default="", index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    follower: Mapped[Actor] = relationship(foreign_keys=[follower_id])
    target: Mapped[Actor] = relationship(foreign_keys=[target_id])


class Activity(Row):
    """What an actor of ours did: the outbox collections, the audit and the bytes that are delivered."""

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_actor", "actor_id", "id"),
        Index("ix_activity_object", "object_uri"),
    )

    uri: Mapped[str] = mapped_column(URI, unique=True)
    type: Mapped[str] = mapped_column(String(30))
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    object_uri: Mapped[str] = mapped_column(URI, default="")
    direction: Mapped[str] = mapped_column(String(3), default="out")
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(100))

    actor: Mapped[Actor] = relationship()


class Delivery(Row):
    """One activity on its way to one inbox; state: waiting, sent, superseded, refused, gone or gave_up.

    `recipient_uri` is set while the inbox of an actor we have never met must still be looked up.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("activity_id", "inbox"),
        Index(
            "ix_delivery_due",
            "next_try_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_delivery_order",
            "host",
            "actor_id",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_delivery_host_state", "host", "state"),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    host: Mapped[str] = mapped_column(String(255))
    inbox: Mapped[str] = mapped_column(URI)
    recipient_uri: Mapped[str] = mapped_column(URI, default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_status: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(Text, default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    activity: Mapped[Activity] = relationship()
    actor: Mapped[Actor] = relationship()


class InboxItem(Row):
    """An activity that arrived and was verified; state: received, handled, ignored, refused or failed.

    `source` is `post` (delivered to us) or `outbox` (read by us from its origin).
    """

    __tablename__ = "inbox_item"
    __table_args__ = (
        Index(
            "ix_inbox_item_received",
            "id",
            "next_try_at",
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
        Index(
            "ix_inbox_item_order",
            "actor_uri",
            "id",
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
    )

    activity_uri: Mapped[str] = mapped_column(URI, unique=True)
    type: Mapped[str] = mapped_column(String(30), default="")
    actor_uri: Mapped[str] = mapped_column(URI)
    host: Mapped[str] = mapped_column(String(255))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    source: Mapped[str] = mapped_column(String(6), default="post")
    state: Mapped[str] = mapped_column(String(10), default="received")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ObjectTag(Row):
    """A skill or hashtag of an object, so that lists can be filtered by it; `rel` empty for hashtags."""

    __tablename__ = "object_tag"
    # Wide enough for the filters of a list, except where an entry of an index must be short.
    __table_args__ = (
        Index("ix_object_tag_folded", "folded", "rel"),
        Index("ix_object_tag_object", "object_uri", "folded", "name").ddl_if("sqlite"),
        Index("ix_object_tag_object_uri", "object_uri").ddl_if("postgresql"),
    )

    object_uri: Mapped[str] = mapped_column(URI)
    rel: Mapped[str] = mapped_column(String(20), default="")
    href: Mapped[str] = mapped_column(URI, default="")
    name: Mapped[str] = mapped_column(String(300))
    folded: Mapped[str] = mapped_column(String(300))


class FederatedObject(Row):
    """Mixin of everything that travels: its id, author, audience, texts and the document as on the wire.

    `document` is what we publish (ours) or what we received (theirs), without `@context`.
    `origin` is the host it comes from, empty when it was made here.
    """

    __abstract__ = True

    uri: Mapped[str] = mapped_column(URI, unique=True)
    type: Mapped[str] = mapped_column(String(30))
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    origin: Mapped[str] = mapped_column(String(255), default="", index=True)
    document: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    name: Mapped[str] = mapped_column(String(300), default="")
    name_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    summary: Mapped[str] = mapped_column(Text, default="")
    summary_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    content: Mapped[str] = mapped_column(Text, default="")
    content_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    folded: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(20), default="")
    tags: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    url: Mapped[str] = mapped_column(URI, default="")
    published: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    updated: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @declared_attr
    def actor_id(cls) -> Mapped[int]:
        """The author's row."""
        return mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)

    @declared_attr
    def actor(cls) -> Mapped[Actor]:
        """The author."""
        return relationship(Actor, lazy="joined", innerjoin=True)

    @property
    def actor_uri(self) -> str:
        """The author's ActivityPub id (`attributedTo`)."""
        return self.actor.uri

    @property
    def is_local(self) -> bool:
        """Whether the object was made on this node."""
        return not self.origin


class LocatedObject:
    """Mixin of what happens or is offered somewhere; `place` is the schema's Place as a dict."""

    place: Mapped[dict[str, Any] | None] = mapped_column(Json)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    country: Mapped[str] = mapped_column(String(2), default="")
