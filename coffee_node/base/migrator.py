"""Migrations: one history and version table per owner, so that removing a plugin never blocks the core."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from coffee_node.base import clock
from coffee_node.base.config import NodeConfig
from coffee_node.base.database import engine_options, prepare_engine
from coffee_node.base.errors import CoffeeError, DatabaseError
from coffee_node.base.migration_owners import VERSION_TABLE
from coffee_node.base.migration_owners import Owner as Owner

ADVISORY_LOCK = 0x0C0FFEE
KEPT_BACKUPS = 5
MIGRATION_PATIENCE = 30


def pending(config: NodeConfig, owners: Sequence[Owner]) -> list[tuple[str, str]]:
    """The (owner, revision) pairs the database has not seen; DatabaseError when it cannot be opened."""
    file = database_file(config)
    if file is not None and not file.exists():
        return [(owner.name, script.revision) for owner in owners for script in _missing(owner, None)]
    with _engine(config) as engine, engine.connect() as connection:
        return [
            (owner.name, script.revision)
            for owner in owners
            for script in _missing(owner, _current(connection, owner))
        ]


def orphans(config: NodeConfig, owners: Sequence[Owner]) -> list[str]:
    """The version tables of plugins that are gone; their tables stay until they are purged."""
    known = {owner.version_table for owner in owners}
    with _engine(config) as engine, engine.connect() as connection:
        names = inspect(connection).get_table_names()
    return sorted(name for name in names if name.startswith(VERSION_TABLE) and name not in known)


def upgrade(config: NodeConfig, owners: Sequence[Owner]) -> list[tuple[str, str]]:
    """Run what is pending, all of it or nothing, and give it back; DatabaseError names what failed.

    A copy of an SQLite database is made first and put back on failure.
    """
    if not pending(config, owners):
        return []
    file = database_file(config)
    backup = _back_up(config, file) if file is not None and file.exists() else None
    try:
        return _upgrade_all(config, owners)
    except BaseException:
        if file is not None:
            _restore(backup, file)
        raise


def database_file(config: NodeConfig) -> Path | None:
    """The file of an SQLite database; None for a server or a database in memory."""
    url = make_url(config.database_url)
    on_disk = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if on_disk else None


@contextmanager
def _engine(config: NodeConfig) -> Iterator[Engine]:
    engine = create_engine(config.database_url, poolclass=NullPool, **engine_options())
    prepare_engine(engine, config)
    if engine.dialect.name == "sqlite":
        # SQLite changes a column by copying the table: with foreign keys on, dropping the old one
        # would delete the rows that point to it. They are checked before the commit instead.
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = OFF"))
    try:
        yield engine
    except DBAPIError as error:
        where = make_url(config.database_url).render_as_string(hide_password=True)
        raise DatabaseError(
            f"The database {where} cannot be used: {error.orig}.",
            "Check [database] url, its server and rights.",
        ) from error
    finally:
        engine.dispose()


def _upgrade_all(config: NodeConfig, owners: Sequence[Owner]) -> list[tuple[str, str]]:
    with _engine(config) as engine, engine.connect() as connection:
        connection.execution_options(immediate=True, patience=MIGRATION_PATIENCE)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            done = []
            for owner in owners:
                # Read under the lock: another starter may have been faster.
                for script in _missing(owner, _current(connection, owner)):
                    _run(connection, owner, script)
                    done.append((owner.name, script.revision))
            _check_foreign_keys(connection)
            return done


def _context(connection: Connection, owner: Owner) -> MigrationContext:
    options = {"version_table": owner.version_table, "render_as_batch": True}
    return MigrationContext.configure(connection, opts=options)


def _current(connection: Connection, owner: Owner) -> str | None:
    return _context(connection, owner).get_current_revision()


def _missing(owner: Owner, current: str | None) -> list[Script]:
    try:
        scripts = ScriptDirectory(str(owner.folder))
        head = scripts.get_current_head()
        if head is None or head == current:
            return []
        return list(scripts.iterate_revisions(head, current or "base"))[::-1]
    except (CommandError, RevisionError) as error:
        raise DatabaseError(
            f'The migrations of "{owner.name}" in {owner.folder} do not fit this database '
            f"(at {current or 'its start'}): {error}.",
            "Install the version that made the database, or restore a backup.",
        ) from error


def _run(connection: Connection, owner: Owner, script: Script) -> None:
    context = _context(connection, owner)
    try:
        with Operations.context(context):
            script.module.upgrade()
        context.stamp(ScriptDirectory(str(owner.folder)), script.revision)
    except CoffeeError:
        raise
    except Exception as error:
        raise DatabaseError(
            f'Migration {script.revision} of "{owner.name}" failed: {error}.',
            "The database is as it was before; report this, and keep the version you had.",
        ) from error


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DatabaseError(
            f"The migrations would leave rows of {broken[0]} that point to nothing in {broken[2]}.",
            "The database is as it was before; report this, and keep the version you had.",
        )


def _back_up(config: NodeConfig, file: Path) -> Path:
    folder = config.home / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    backup = folder / f"before-upgrade-{clock.utcnow():%Y%m%dT%H%M%S%f}.sqlite3"
    _copy(file, backup)
    for old in sorted(folder.glob("before-upgrade-*.sqlite3"))[:-KEPT_BACKUPS]:
        old.unlink()
    return backup


def _restore(backup: Path | None, file: Path) -> None:
    if backup is None:
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
    # The rollback has done it, unless a migration committed by itself. Only then is the copy put back:
    # a running node may have written since it was made.
    elif _schema(file) != _schema(backup):
        _copy(backup, file)


def _schema(file: Path) -> list[tuple[str, str, str | None]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
