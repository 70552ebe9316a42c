"""The directory of people: filters that look only into what their owner shows this reader, true counts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.base.places import bounding_box
from coffee_node.features.profiles.models import Profile, ProfileTerm
from coffee_node.features.profiles.readers import Reader, may_be_seen, within_reach
from coffee_node.features.profiles.schemas import LANGUAGE_LEVELS
from coffee_node.federation.models import Actor
from coffee_node.federation.search import fold
from coffee_node.web.list_filters import KM_PER_DEGREE, filters
from coffee_node.web.list_query import ListQuery
from coffee_node.web.listing import ListPage
from coffee_node.web.remembered_counts import of_list

OWN_FILTERS = ("available", "level", "sort", "place", "view")
SKILL_KINDS = ("skill", "seeks")
MOST_VALUES = 12
LAST = float("inf")


@dataclass(frozen=True)
class Directory:
    """What one reader asks of the directory."""

    reader: Reader
    query: ListQuery

    @property
    def is_by_distance(self) -> bool:
        """Whether the nearest come first: when a point is asked for, unless the name is asked for."""
        return self.query.near is not None and self.query.extra.get("sort") != "name"

    def where(self, without: str = "") -> list[ColumnElement[bool]]:
        """The where-clauses, all but one where a facet counts its own values."""
        plain = replace(self.query, lang="", country="", space="", skill="", near=None)
        named = {
            "country": self._term(("country",), self.query.country),
            "skill": self._term(SKILL_KINDS, fold(self.query.skill)),
            "lang": self._term(("language",), self.query.lang, self._least_rank()),
            "space": self._space(),
            "available": self._term(("available",), "1" if self.query.extra.get("available") else ""),
            "near": self._near(),
        }
        chosen = [clause for name, found in named.items() if name != without for clause in found]
        return [*may_be_seen(self.reader), *filters(Profile, plain), *chosen]

    def _least_rank(self) -> int:
        level = self.query.extra.get("level", "")
        return LANGUAGE_LEVELS.index(level) + 1 if level in LANGUAGE_LEVELS else 0

    def _term(self, kinds: Sequence[str], value: Any, rank: int = 0) -> list[ColumnElement[bool]]:
        if not value:
            return []
        same = ProfileTerm.value.in_(value) if isinstance(value, list) else ProfileTerm.value == value
        held = select(ProfileTerm.profile_id).where(ProfileTerm.kind.in_(kinds), same)
        if rank:
            held = held.where(ProfileTerm.rank >= rank)
        return [Profile.id.in_(self._shown(held))]

    def _shown(self, held: Any) -> Any:
        """Of some terms those that go as far as this reader."""
        if self.reader.account is None or not self.reader.colleagues:
            return held.where(within_reach(self.reader, ProfileTerm.reach))
        near = select(Profile.id).where(Profile.actor_id.in_(self.reader.colleagues))
        is_near = ProfileTerm.profile_id.in_(near) & (ProfileTerm.reach >= 1)
        return held.where(or_(ProfileTerm.reach >= 2, is_near))

    def _space(self) -> list[ColumnElement[bool]]:
        name = self.query.space
        if not name:
            return []
        if "://" in name:
            return self._term(("space",), name)
        slug, _at, host = name.lstrip("@").partition("@")
        chosen = select(Actor.uri).where(Actor.slug == slug)
        uris = list(db.session.scalars(chosen.where(Actor.host == host) if host else chosen))
        return self._term(("space",), uris or [""])

    def _near(self) -> list[ColumnElement[bool]]:
        if self.query.near is None:
            return []
        box = bounding_box(*self.query.near, self.query.radius)
        return [
            Profile.near_latitude.between(box.south, box.north),
            Profile.near_longitude.between(box.west, box.east),
            _square(self.query.near) <= self.query.radius**2,
            within_reach(self.reader, Profile.near_reach),
        ]

    def page(self, limit: int = 20) -> ListPage:
        """One page, by name or by distance; rows after the cursor, never by offset."""
        clauses, notes = self.where(), self.query.notes
        by_distance = self.is_by_distance and self.query.near is not None
        column: Any = _square(self.query.near or (0.0, 0.0)) if by_distance else Profile.sort_name
        after: list[ColumnElement[bool]] = []
        if self.query.page:
            cursor = _read_cursor(self.query.page, float if by_distance else str)
            if cursor is None:
                notes = (*notes, _("This page of the list is not known; here is the first one."))
            else:
                value, row_id = cursor
                after.append(or_(column > value, (column == value) & (Profile.id > row_id)))
        found = select(Profile, column).where(*clauses, *after).order_by(column, Profile.id)
        rows = db.session.execute(found.limit(limit + 1)).all()
        more, rows = len(rows) > limit, rows[:limit]
        count = select(func.count()).select_from(Profile).where(*clauses)
        total = of_list(
            "total", Profile, self.query, clauses, lambda: db.session.scalar(count) or 0, ("sort",)
        )
        following = _write_cursor(rows[-1][1], rows[-1][0].id) if more else ""
        return ListPage([row for row, _value in rows], total, following, self.query, notes)

    def counts(self, kinds: Sequence[str], without: str) -> dict[str, tuple[str, int]]:
        """How many people each value of a kind would leave, with its label; the most frequent first."""
        number = func.count(func.distinct(ProfileTerm.profile_id))
        query = select(ProfileTerm.value, func.max(ProfileTerm.label), number)
        query = query.join(Profile, Profile.id == ProfileTerm.profile_id)
        query = query.where(ProfileTerm.kind.in_(kinds), *self.where(without=without))
        query = query.where(within_reach(self.reader, ProfileTerm.reach)).group_by(ProfileTerm.value)
        query = query.order_by(number.desc(), ProfileTerm.value).limit(MOST_VALUES)
        rows = self._remembered(f"values of {kinds[0]}", query, without)
        return {value: (label or value, count) for value, label, count in rows}

    def _remembered(self, what: str, query: Any, without: str) -> list[tuple[Any, ...]]:
        """The rows of a counting query; in a long directory they may be some seconds old."""
        where = self.where(without=without)
        left_out = (without, "sort", "view")
        return of_list(what, Profile, self.query, where, lambda: _rows(query), left_out)

    def level_counts(self) -> dict[str, int]:
        """How many people speak the chosen language at least at each level."""
        number = func.count(func.distinct(ProfileTerm.profile_id))
        query = select(ProfileTerm.rank, number).join(Profile, Profile.id == ProfileTerm.profile_id)
        query = query.where(ProfileTerm.kind == "language", ProfileTerm.value == self.query.lang)
        query = query.where(*self.where(without="lang"), within_reach(self.reader, ProfileTerm.reach))
        rows = self._remembered("levels", query.group_by(ProfileTerm.rank), "level")
        by_rank = {rank: count for rank, count in rows}
        ranks = enumerate(LANGUAGE_LEVELS, 1)
        return {level: sum(n for held, n in by_rank.items() if held >= rank) for rank, level in ranks}

    def available_count(self) -> int:
        """How many people would be left if only those who are available were asked for."""
        return self.counts(("available",), "available").get("1", ("", 0))[1]


def _rows(query: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.session.execute(query)]


def _square(point: tuple[float, float]) -> ColumnElement[Any]:
    """The square of the distance to a point in kilometres, on a flat piece of map."""
    latitude, longitude = point
    north = (Profile.near_latitude - latitude) * KM_PER_DEGREE
    east = (Profile.near_longitude - longitude) * (KM_PER_DEGREE * cos(radians(latitude)))
    squared: ColumnElement[Any] = north * north + east * east
    return squared


def _write_cursor(value: Any, row_id: int) -> str:
    return base64.urlsafe_b64encode(f"{row_id}|{value!s}".encode()).decode().rstrip("=")


def _read_cursor(page: str, kind: Callable[[str], Any]) -> tuple[Any, int] | None:
    try:
        text = base64.urlsafe_b64decode(page + "=" * (-len(page) % 4)).decode()
        number, _bar, value = text.partition("|")
        found = kind(value)
        row_id = int(number)
    except (ValueError, OverflowError, binascii.Error):
        return None
    is_usable = abs(row_id) < 2**31 and "\x00" not in value and (kind is str or abs(found) < LAST)
    return (found, row_id) if is_usable else None
