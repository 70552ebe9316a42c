"""Who can be found by which term, as sets of people: a long directory counts its filters with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from coffee_node.base import clock
from coffee_node.base.database import db
from coffee_node.base.row_sets import ValueSets, set_of
from coffee_node.features.profiles.models import ProfileTerm
from coffee_node.features.profiles.terms import REACH
from coffee_node.node import current_node

LEVEL = "level"
OVERLAP = 1_000
MOST_RENEWED = 5_000
# Who withdraws every term leaves no new row behind: now and then all are read again.
WHOLE_AFTER = timedelta(hours=1)
Pairs = dict[str, list[tuple[Hashable, int]]]


@dataclass(frozen=True)
class TermSets:
    """By kind of term the people with each value, languages also by their level; `labels` are their words.

    `seen` is the last row that was read, `read_at` when all of them were.
    """

    sets: Mapping[str, ValueSets]
    labels: Mapping[tuple[str, str], str]
    seen: int
    read_at: datetime

    def of(self, kind: str) -> ValueSets:
        """The sets of one kind, none for a kind that nobody has."""
        return self.sets.get(kind, ValueSets())

    def with_terms(self, where: Sequence[ColumnElement[bool]], people: int = 0) -> TermSets:
        """The sets with these terms besides; of `people` nothing else is kept."""
        pairs, labels = _pairs(where)
        kinds = self.sets.keys() | pairs.keys()
        sets = {kind: self.of(kind).changed(people, pairs.get(kind, ())) for kind in kinds}
        return TermSets(sets, {**self.labels, **labels}, self.seen, self.read_at)


def term_sets(reach: str) -> TermSets:
    """The sets of the terms that go at least this far; at most a minute old, an hour for who withdrew all."""
    known: TermSets = current_node.row_sets.get(f"terms {reach}", lambda old: _renewed(reach, old))
    return known


def _renewed(reach: str, old: TermSets | None) -> TermSets:
    """The sets with what changed: whoever changes gets new terms."""
    far = [ProfileTerm.reach >= REACH[reach]]
    seen = db.session.scalar(select(func.max(ProfileTerm.id))) or 0
    if old is None or clock.utcnow() - old.read_at > WHOLE_AFTER:
        return _whole(far, seen)
    # A little of what was seen is read again, for what was being written meanwhile.
    newer = select(ProfileTerm.profile_id).where(ProfileTerm.id > old.seen - OVERLAP)
    changed = set(db.session.scalars(newer.limit(MOST_RENEWED)))
    if len(changed) > MOST_RENEWED // 10:
        return _whole(far, seen)
    renewed = old.with_terms([*far, ProfileTerm.profile_id.in_(changed)], set_of(changed))
    return TermSets(renewed.sets, renewed.labels, seen, old.read_at)


def _whole(where: Sequence[ColumnElement[bool]], seen: int) -> TermSets:
    pairs, labels = _pairs(where)
    sets = {kind: ValueSets.of(found) for kind, found in pairs.items()}
    return TermSets(sets, labels, seen, clock.utcnow())


def _pairs(where: Sequence[ColumnElement[bool]]) -> tuple[Pairs, dict[tuple[str, str], str]]:
    term = ProfileTerm
    query = select(term.kind, term.value, term.rank, term.profile_id, term.label).where(*where)
    pairs: Pairs = defaultdict(list)
    labels: dict[tuple[str, str], str] = {}
    for kind, value, rank, profile_id, label in db.session.connection().execute(query):
        pairs[kind].append((value, profile_id))
        labels[kind, value] = label
        if kind == "language":
            pairs[LEVEL].append(((value, rank), profile_id))
    return pairs, labels
