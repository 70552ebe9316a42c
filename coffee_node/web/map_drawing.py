"""A map as inline SVG, made by the server: outlines, the borders dashed, one dot for what is near each other.

It asks nobody for tiles and needs no script; the list beside it holds the same links.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from math import cos, hypot, radians

from coffee_node.base.i18n import gettext as _

FILE = "static/map-outlines.json"
UNITS = 100
STRETCH = cos(radians(50))
MARGIN = 0.12
LEAST_HEIGHT = 90.0
MOST_TOWNS = 8
# In parts of the width: two dots are never so near that a finger takes the wrong one.
APART = 0.075


@dataclass(frozen=True)
class MapPoint:
    """Something to be drawn: what it is called, how many it stands for, and where its link leads."""

    label: str
    latitude: float
    longitude: float
    href: str
    count: int = 1
    is_across: bool = False


@dataclass(frozen=True)
class Dot:
    """A dot on the drawing, in its units; `label` names what is there."""

    x: float
    y: float
    radius: float
    label: str
    href: str
    count: int
    is_across: bool


@dataclass(frozen=True)
class MapDrawing:
    """What the macro dot_map draws."""

    view_box: str
    outlines: Sequence[tuple[str, str]]
    towns: Sequence[tuple[str, float, float]]
    dots: Sequence[Dot]
    text_size: float


def draw(points: Iterable[MapPoint]) -> MapDrawing | None:
    """The drawing of some points, those that would lie on each other joined; None without any."""
    placed = [(point.longitude * STRETCH * UNITS, -point.latitude * UNITS, point) for point in points]
    if not placed:
        return None
    xs, ys = [x for x, _y, _point in placed], [y for _x, y, _point in placed]
    height = max((max(ys) - min(ys)) * (1 + 2 * MARGIN), LEAST_HEIGHT)
    width = max((max(xs) - min(xs)) * (1 + 2 * MARGIN), height * 1.25)
    height = max(height, width * 0.55)
    left, top = (min(xs) + max(xs) - width) / 2, (min(ys) + max(ys) - height) / 2
    view_box = f"{left:.1f} {top:.1f} {width:.1f} {height:.1f}"
    drawn = json.loads(resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8"))
    inside = (left + width * 0.02, top + height * 0.06, left + width * 0.84, top + height * 0.96)
    towns = _towns(drawn["towns"], inside, width)
    dots = _dots(placed, width)
    return MapDrawing(view_box, sorted(drawn["countries"].items()), towns, dots, round(width * 0.028, 2))


def _towns(
    known: Sequence[tuple[str, float, float]], inside: tuple[float, float, float, float], width: float
) -> list[tuple[str, float, float]]:
    """Some towns to know one's way by: those on this piece of the map that stand far enough apart."""
    left, top, right, bottom = inside
    found: list[tuple[str, float, float]] = []
    for name, latitude, longitude in known:
        x, y = round(longitude * STRETCH * UNITS, 1), round(-latitude * UNITS, 1)
        is_free = all(hypot(x - other[1], y - other[2]) > width * 0.16 for other in found)
        if left < x < right and top < y < bottom and is_free and len(found) < MOST_TOWNS:
            found.append((name, x, y))
    return found


def _dots(placed: Sequence[tuple[float, float, MapPoint]], width: float) -> list[Dot]:
    groups: list[list[tuple[float, float, MapPoint]]] = []
    for one in sorted(placed, key=lambda found: -found[2].count):
        near = next((group for group in groups if _distance(group[0], one) < width * APART), None)
        if near is None:
            groups.append([one])
        else:
            near.append(one)
    return [_dot(group, width) for group in groups]


def _distance(one: tuple[float, float, MapPoint], other: tuple[float, float, MapPoint]) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _dot(group: Sequence[tuple[float, float, MapPoint]], width: float) -> Dot:
    x, y, first = group[0]
    count = sum(point.count for _x, _y, point in group)
    names = list(dict.fromkeys(point.label for _x, _y, point in group))
    label = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    if count > 1:
        label = _("%(places)s: %(count)d", places=label, count=count)
    radius = width * (0.014 if count == 1 else 0.024)
    return Dot(round(x, 1), round(y, 1), round(radius, 2), label, first.href, count, first.is_across)
