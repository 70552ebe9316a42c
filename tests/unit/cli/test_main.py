"""The command line as a whole: what it loads, how it ends, and commands of plugins."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from coffee_node import hookimpl
from coffee_node.base import plugin_manager
from coffee_node.base.errors import ConfigError, Unprocessable
from coffee_node.cli import COMMANDS, CoffeeGroup, main
from tests.unit.cli.conftest import CommandLine
from tests.unit.cli.entry_points import entry_point


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh Python has loaded after this code."""
    shown = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_help_loads_neither_the_database_nor_the_web() -> None:
    code = "from coffee_node.cli import main\nmain(['--help'], standalone_mode=False)"
    assert (
        loaded_by(code) & {"sqlalchemy", "flask", "alembic", "granian", "cryptography", "requests"} == set()
    )


def test_the_process_that_watches_over_serve_stays_small() -> None:
    loaded = loaded_by("import coffee_node.cli.serve, granian")
    assert loaded & {"sqlalchemy", "flask", "alembic", "huey", "cryptography", "requests", "babel"} == set()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_help_of_its_own(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) > 4


def test_a_command_nobody_knows_is_wrong_usage(cli: CommandLine) -> None:
    assert "No such command 'brew'" in cli("brew", exit_code=2).stderr


def test_a_command_without_a_home_says_how_to_make_one(tmp_path: Path) -> None:
    told = CommandLine(tmp_path / "nowhere").refusal("user", "list")
    assert str(tmp_path / "nowhere") in told
    assert "coffee-node init" in told


def group_that_raises(error: Exception) -> click.Group:
    group = CoffeeGroup("coffee-node")

    @group.command()
    def fail() -> None:
        raise error

    return group


def test_an_error_is_one_sentence_and_the_next_step() -> None:
    error = ConfigError("The port is\n  taken.", "Choose another one.")
    result = CliRunner().invoke(group_that_raises(error), ["fail"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "The port is taken. Choose another one.\n"


def test_an_error_of_fields_names_each_of_them() -> None:
    error = Unprocessable("It cannot be kept.", fields={"country": ["Two letters."]})
    result = CliRunner().invoke(group_that_raises(error), ["fail"])
    assert result.stderr == "It cannot be kept.\n  country: Two letters.\n"


class Brewing:
    """A plugin with a command."""

    @hookimpl
    def register_commands(self, register: Callable[[click.Command], None]) -> None:
        """Add `brew`."""
        register(brew)


@click.command()
def brew() -> None:
    """Say where the coffee is."""
    from coffee_node.federation.actors import local_spaces

    click.echo(local_spaces()[0].name)


def test_a_command_of_a_plugin_runs_inside_the_node(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin_manager, "installed", lambda: [entry_point("brewing", Brewing())])
    assert cli("brew").stdout == "Mutualab\n"


def test_commands_are_where_the_table_says() -> None:
    for place in COMMANDS.values():
        module, _, attribute = place.partition(":")
        assert isinstance(getattr(importlib.import_module(module), attribute), click.Command)
