"""Facets: the values of a list that can be chosen, each with its count and its address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, func, select

from coffee_node.base.contracts import Badge
from coffee_node.base.database import db
from coffee_node.base.i18n import country_name, language_name
from coffee_node.base.i18n import gettext as _
from coffee_node.federation.audience import visible
from coffee_node.federation.models import FederatedObject, ObjectTag
from coffee_node.node import current_node
from coffee_node.web.auth import current_account, current_viewer
from coffee_node.web.list_filters import filters
from coffee_node.web.list_query import ListQuery
from coffee_node.web.remembered_counts import of_list

MOST_VALUES = 12


def facet_counts(
    model: type[FederatedObject],
    column: Any,
    query: ListQuery,
    param: str = "",
    where: Sequence[ColumnElement[bool]] = (),
) -> dict[Any, int]:
    """How many rows have each value of a column, with every filter but its own; one query.

    `column` is its name, or an expression of some.
    """
    own = param or str(column)
    rows = of_list(
        f"values of {column}", model, query, where, lambda: _count(model, [column], query, own, where), (own,)
    )
    return {value: count for (value,), count in rows if value not in (None, "")}


def joint_counts(
    model: type[FederatedObject],
    query: ListQuery,
    columns: Mapping[str, Any],
    where: Callable[[str], Sequence[ColumnElement[bool]]],
) -> dict[str, dict[Any, int]]:
    """The counts of several facets by parameter: one query for all that the reader has not chosen from.

    `where(param)` gives the filters of the list without that one; the columns should have few values each.
    """
    found: dict[str, dict[Any, int]] = {
        param: facet_counts(model, column, query, param, where(param))
        for param, column in columns.items()
        if param in query.given
    }
    free = {param: column for param, column in columns.items() if param not in query.given}
    clauses = where("")
    what = f"values of {list(map(str, free.values()))}"
    rows = of_list(
        what, model, query, clauses, lambda: _count(model, list(free.values()), query, "", clauses)
    )
    for place, param in enumerate(free):
        counts: dict[Any, int] = {}
        for values, number in rows:
            if values[place] not in (None, ""):
                counts[values[place]] = counts.get(values[place], 0) + number
        found[param] = dict(sorted(counts.items(), key=lambda pair: -pair[1]))
    return found


def _count(
    model: type[FederatedObject],
    columns: Sequence[Any],
    query: ListQuery,
    without: str,
    where: Sequence[ColumnElement[bool]],
) -> list[tuple[tuple[Any, ...], int]]:
    counted: list[Any] = [getattr(model, one) if isinstance(one, str) else one for one in columns]
    # A sum has no index: one of a single column would be read in its order, and each row with it.
    counted = [one + 0 if isinstance(one.type, Integer) else one for one in counted]
    clauses = [*visible(model, current_account()), *filters(model, query, without=without), *where]
    wanted = select(*counted, func.count()).where(*clauses).group_by(*counted)
    rows = db.session.execute(wanted.order_by(func.count().desc()))
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def skill_counts(
    model: type[FederatedObject], query: ListQuery, where: Sequence[ColumnElement[bool]] = ()
) -> dict[str, int]:
    """The most frequent skills of a list."""
    return merged_skills(
        of_list("skills", model, query, where, lambda: _count_skills(model, query, where), ("skill",))
    )


def merged_skills(rows: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    """The most frequent skills of these, by their names; a skill and the hashtag made of it count once."""
    found: dict[str, tuple[str, int]] = {}
    for name, count in rows:
        if name is None:
            continue
        word = "".join(char for char in name.casefold() if char.isalnum())
        before = found.get(word, ("", 0))
        found[word] = (max(name, before[0], key=len), max(count, before[1]))
    return dict(list(found.values())[:MOST_VALUES])


def _count_skills(
    model: type[FederatedObject], query: ListQuery, where: Sequence[ColumnElement[bool]]
) -> list[tuple[Any, int]]:
    clauses = [*visible(model, current_account()), *filters(model, query, without="skill"), *where]
    number = func.count(func.distinct(model.id))
    wanted = (
        select(func.min(ObjectTag.name), number)
        # The objects first, on purpose: beginning with the tags would read those of all other types too.
        .select_from(model)
        .outerjoin(ObjectTag, ObjectTag.object_uri == model.uri)
        .where(*clauses)
        .group_by(ObjectTag.folded)
        .order_by(number.desc(), func.min(ObjectTag.name))
        .limit(2 * MOST_VALUES + 1)
    )
    return _pairs(wanted)


def _pairs(wanted: Any) -> list[tuple[Any, int]]:
    return [(value, count) for value, count in db.session.execute(wanted)]


def facet(
    title: str,
    param: str,
    counts: Mapping[Any, int],
    query: ListQuery,
    label: Callable[[str], str] = str,
) -> dict[str, Any]:
    """A facet for the macro facet_list; choosing the chosen value again takes it away."""
    chosen = query.given.get(param, "")
    values = [str(value) for value in counts][:MOST_VALUES]
    if chosen and chosen not in values:
        values.append(chosen)
    by_text = {str(value): count for value, count in counts.items()}
    items = [
        {
            "label": label(value),
            "count": by_text.get(value, 0),
            "href": query.href(**{param: "" if value == chosen else value}),
            "is_active": value == chosen,
        }
        for value in values
    ]
    return {"title": title, "items": items}


def country_facet(
    model: type[FederatedObject], query: ListQuery, where: Sequence[ColumnElement[bool]] = ()
) -> dict[str, Any]:
    """Countries by name."""
    counts = facet_counts(model, "country", query, "country", where)
    return facet(_("Country"), "country", counts, query, country_name)


def language_facet(
    model: type[FederatedObject], query: ListQuery, where: Sequence[ColumnElement[bool]] = ()
) -> dict[str, Any]:
    """Languages by name."""
    counts = facet_counts(model, "language", query, "lang", where)
    return facet(_("Language"), "lang", counts, query, language_name)


def skill_facet(
    model: type[FederatedObject], query: ListQuery, where: Sequence[ColumnElement[bool]] = ()
) -> dict[str, Any]:
    """The most frequent skills."""
    return facet(_("Skill"), "skill", skill_counts(model, query, where), query)


def scope_choices(query: ListQuery) -> list[dict[str, Any]]:
    """Whole network or made here, for the macro choice_switch."""
    return [
        {
            "label": label,
            "href": query.href(scope="" if scope == "network" else scope),
            "is_active": query.scope == scope,
        }
        for scope, label in (("network", _("The whole network")), ("local", _("This site")))
    ]


def badges_for(kind: str, rows: Iterable[Any]) -> dict[str, list[Badge]]:
    """What plugins mark on these rows, by uri; one call for the whole list."""
    documents = [row.document for row in rows]
    found: dict[str, list[Badge]] = {}
    answers = current_node.plugins.ask_all(
        "row_badges", kind=kind, documents=documents, viewer=current_viewer()
    )
    for _owner, marks in answers:
        for uri, badges in marks.items():
            found.setdefault(uri, []).extend(badges)
    return found
