"""Opening a home for a command: its configuration, its application, and the checks before any work."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from coffee_node.base.errors import ConfigError, DatabaseError, PendingMigrations

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Connection

    from coffee_node.base.config import NodeConfig

P = ParamSpec("P")
R = TypeVar("R")
BASE_URL = "base_url"


def build_app(home: Path) -> Flask:
    """The application of a home, not yet opened; ConfigError or PluginError says what stops it."""
    from coffee_node.app import create_app
    from coffee_node.base.config import load_config

    return create_app(load_config(home))


@contextmanager
def opened(app: Flask, *, is_checked: bool = True) -> Iterator[Flask]:
    """Work with a node: inside its application context, with a database that answers and fits.

    `is_checked=False` leaves out whether migrations are pending and whether the base URL is the old one.
    """
    from coffee_node.base.database import db
    from coffee_node.node import this_node

    with app.app_context():
        config = this_node().config
        try:
            with told_plainly(config):
                if is_checked:
                    refuse_unready(config)
                yield app
        finally:
            db.session.remove()
            db.engine.dispose()
            this_node().queue.storage.close()


@contextmanager
def told_plainly(config: NodeConfig) -> Iterator[None]:
    """Turn an error of the database driver into one sentence that names the database."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        raise DatabaseError(
            f"The database {_shown_url(config)} cannot be used: {error.orig}.",
            "Check [database] url, its server, its rights and the space on the disk.",
        ) from error


def _shown_url(config: NodeConfig) -> str:
    from sqlalchemy import make_url

    return make_url(config.database_url).render_as_string(hide_password=True)


def refuse_unready(config: NodeConfig) -> None:
    """Stop before a start that would do harm: no database, pending migrations, another base URL."""
    from coffee_node.base.database import db

    refuse_missing_database(config)
    with db.engine.connect() as connection:
        _refuse_pending(connection, config)
        _refuse_other_base_url(connection, config)


def refuse_missing_database(config: NodeConfig) -> None:
    """DatabaseError when the file of an SQLite database is not there; opening it would make an empty one."""
    from sqlalchemy import make_url

    url = make_url(config.database_url)
    file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    if file is not None and not file.exists():
        raise DatabaseError(
            f"The database {file} is not there.", "Put it back from a backup, or correct [database] url."
        )


def _refuse_pending(connection: Connection, config: NodeConfig) -> None:
    from coffee_node.base.migration_owners import behind, newest_revisions, owners_of
    from coffee_node.node import current_node

    waiting = behind(connection, newest_revisions(owners_of(current_node.plugins)))
    if waiting:
        named = ", ".join(f"{revision} of {owner}" for owner, revision in waiting)
        raise PendingMigrations(
            f"The database does not fit this program: it has not reached migration {named}.",
            f"Run: coffee-node --home {config.home} upgrade",
        )


def _refuse_other_base_url(connection: Connection, config: NodeConfig) -> None:
    from sqlalchemy import select

    from coffee_node.federation.account_models import Setting

    made_as = connection.scalar(select(Setting.value).where(Setting.name == BASE_URL))
    if made_as is not None and made_as != config.base_url:
        origin = config.origins.get(("node", BASE_URL), "the configuration")
        raise ConfigError(
            f"{origin} says base_url = {config.base_url}, but this node was made as {made_as}, "
            "which stands in all its ids.",
            f"Set base_url = {made_as} again, or make a new node with `coffee-node init`.",
        )


def home_of_command() -> Path:
    """The home that the running command was given."""
    home = click.get_current_context().find_object(Path)
    assert home is not None  # noqa: S101 - the top command always sets it
    return home


def with_node(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command inside the opened node of its home."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with opened(build_app(home_of_command())):
            return command(*args, **kwargs)

    return wrapped
