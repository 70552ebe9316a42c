"""The directory of people: filters that look only into what their owner shows this reader, true counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from coffee_node.base.database import db
from coffee_node.base.i18n import gettext as _
from coffee_node.base.places import bounding_box
from coffee_node.base.row_sets import set_of
from coffee_node.features.profiles.directory_cursor import read_cursor, write_cursor
from coffee_node.features.profiles.models import Profile, ProfileTerm
from coffee_node.features.profiles.readers import Reader, within_reach
from coffee_node.features.profiles.schemas import LANGUAGE_LEVELS
from coffee_node.features.profiles.term_sets import LEVEL, TermSets, term_sets
from coffee_node.features.profiles.terms import REACH
from coffee_node.federation import hidden_content
from coffee_node.federation.long_tables import has_sets
from coffee_node.federation.models import Actor
from coffee_node.federation.search import fold
from coffee_node.web.list_filters import KM_PER_DEGREE, filters
from coffee_node.web.list_query import ListQuery
from coffee_node.web.listing import ListPage
from coffee_node.web.remembered_counts import of_list

OWN_FILTERS = ("available", "level", "sort", "place", "view")
# What decides only about the order, the point or the way in which people are shown.
APART = ("level", "radius", "place", "sort", "view")
MOST_VALUES = 12
FEW = 2_000
SHARES = (1 / 16, 1 / 4, 1)


@dataclass(frozen=True)
class Directory:
    """What one reader asks of the directory.

    A term never goes further than the directory its person stands in, so most questions are answered by the
    index of the terms alone; the rows of people are read for the one page that is shown.
    """

    reader: Reader
    query: ListQuery

    @property
    def is_by_distance(self) -> bool:
        """Whether the nearest come first: when a point is asked for, unless the name is asked for."""
        return self.query.near is not None and self.query.extra.get("sort") != "name"

    def page(self, limit: int = 20) -> ListPage:
        """One page, by name or by distance; rows after the cursor, never by offset."""
        notes = self.query.notes
        by_distance = self.is_by_distance and self.query.near is not None
        column: Any = _square(self.query.near or (0.0, 0.0)) if by_distance else Profile.sort_name
        after: list[ColumnElement[bool]] = []
        if self.query.page:
            cursor = read_cursor(self.query.page, float if by_distance else str)
            if cursor is None:
                notes = (*notes, _("This page of the list is not known; here is the first one."))
            else:
                value, row_id = cursor
                after.append(or_(column > value, (column == value) & (Profile.id > row_id)))
        ids = self._nearest(column, after, limit) if by_distance else self._ordered(column, after, limit)
        more, ids = len(ids) > limit, ids[:limit]
        following = write_cursor(ids[-1][1], ids[-1][0]) if more else ""
        return ListPage(_people([one[0] for one in ids]), self.total(), following, self.query, notes)

    def _ordered(self, column: Any, where: Sequence[ColumnElement[bool]], limit: int) -> Sequence[Any]:
        # The ids first: their index is narrow, the rows are not.
        found = select(Profile.id, column).where(*self.where(), *where).order_by(column, Profile.id)
        return db.session.execute(found.limit(limit + 1)).all()

    def _nearest(self, column: Any, where: Sequence[ColumnElement[bool]], limit: int) -> Sequence[Any]:
        """The nearest of these people: in a dense place they are found without measuring all."""
        found: Sequence[Any] = ()
        for share in SHARES:
            closer = replace(self, query=replace(self.query, radius=self.query.radius * share))
            found = closer._ordered(column, where, limit)
            if len(found) > limit:
                break
        return found

    def total(self) -> int:
        """How many people there are under all filters."""
        if has_sets(Profile):
            return self._within("").bit_count()
        return db.session.scalar(self._counting()) or 0

    def _counting(self) -> Any:
        """The number of people of this list, by the terms where one is asked for: their index is small."""
        for name, (kind, value, rank) in self._asked().items():
            if value:
                named = [*self._terms(kind, name), _same(ProfileTerm, value), ProfileTerm.rank >= rank]
                return select(func.count()).select_from(ProfileTerm).where(*named)
        return select(func.count()).select_from(Profile).where(*self.where())

    def counts(self, kind: str, without: str) -> dict[str, tuple[str, int]]:
        """How many people each value of a kind would leave, with its label; the most frequent first."""
        if has_sets(Profile):
            within, sets = self._within(without), self._sets.of(kind)
            if sets.is_whole or within.bit_count() > FEW:
                most = list(sets.counts(within).items())[:MOST_VALUES]
                return {value: (self._sets.labels[kind, value] or value, number) for value, number in most}
        query = select(ProfileTerm.value, func.count()).where(*self._terms(kind, without))
        query = query.group_by(ProfileTerm.value).order_by(func.count().desc(), ProfileTerm.value)
        rows = _labelled(kind, query.limit(MOST_VALUES))
        return {value: (label or value, count) for value, count, label in rows}

    def level_counts(self) -> dict[str, int]:
        """How many people speak the chosen language at least at each level that somebody has."""
        if has_sets(Profile):
            spoken = self._sets.of(LEVEL).counts(self._within("lang"))
            by_rank = {rank: count for (code, rank), count in spoken.items() if code == self.query.lang}
        else:
            chosen = [*self._terms("language", "lang"), ProfileTerm.value == self.query.lang]
            query = select(ProfileTerm.rank, func.count()).where(*chosen).group_by(ProfileTerm.rank)
            by_rank = {rank: count for rank, count in db.session.execute(query)}
        held = [(rank, level) for rank, level in enumerate(LANGUAGE_LEVELS, 1) if by_rank.get(rank)]
        return {level: sum(n for other, n in by_rank.items() if other >= rank) for rank, level in held}

    def available_count(self) -> int:
        """How many people would be left if only those who are available were asked for."""
        return self.counts("available", "available").get("1", ("", 0))[1]

    @cached_property
    def _sets(self) -> TermSets:
        """The terms that this reader may know of, as sets of people."""
        if self.reader.account is None:
            return term_sets("public")
        far = term_sets("network")
        near_by = [ProfileTerm.reach == REACH["space"], ProfileTerm.profile_id.in_(self._near_by)]
        return far.with_terms(near_by) if self._near_by else far

    def _within(self, without: str) -> int:
        """The people under all filters but one, of a long directory as they were some seconds ago."""
        rows = self._everybody
        for name, held in self._chosen.items():
            rows &= held if name != without else -1
        return rows

    @cached_property
    def _everybody(self) -> int:
        listed = [Profile.deleted_at.is_(None), self._reaching(Profile.list_reach, Profile.id)]
        everybody = select(Profile.id).where(*listed, *self._elsewhere())
        return self._remembered("rows", everybody, (*self._held, *APART))

    @cached_property
    def _chosen(self) -> dict[str, int]:
        """The people that each filter leaves."""
        belongs = {"level": "lang", "radius": "near", "place": "near"}
        found = {}
        for name, held in self._held.items():
            if held is not None:
                others = {param for param in self.query.given if belongs.get(param, param) != name}
                found[name] = self._remembered(name, held, others)
        return found

    def _remembered(self, what: str, people: Any, without: Collection[str]) -> int:
        """Some people as a set; they may be some seconds old."""
        form = [within_reach(self.reader, Profile.list_reach)]
        return of_list(
            f"people {what}",
            Profile,
            self.query,
            form,
            lambda: set_of(db.session.connection().scalars(people)),
            without,
        )

    def where(self) -> list[ColumnElement[bool]]:
        """The where-clauses of the people of this list."""
        listed = self._reaching(Profile.list_reach, Profile.id)
        return [Profile.deleted_at.is_(None), listed, *self._narrowed(Profile.id), *self._elsewhere()]

    def _terms(self, kind: str, without: str) -> list[ColumnElement[bool]]:
        """The where-clauses of the terms of one kind of the people of this list, less one filter."""
        own = [ProfileTerm.kind == kind, self._reaching(ProfileTerm.reach, ProfileTerm.profile_id)]
        elsewhere = self._elsewhere()
        apart = [ProfileTerm.profile_id.in_(select(Profile.id).where(*elsewhere))] if elsewhere else []
        return [*own, *self._narrowed(ProfileTerm.profile_id, without), *apart]

    def _reaching(self, column: Any, profile_id: Any) -> ColumnElement[bool]:
        """Whether something of a person goes as far as this reader."""
        if self.reader.account is None:
            return column == REACH["public"]  # type: ignore[no-any-return]
        far: ColumnElement[bool] = column >= REACH["network"]
        if not self._near_by:
            return far
        return or_(far, and_(column >= REACH["space"], profile_id.in_(self._near_by)))

    @cached_property
    def _near_by(self) -> Sequence[int]:
        """The profiles of the reader's own space."""
        query = select(Profile.id).where(Profile.actor_id.in_(self.reader.colleagues))
        return db.session.scalars(query).all() if self.reader.colleagues else ()

    def _narrowed(self, profile_id: Any, without: str = "") -> list[ColumnElement[bool]]:
        """The filters of the address that are terms or a point, all but one where a facet counts its own."""
        ids = self._held
        return [profile_id.in_(held) for name, held in ids.items() if held is not None and name != without]

    @cached_property
    def _held(self) -> dict[str, Any]:
        """By filter the ids of the people that it leaves, None where it is not asked."""
        return {name: self._holding(*term) for name, term in self._asked().items()} | {"near": self._near()}

    def _asked(self) -> dict[str, tuple[str, str | Sequence[str], int]]:
        """The terms that the address may ask for, by its filters: kind, value (empty: not asked) and rank."""
        query = self.query
        return {
            "country": ("country", query.country, 0),
            "skill": ("skill", fold(query.skill), 0),
            "lang": ("language", query.lang, self._least_rank()),
            "space": ("space", self._space_uris(), 0),
            "available": ("available", "1" if query.extra.get("available") else "", 0),
        }

    def _least_rank(self) -> int:
        level = self.query.extra.get("level", "")
        return LANGUAGE_LEVELS.index(level) + 1 if level in LANGUAGE_LEVELS else 0

    def _holding(self, kind: str, value: str | Sequence[str], rank: int) -> Any:
        """The profiles that hold a term; None where nothing is asked for."""
        if not value:
            return None
        term = aliased(ProfileTerm)
        held = [term.kind == kind, _same(term, value), self._reaching(term.reach, term.profile_id)]
        return select(term.profile_id).where(*held, term.rank >= rank)

    def _space_uris(self) -> Sequence[str]:
        name = self.query.space
        if not name or "://" in name:
            return [name] if name else []
        slug, _at, host = name.lstrip("@").partition("@")
        chosen = select(Actor.uri).where(Actor.slug == slug)
        return db.session.scalars(chosen.where(Actor.host == host) if host else chosen).all() or [""]

    def _near(self) -> Any:
        """The profiles within the radius; None where no point is asked for."""
        if self.query.near is None:
            return None
        box = bounding_box(*self.query.near, self.query.radius)
        near = aliased(Profile)
        return select(near.id).where(
            near.near_latitude.between(box.south, box.north),
            near.near_longitude.between(box.west, box.east),
            _square(self.query.near, near) <= self.query.radius**2,
            self._reaching(near.near_reach, near.id),
        )

    def _elsewhere(self) -> list[ColumnElement[bool]]:
        """What only the rows of people tell: words, this site, and whom nobody or this reader is shown."""
        plain = replace(self.query, lang="", country="", space="", skill="", near=None)
        hidden = hidden_content.not_hidden(Profile, self.reader.account)
        silenced = hidden_content.not_silenced(Profile, self.reader.account)
        return [*filters(Profile, plain), *hidden, *silenced]


def _same(term: Any, value: str | Sequence[str]) -> ColumnElement[bool]:
    same: ColumnElement[bool] = term.value == value if isinstance(value, str) else term.value.in_(value)
    return same


def _people(ids: Sequence[int]) -> Sequence[Profile]:
    """The people with these ids, in their order."""
    found = {row.id: row for row in db.session.scalars(select(Profile).where(Profile.id.in_(ids)))}
    return [found[row_id] for row_id in ids if row_id in found]


def _labelled(kind: str, query: Any) -> list[tuple[Any, ...]]:
    """Values and numbers with a label each: what one of the people calls it."""
    counted = [(value, number) for value, number in db.session.execute(query)]
    named = select(ProfileTerm.value, func.max(ProfileTerm.label)).where(
        ProfileTerm.kind == kind, ProfileTerm.value.in_([value for value, _number in counted])
    )
    labels = {value: label for value, label in db.session.execute(named.group_by(ProfileTerm.value))}
    return [(value, number, labels.get(value)) for value, number in counted]


def _square(point: tuple[float, float], row: Any = Profile) -> ColumnElement[Any]:
    """The square of the distance to a point in kilometres, on a flat piece of map."""
    latitude, longitude = point
    north = (row.near_latitude - latitude) * KM_PER_DEGREE
    east = (row.near_longitude - longitude) * (KM_PER_DEGREE * cos(radians(latitude)))
    squared: ColumnElement[Any] = north * north + east * east
    return squared
