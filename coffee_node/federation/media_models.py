"""The tables of pictures; the files lie in the home's `media` folder under their name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.models import URI, Actor


class Media(Row):
    """A picture, made anew; `name` is the stem of its two files.

    It is served to whom `visibility` lets see it, judged as for an object of the actor that owns it; where
    `about_uri` names an object, to who may see that object. `purpose` is empty for a picture that is named by
    the row it belongs to, else `article`, `logo` or `copy` (of a picture of another node).
    """

    __tablename__ = "media"

    name: Mapped[str] = mapped_column(String(64), unique=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    alt: Mapped[str] = mapped_column(String(500), default="")
    purpose: Mapped[str] = mapped_column(String(20), default="")
    about_uri: Mapped[str] = mapped_column(URI, default="", index=True)


class RemotePicture(Row):
    """A picture at another node (`url`) of one of its actors or objects (`about_uri`), and our small copy.

    `due_at` is when it is fetched (again); without it and without a copy it is left alone. `host` is the
    server that its bytes are counted for: its owner's.
    """

    __tablename__ = "remote_picture"

    about_uri: Mapped[str] = mapped_column(URI, index=True)
    url: Mapped[str] = mapped_column(URI)
    host: Mapped[str] = mapped_column(String(255), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    media_id: Mapped[int | None] = mapped_column(ForeignKey("media.id", ondelete="SET NULL"), index=True)
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    alt: Mapped[str] = mapped_column(String(500), default="")
    size: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    last_error: Mapped[str] = mapped_column(Text, default="")

    actor: Mapped[Actor] = relationship()
    media: Mapped[Media | None] = relationship()
