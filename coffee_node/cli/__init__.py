"""The command line: `coffee-node [--home DIR] COMMAND`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import click

from coffee_node import __version__
from coffee_node.base.errors import CoffeeError
from coffee_node.cli.lazy_group import LazyGroup

DEFAULT_HOME = "coffee-home"
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "config": "coffee_node.cli.config:config",
        "demo": "coffee_node.cli.demo:demo",
        "init": "coffee_node.cli.init:init",
        "peer": "coffee_node.cli.peers:peer",
        "plugin": "coffee_node.cli.plugins:plugin",
        "queue": "coffee_node.cli.queue:queue",
        "serve": "coffee_node.cli.serve:serve",
        "space": "coffee_node.cli.spaces:space",
        "token": "coffee_node.cli.tokens:token",
        "upgrade": "coffee_node.cli.upgrade:upgrade",
        "user": "coffee_node.cli.users:user",
        "worker": "coffee_node.cli.worker:worker",
    }
)


class ToldError(click.ClickException):
    """A CoffeeError on the terminal: what happened and what to do, exit code 1."""

    def __init__(self, error: CoffeeError) -> None:
        super().__init__(" ".join(str(error).split()))
        self.fields: Mapping[str, list[str]] = getattr(error, "fields", {})

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence, then one line for each field that is wrong."""
        click.echo(self.message, file, err=file is None)
        for name, reasons in self.fields.items():
            click.echo(f"  {name}: {' '.join(reasons)}", file, err=file is None)


class CoffeeGroup(LazyGroup):
    """The whole command line: core commands by name, then those of the plugins of the home."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of the core, else of a plugin; only a name the core does not know loads the plugins."""
        command = super().get_command(ctx, cmd_name)
        if command is not None or "home" not in ctx.params:
            return command
        from coffee_node.cli.plugin_commands import plugin_command

        return plugin_command(ctx, ctx.params["home"], cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a CoffeeError ends it with its sentence on stderr and exit code 1."""
        try:
            return super().invoke(ctx)
        except CoffeeError as error:
            raise ToldError(error) from error


@click.group(
    cls=CoffeeGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Plugins may add commands of their own: see `coffee-node plugin list`.",
)
@click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="COFFEE_HOME",
    default=DEFAULT_HOME,
    show_default=True,
    show_envvar=True,
    help="Folder of the node: its configuration, database and media.",
)
@click.version_option(__version__, prog_name="coffee-node")
@click.pass_context
def main(ctx: click.Context, home: Path) -> None:
    """Run a node of the federation of coworking spaces, and look after it."""
    ctx.obj = home
