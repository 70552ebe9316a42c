"""Finding: which objects fit a question, the best first, and how many there are of each sort.

All words must stand in an object; when none has them all, misspelt words are replaced by known neighbours,
and in the end any word will do. The work has an end: of a question that fits very many objects the latest
ones are ranked, and everything is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Double, and_, cast, func, or_, select

from coffee_node.base.database import db
from coffee_node.federation import audience, hidden_content, search_vocabulary
from coffee_node.federation.account_models import Account
from coffee_node.federation.search_engine import SEARCH_TEXT, matches, rank
from coffee_node.federation.search_models import SearchEntry
from coffee_node.federation.search_words import Term, forms_of, tag_terms, terms_of
from coffee_node.node import current_node

MOST_RANKED = 1_000
TRIES = 3
ENTRY: Any = SearchEntry.__table__
Where = Sequence[ColumnElement[bool]]
Groups = list[tuple[tuple[Any, ...], int]]


@dataclass(frozen=True)
class Sought:
    """What is looked for in the end: `way` is all, any, corrected or nothing; `words` say what was asked."""

    terms: tuple[Term, ...]
    way: str

    @property
    def every(self) -> bool:
        """Whether all words have to stand in what is found."""
        return self.way != "any"

    @property
    def words(self) -> str:
        """The words that are looked for."""
        return " ".join(term.word for term in self.terms if not term.is_tag)


@dataclass(frozen=True)
class Hit:
    """An object that fits: the table and key of its row, the number of its entry and how well it fits."""

    kind: str
    object_id: int
    entry_id: int
    rank: float


def may_find(account: Account | None) -> list[ColumnElement[bool]]:
    """The where-clauses of the entries that a reader may find; None is everybody."""
    entry: Any = SearchEntry
    clauses = [audience.readable(entry, account), *hidden_content.not_silenced(entry, account)]
    if account is not None and account.is_admin:
        # No role widens what a person chose: of people an administrator finds what every member finds.
        types = current_node.registry.types()
        people = [str(one.model.__tablename__) for one in types if one.is_actor]
        is_own = audience.in_common_space(entry, account)
        clauses.append(or_(ENTRY.c.kind.not_in(people), ENTRY.c.visibility != "space", is_own))
    return clauses


def of_kind(kind: str) -> ColumnElement[bool]:
    """The where-clause of entries of one table, written so that no index is tried before the words."""
    is_its: ColumnElement[bool] = ENTRY.c.kind.concat("") == kind
    return is_its


def having(text: str, kind: str) -> Any:
    """The keys of the rows of a table in which every word stands, for lists; None when it has no word."""
    return found_keys(text, "", kind)


def found_keys(text: str, tag: str, kind: str, where: Where = ()) -> Any:
    """The same for the words of a text and a tag, among the entries that fit."""
    terms = (*terms_of(text), *tag_terms(tag))
    if not terms:
        return None
    found: Any = _from_texts(select(ENTRY.c.object_id)).where(of_kind(kind), matches(terms), *where)
    return found


def resolve(text: str, where: Where, tag: str = "") -> Sought | None:
    """Decide what is looked for, so that something is found; None when there is no word in text and tag."""
    terms = (*terms_of(text), *tag_terms(tag))
    if not terms:
        return None
    asked = Sought(terms, "all")
    if _exists(asked, where):
        return asked
    options = {term: _neighbours(term, where) for term in terms}
    for number in range(TRIES):
        near = tuple(_option(term, options[term], number) for term in terms)
        corrected = Sought(near, "corrected")
        if near != terms and _exists(corrected, where):
            return corrected
    loose = Sought(tuple(_option(term, options[term], 0) for term in terms), "any")
    return loose if len(terms) > 1 and _exists(loose, where) else replace(asked, way="nothing")


def _neighbours(term: Term, where: Where) -> list[str]:
    """What a word may have been meant to be; nothing for one that is found."""
    if term.is_tag or _exists(Sought((term,), "all"), where):
        return []
    return search_vocabulary.neighbours(term.word)


def _option(term: Term, words: Sequence[str], number: int) -> Term:
    return Term(forms_of(words[min(number, len(words) - 1)])) if words else term


def _exists(sought: Sought, where: Where) -> bool:
    query = _from_texts(select(ENTRY.c.id)).where(matches(sought.terms, every=sought.every), *where)
    return db.session.connection().scalar(query.limit(1)) is not None


def best(sought: Sought, where: Where, limit: int, after: tuple[float, int] | None = None) -> list[Hit]:
    """The objects that fit best, after those with this rank and number."""
    if sought.way == "nothing":
        return []
    value = cast(rank(sought.terms, every=sought.every), Double).label("rank")
    latest = (
        _from_texts(select(ENTRY.c.id, ENTRY.c.kind, ENTRY.c.object_id, value))
        .where(matches(sought.terms, every=sought.every), *where)
        .order_by(SEARCH_TEXT.c.rowid.desc())
        .limit(MOST_RANKED)
        .subquery()
    )
    query = select(latest).order_by(latest.c.rank, latest.c.id.desc()).limit(limit)
    if after is not None:
        worse, older = latest.c.rank > after[0], latest.c.id < after[1]
        query = query.where(or_(worse, and_(latest.c.rank == after[0], older)))
    rows = db.session.connection().execute(query)
    return [Hit(kind, object_id, id_, value) for id_, kind, object_id, value in rows]


def tally(sought: Sought, where: Where, by: Sequence[ColumnElement[Any]]) -> Groups:
    """How many objects fit, for each combination of these values."""
    if sought.way == "nothing":
        return []
    query = _from_texts(select(*by, func.count())).group_by(*by)
    rows = db.session.connection().execute(query.where(matches(sought.terms, every=sought.every), *where))
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def _from_texts(query: Any) -> Any:
    return query.join_from(SEARCH_TEXT, ENTRY, ENTRY.c.id == SEARCH_TEXT.c.rowid)
