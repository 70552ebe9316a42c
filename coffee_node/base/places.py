"""Distances on the globe, exact enough for "near me"."""

from __future__ import annotations

from math import asin, cos, degrees, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0088


class Box(NamedTuple):
    """A rectangle of degrees; `west` is never greater than `east`."""

    south: float
    west: float
    north: float
    east: float


def distance_km(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> float:
    """The great-circle distance of two points in kilometres."""
    lat_a, lat_b = radians(a_lat), radians(b_lat)
    chord = sin((lat_b - lat_a) / 2) ** 2
    chord += cos(lat_a) * cos(lat_b) * sin(radians(b_lon - a_lon) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def bounding_box(lat: float, lon: float, km: float) -> Box:
    """A rectangle that holds every point within `km`; at a pole or across 180° it spans all longitudes."""
    angle = km / EARTH_RADIUS_KM
    south, north = lat - degrees(angle), lat + degrees(angle)
    if south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    # Longitudes meet towards the poles, so the widest point lies nearer to the pole than the centre.
    spread = degrees(asin(min(1.0, sin(angle) / cos(radians(lat)))))
    west, east = lon - spread, lon + spread
    if west < -180 or east > 180:
        west, east = -180.0, 180.0
    return Box(south, west, north, east)
