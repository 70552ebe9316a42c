"""What the seven places of the first network say: one TOML file each, dates told from today on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from coffee_node.base import html

FOLDER = Path(__file__).parent
SLUGS = ("mutualab", "esco", "switch", "coworkfactory", "connexion", "technocite", "popplace")
LISTS = ("events", "offers", "people", "spaces", "articles")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# One seed, one network: who is free and how full an event is are drawn, everything else is written down.
SEED = 2016
TOWNS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {"Kortrijk": {"latitude": 50.8279, "longitude": 3.2649, "region": "Vlaanderen", "country": "BE"}}
)


@dataclass(frozen=True)
class Place:
    """One place of the network: what its file says."""

    slug: str
    name: str
    town: str
    country: str
    timezone: str
    address: Mapping[str, str]
    point: tuple[float, float]
    content: Mapping[str, Any]

    @property
    def zone(self) -> ZoneInfo:
        """The clocks of the place."""
        return ZoneInfo(self.timezone)

    @property
    def location(self) -> dict[str, Any]:
        """Where it is, as the place column of a row."""
        latitude, longitude = self.point
        return {
            "type": "Place",
            "name": self.name,
            "latitude": latitude,
            "longitude": longitude,
            "address": dict(self.address),
        }

    def home_of(self, person: Mapping[str, Any]) -> dict[str, Any]:
        """Where somebody comes from: the town of the place unless the file names another."""
        name = str(person.get("town") or self.town)
        town = TOWNS.get(name)
        if town is None:
            latitude, longitude, country = *self.point, self.country
        else:
            latitude, longitude, country = town["latitude"], town["longitude"], town["country"]
        return {
            "type": "Place",
            "name": name,
            "latitude": round(latitude, 2),
            "longitude": round(longitude, 2),
            "address": {"locality": name, "country": country},
        }


def read_place(slug: str) -> Place:
    """Read the file of a place."""
    content = tomllib.loads((FOLDER / f"{slug}.toml").read_text("utf-8"))
    given = content["place"]
    return Place(
        slug=slug,
        name=given["name"],
        town=given["town"],
        country=given["country"],
        timezone=given["timezone"],
        address={
            "street_address": given["street"],
            "postal_code": given["postal_code"],
            "locality": given["town"],
            "region": given["region"],
            "country": given["country"],
        },
        point=(given["latitude"], given["longitude"]),
        content=content,
    )


def start_of(entry: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> datetime:
    """When an event starts: on its weekday, so many weeks ahead, at its hour on the clocks of the place."""
    first = now.astimezone(zone).date() + timedelta(days=1 + 7 * (entry["weeks"] - 1))
    day = first + timedelta(days=(WEEKDAYS.index(entry["weekday"]) - first.weekday()) % 7)
    return datetime.combine(day, time.fromisoformat(entry["at"]), zone)


def end_of_day(now: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The last second of a day that is so many days ahead."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(23, 59, 59), zone)


def names_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The title in its language, and in all of them where there are several."""
    others = entry.get("names", {})
    names = {entry["language"]: entry["name"], **others} if others else {}
    return {"name": entry["name"], "name_map": names, "language": entry["language"]}


def texts_of(
    entry: Mapping[str, Any], language: str, *, column: str = "content", headings: bool = False
) -> dict[str, Any]:
    """A text as Markdown and as HTML, in its language and the others; `column` is where the HTML goes."""
    source = entry["text"].strip()
    others = {code: text.strip() for code, text in entry.get("texts", {}).items()}
    written = {code: html.markdown(text, headings) for code, text in ({language: source} | others).items()}
    return {
        "source": source,
        "source_map": others,
        column: written[language],
        f"{column}_map": written if others else {},
    }
