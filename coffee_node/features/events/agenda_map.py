"""The agenda as a map: one dot for each place where something takes place, and the list of the same links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from coffee_node.base.database import db
from coffee_node.features.events.models import Event
from coffee_node.federation.audience import visible
from coffee_node.web.auth import current_account
from coffee_node.web.list_filters import filters
from coffee_node.web.list_query import ListQuery
from coffee_node.web.map_drawing import MapPoint, draw
from coffee_node.web.remembered_counts import of_list
from coffee_node.web.whereabouts import place_name, where_of

MOST_PLACES = 60
AT_THE_PLACE = "1"
SHOWN_AS = ("view", "month")


@dataclass(frozen=True)
class EventPlace:
    """A place with the number of events there, the next one, and the address of their list."""

    row: Event
    count: int
    next_start: datetime
    href: str

    @property
    def label(self) -> str:
        """The name of the place, else of who announces something there."""
        return place_name(self.row) or self.row.actor.name


def shown(query: ListQuery, where: list[ColumnElement[bool]]) -> dict[str, Any]:
    """The drawing and the list beside it, both with the same links."""
    places = places_of(query, where)
    points = [
        MapPoint(
            place.label,
            place.row.latitude or 0.0,
            place.row.longitude or 0.0,
            place.href,
            place.count,
            where_of(place.row).is_across,
        )
        for place in places
    ]
    return {"places": places, "drawing": draw(points)}


def places_of(query: ListQuery, where: list[ColumnElement[bool]]) -> list[EventPlace]:
    """The places with the most events that fit, in the order of their next event."""
    clauses = [*visible(Event, current_account()), *filters(Event, query), *where]
    point = (func.round(Event.latitude * 1000), func.round(Event.longitude * 1000))
    grouped = (
        select(func.count(), func.min(Event.start_time), func.min(Event.id), *point)
        .where(Event.latitude.is_not(None), Event.longitude.is_not(None), *clauses)
        .group_by(*point)
        .order_by(func.count().desc())
        .limit(MOST_PLACES)
    )
    found = of_list("places", Event, query, where, lambda: db.session.execute(grouped).all(), SHOWN_AS)
    first_ids = [first_id for _count, _start, first_id, _lat, _lon in found]
    seen = select(Event).where(Event.id.in_(first_ids), *visible(Event, current_account()))
    rows = {row.id: row for row in db.session.scalars(seen)}
    places = [
        EventPlace(rows[first_id], count, next_start, _href(query, rows[first_id]))
        for count, next_start, first_id, _lat, _lon in found
        if first_id in rows
    ]
    return sorted(places, key=lambda place: place.next_start)


def _href(query: ListQuery, row: Event) -> str:
    point = f"{row.latitude:.4f},{row.longitude:.4f}"
    return query.href(view="", month="", place="", near=point, radius=AT_THE_PLACE)
