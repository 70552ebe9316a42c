"""`coffee-node plugin`: what is installed, switched off, or left behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coffee_node.cli.lazy_group import LazyGroup
from coffee_node.cli.opening import build_app, home_of_command, opened
from coffee_node.cli.tables import as_json_option, show_rows

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from coffee_node.base.config import NodeConfig


@click.group(cls=LazyGroup, lazy={"new": "coffee_node.cli.plugin_new:new"})
def plugin() -> None:
    """List plugins, switch them on and off, make new ones."""


@plugin.command("list")
@as_json_option
def list_plugins(as_json: bool) -> None:
    """List the installed plugins, each with what keeps it from running."""
    from coffee_node.base.config import load_config
    from coffee_node.base.plugin_manager import installed

    config = load_config(home_of_command())
    rows = [_line(entry, config) for entry in installed()]
    show_rows(rows, as_json=as_json, empty="No plugin is installed. Make one: coffee-node plugin new NAME")


def _line(entry: EntryPoint, config: NodeConfig) -> dict[str, Any]:
    is_off = entry.name in config.plugins.disabled
    state, problem, commands = ("disabled", "", []) if is_off else _tried(entry, config)
    return {
        "name": entry.name,
        "state": state,
        "distribution": entry.dist.name if entry.dist else "",
        "version": entry.dist.version if entry.dist else "",
        "commands": commands,
        "problem": problem,
    }


def _tried(entry: EntryPoint, config: NodeConfig) -> tuple[str, str, list[str]]:
    """Load one plugin alone, so that a broken one does not hide the others."""
    from dataclasses import replace

    from coffee_node.base.config_sections import PluginsSection
    from coffee_node.base.errors import CoffeeError
    from coffee_node.base.plugin_manager import NodePlugins
    from coffee_node.base.plugin_settings import load_plugin_settings
    from coffee_node.cli.plugin_commands import commands_of

    plugins = NodePlugins()
    try:
        plugins.add_entry_point(entry)
        plugins.check_hook_names()
        load_plugin_settings(plugins, replace(config, plugins=PluginsSection()))
        commands = sorted(commands_of(plugins))
    except CoffeeError as error:
        return "broken", error.message, []
    if plugins.problems:
        return "left out", plugins.problems[0].error, []
    return "enabled", "", commands


@plugin.command()
@click.argument("name")
def enable(name: str) -> None:
    """Switch an installed plugin on; it runs after `upgrade` and the next start."""
    _switch(name, is_on=True)


@plugin.command()
@click.argument("name")
def disable(name: str) -> None:
    """Switch a plugin off from the next start; its tables stay."""
    _switch(name, is_on=False)


def _switch(name: str, *, is_on: bool) -> None:
    from coffee_node.base.config import load_config, nearest, write_config
    from coffee_node.base.errors import ConfigError, NotFound
    from coffee_node.base.plugin_manager import installed

    home = home_of_command()
    config = load_config(home)
    disabled = set(config.plugins.disabled)
    known = {entry.name for entry in installed()} | disabled
    if name not in known:
        raise NotFound(f"No plugin {name} is installed{nearest(name, known)}", "See: coffee-node plugin list")
    origin = config.origins.get(("plugins", "disabled"), "")
    if origin.startswith("COFFEE_"):
        raise ConfigError(f"{origin} in the environment says what is switched off.", "Change it there.")
    wanted = disabled - {name} if is_on else disabled | {name}
    write_config(home, {"plugins": {"disabled": sorted(wanted)}})
    steps = (
        f"Run coffee-node --home {home} upgrade, then start the node again." if is_on else "Start it again."
    )
    click.echo(f"{name} is switched {'on' if is_on else 'off'}. {steps}", err=True)


@plugin.command()
@click.argument("name")
@click.option("--yes", "is_quiet", is_flag=True, help="Ask nothing.")
def purge(name: str, is_quiet: bool) -> None:
    """Drop the tables of a plugin that was removed or switched off, after a copy of the database."""
    from coffee_node.base.errors import Conflict, NotFound
    from coffee_node.base.plugin_tables import drop_tables, tables_of
    from coffee_node.node import this_node

    with opened(build_app(home_of_command()), is_checked=False):
        node = this_node()
        if name in node.plugins.names():
            raise Conflict(f"{name} is running.", f"First: coffee-node plugin disable {name}")
        tables = tables_of(name)
        if not tables:
            raise NotFound(f"No table of a plugin {name} is left.", "See: coffee-node plugin list")
        if not is_quiet:
            click.confirm(f"Drop {', '.join(tables)} with all their rows?", abort=True, err=True)
        copy = drop_tables(tables, Path(node.config.home))
    kept = f" A copy of the database is in {copy}." if copy else ""
    click.echo(f"{', '.join(tables)} {'is' if len(tables) == 1 else 'are'} gone.{kept}", err=True)
