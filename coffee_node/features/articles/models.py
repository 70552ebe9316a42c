"""Tables of what people write to be read: articles that are reviewed, and short notes."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import Date, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base import clock
from coffee_node.base.database import Json
from coffee_node.base.i18n import _
from coffee_node.federation.models import URI, FederatedObject

KIND_LABELS = MappingProxyType(
    {
        "watch": _("watch note"),
        "good-practice": _("good practice"),
        "case-study": _("case study"),
        "legal": _("legal card"),
    }
)


class Article(FederatedObject):
    """A watch note, good practice, case study or legal card; `source` is the Markdown its author wrote."""

    __tablename__ = "article"
    __table_args__ = (Index("ix_article_kind_published", "kind", "published"),)

    kind: Mapped[str] = mapped_column(String(20), default="")
    countries: Mapped[list[str]] = mapped_column(Json, default=list)
    review_by: Mapped[date | None] = mapped_column(Date)
    responsible: Mapped[str] = mapped_column(String(100), default="")
    source: Mapped[str] = mapped_column(Text, default="")
    source_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)

    @property
    def kind_label(self) -> str:
        """The kind in the reader's language, empty for an article of other software."""
        return str(KIND_LABELS.get(self.kind or "", ""))

    @property
    def review_at(self) -> date | None:
        """The day by which somebody reads it again, as rows show it."""
        return self.review_by

    @property
    def sources(self) -> list[dict[str, Any]]:
        """The links the text rests on, as AS2 Links of its attachments."""
        return [
            entry for entry in self.attachments or [] if entry.get("type") == "Link" and entry.get("href")
        ]

    @property
    def is_overdue(self) -> bool:
        """Whether the day on which somebody should have read it again is past."""
        return self.review_by is not None and self.review_by < clock.utcnow().date()


class Note(FederatedObject):
    """A short message of an actor, or an answer to something (`in_reply_to`)."""

    __tablename__ = "note"
    __table_args__ = (Index("ix_note_reply", "in_reply_to"),)

    in_reply_to: Mapped[str] = mapped_column(URI, default="")
    source: Mapped[str] = mapped_column(Text, default="")
