"""`coffee-node config`: what this node was told, and by whom."""

from __future__ import annotations

import click

from coffee_node.base.config import describe, load_config
from coffee_node.cli.opening import home_of_command
from coffee_node.cli.tables import as_json_option, show_rows


@click.group()
def config() -> None:
    """Look at the configuration."""


@config.command()
@as_json_option
def show(as_json: bool) -> None:
    """Show every setting with its value and its origin: default, a file, or a variable of the environment."""
    rows = [
        {"section": section, "key": key, "value": value, "origin": origin}
        for section, key, value, origin in describe(load_config(home_of_command()))
    ]
    show_rows(rows, as_json=as_json, empty="There are no settings.")
