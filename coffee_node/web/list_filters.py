"""The filters of a list as where-clauses: plain comparisons that both databases know."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from math import cos, radians
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import aliased

from coffee_node.base.places import bounding_box
from coffee_node.federation import search_query
from coffee_node.federation.models import Actor, FederatedObject, ObjectTag
from coffee_node.federation.search import fold
from coffee_node.web.language import HOUSE_ZONE
from coffee_node.web.list_query import ListQuery
from coffee_node.web.whereabouts import home_place

KM_PER_DEGREE = 111.195


def filters(model: type[FederatedObject], query: ListQuery, without: str = "") -> list[ColumnElement[bool]]:
    """The where-clauses of a query, all but one where a facet counts its own values."""
    clauses = filters_by_name(model, query)
    return [clause for name, found in clauses.items() if name != without for clause in found]


def filters_by_name(model: type[FederatedObject], query: ListQuery) -> dict[str, list[ColumnElement[bool]]]:
    """The where-clauses of each filter of a query."""
    return {
        "q": matching(model, query.q),
        "scope": [model.origin == ""] if query.scope == "local" else [],
        "lang": _language(model, query.lang),
        "country": _country(model, query.country),
        "space": _space(model, query.space),
        "skill": [tagged(model, query.skill)] if query.skill else [],
        "dates": _dates(model, query),
        "near": within(model, query.near, query.radius) if query.near else [],
    }


def matching(model: type[FederatedObject], text: str) -> list[ColumnElement[bool]]:
    """Every word of the text is in the object, in one of its forms, whatever its accents and case."""
    if not text:
        return []
    found = search_query.having(text, model.__tablename__)
    return [model.id.in_(found)] if found is not None else [false()]


def _language(model: type[FederatedObject], code: str) -> list[ColumnElement[bool]]:
    if not code:
        return []
    return [or_(model.language == code, model.language.startswith(f"{code}-", autoescape=True))]


def _country(model: Any, code: str) -> list[ColumnElement[bool]]:
    if not code:
        return []
    return [model.country == code] if hasattr(model, "country") else [false()]


def _space(model: type[FederatedObject], name: str) -> list[ColumnElement[bool]]:
    return [model.actor_id.in_(select(Actor.id).where(space_actors(name)))] if name else []


def space_actors(name: str) -> ColumnElement[bool]:
    """The actors that an address names by their id or as `slug` or `slug@host`."""
    if "://" in name:
        return Actor.uri == name
    slug, _at, host = name.lstrip("@").partition("@")
    return and_(Actor.slug == slug, Actor.host == host) if host else Actor.slug == slug


def tagged(model: type[FederatedObject], skill: str, rel: str | None = None) -> ColumnElement[bool]:
    """Carries a tag of this name; `rel` narrows it to offered or sought skills."""
    # By their numbers, which stand in the indexes of lists: for its uri, each row would have to be read.
    bearer = aliased(model)
    tagged_ids = select(bearer.id).join(ObjectTag, ObjectTag.object_uri == bearer.uri)
    tagged_ids = tagged_ids.where(ObjectTag.folded == fold(skill))
    return model.id.in_(tagged_ids if rel is None else tagged_ids.where(ObjectTag.rel == rel))


def _dates(model: Any, query: ListQuery) -> list[ColumnElement[bool]]:
    return days_between(getattr(model, "start_time", model.published), query)


def days_between(column: Any, query: ListQuery) -> list[ColumnElement[bool]]:
    """The moments of the days that a query asks for, on the clocks of the house."""
    clauses: list[ColumnElement[bool]] = []
    if query.since is not None:
        clauses.append(column >= _midnight(query.since))
    if query.until is not None and query.until < date.max:
        clauses.append(column < _midnight(query.until + timedelta(days=1)))
    return clauses


def _midnight(day: date) -> datetime:
    zone = ZoneInfo(HOUSE_ZONE)
    # The first and last days of the calendar have no midnight in UTC.
    return datetime.combine(min(max(day, date(2, 1, 1)), date(9998, 12, 31)), time(), zone)


def within(model: Any, point: tuple[float, float], km: float) -> list[ColumnElement[bool]]:
    """Lies within so many kilometres: a rectangle for the index, then Pythagoras on a flat piece of map."""
    if not hasattr(model, "latitude"):
        return [false()]
    latitude, longitude = point
    box = bounding_box(latitude, longitude, km)
    north = (model.latitude - latitude) * KM_PER_DEGREE
    east = (model.longitude - longitude) * (KM_PER_DEGREE * cos(radians(latitude)))
    return [
        model.latitude.between(box.south, box.north),
        model.longitude.between(box.west, box.east),
        north * north + east * east <= km * km,
    ]


def on_bank(model: Any, bank: str) -> ColumnElement[bool]:
    """Stands here (in this node's country, or made here without a place) or across the border."""
    home = home_place().country
    if bank == "across":
        return and_(model.country != "", model.country != home) if home else model.origin != ""
    if not home:
        return or_(model.origin == "")
    return or_(model.country == home, and_(model.country == "", model.origin == ""))
