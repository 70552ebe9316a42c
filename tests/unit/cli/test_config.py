"""`config show` and `upgrade`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.cli.conftest import PORT, CommandLine


def test_every_value_is_shown_with_its_origin(
    cli: CommandLine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFFEE_QUEUE_THREADS", "2")
    shown = {
        (row["section"], row["key"]): (row["value"], row["origin"]) for row in cli.listing("config", "show")
    }
    assert shown["http", "port"] == (str(PORT), str(home / "instance.cfg"))
    assert shown["queue", "threads"] == ("2", "COFFEE_QUEUE_THREADS")
    assert shown["http", "host"] == ("127.0.0.1", "default")


def test_a_password_is_never_shown(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFFEE_MAIL_URL", "smtp://claire:espresso@mail.example:25")
    assert "espresso" not in cli("config", "show").stdout


def test_an_upgrade_of_a_current_database_changes_nothing(cli: CommandLine, home: Path) -> None:
    assert cli("upgrade").stdout == "The database was up to date already.\n"
    assert not (home / "backups").exists()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(cli: CommandLine, home: Path) -> None:
    with closing(sqlite3.connect(home / "node.sqlite3")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'c0001'")
        connection.commit()
    assert "already exists" in cli.refusal("upgrade")
    with closing(sqlite3.connect(home / "node.sqlite3")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("c0001",)]
    assert list((home / "backups").glob("*.sqlite3"))
