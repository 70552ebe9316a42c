"""The only place that knows how a database searches text: FTS5 of SQLite, tsvector and GIN of PostgreSQL.

Both keep the folded texts in a table `search_text` (rowid, names, tags, body) beside the entries; what is
deleted there goes with its entry, by a trigger or by the foreign key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Table,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy import String as SqlString
from sqlalchemy import table as sql_table
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from coffee_node.base.database import is_postgres
from coffee_node.federation.search import fold, words_of
from coffee_node.federation.search_words import Term

SEARCH_TEXT = sql_table(
    "search_text", column("rowid", Integer), column("names"), column("tags"), column("body"), column("vector")
)
NAME_WEIGHT, TAG_WEIGHT, BODY_WEIGHT = 10.0, 5.0, 1.0
MERGE = MappingProxyType({"pages": -500})
SQLITE = (
    """CREATE VIRTUAL TABLE search_text USING fts5(
        names, tags, body, tokenize = "unicode61 remove_diacritics 2")""",
    # Fewer and larger merges: writing is cheaper, and a question reads some more segments.
    "INSERT INTO search_text (search_text, rank) VALUES ('automerge', 8)",
    """CREATE TRIGGER search_entry_gone AFTER DELETE ON search_entry
        BEGIN DELETE FROM search_text WHERE rowid = old.id; END""",
)
POSTGRES = (
    """CREATE TABLE search_text (
        rowid INTEGER PRIMARY KEY REFERENCES search_entry (id) ON DELETE CASCADE,
        names TEXT NOT NULL, tags TEXT NOT NULL, body TEXT NOT NULL,
        vector TSVECTOR GENERATED ALWAYS AS (
            setweight(to_tsvector('simple', names), 'A') || setweight(to_tsvector('simple', tags), 'B')
            || setweight(to_tsvector('simple', body), 'D')) STORED)""",
    "CREATE INDEX ix_search_text_vector ON search_text USING gin (vector)",
)


def creation(dialect: str) -> Sequence[str]:
    """The statements that make the table of texts."""
    return POSTGRES if dialect == "postgresql" else SQLITE


def put_texts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the texts of new entries; `rows` have rowid, names, tags and body."""
    if is_postgres():
        # Its parser would take some words for addresses or numbers.
        rows = [{**row, "body": " ".join(words_of(fold(row["body"])))} for row in rows]
    # With VALUES on purpose: before an INSERT of a SELECT, FTS5 writes all that waits in its memory.
    statement = "INSERT INTO search_text (rowid, names, tags, body) VALUES (:rowid, :names, :tags, :body)"
    connection.execute(sql(statement), list(rows))


def matches(terms: Sequence[Term], *, every: bool = True) -> ColumnElement[bool]:
    """The where-clause of texts in which every term stands, or any of them."""
    if is_postgres():
        joint = " & " if every else " | "
        asked = func.to_tsquery("simple", joint.join(_postgres_term(term) for term in terms))
        return SEARCH_TEXT.c.vector.op("@@")(asked)
    joint = " AND " if every else " OR "
    asked_text = joint.join(_sqlite_term(term) for term in terms)
    return literal_column("search_text", SqlString).op("MATCH")(bindparam(None, asked_text, SqlString))


def rank(terms: Sequence[Term], *, every: bool = True) -> ColumnElement[float]:
    """How well a text fits, the best lowest: a name counts more than a tag, a tag more than the rest."""
    if is_postgres():
        joint = " & " if every else " | "
        asked = func.to_tsquery("simple", joint.join(_postgres_term(term) for term in terms))
        weights: ColumnElement[Any] = literal_column("'{0.1, 0.2, 0.5, 1.0}'::float4[]")
        return -func.ts_rank(weights, SEARCH_TEXT.c.vector, asked, 1)
    return func.bm25(literal_column("search_text"), NAME_WEIGHT, TAG_WEIGHT, BODY_WEIGHT)


def _sqlite_term(term: Term) -> str:
    forms = [f'"{form}"' for form in term.forms]
    if term.is_tag:
        return f"tags : {forms[0]}"
    if term.is_prefix:
        forms[0] += "*"
    return f"({' OR '.join(forms)})"


def _postgres_term(term: Term) -> str:
    if term.is_tag:
        return f"({' <-> '.join(f'{word}:B' for word in term.word.split())})"
    forms = [f"'{form}'" for form in term.forms]
    if term.is_prefix:
        forms[0] += ":*"
    return f"({' | '.join(forms)})"


def add_counts(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to the numbers of known words; words that are new are written with theirs."""
    if not rows:
        return
    insert = postgres_insert if is_postgres() else sqlite_insert
    statement: Any = insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.word],
        set_={"documents": table.c.documents + statement.excluded.documents},
    )
    # In one order, so that two who count at once do not wait for each other.
    connection.execute(statement, sorted(rows, key=lambda row: str(row["word"])))


def texts_of(connection: Connection, ids: Iterable[int]) -> list[tuple[str, str, str]]:
    """The folded texts of entries."""
    columns = (SEARCH_TEXT.c.names, SEARCH_TEXT.c.tags, SEARCH_TEXT.c.body)
    found = connection.execute(select(*columns).where(SEARCH_TEXT.c.rowid.in_(list(ids))))
    return [(names, tags, body) for names, tags, body in found]


def merge_some(connection: Connection) -> bool:
    """Take a step towards an index without the words of what was deleted; whether there is more to do.

    FTS5 only notes that a text is gone and drops its words when it merges; PostgreSQL does it by itself.
    """
    if is_postgres():
        return False
    before = connection.scalar(sql("SELECT total_changes()"))
    connection.execute(sql("INSERT INTO search_text (search_text, rank) VALUES ('merge', :pages)"), MERGE)
    # Two changes are those of the command itself.
    return int(connection.scalar(sql("SELECT total_changes()")) or 0) - int(before or 0) >= 2
