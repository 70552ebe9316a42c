"""The map that the server draws: every point inside, none on top of another."""

from __future__ import annotations

from itertools import combinations
from math import hypot

from hypothesis import given
from hypothesis import strategies as st

from coffee_node.web.map_drawing import APART, MapPoint, draw

POINTS = st.lists(
    st.builds(
        MapPoint,
        label=st.just("Somebody"),
        latitude=st.floats(-90, 90),
        longitude=st.floats(-180, 180),
        href=st.just("/@somebody"),
    ),
    min_size=1,
    max_size=30,
)


@given(POINTS)
def test_every_point_is_on_the_map_and_no_two_dots_touch(points: list[MapPoint]) -> None:
    drawing = draw(points)
    assert drawing is not None
    left, top, width, height = (float(part) for part in drawing.view_box.split())
    assert sum(dot.count for dot in drawing.dots) == len(points)
    for dot in drawing.dots:
        assert left - 0.2 <= dot.x <= left + width + 0.2
        assert top - 0.2 <= dot.y <= top + height + 0.2
    for one, other in combinations(drawing.dots, 2):
        assert hypot(one.x - other.x, one.y - other.y) >= width * APART * 0.99 - 0.2


def test_neighbours_become_one_dot_with_their_number() -> None:
    here = [MapPoint(name, 50.63 + step / 1000, 3.06, f"/@{name}") for step, name in enumerate("abcd")]
    far = MapPoint("far", 51.2, 4.4, "/@far", is_across=True)
    drawing = draw([*here, far])
    assert drawing is not None
    assert sorted((dot.count, dot.label, dot.is_across) for dot in drawing.dots) == [
        (1, "far", True),
        (4, "a, b, c …: 4", False),
    ]


def test_without_a_point_there_is_no_map() -> None:
    assert draw([]) is None


def test_the_outlines_are_those_of_the_region() -> None:
    drawing = draw([MapPoint("Lille", 50.63, 3.06, "/")])
    assert drawing is not None
    assert [code for code, _path in drawing.outlines] == ["BE", "DE", "FR", "LU", "NL"]
    assert all(path.startswith("M") and path.endswith("z") for _code, path in drawing.outlines)
