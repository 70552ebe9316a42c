"""Plugins from the command line: listed though broken, switched off and on, their tables dropped."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
import pytest

from coffee_node import hookimpl
from coffee_node.base import plugin_manager
from coffee_node.base.config import load_config
from tests.unit.cli.conftest import CommandLine
from tests.unit.cli.entry_points import entry_point


class Rota:
    """A plugin that works."""

    @hookimpl
    def register_commands(self, register: Callable[[click.Command], None]) -> None:
        """Add `rota`."""
        register(click.Command("rota"))


class Misspelt:
    """A plugin with a hook that does not exist."""

    @hookimpl
    def navigation_link(self) -> None:
        """Wrong name."""


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three installed plugins, two of them broken."""
    found = [
        entry_point("broken", ImportError("No module named 'espresso'")),
        entry_point("misspelt", Misspelt()),
        entry_point("rota", Rota()),
    ]
    monkeypatch.setattr(plugin_manager, "installed", lambda: found)


def state(cli: CommandLine) -> dict[str, str]:
    return {row["name"]: row["state"] for row in cli.listing("plugin", "list")}


def test_a_broken_plugin_does_not_hide_the_others(cli: CommandLine) -> None:
    assert state(cli) == {"broken": "broken", "misspelt": "broken", "rota": "enabled"}
    rows = {row["name"]: row for row in cli.listing("plugin", "list")}
    assert "espresso" in rows["broken"]["problem"]
    assert 'hook "navigation_link"' in rows["misspelt"]["problem"]
    assert rows["rota"]["commands"] == ["rota"]


def test_a_plugin_is_switched_off_and_on_and_comments_stay(cli: CommandLine, home: Path) -> None:
    file = home / "instance.cfg"
    file.write_text(file.read_text() + "\n[plugins]\n# broken since Monday\ndisabled =\n")
    cli("plugin", "disable", "broken")
    cli("plugin", "disable", "misspelt")
    assert load_config(home, {}).plugins.disabled == ("broken", "misspelt")
    assert "# broken since Monday" in file.read_text()
    assert state(cli)["broken"] == "disabled"
    assert cli("user", "list").stdout
    cli("plugin", "enable", "broken")
    assert load_config(home, {}).plugins.disabled == ("misspelt",)


@pytest.mark.parametrize("verb", ["enable", "disable"])
def test_a_plugin_that_is_not_installed_is_refused(cli: CommandLine, home: Path, verb: str) -> None:
    before = (home / "instance.cfg").read_text()
    assert "did you mean rota?" in cli.refusal("plugin", verb, "rotta")
    assert (home / "instance.cfg").read_text() == before


def test_what_the_environment_says_is_not_changed_in_the_file(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFFEE_PLUGINS_DISABLED", "broken, misspelt")
    assert cli.refusal("plugin", "enable", "broken").startswith("COFFEE_PLUGINS_DISABLED in the environment")


@pytest.fixture
def left_behind(home: Path) -> Path:
    """The database with tables of two plugins that are gone, `desk` and `desk_rota`."""
    cfg = home / "instance.cfg"
    cfg.write_text(cfg.read_text() + "\n[plugins]\ndisabled = broken, misspelt\n")
    with closing(sqlite3.connect(home / "node.sqlite3")) as connection:
        for name in ("alembic_version_desk", "alembic_version_desk_rota", "desk_seat", "desk_rota_turn"):
            connection.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE desk_booking (seat INTEGER REFERENCES desk_seat (id))")
    return home / "node.sqlite3"


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name for (name,) in found if "desk" in name}


def test_the_tables_of_a_plugin_that_is_gone_are_dropped_after_a_copy(
    cli: CommandLine, home: Path, left_behind: Path
) -> None:
    cli("plugin", "purge", "desk", "--yes")
    assert tables(left_behind) == {"alembic_version_desk_rota", "desk_rota_turn"}
    (copy,) = (home / "backups").iterdir()
    assert "desk_seat" in tables(copy)
    assert cli("user", "list").stdout


def test_nothing_is_dropped_without_a_yes(cli: CommandLine, left_behind: Path) -> None:
    before = tables(left_behind)
    cli("plugin", "purge", "desk", text="n\n", exit_code=1)
    assert tables(left_behind) == before


@pytest.mark.usefixtures("left_behind")
@pytest.mark.parametrize(
    ("name", "told"), [("rota", "rota is running"), ("inbox", "No table of a plugin inbox"), ("oven", "oven")]
)
def test_tables_of_others_are_not_dropped(cli: CommandLine, name: str, told: str) -> None:
    assert told in cli.refusal("plugin", "purge", name, "--yes")
