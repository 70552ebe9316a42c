"""Distances are those of the globe."""

from __future__ import annotations

from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coffee_node.base.places import EARTH_RADIUS_KM, bounding_box, distance_km

LILLE, TOURNAI, KORTRIJK = (50.6366, 3.0635), (50.6056, 3.3879), (50.8279, 3.2649)
LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


def reached(lat: float, lon: float, way: float, km: float) -> tuple[float, float]:
    """Where one arrives who goes straight on, `way` in radians from the north."""
    angle, start = km / EARTH_RADIUS_KM, radians(lat)
    height = sin(start) * cos(angle) + cos(start) * sin(angle) * cos(way)
    end = asin(max(-1.0, min(1.0, height)))
    turn = atan2(sin(way) * sin(angle) * cos(start), cos(angle) - sin(start) * sin(end))
    return degrees(end), (lon + degrees(turn) + 540) % 360 - 180


@pytest.mark.parametrize(
    ("start", "end", "km"),
    [
        (LILLE, LILLE, 0),
        (LILLE, TOURNAI, 23.1),
        (LILLE, KORTRIJK, 25.6),
        ((0, 0), (0, 180), 20015.1),
        ((0, 179), (0, -179), 222.4),
    ],
)
def test_distances_are_known(start: tuple[float, float], end: tuple[float, float], km: float) -> None:
    assert distance_km(*start, *end) == pytest.approx(km, abs=0.1)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_a_way_is_as_long_as_the_way_back(a: float, b: float, c: float, d: float) -> None:
    there = distance_km(a, b, c, d)
    assert there == pytest.approx(distance_km(c, d, a, b))
    assert 0 <= there <= 20016


@given(LATITUDES, LONGITUDES, st.floats(0, 6.3), st.floats(0, 0.99999), st.floats(0.1, 9000))
def test_everything_near_lies_in_the_box(lat: float, lon: float, way: float, part: float, km: float) -> None:
    there_lat, there_lon = reached(lat, lon, way, part * km)
    assume(distance_km(lat, lon, there_lat, there_lon) <= km)
    box = bounding_box(lat, lon, km)
    assert box.south <= there_lat <= box.north
    assert box.west <= there_lon <= box.east


def test_the_box_of_a_town_is_small() -> None:
    box = bounding_box(*LILLE, 10)
    assert box == pytest.approx((50.5467, 2.9217, 50.7265, 3.2053), abs=0.001)


@pytest.mark.parametrize("centre", [(89.9, 10.0), (-89.9, 10.0), (0.0, 179.99)])
def test_the_box_at_the_edge_of_the_map_spans_all_longitudes(centre: tuple[float, float]) -> None:
    box = bounding_box(*centre, 50)
    assert (box.west, box.east) == (-180, 180)
