"""The numbers of a list and of its filters; those of a long list are counted by sets of rows.

The rows that no filter takes back, those of each choice and those of each value are asked for once a minute;
whatever readers combine from them costs the database nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, func, select

from coffee_node.base.database import db
from coffee_node.base.row_sets import ValueSets, set_of
from coffee_node.federation.audience import visible
from coffee_node.federation.long_tables import has_sets
from coffee_node.federation.models import FederatedObject
from coffee_node.web.auth import current_account
from coffee_node.web.list_facets import facet_counts, joint_counts, merged_skills, skill_counts
from coffee_node.web.list_filters import filters, filters_by_name
from coffee_node.web.list_query import ListQuery
from coffee_node.web.remembered_counts import for_everybody, of_list
from coffee_node.web.value_sets import SKILL, table_sets

HOST = "space"
FEW = 2_000
Clauses = Sequence[ColumnElement[bool]]
Counts = dict[str, dict[Any, int]]


@dataclass(frozen=True)
class CountedList:
    """A list and how its filters divide it.

    `columns` is what each filter counts, by its parameter; `own` are the where-clauses of those filters that
    only this list has, `base` what else it adds.
    """

    model: type[FederatedObject]
    query: ListQuery
    columns: Mapping[str, Any]
    base: Clauses = ()
    own: Mapping[str, Clauses] = field(default_factory=dict)

    def where(self, without: str = "") -> list[ColumnElement[bool]]:
        """What the list adds to the filters that all lists share, all but the one that is counted."""
        return [*self.base, *(one for name, found in self.own.items() if name != without for one in found)]

    def total(self) -> int:
        """How many rows there are under all filters."""
        if has_sets(self.model):
            return self._within("").bit_count()
        clauses = [*visible(self.model, current_account()), *filters(self.model, self.query), *self.where()]
        count = select(func.count()).select_from(self.model).where(*clauses)
        return of_list("total", self.model, self.query, self.where(), lambda: db.session.scalar(count) or 0)

    def counts(self) -> Counts:
        """For each filter how many rows each of its values would leave, the most frequent first."""
        if not has_sets(self.model):
            return {**self._few_valued(), **self._many_valued(*{HOST, SKILL} & {*self.columns, SKILL})}
        known = table_sets(self.model, self.columns)
        found = {param: self._counted(param, sets) for param, sets in known.sets.items()}
        unknown = [param for param, counts in found.items() if counts is None]
        counts = {param: numbers for param, numbers in found.items() if numbers is not None}
        if SKILL in counts:
            named = [(known.names.get(folded, folded), number) for folded, number in counts[SKILL].items()]
            counts[SKILL] = merged_skills(named)
        return {**counts, **self._many_valued(*unknown)}

    def _counted(self, param: str, sets: ValueSets) -> dict[Any, int] | None:
        """The numbers of one filter; None where rare values matter, whose rows are not known."""
        within = self._within(param)
        return sets.counts(within) if sets.is_whole or within.bit_count() > FEW else None

    def _within(self, without: str) -> int:
        """The rows under all choices but one."""
        rows = self._everything
        for param, chosen in self._chosen.items():
            rows &= chosen if param != without else -1
        return rows

    @cached_property
    def _choices(self) -> dict[str, list[ColumnElement[bool]]]:
        """The where-clauses of what is chosen, by filter."""
        shared = filters_by_name(self.model, self.query)
        params = (*self.columns, SKILL)
        found = {param: [*shared.get(param, ()), *self.own.get(param, ())] for param in params}
        return {param: clauses for param, clauses in found.items() if clauses}

    @cached_property
    def _everything(self) -> int:
        """The rows of this list for this reader under no choice."""
        params = (*self.columns, SKILL)
        shared = filters_by_name(self.model, self.query)
        clauses = [*visible(self.model, current_account()), *self.base]
        for found in (shared, self.own):
            clauses += [one for param, some in found.items() if param not in params for one in some]
        return of_list("rows", self.model, self.query, clauses, lambda: self._rows(clauses), params)

    @cached_property
    def _chosen(self) -> dict[str, int]:
        """The rows of each choice, whoever may see them."""
        return {
            param: for_everybody(
                f"rows of {self.model.__tablename__} {param} {self.query.given[param]}",
                lambda clauses=clauses: self._rows(clauses),  # type: ignore[misc]
            )
            for param, clauses in self._choices.items()
        }

    def _rows(self, clauses: Clauses) -> int:
        return set_of(db.session.connection().scalars(select(self.model.id).where(*clauses)))

    def _few_valued(self) -> Counts:
        columns = {param: column for param, column in self.columns.items() if param != HOST}
        return joint_counts(self.model, self.query, columns, self.where)

    def _many_valued(self, *params: str) -> Counts:
        """Counted by the database itself, one question each."""
        return {
            param: skill_counts(self.model, self.query, self.where(param))
            if param == SKILL
            else facet_counts(self.model, self.columns[param], self.query, param, self.where(param))
            for param in params
        }
