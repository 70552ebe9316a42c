"""Table of the coworking spaces: where they are, when they are open, what they offer and at what price."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Json
from coffee_node.federation.models import URI, FederatedObject, LocatedObject


class Space(FederatedObject, LocatedObject):
    """A coworking space; a price is {"plan", "price", "currency"} with optional "unit" and "conditions".

    `opening_hours` are schema.org texts (`Mo-Fr 09:00-19:00`) in the space's own time zone; `special_hours`
    are days on which they do not count: {"from", "through", "hours", "note"}, closed without hours. `source`
    is the Markdown behind `summary`.
    """

    __tablename__ = "space"

    kind: Mapped[str] = mapped_column(String(20), default="space")
    opening_hours: Mapped[list[str]] = mapped_column(Json, default=list)
    special_hours: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    timezone: Mapped[str] = mapped_column(String(64), default="")
    services: Mapped[list[str]] = mapped_column(Json, default=list)
    prices: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    desks: Mapped[int | None]
    website: Mapped[str] = mapped_column(URI, default="")
    icon: Mapped[dict[str, str] | None] = mapped_column(Json)
    image: Mapped[dict[str, str] | None] = mapped_column(Json)
    source: Mapped[str] = mapped_column(Text, default="")
    source_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
