"""The tables of plugins that are gone: found by their names, dropped on request only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import MetaData, inspect

from coffee_node.base import clock
from coffee_node.base.database import db, is_postgres
from coffee_node.base.migration_owners import VERSION_TABLE


def tables_of(name: str) -> list[str]:
    """The tables a plugin left behind: its own, and the one that counts its migrations.

    Tables of the core, of loaded plugins, and of plugins whose name begins alike are left out.
    """
    present = inspect(db.engine).get_table_names()
    others = [
        other.removeprefix(f"{VERSION_TABLE}_") + "_"
        for other in present
        if other.startswith(f"{VERSION_TABLE}_{name}_")
    ]
    own = [
        table
        for table in present
        if table.startswith(f"{name}_")
        and table not in db.metadata.tables
        and not table.startswith(tuple(others))
    ]
    counted = f"{VERSION_TABLE}_{name}"
    return [*own, counted] if counted in present else own


def drop_tables(tables: list[str], home: Path) -> Path | None:
    """Drop them all or none; the path of the copy that was made before (SQLite only)."""
    copy = None if is_postgres() else _copied(home)
    metadata = MetaData()
    metadata.reflect(db.engine, only=lambda table, _: table in tables)
    wanted = [table for table in metadata.sorted_tables if table.name in tables]
    with db.engine.connect().execution_options(immediate=True) as connection, connection.begin():
        metadata.drop_all(connection, wanted, checkfirst=False)
    return copy


def _copied(home: Path) -> Path:
    folder = home / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"before-purge-{clock.utcnow():%Y%m%dT%H%M%S%f}.sqlite3"
    with closing(sqlite3.connect(str(db.engine.url.database))) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return copy
