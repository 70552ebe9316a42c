"""`coffee-node upgrade`: bring the database up to this program."""

from __future__ import annotations

import click

from coffee_node.cli.opening import build_app, home_of_command, opened, refuse_missing_database


@click.command()
def upgrade() -> None:
    """Back up the database, then migrate the core and every plugin; all of it or nothing."""
    from coffee_node.base import migrator
    from coffee_node.base.migration_owners import owners_of
    from coffee_node.node import this_node

    with opened(build_app(home_of_command()), is_checked=False):
        node = this_node()
        refuse_missing_database(node.config)
        done = migrator.upgrade(node.config, owners_of(node.plugins))
    for owner, revision in done:
        click.echo(f"{owner}: {revision}")
    click.echo("The database is up to date." if done else "The database was up to date already.")
