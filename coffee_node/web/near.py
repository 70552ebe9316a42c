"""Near what: a place that was typed, or the reader's own place, becomes the point of a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from coffee_node.base.gazetteer import find_town
from coffee_node.base.i18n import gettext as _
from coffee_node.web.list_query import ListQuery
from coffee_node.web.whereabouts import home_place

RADII = (10, 25, 50, 100)
HERE = "here"


def choose_near(query: ListQuery) -> ListQuery:
    """The query with the point of its `place` ("here" or a name), unless the address gives a point.

    A place that is not known is left out with a note.
    """
    place = query.extra.get("place", "")
    if not place or query.near is not None:
        return query
    home = home_place()
    if place == HERE:
        return replace(query, near=home.near) if home.near is not None else _unknown(query, place)
    town = find_town(place, home.country)
    return replace(query, near=(town.latitude, town.longitude)) if town else _unknown(query, place)


def _unknown(query: ListQuery, place: str) -> ListQuery:
    note = _("The place “%(place)s” is not known here; the list is not narrowed to it.", place=place)
    kept = {name: value for name, value in query.given.items() if name != "place"}
    return replace(query, notes=(*query.notes, note), given=kept)


def near_choices(query: ListQuery) -> dict[str, Any]:
    """What the macro near_form shows: the place, the radius, what else the address holds, and "near here"."""
    hidden = {name: value for name, value in query.given.items() if name not in ("place", "near", "radius")}
    place = query.extra.get("place", "") if "place" in query.given else ""
    home = home_place()
    return {
        "path": query.path,
        "hidden": hidden,
        "place": home.town if place == HERE else place,
        "radius": int(query.radius),
        "radii": sorted({*RADII, int(query.radius)}),
        "is_active": query.near is not None,
        "here_href": query.href(place=HERE, near="") if home.near is not None else "",
        "here": home.town,
        "off_href": query.href(place="", near="", radius=""),
    }
