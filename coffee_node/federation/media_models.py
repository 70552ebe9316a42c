"""The table of pictures; the files lie in the home's `media` folder under their name."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Row


class Media(Row):
    """A picture that somebody uploaded, made anew; `name` is the stem of its two files.

    It is served to whom `visibility` lets see it, judged as for an object of the actor that owns it.
    """

    __tablename__ = "media"

    name: Mapped[str] = mapped_column(String(64), unique=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    visibility: Mapped[str] = mapped_column(String(10), default="public")
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    alt: Mapped[str] = mapped_column(String(500), default="")
