"""Commands that plugins add to the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coffee_node.base.config_file import FILE_NAME
from coffee_node.cli.opening import build_app, opened

if TYPE_CHECKING:
    from coffee_node.base.plugin_manager import NodePlugins


def plugin_command(ctx: click.Context, home: Path, name: str) -> click.Command | None:
    """The command a plugin of this home gave this name, ready to run inside the opened node."""
    if not (home / FILE_NAME).exists():
        return None
    app = build_app(home)
    commands = commands_of(app.extensions["coffee_node"].plugins)
    if name not in commands:
        return None
    ctx.with_resource(opened(app))
    return commands[name][1]


def commands_of(plugins: NodePlugins) -> dict[str, tuple[str, click.Command]]:
    """Owner and command by name; the first plugin that gives a name has it."""
    found: dict[str, tuple[str, click.Command]] = {}

    def make_register(owner: str) -> Callable[[click.Command], None]:
        def register(command: click.Command) -> None:
            found.setdefault(command.name or "", (owner, command))

        return register

    plugins.collect("register_commands", make_register)
    return found
