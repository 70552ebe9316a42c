"""Tables of what actors do with each other's things: share, like, move, look for, confirm an erasure."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.models import URI, Activity, Actor


class Announcement(Row):
    """That an actor shared an object (Announce), with the id of the activity that said so."""

    __tablename__ = "announcement"
    __table_args__ = (
        UniqueConstraint("actor_id", "object_uri"),
        Index("ix_announcement_object", "object_uri"),
    )

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    object_uri: Mapped[str] = mapped_column(URI)
    activity_uri: Mapped[str] = mapped_column(URI, index=True)
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)

    actor: Mapped[Actor] = relationship()


class Like(Row):
    """That an actor likes an object; one row per actor and object."""

    __tablename__ = "liking"
    __table_args__ = (UniqueConstraint("actor_id", "object_uri"), Index("ix_liking_object", "object_uri"))

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    object_uri: Mapped[str] = mapped_column(URI)
    activity_uri: Mapped[str] = mapped_column(URI, index=True)

    actor: Mapped[Actor] = relationship()


class ErasureReceipt(Row):
    """That a partner has confirmed what a Delete of ours asked for."""

    __tablename__ = "erasure_receipt"
    __table_args__ = (UniqueConstraint("activity_id", "host"),)

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"))
    host: Mapped[str] = mapped_column(String(255))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    activity: Mapped[Activity] = relationship()


class ActorMove(Row):
    """That an actor, ours or another node's, has moved; it moves again after seven days at the soonest."""

    __tablename__ = "actor_move"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), unique=True)
    target_uri: Mapped[str] = mapped_column(URI)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    actor: Mapped[Actor] = relationship()


class ActorAlias(Row):
    """Another id of an actor of ours (`alsoKnownAs`): the consent to being moved to from there."""

    __tablename__ = "actor_alias"
    __table_args__ = (UniqueConstraint("actor_id", "uri"),)

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    uri: Mapped[str] = mapped_column(URI)


class FollowNotice(Row):
    """Something that happened to a follow of a person here without its doing: it moved, or it was ended."""

    __tablename__ = "follow_notice"

    follower_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    former_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    target_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))

    former: Mapped[Actor] = relationship(foreign_keys=[former_id])
    target: Mapped[Actor | None] = relationship(foreign_keys=[target_id])


class FollowerCheck(Row):
    """That a sender's list of its followers here must be compared with ours (FEP-8fcf)."""

    __tablename__ = "follower_check"

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), unique=True)
    url: Mapped[str] = mapped_column(URI)
    digest: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int] = mapped_column(default=0)

    actor: Mapped[Actor] = relationship()


class FollowerDigest(Row):
    """Who follows an actor of ours from one host, as the digest that deliveries carry (FEP-8fcf)."""

    __tablename__ = "follower_digest"
    __table_args__ = (UniqueConstraint("actor_id", "host"),)

    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    host: Mapped[str] = mapped_column(String(255), index=True)
    digest: Mapped[str] = mapped_column(String(64))


class Lookup(Row):
    """What a person asked another server for; state: waiting, found or failed.

    `purpose` is actor, partner, intent or move; `wanted` what was typed, `about` the object of an intent,
    `found` the id of the actor or the address to go to.
    """

    __tablename__ = "lookup"

    token: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(10))
    wanted: Mapped[str] = mapped_column(URI)
    about: Mapped[str] = mapped_column(URI, default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    found: Mapped[str] = mapped_column(URI, default="")
    error: Mapped[str] = mapped_column(Text, default="")
