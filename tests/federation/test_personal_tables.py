"""Everything about a person is in their file: every table has its place, and its rows are there."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
)

from coffee_node import app as assembled
from coffee_node.base.database import Base, db, write
from coffee_node.federation import accounts, personal_rows
from coffee_node.federation.account_models import Account
from coffee_node.federation.erasure_mails import ADDRESS_COLUMNS
from coffee_node.testing import Fediverse, TestNode
from tests.house.personal_tables import IN_TABLES, NOT_PERSONAL

PEOPLE = ("account", "actor")
URI_COLUMNS = ("actor_uri", "owner_uri")
NAMES = {*ADDRESS_COLUMNS, *URI_COLUMNS, "handle", "told_address"}
ADDRESSES = {"claire": "claire@lille.example", "bruno": "bruno@lille.example"}
Owner = dict[str, Any]


def core_tables() -> list[Table]:
    assert assembled.CORE_FEATURES, "importing the application declares every table"
    mappers = [one for one in Base.registry.mappers if one.class_.__module__.startswith("coffee_node.")]
    ours = {one.class_.__tablename__ for one in mappers}
    return [table for table in Base.metadata.sorted_tables if table.name in ours]


def referring() -> list[Table]:
    """The tables that name a person: by a key, through a table that does, or by an id or address."""
    found: dict[str, Table] = {}
    for table in core_tables():
        keys = {key.column.table.name for key in table.foreign_keys}
        is_named = bool(NAMES.intersection(table.c.keys()))
        if table.name in PEOPLE or is_named or keys.intersection({*PEOPLE, *found}):
            found[table.name] = table
    return list(found.values())


def ways(table: Table) -> list[str]:
    """The columns by which a row can be a person's."""
    keys = [key.parent.name for key in table.foreign_keys if key.column.table.name in PEOPLE]
    named = [name for name in (*URI_COLUMNS, *ADDRESS_COLUMNS) if name in table.c]
    others = [key.parent.name for key in table.foreign_keys]
    return [*keys, *named] or others


CASES = [
    (table.name, way)
    for table in referring()
    if table.name in IN_TABLES and table.name not in PEOPLE
    for way in ways(table)
]


class Filler:
    """Rows that fit every column; `mine` decides whose they are."""

    def __init__(self, owners: dict[str, Owner]) -> None:
        self._owners = owners
        self._number = itertools.count(1)

    def add(self, table: Table, mine: str, owner: str) -> dict[str, Any]:
        """A row in which this column names the owner, and every other one somebody else."""
        number = next(self._number)
        values = {column.name: self._value(column, mine, owner, number) for column in table.c}
        values = {name: value for name, value in values.items() if name != "id"}
        done: Any = db.session.execute(insert(table).values(values))
        return {**values, "id": done.inserted_primary_key[0]}

    def _value(self, column: Column[Any], mine: str, owner: str, number: int) -> Any:
        who = self._owners[owner if column.name == mine else "bruno"]
        for key in column.foreign_keys:
            parent = key.column.table
            if parent.name in PEOPLE:
                return who[parent.name]
            is_mine = column.name == mine
            return self.add(parent, next(iter(ways(parent)), ""), owner if is_mine else "bruno")["id"]
        if column.name in URI_COLUMNS:
            return who["uri"]
        if column.name in ADDRESS_COLUMNS:
            return who["email"]
        return _filled(column, f"{owner}-{number}")


def _filled(column: Column[Any], mark: str) -> Any:
    kinds: dict[Any, Any] = {
        Boolean: False, Integer: 0, Float: 0.0, DateTime: datetime(2026, 11, 24, tzinfo=UTC),
        Date: date(2026, 11, 24), LargeBinary: mark.encode(), JSON: {"mark": mark},
    }  # fmt: skip
    stored = getattr(column.type, "impl_instance", column.type)
    for kind, value in kinds.items():
        if isinstance(stored, kind):
            return value
    return mark[-(getattr(stored, "length", None) or 100) :] if isinstance(stored, String) else None


@pytest.fixture
def lille(fediverse: Fediverse) -> TestNode:
    made = fediverse.node("lille")
    for handle, address in ADDRESSES.items():
        with made.context():
            accounts.create_account(handle, handle.title(), email=address)
    return made


def owners() -> dict[str, Owner]:
    found = {handle: accounts.account_named(handle) for handle in ADDRESSES}
    return {handle: _owner(account) for handle, account in found.items()}


def _owner(account: Account) -> Owner:
    assert account.actor is not None
    return {
        "account": account.id,
        "actor": account.actor.id,
        "uri": account.actor.uri,
        "email": account.email,
    }


def test_every_table_that_names_a_person_has_its_place() -> None:
    found = {table.name for table in referring()}
    entries = [*IN_TABLES, *NOT_PERSONAL]
    assert sorted(found - set(entries)) == [], "say in tests/house/personal_tables.py what becomes of these"
    assert sorted(set(entries) - found) == [], "they are gone, or name nobody any more"
    assert len(entries) == len(set(entries)), "exported and not personal at once"


def rows_in(written: dict[str, str], table: str) -> Iterator[str]:
    yield from written.get(table, "").splitlines()[1:]


def test_every_row_of_a_person_is_in_the_file_whichever_column_names_them(lille: TestNode) -> None:
    tables = {table.name: table for table in core_tables()}
    missing, foreign = [], []
    with lille.context():
        for name, way in CASES:
            before = _written()
            with write():
                filler = Filler(owners())
                filler.add(tables[name], way, "claire")
                filler.add(tables[name], way, "bruno")
            after = _written()
            added = len(list(rows_in(after, name))) - len(list(rows_in(before, name)))
            missing += [f"{name}.{way}"] if added < 1 else []
            foreign += [f"{name}.{way}"] if added > 1 else []
            _forget(tables)
    assert missing == [], "not in the file"
    assert foreign == [], "the file of one person holds rows of another"


def _written() -> dict[str, str]:
    account = accounts.account_named("claire")
    assert account.actor is not None
    return dict(personal_rows.tables_of(account, [account.actor]))


def _forget(tables: dict[str, Table]) -> None:
    """Empty every table but those that make the people."""
    with write():
        for table in reversed(list(tables.values())):
            if table.name not in (*PEOPLE, "actor_key", "used_handle"):
                db.session.execute(table.delete())
