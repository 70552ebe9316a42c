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
LEAST_HEIGHT = 60.0
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
    return MapDrawing(view_box, _outlines(), _dots(placed, width), round(width * 0.03, 2))


def _outlines() -> list[tuple[str, str]]:
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    return sorted(json.loads(text)["countries"].items())


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
