"""The filters of the search page, each with true counts, all from one grouped question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import cos, radians
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, case, literal, select

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.i18n import country_name, language_name
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.peer_models import Peer
from coffee_node.federation.search_models import SearchEntry
from coffee_node.web.list_facets import MOST_VALUES, facet
from coffee_node.web.list_filters import KM_PER_DEGREE
from coffee_node.web.list_query import ListQuery
from coffee_node.web.search_kinds import kind_labels, kind_of
from coffee_node.web.whereabouts import home_place

ENTRY: Any = SearchEntry.__table__
DISTANCES = MappingProxyType({"25": (0,), "50": (0, 1), "100": (0, 1, 2)})
FAR = 9
TIMES = MappingProxyType(
    {"week": (0,), "month": (0, 1), "later": (2,), "fresh": (3,), "recent": (3, 4), "old": (5,)}
)
HERE = "-"
Counts = tuple[int, dict[str, dict[Any, int]]]


@dataclass(frozen=True)
class Side:
    """One way to divide what is found: its parameter, an entry's value, and what is chosen."""

    param: str
    value: ColumnElement[Any]
    chosen: str
    accepts: Callable[[Any, str], bool]

    def clause(self) -> ColumnElement[bool] | None:
        """The where-clause of the choice, None when nothing is chosen."""
        return CLAUSES[self.param](self.value, self.chosen) if self.chosen else None


def sides(query: ListQuery) -> list[Side]:
    """Every way to divide what is found, with what the reader has chosen of each."""
    return [
        Side("type", ENTRY.c.kind.concat(""), kind_of(query.extra.get("type", "")), _equal),
        Side("lang", ENTRY.c.language, query.lang, _same_language),
        Side("country", ENTRY.c.country, query.country, _equal),
        Side("source", ENTRY.c.origin, query.extra.get("source", ""), _same_source),
        Side("radius", distance_band(), radius_of(query), _in_distance),
        Side("when", time_band(), _known(TIMES, query.extra.get("when", "")), _in_time),
    ]


def _known(choices: Mapping[str, Any], value: str) -> str:
    return value if value in choices else ""


def home_point() -> str:
    """This node's place as the address names it, empty when it is not known."""
    near = home_place().near
    return f"{near[0]:.4f},{near[1]:.4f}" if near else ""


def radius_of(query: ListQuery) -> str:
    """The distance from here that is chosen, empty for none and for the distance from another point."""
    is_home = bool(query.given.get("near")) and query.given.get("near") == home_point()
    return _known(DISTANCES, query.given.get("radius", "")) if is_home else ""


def distance_band() -> ColumnElement[int]:
    """In which ring around this node an entry lies; the last one is far away or nowhere."""
    near = home_place().near
    if near is None:
        return literal(FAR)
    north = (ENTRY.c.latitude - near[0]) * KM_PER_DEGREE
    east = (ENTRY.c.longitude - near[1]) * (KM_PER_DEGREE * cos(radians(near[0])))
    square = north * north + east * east
    rings = [(square <= float(km) ** 2, number) for number, km in enumerate(DISTANCES)]
    return case(*rings, else_=FAR)


def time_band() -> ColumnElement[int]:
    """When an entry takes place or was published, seen from now: 0 to 2 ahead, 3 to 5 behind."""
    now = clock.utcnow().replace(second=0, microsecond=0)
    moment = ENTRY.c.moment
    return case(
        (moment >= now + timedelta(days=30), 2),
        (moment >= now + timedelta(days=7), 1),
        (moment >= now, 0),
        (moment >= now - timedelta(days=7), 3),
        (moment >= now - timedelta(days=30), 4),
        else_=5,
    )


def _equal(value: Any, chosen: str) -> bool:
    return bool(value == chosen)


def _same_language(value: Any, chosen: str) -> bool:
    return str(value) == chosen or str(value).startswith(f"{chosen}-")


def _same_source(value: Any, chosen: str) -> bool:
    return (value or HERE) == chosen


def _in_distance(value: Any, chosen: str) -> bool:
    return value in DISTANCES.get(chosen, ())


def _in_time(value: Any, chosen: str) -> bool:
    return value in TIMES.get(chosen, ())


CLAUSES: Mapping[str, Callable[[Any, str], ColumnElement[bool]]] = MappingProxyType(
    {
        "type": lambda value, chosen: value == chosen,
        "lang": lambda value, chosen: (value == chosen) | value.startswith(f"{chosen}-", autoescape=True),
        "country": lambda value, chosen: value == chosen,
        "source": lambda value, chosen: value == ("" if chosen == HERE else chosen),
        "radius": lambda value, chosen: value.in_(DISTANCES[chosen]),
        "when": lambda value, chosen: value.in_(TIMES[chosen]),
    }
)


def counts_of(rows: Sequence[tuple[tuple[Any, ...], int]], all_sides: Sequence[Side]) -> Counts:
    """The number of what is found under all choices, and by side each value's under the other choices."""
    total = 0
    found: dict[str, dict[Any, int]] = {side.param: {} for side in all_sides}
    for values, number in rows:
        missed = [
            side.param
            for side, value in zip(all_sides, values, strict=True)
            if side.chosen and not side.accepts(value, side.chosen)
        ]
        total += 0 if missed else number
        for side, value in zip(all_sides, values, strict=True):
            if not missed or missed == [side.param]:
                found[side.param][value] = found[side.param].get(value, 0) + number
    return total, found


def facets(query: ListQuery, found: Mapping[str, Mapping[Any, int]]) -> list[dict[str, Any]]:
    """The filters for the macro facet_list."""
    kinds = kind_labels()
    by_type = {name: found["type"].get(kind, 0) for kind, (name, _label) in kinds.items()}
    labels = dict(kinds.values())
    languages = _by_number(_base_languages(found["lang"]))
    sources = _by_number({value or HERE: number for value, number in found["source"].items()})
    names = _site_names({*list(sources)[:MOST_VALUES], query.extra.get("source", "")} - {"", HERE})
    return [
        facet(_("Type"), "type", _by_number(by_type), query, lambda value: labels.get(value, value)),
        facet(_("Country"), "country", _by_number(found["country"]), query, country_name),
        _distance_facet(query, found["radius"]),
        facet(_("Language"), "lang", languages, query, language_name),
        _time_facet(query, found["when"]),
        facet(_("From which site"), "source", sources, query, names.__getitem__),
    ]


def _by_number(counts: Mapping[Any, int]) -> dict[Any, int]:
    present = [(value, number) for value, number in counts.items() if value]
    return dict(sorted(present, key=lambda pair: (-pair[1], str(pair[0]))))


def _base_languages(counts: Mapping[Any, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for value, number in counts.items():
        base = str(value).split("-")[0]
        found[base] = found.get(base, 0) + number
    return found


def _site_names(hosts: Collection[str]) -> dict[str, str]:
    """What sites are called by host, the host where none is told; sites of one name are told apart by it."""
    named = select(Peer.host, Peer.name).where(Peer.host.in_(hosts), Peer.name != "")
    names = dict.fromkeys(hosts, "") | {host: name for host, name in db.session.execute(named)}
    often = Counter(names.values())
    shown = {
        host: name if often[name] == 1 else f"{name} ({host})" if name else host
        for host, name in names.items()
    }
    return {HERE: _("This site"), **shown}


def _distance_facet(query: ListQuery, counts: Mapping[Any, int]) -> dict[str, Any]:
    point, chosen = home_point(), radius_of(query)
    items = []
    for km, bands in DISTANCES.items() if point else ():
        is_active = km == chosen
        items.append(
            {
                "label": _("within %(km)d km", km=int(km)),
                "count": sum(counts.get(band, 0) for band in bands),
                "href": query.href(near="", radius="") if is_active else query.href(near=point, radius=km),
                "is_active": is_active,
            }
        )
    return {"title": _("Distance from here"), "items": items}


def _time_facet(query: ListQuery, counts: Mapping[Any, int]) -> dict[str, Any]:
    labels = time_labels()
    numbers = {name: sum(counts.get(band, 0) for band in bands) for name, bands in TIMES.items()}
    present = {name: number for name, number in numbers.items() if number}
    return facet(_("Date"), "when", present, query, lambda value: labels.get(value, value))


def time_labels() -> dict[str, str]:
    """The spans of time in words."""
    return {
        "week": _("in the next 7 days"),
        "month": _("in the next 30 days"),
        "later": _("later than in 30 days"),
        "fresh": _("in the last 7 days"),
        "recent": _("in the last 30 days"),
        "old": _("before the last 30 days"),
    }


def where_of_sides(all_sides: Sequence[Side]) -> list[ColumnElement[bool]]:
    """The where-clauses of everything that is chosen."""
    return [clause for side in all_sides if (clause := side.clause()) is not None]
