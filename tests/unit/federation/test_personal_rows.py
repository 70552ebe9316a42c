"""The tables of somebody's file: nothing secret in them, nothing a spreadsheet runs, no rows of others."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from sqlalchemy import Column, MetaData, String, Table

import coffee_node.app  # noqa: F401  (so that every table is mapped)
from coffee_node.base.database import Base, write
from coffee_node.base.mail import queue_mail
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.federation.personal_rows import SECRET_COLUMNS, SECRET_NAME, as_csv, is_secret, tables_of
from coffee_node.testing import Fediverse, TestNode


def test_every_column_that_is_called_like_a_secret_is_on_the_list() -> None:
    """A new one must be looked at by a person: it is left out anyway, and the list says so."""
    called = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.c
        if SECRET_NAME.search(column.name)
    }
    assert called - SECRET_COLUMNS == set()


def test_every_column_on_the_list_exists() -> None:
    known = {f"{table.name}.{column.name}" for table in Base.metadata.sorted_tables for column in table.c}
    assert SECRET_COLUMNS - known == set()


def test_a_column_of_a_plugin_that_is_called_like_a_secret_is_left_out() -> None:
    table = Table("plugin_pass", MetaData(), Column("pass_secret", String), Column("label", String))
    assert [column.name for column in table.c if is_secret(column)] == ["pass_secret"]


def test_nothing_is_taken_for_a_formula() -> None:
    rows = [
        ("=1+1", "+32", "-x", "@home", "\tx", -3, None, datetime(2026, 1, 2, tzinfo=UTC), {"a": 1}, b"raw")
    ]
    [_head, row] = csv.reader(io.StringIO(as_csv("event", [str(one) for one in range(10)], rows)))
    assert row == [
        "'=1+1", "'+32", "'-x", "'@home", "'\tx", "-3", "", "2026-01-02T00:00:00+00:00", '{"a":1}', "raw",
    ]  # fmt: skip


def kept(node: TestNode, handle: str) -> dict[str, str]:
    account = accounts.account_named(handle)
    own = [account.actor] if account.actor is not None else []
    return dict(tables_of(account, own))


def test_the_rows_are_those_of_one_person(fediverse: Fediverse) -> None:
    node = fediverse.node("lille")
    node.add_person("claire", "Claire")
    node.add_person("bruno", "Bruno")
    with node.context():
        secret = accounts.start_session(accounts.account_named("claire"), "Firefox")
        accounts.create_token(accounts.account_named("bruno"), name="Bruno's program")
        with write():
            account: Account = accounts.account_named("claire")
            account.email = "claire@lille.example"
            link = "https://lille.example/password/reset/" + "x" * 43
            queue_mail("Claire@Lille.example", "Reset", f"Open {link}", message_id="one")
            queue_mail("bruno@lille.example", "Other", "Not hers", message_id="two")
        found = kept(node, "claire")
    everything = "\n".join(found.values())
    assert "Firefox" in found["session"] and "Claire" in found["account"]
    assert "Reset" in found["mail"] and "x" * 43 not in everything
    assert "Not hers" not in everything and "Bruno" not in everything
    assert accounts.hash_secret(secret) not in everything and "PRIVATE KEY" not in everything
