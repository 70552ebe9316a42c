"""Where things are, seen from this node: here or across the border, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g

from coffee_node.base.i18n import current_language, format_distance, gettext
from coffee_node.base.places import distance_km
from coffee_node.federation.actors import described_row, local_spaces

NEARBY_KM = 1.0


@dataclass(frozen=True)
class Home:
    """The place of this node's first space; all empty when nobody has said where it is."""

    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    town: str = ""

    @property
    def near(self) -> tuple[float, float] | None:
        """The point on the map, when both coordinates are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Where:
    """Where a row is: its country, how far in words ("here", "24 km") and on which bank."""

    country: str = ""
    detail: str = ""
    is_across: bool = False

    @property
    def label(self) -> str:
        """Country and distance in one line, empty when nothing is known."""
        return " · ".join(part for part in (self.country, self.detail) if part)


def field_of(row: Any, name: str) -> Any:
    """A value of a model row or of a dict; None when it has none."""
    return row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)


def home_place() -> Home:
    """Where this node is, looked up once per request."""
    if "home_place" not in g:
        g.home_place = _find_home()
    home: Home = g.home_place
    return home


def _find_home() -> Home:
    for space in local_spaces():
        described = described_row(space)
        if described is not None and (described[1].country or described[1].latitude is not None):
            row = described[1]
            return Home(row.country or "", row.latitude, row.longitude, town_of(row))
    return Home()


def kilometres(row: Any) -> float | None:
    """How far a row is from this node, None when one of both points is not known."""
    home = home_place()
    latitude, longitude = field_of(row, "latitude"), field_of(row, "longitude")
    if home.near is None or latitude is None or longitude is None:
        return None
    return distance_km(*home.near, latitude, longitude)


def where_of(row: Any) -> Where:
    """Where this row is, as its tag shows it; found out once per request for each place."""
    known: dict[tuple[Any, ...], Where] = g.setdefault("wheres", {})
    place = tuple(field_of(row, name) for name in ("country", "latitude", "longitude"))
    key = (current_language.get(), *place)
    if key not in known:
        known[key] = _find_where(row)
    return known[key]


def _find_where(row: Any) -> Where:
    country = field_of(row, "country") or ""
    home = home_place()
    is_across = bool(country and home.country and country != home.country)
    distance = kilometres(row)
    if distance is None:
        return Where(country, "", is_across)
    detail = gettext("here") if distance < NEARBY_KM else format_distance(distance)
    return Where(country, detail, is_across)


def town_of(row: Any) -> str:
    """The town a row is in, empty when its place does not say."""
    place = field_of(row, "place")
    address = place.get("address") if isinstance(place, Mapping) else None
    return str(address.get("locality") or "") if isinstance(address, Mapping) else ""


def place_name(row: Any) -> str:
    """Name and town of the place in a few words ("ESCO, Tournai")."""
    place = field_of(row, "place")
    if not isinstance(place, Mapping):
        return ""
    name, town = str(place.get("name") or ""), town_of(row)
    return name if town in name else ", ".join(part for part in (name, town) if part)
